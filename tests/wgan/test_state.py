"""The averaged generator is the running mean of the weights, and it is what is scored, kept and resumed."""

import numpy as np
import pytest
import torch

from gexlib.wgan import WGANGP
from gexlib.wgan.settings import Settings
from gexlib.wgan.state import State


def make(settings):
    return WGANGP(categorical=["medium"], numerical=["temperature"], settings=settings, seed=0, device="cpu")


def test_average_follows_the_weights():
    settings = Settings(latent_dim=2, hidden=(4,), averaging=0.9)
    state = State.start(settings, 3, [2], 0, seed=0, device=torch.device("cpu"))
    expected = state.generator.layers[0].bias.detach().clone()
    for t in range(200):
        with torch.no_grad():
            state.generator.layers[0].bias.fill_(float(t))
        weight = max(0.1, 9 / (10 + t))
        expected = (1 - weight) * expected + weight * t
        state.update_average(torch.tensor(state.average_weight(0.9)))
        state.updates += 1
    torch.testing.assert_close(state.average.layers[0].bias.detach(), expected)
    assert state.sampler is state.average


def test_without_averaging_there_is_no_copy():
    state = State.start(
        Settings(latent_dim=2, hidden=(4,), averaging=0.0), 3, [2], 0, seed=0, device=torch.device("cpu")
    )
    state.update_average(torch.tensor(1.0))
    assert state.average is None
    assert state.sampler is state.generator
    assert not any(name.startswith("average.") for name in state.tensors())


def test_training_itself_is_the_same_and_the_average_is_kept(small, quick):
    plain, averaged = make(quick).fit(small[0]), make(quick.replace(averaging=0.99)).fit(small[0])
    assert plain.history_.equals(averaged.history_), "the average takes no part in the training"
    for a, b in zip(plain.critic_.parameters(), averaged.critic_.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not np.allclose(plain.sample(small[1].obs).X, averaged.sample(small[1].obs).X)


def test_resume_with_an_average_is_exact(small, quick, tmp_path):
    settings = quick.replace(averaging=0.9)
    whole = make(settings).fit(*small)
    make(settings.replace(epochs=2)).fit(*small, checkpoint=tmp_path / "c")
    resumed = make(settings).fit(*small, checkpoint=tmp_path / "c")
    assert np.array_equal(whole.sample(small[1].obs).X, resumed.sample(small[1].obs).X)
    assert whole.history_.equals(resumed.history_)


def test_decay_is_checked():
    with pytest.raises(ValueError, match="averaging=1.0 must be at least 0 and less than 1"):
        Settings(averaging=1.0)
