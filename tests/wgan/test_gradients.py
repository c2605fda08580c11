import numpy as np
import pytest
import torch

from gexlib.wgan import PRESETS, Critic, Generator, critic_loss, generator_loss, train
from gexlib.wgan import gradients as module
from gexlib.wgan.batch import Batch
from gexlib.wgan.factors import fit_factors, fit_noise
from gexlib.wgan.gradients import CriticGradients, GeneratorGradients
from gexlib.wgan.rmsprop import RMSProp
from gexlib.wgan.train import State, train_step

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
    """Both networks, with biases that are not zero and gradients that have to be overwritten."""
    random = torch.Generator().manual_seed(2)
    generator = Generator(n_genes, n_levels, n_numerical, 5, hidden, random).to(dtype)
    critic = Critic(n_genes, n_levels, n_numerical, hidden, random).to(dtype)
    for p in (*generator.parameters(), *critic.parameters()):
        if p.ndim == 1:
            torch.nn.init.uniform_(p, -0.3, 0.3, generator=random)
        p.grad = torch.full_like(p, 77.0)
    return generator, critic


def compare(network, loss, rtol=1e-10, atol=1e-13):
    names, parameters = zip(*network.named_parameters(), strict=True)
    for name, p, g in zip(names, parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
        torch.testing.assert_close(p.grad, torch.zeros_like(p) if g is None else g, rtol=rtol, atol=atol, msg=name)


@pytest.mark.parametrize(("n_levels", "n_numerical", "hidden"), SHAPES)
def test_critic_gradients_are_those_of_autograd(n_levels, n_numerical, hidden):
    _, critic = players(n_levels, n_numerical, hidden)
    real = batch(n_levels, n_numerical)
    random = torch.Generator().manual_seed(4)
    gradients = CriticGradients(critic, len(real.x))
    for _ in range(2):  # what is left in the buffers must not matter
        fake = torch.randn(real.x.shape, generator=random, dtype=torch.float64)
        mix = torch.rand(len(fake), 1, generator=random, dtype=torch.float64)
        ours = gradients(real.x, fake, real.codes, real.values, mix, 10.0)
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
        for p in generator.head.parameters():
            p.grad = torch.full_like(p, 77.0)
    random = torch.Generator().manual_seed(4)
    gradients = GeneratorGradients(generator, critic, len(codes))
    for rows in ([1, 4], []):
        z = torch.randn(len(codes), 5, generator=random, dtype=torch.float64)
        noise = torch.tensor(rows, dtype=torch.long), torch.randn(len(rows), 15, generator=random, dtype=torch.float64)
        spread = torch.randn(len(codes), 15, generator=random, dtype=torch.float64)
        ours = gradients(z, codes, values, spread, noise)
        expected = generator_loss(critic, generator(z, codes, values, spread).index_add(0, *noise), codes, values)
        torch.testing.assert_close(ours, expected)
        compare(generator, expected)
    assert all((p.grad == 77).all() for p in critic.parameters())


def test_noise_reaches_real_and_generated_samples():
    _, critic = players([3], 1, (8,))
    x, codes, values = batch([3], 1)
    n, mix = len(x), torch.full((len(x), 1), 0.25, dtype=torch.float64)
    rows, values_added = torch.tensor([2, n + 2]), torch.randn(2, 15, dtype=torch.float64)
    CriticGradients(critic, n)(x, -x, codes, values, mix, 10.0, (rows, values_added))
    both = torch.cat([x, -x]).index_add(0, rows, values_added)
    compare(critic, critic_loss(critic, *both.split(n), codes, values, mix, 10.0).loss)


@pytest.mark.parametrize("n_genes", [15, 1044, 5000])
def test_single_precision(n_genes):
    generator, critic = players([4, 7], 2, (32, 24), n_genes, torch.float32)
    real = batch([4, 7], 2, 32, n_genes, torch.float32)
    z, mix = torch.randn(32, 5), torch.rand(32, 1)
    fake = generator(z, real.codes, real.values).detach()
    CriticGradients(critic, 32)(real.x, fake, real.codes, real.values, mix, 10.0)
    GeneratorGradients(generator, critic, 32)(z, real.codes, real.values)
    losses = {
        critic: critic_loss(critic, real.x, fake, real.codes, real.values, mix, 10.0).loss,
        generator: generator_loss(critic, generator(z, real.codes, real.values), real.codes, real.values),
    }
    for network, loss in losses.items():
        parameters = list(network.parameters())
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
            if g is not None:
                assert (p.grad - g).norm() <= 1e-5 * g.norm()


def test_blocks_of_genes_change_nothing(monkeypatch):
    _, critic = players([4], 1, (16, 12))
    x, codes, values = batch([4], 1)
    monkeypatch.setattr(module, "BLOCK", 1)
    mix = torch.full((len(x), 1), 0.25, dtype=torch.float64)
    CriticGradients(critic, len(x))(x, -x, codes, values, mix, 10.0)
    compare(critic, critic_loss(critic, x, -x, codes, values, mix, 10.0).loss)


def test_a_critic_without_slope_has_a_finite_gradient():
    _, critic = players([4], 1, (16, 12))
    x, codes, values = batch([4], 1)
    with torch.no_grad():
        critic.layers[-1].weight.zero_()
    CriticGradients(critic, len(x))(x, -x, codes, values, torch.zeros(len(x), 1, dtype=torch.float64), 10.0)
    assert all(p.grad.isfinite().all() for p in critic.parameters())


def test_iterations_follow_the_trajectory_of_autograd(monkeypatch):
    """Five iterations in double precision: networks and losses as by autograd and torch.optim.RMSprop."""
    monkeypatch.setattr(train, "_normal", lambda state, *shape: draw(torch.randn, state, *shape))
    monkeypatch.setattr(train, "_uniform", lambda state, *shape: draw(torch.rand, state, *shape))
    settings = PRESETS["paper_ecoli"].replace(latent_dim=5, hidden=(16, 12), noise_probability=0.5, batch_size=7)
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
        losses = train_step(ours, real, settings)
        expected = plain_step(plain, optimizers, real, settings)
        torch.testing.assert_close(losses, expected, rtol=1e-9, atol=1e-9)
    for name, tensor in plain.networks().items():
        torch.testing.assert_close(ours.networks()[name], tensor, rtol=1e-9, atol=1e-9, msg=name)


def draw(kind, state, *shape):
    return kind(*shape, generator=state.random, dtype=torch.float64)


def plain_step(state, optimizers, real, settings):
    """The iteration of train_step with the losses' definitions, from the same random numbers."""

    def descend(player, loss):
        optimizers[player].zero_grad()
        loss.backward(inputs=list(getattr(state, player).parameters()))
        optimizers[player].step()

    (b, n_genes), k = real.x.shape, settings.critic_steps
    z, mix = draw(torch.randn, state, k + 1, b, settings.latent_dim), draw(torch.rand, state, k, b, 1)
    noisy = [row.nonzero().squeeze(1) for row in draw(torch.rand, state, k + 1, b) < settings.noise_probability]
    fakes = [state.generator(z[i], real.codes, real.values).detach() for i in range(k)]
    for i in range(k):
        noise = settings.noise_critic * draw(torch.randn, state, 2 * len(noisy[i]), n_genes)
        x, y = (t.index_add(0, noisy[i], e) for t, e in zip((real.x, fakes[i]), noise.chunk(2), strict=True))
        critic = critic_loss(state.critic, x, y, real.codes, real.values, mix[i], settings.penalty_weight)
        descend("critic", critic.loss)
    noise = settings.noise_generator * draw(torch.randn, state, len(noisy[k]), n_genes)
    fake = state.generator(z[k], real.codes, real.values).index_add(0, noisy[k], noise)
    loss = generator_loss(state.critic, fake, real.codes, real.values)
    descend("generator", loss)
    return torch.stack([*critic, loss]).detach()
