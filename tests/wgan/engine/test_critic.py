"""The critic's updates in closed form have the gradients that autograd finds for its loss."""

import pytest
import torch

from gexlib.wgan import critic_loss
from gexlib.wgan.engine import critic as module
from gexlib.wgan.engine.critic import CriticUpdates

from .players import SHAPES, batch, compare, players, resting


@pytest.mark.parametrize(("n_levels", "n_numerical", "hidden"), SHAPES)
def test_critic_gradients_are_those_of_autograd(n_levels, n_numerical, hidden):
    _, critic = players(n_levels, n_numerical, hidden)
    real = batch(n_levels, n_numerical)
    random = torch.Generator().manual_seed(4)
    fakes = torch.randn(3, *real.x.shape, generator=random, dtype=torch.float64)
    mix = torch.rand(len(real.x), 1, generator=random, dtype=torch.float64)
    updates = CriticUpdates(critic, resting(critic), len(real.x))
    for n in (1, 2, 3):  # what is left in the memory must not matter
        ours = updates(torch.cat([fakes[:n], fakes[:1]]), real, mix.expand(n, -1, -1), 10.0)
        expected = critic_loss(critic, real.x, fakes[n - 1], real.codes, real.values, mix, 10.0)
        torch.testing.assert_close(tuple(ours), tuple(expected))
        compare(critic, expected.loss)


def test_blocks_of_genes_change_nothing(monkeypatch):
    _, critic = players([4], 1, (16, 12))
    real = batch([4], 1)
    monkeypatch.setattr(module, "BLOCK", 32)
    mix = torch.full((len(real.x), 1), 0.25, dtype=torch.float64)
    updates = CriticUpdates(critic, resting(critic), len(real.x))
    assert len(updates.blocks) > 1
    updates(torch.stack([-real.x] * 3), real, mix.expand(2, -1, -1), 10.0)
    compare(critic, critic_loss(critic, real.x, -real.x, real.codes, real.values, mix, 10.0).loss)


def test_a_critic_without_slope_has_a_finite_gradient():
    _, critic = players([4], 1, (16, 12))
    real = batch([4], 1)
    with torch.no_grad():
        critic.layers[-1].weight.zero_()
    mix = torch.zeros(1, len(real.x), 1, dtype=torch.float64)
    CriticUpdates(critic, resting(critic), len(real.x))(torch.stack([-real.x] * 2), real, mix, 10.0)
    assert all(p.grad.isfinite().all() for p in critic.parameters())


def test_noise_is_asked_for_each_minibatch_in_turn_and_reaches_the_critic():
    """The last minibatch has generated samples only, and is judged with its noise."""
    _, critic = players([4], 1, (16, 12))
    real = batch([4], 1)
    fakes, mix = torch.stack([-real.x] * 3), torch.rand(2, len(real.x), 1, dtype=torch.float64)
    asked = []

    def add_noise(i, *samples):
        asked.append((i, len(samples)))
        for x in samples:
            x.add_(i + 1)

    updates = CriticUpdates(critic, resting(critic), len(real.x))
    ours = updates(fakes, real, mix, 10.0, add_noise)
    assert asked == [(0, 2), (1, 2), (2, 1)]
    expected = critic_loss(critic, real.x + 2, 2 - real.x, real.codes, real.values, mix[1], 10.0)
    torch.testing.assert_close(tuple(ours), tuple(expected))
    torch.testing.assert_close(updates.judge(), -critic(3 - real.x, real.codes, real.values).mean())
