"""The random numbers of an iteration: their order, the shares of processes, and the strength of critic noise."""

import pytest
import torch

from gexlib.wgan.draws import Draws


@pytest.fixture
def make(quick):
    """Draws for minibatches of 400 samples and 40 genes; a process may have a share of the samples."""
    settings = quick.replace(critic_noise_probability=0.5, critic_noise_sd=2.0, critic_noise_sd_generator=3.0)

    def make(rows=slice(0, 400), seed=0):
        return Draws(settings, 400, rows, 40, True, torch.Generator().manual_seed(seed), torch.float32)

    return make


def test_a_share_of_the_samples_gets_its_part_of_the_numbers(make):
    whole, share = make(), make(slice(100, 300))
    for _ in range(2):
        whole.draw(), share.draw()
        for name in ("z", "gene_noise", "mix"):
            assert torch.equal(getattr(whole, name)[:, 100:300], getattr(share, name))
        for i in range(whole.settings.critic_steps + 1):
            samples, part = torch.zeros(2, 400, 40), torch.zeros(2, 200, 40)
            whole.add_critic_noise(i, *samples), share.add_critic_noise(i, *part)
            assert torch.equal(samples[:, 100:300], part)


def test_the_next_draw_is_another(make):
    draws = make()
    draws.draw()
    before = draws.z.clone()
    draws.draw()
    assert not torch.equal(draws.z, before)
    assert draws.z.std() == pytest.approx(1, rel=0.05)
    assert 0 <= draws.mix.min() < 0.01 < 0.99 < draws.mix.max() <= 1


@pytest.mark.parametrize("for_noisy_rows_only", [True, False])
def test_half_of_the_samples_get_noise_of_the_right_strength(make, for_noisy_rows_only):
    draws = make()
    draws.for_noisy_rows_only = for_noisy_rows_only
    draws.draw()
    last = draws.settings.critic_steps
    for i, sd in ((0, 2.0), (last, 3.0)):
        generated, real = torch.zeros(2, 400, 40)
        draws.add_critic_noise(i, *([generated, real] if i < last else [generated]))
        noisy = draws.noisy[i]
        assert 150 < noisy.sum() < 250
        for added in (generated, real) if i < last else (generated,):
            assert (added[~noisy] == 0).all()
            assert added[noisy].std() == pytest.approx(sd, rel=0.03)
        assert not torch.equal(generated, real)


def test_without_critic_noise_nothing_is_drawn_or_changed(quick):
    random = torch.Generator().manual_seed(0)
    draws = Draws(quick.replace(critic_noise_probability=0.0), 4, slice(0, 4), 3, False, random, torch.float32)
    draws.draw()
    before, x = random.get_state(), torch.ones(4, 3)
    draws.add_critic_noise(0, x)
    assert (x == 1).all()
    assert torch.equal(random.get_state(), before)
    assert draws.gene_noise is None
