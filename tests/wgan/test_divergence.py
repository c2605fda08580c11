"""Samples that no training data can have are not returned."""

import numpy as np
import pytest
import torch

from gexlib.wgan import WGANGP, train
from gexlib.wgan.divergence import LARGEST_SCORE, checked_scores


def test_scores_of_samples_pass():
    scores = np.array([[0.5, -LARGEST_SCORE]])
    assert checked_scores(scores) is scores
    assert checked_scores(scores[:0]).shape == (0, 2)


@pytest.mark.parametrize("score", [np.nan, np.inf, -2 * LARGEST_SCORE])
def test_other_scores_do_not(score):
    with pytest.raises(FloatingPointError, match="standard deviations from the training data: the training diverged"):
        checked_scores(np.array([[0.5, score]]))


def enlarge(generator):
    with torch.no_grad():
        generator.layers[-1].weight.mul_(1e17)


def test_a_diverged_model_has_no_samples(small, quick):
    """Its weights are finite, and so are its samples, of 1e17 in data of at most 12."""
    gan = WGANGP(["medium"], ["temperature"], settings=quick, device="cpu").fit(small[0])
    enlarge(gan.generator_)
    with pytest.raises(FloatingPointError, match="the training diverged"):
        gan.sample(small[1].obs)
    with pytest.raises(FloatingPointError, match="the training diverged"):
        gan.counterfactual(small[1].obs, "medium", "LB")


def test_a_diverged_training_has_no_score(small, quick, monkeypatch):
    real = train.train_epoch

    def train_epoch(step, *arguments):
        losses = real(step, *arguments)
        if step.state.epoch == 3:
            enlarge(step.state.generator)
        return losses

    monkeypatch.setattr(train, "train_epoch", train_epoch)
    gan = WGANGP(["medium"], settings=quick.replace(learning_rate=1e-9), device="cpu").fit(*small)
    assert gan.history_["score"].notna().tolist() == [False, True, False, False, False, False]
    assert gan.best_epoch_ == 2


def test_a_covariate_far_from_the_training(small, quick):
    gan = WGANGP(["medium"], ["temperature"], settings=quick, device="cpu").fit(small[0])
    for value in (5000, 1e30):
        with pytest.raises(ValueError, match=r"temperature=.* is .* standard deviations from the mean of the training"):
            gan.sample(small[1].obs.assign(temperature=value))
    with pytest.raises(ValueError, match=r"numerical='temperature' has the value 1e\+308 in obs; give finite numbers"):
        gan.sample(small[1].obs.assign(temperature=1e308))
    with pytest.raises(ValueError, match=r"numerical='temperature' has the dtype complex128"):
        gan.sample(small[1].obs.assign(temperature=37 + 1j))
