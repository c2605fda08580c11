"""The generator's gradients in closed form are those that autograd finds for its loss."""

import numpy as np
import pytest
import torch

from gexlib.wgan import critic_loss, generator_loss
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine.critic import CriticUpdates
from gexlib.wgan.engine.generator import Generation
from gexlib.wgan.factor_model import fit_factors, fit_noise

from .players import SHAPES, batch, compare, players, resting


@pytest.mark.parametrize("model", ["none", "noise only", "full"])
@pytest.mark.parametrize(("n_levels", "n_numerical", "hidden"), SHAPES)
def test_generator_gradients_are_those_of_autograd(n_levels, n_numerical, hidden, model):
    generator, critic = players(n_levels, n_numerical, hidden)
    x, codes, values = batch(n_levels, n_numerical)
    if model != "none":
        sizes = codes.numpy(), n_levels
        floor = torch.full((15,), -0.5, dtype=torch.float64)
        seen = np.maximum(x.numpy(), -0.5)
        generator.factor_model = (
            fit_noise(*sizes, 15)
            if model == "noise only"
            else fit_factors(seen, sizes[0], values.numpy(), n_levels, floor.numpy(), 5, 0)
        ).double()
        generator.floor = floor
    random, n = torch.Generator().manual_seed(4), len(codes)
    updates = CriticUpdates(critic, resting(critic), n)
    generation = Generation(generator, resting(generator).layout, n, 3)
    for _ in range(2):
        z = torch.randn(3, n, 5, generator=random, dtype=torch.float64)
        noise = torch.randn(3, n, 15, generator=random, dtype=torch.float64)
        samples = generation(z, codes, values, noise)
        updates(samples[-2:], Batch(x, codes, values), z.new_zeros(1, n, 1), 10.0)
        updates.optimizer.layout.all.gradients.fill_(77)
        ours = updates.judge()
        updates.differentiate_judgement(out=generation.by_samples)
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
    generation = Generation(generator, resting(generator).layout, 32, 1)
    updates = CriticUpdates(critic, resting(critic), 32)
    fake = generation(z, real.codes, real.values)[0]
    updates(torch.stack([fake, fake]), real, mix[None], 10.0)
    updates.judge()
    updates.differentiate_judgement(out=generation.by_samples)
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
