import numpy as np
import pytest
import torch

from gexlib.wgan import PRESETS, Critic, Generator, critic_loss, generator_loss
from gexlib.wgan import gradients as module
from gexlib.wgan.batch import Batch
from gexlib.wgan.factors import fit_factors, fit_noise
from gexlib.wgan.generation import Generation
from gexlib.wgan.gradients import CriticUpdates
from gexlib.wgan.rmsprop import RMSProp
from gexlib.wgan.train import State

SHAPES = [
    ([4, 7], 2, (16,)),
    ([4, 7], 2, (16, 12)),
    ([3], 0, (16, 12, 9)),
    ([], 1, (16, 12)),
    ([], 0, (16,)),
]


def batch(n_levels, n_numerical, n=7, n_genes=15, dtype=torch.float64):
    random = torch.Generator().manual_seed(3)
    codes = torch.empty(n, len(n_levels), dtype=torch.long)
    for j, v in enumerate(n_levels):
        codes[:, j] = torch.randint(v, (n,), generator=random)
    x = torch.randn(n, n_genes, generator=random, dtype=dtype)
    x[:, 4] = 0  # a gene that is constant in the training data
    return Batch(x, codes, torch.randn(n, n_numerical, generator=random, dtype=dtype))


def players(n_levels, n_numerical, hidden, n_genes=15, dtype=torch.float64):
    """Both networks, with biases that are not zero."""
    random = torch.Generator().manual_seed(2)
    generator = Generator(n_genes, n_levels, n_numerical, 5, hidden, random).to(dtype)
    critic = Critic(n_genes, n_levels, n_numerical, hidden, random).to(dtype)
    for p in (*generator.parameters(), *critic.parameters()):
        if p.ndim == 1:
            torch.nn.init.uniform_(p, -0.3, 0.3, generator=random)
    return generator, critic


def resting(network):
    """An optimiser that takes no step, and gradients that have to be overwritten."""
    optimizer = RMSProp(network, 0.0, 0.9)
    optimizer.all.gradients.fill_(77)
    return optimizer


def critic_updates(critic, n, real, fakes, mix, weight=10.0):
    """Updates of a critic at rest, one for each of the fakes, and after each the losses."""
    updates = CriticUpdates(critic, resting(critic), n)
    updates.next_samples.load(fakes[0], real.x)
    updates.begin(real.codes, real.values)
    for fake in (*fakes[1:], None):
        updates.next_samples.load(fakes[-1] if fake is None else fake, None if fake is None else real.x)
        updates.update(mix, weight)
        yield updates.loss(weight)


def compare(network, loss, rtol=1e-10, atol=1e-13):
    names, parameters = zip(*network.named_parameters(), strict=True)
    for name, p, g in zip(names, parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
        torch.testing.assert_close(p.grad, torch.zeros_like(p) if g is None else g, rtol=rtol, atol=atol, msg=name)


@pytest.mark.parametrize(("n_levels", "n_numerical", "hidden"), SHAPES)
def test_critic_gradients_are_those_of_autograd(n_levels, n_numerical, hidden):
    _, critic = players(n_levels, n_numerical, hidden)
    real = batch(n_levels, n_numerical)
    random = torch.Generator().manual_seed(4)
    fakes = torch.randn(3, *real.x.shape, generator=random, dtype=torch.float64)
    mix = torch.rand(len(real.x), 1, generator=random, dtype=torch.float64)
    found = critic_updates(critic, len(real.x), real, fakes, mix)
    for ours, fake in zip(found, fakes, strict=True):  # what is left in the memory must not matter
        expected = critic_loss(critic, real.x, fake, real.codes, real.values, mix, 10.0)
        torch.testing.assert_close(tuple(ours), tuple(expected))
        compare(critic, expected.loss)


@pytest.mark.parametrize("head", ["none", "noise", "factors"])
@pytest.mark.parametrize(("n_levels", "n_numerical", "hidden"), SHAPES)
def test_generator_gradients_are_those_of_autograd(n_levels, n_numerical, hidden, head):
    generator, critic = players(n_levels, n_numerical, hidden)
    x, codes, values = batch(n_levels, n_numerical)
    if head != "none":
        sizes = codes.numpy(), n_levels
        floor = torch.full((15,), -0.5, dtype=torch.float64)
        seen = np.maximum(x.numpy(), -0.5)
        generator.head = (
            fit_noise(*sizes, 15)
            if head == "noise"
            else fit_factors(seen, sizes[0], values.numpy(), n_levels, floor.numpy(), 5, 0)
        ).double()
        generator.floor = floor
    random, n = torch.Generator().manual_seed(4), len(codes)
    updates = CriticUpdates(critic, resting(critic), n)
    generation = Generation(generator, resting(generator), n, 3)
    for _ in range(2):
        z = torch.randn(3, n, 5, generator=random, dtype=torch.float64)
        noise = torch.randn(3, n, 15, generator=random, dtype=torch.float64)
        samples = generation(z, codes, values, noise)
        updates.next_samples.load(samples[-1])
        updates.begin(codes, values)
        ours = updates.judge()
        updates.by_generated(out=generation.by_samples)
        generation.write()
        fakes = [generator(z[i], codes, values, noise[i]) for i in range(3)]
        torch.testing.assert_close(samples, torch.stack(fakes))
        expected = generator_loss(critic, fakes[-1], codes, values)
        torch.testing.assert_close(ours, expected)
        compare(generator, expected)
    assert all((p.grad == 77).all() for p in critic.parameters())


@pytest.mark.parametrize("n_genes", [15, 1044, 5000])
def test_single_precision(n_genes):
    generator, critic = players([4, 7], 2, (32, 24), n_genes, torch.float32)
    real = batch([4, 7], 2, 32, n_genes, torch.float32)
    z, mix = torch.randn(1, 32, 5), torch.rand(32, 1)
    generation = Generation(generator, resting(generator), 32, 1)
    updates = CriticUpdates(critic, resting(critic), 32)
    fake = generation(z, real.codes, real.values)[0]
    updates.next_samples.load(fake, real.x)
    updates.begin(real.codes, real.values)
    updates.next_samples.load(fake)
    updates.update(mix, 10.0)
    updates.judge()
    updates.by_generated(out=generation.by_samples)
    generation.write()
    losses = {
        critic: critic_loss(critic, real.x, fake, real.codes, real.values, mix, 10.0).loss,
        generator: generator_loss(critic, generator(z[0], real.codes, real.values), real.codes, real.values),
    }
    for network, loss in losses.items():
        parameters = list(network.parameters())
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
            if g is not None:
                assert (p.grad - g).norm() <= 1e-5 * g.norm()


def test_blocks_of_genes_change_nothing(monkeypatch):
    _, critic = players([4], 1, (16, 12))
    real = batch([4], 1)
    monkeypatch.setattr(module, "BLOCK", 32)
    mix = torch.full((len(real.x), 1), 0.25, dtype=torch.float64)
    for _ in critic_updates(critic, len(real.x), real, [-real.x, -real.x], mix):
        compare(critic, critic_loss(critic, real.x, -real.x, real.codes, real.values, mix, 10.0).loss)


def test_a_critic_without_slope_has_a_finite_gradient():
    _, critic = players([4], 1, (16, 12))
    real = batch([4], 1)
    with torch.no_grad():
        critic.layers[-1].weight.zero_()
    list(critic_updates(critic, len(real.x), real, [-real.x], torch.zeros(len(real.x), 1, dtype=torch.float64)))
    assert all(p.grad.isfinite().all() for p in critic.parameters())


@pytest.mark.parametrize("block", [module.BLOCK, 64])
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_iterations_follow_the_trajectory_of_autograd(noise, block, monkeypatch):
    """Five iterations in double precision: networks and losses as by autograd and torch.optim.RMSprop."""
    monkeypatch.setattr(module, "BLOCK", block)
    settings = PRESETS["paper_ecoli"].replace(latent_dim=5, hidden=(16, 12), noise_probability=noise, batch_size=7)
    real = batch([4, 7], 2)
    ours, plain = (State.start(settings, 15, [4, 7], 2, 0, torch.device("cpu")) for _ in range(2))
    for state in (ours, plain):
        state.release()
        state.generator.double(), state.critic.double()
    ours.optimizers = {p: RMSProp(getattr(ours, p), settings.learning_rate, settings.decay) for p in ours.optimizers}
    optimizers = {
        p: torch.optim.RMSprop(getattr(plain, p).parameters(), settings.learning_rate, alpha=settings.decay, eps=1e-7)
        for p in ours.optimizers
    }
    for _ in range(5):
        losses = ours.iteration(settings, len(real.x))(real)
        expected = plain_step(plain, optimizers, real, settings)
        torch.testing.assert_close(losses, expected, rtol=1e-9, atol=1e-9)
    for name, tensor in plain.networks().items():
        torch.testing.assert_close(ours.networks()[name], tensor, rtol=1e-9, atol=1e-9, msg=name)


def draw(kind, state, *shape):
    return kind(*shape, generator=state.random, dtype=torch.float64)


def plain_step(state, optimizers, real, settings):
    """The iteration with the losses' definitions, from the same random numbers."""

    def descend(player, loss):
        optimizers[player].zero_grad()
        loss.backward(inputs=list(getattr(state, player).parameters()))
        optimizers[player].step()

    (b, n_genes), k = real.x.shape, settings.critic_steps
    z, mix = draw(torch.randn, state, k + 1, b, settings.latent_dim), draw(torch.rand, state, k, b, 1)
    noisy = [row.nonzero().squeeze(1) for row in draw(torch.rand, state, k + 1, b) < settings.noise_probability]
    fakes = [state.generator(z[i], real.codes, real.values).detach() for i in range(k)]
    for i in range(k):
        m = len(noisy[i])
        noise = settings.noise_critic * draw(torch.randn, state, 2 * m, n_genes)
        y, x = fakes[i].index_add(0, noisy[i], noise[:m]), real.x.index_add(0, noisy[i], noise[m:])
        critic = critic_loss(state.critic, x, y, real.codes, real.values, mix[i], settings.penalty_weight)
        descend("critic", critic.loss)
    noise = settings.noise_generator * draw(torch.randn, state, len(noisy[k]), n_genes)
    fake = state.generator(z[k], real.codes, real.values).index_add(0, noisy[k], noise)
    loss = generator_loss(state.critic, fake, real.codes, real.values)
    descend("generator", loss)
    return torch.stack([*critic, loss]).detach()
