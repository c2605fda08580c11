"""The scores by which training keeps the best networks."""

import numpy as np
import pytest

from gexlib.metrics import prdc, s_dist
from gexlib.wgan.settings import CHOICES
from gexlib.wgan.validation_score import SCORES, balanced_score


@pytest.fixture
def real():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 3)) @ rng.normal(size=(3, 12)) + 0.5 * rng.normal(size=(60, 12)) + 8


def test_every_score_of_the_settings_is_there():
    assert set(SCORES) == set(CHOICES["score"])


@pytest.mark.parametrize("score", SCORES.values())
def test_copies_score_one_however_many(score, real):
    assert score(real, real) == pytest.approx(1)
    assert score(real, np.repeat(real, 3, axis=0)) == pytest.approx(1)


def test_the_balanced_score_is_that_of_its_parts_over_the_draws(real):
    rng = np.random.default_rng(1)
    draws = [real + rng.normal(scale=s, size=real.shape) for s in (0.5, 1.0)]
    synthetic = np.stack(draws, axis=1).reshape(-1, real.shape[1])  # both draws of the first sample, of the second, ...
    parts = [prdc(real, draw, k=5) for draw in draws]
    p, r, coverage = (np.array([part[name] for part in parts]) for name in ("precision", "recall", "coverage"))
    expected = (s_dist(real, synthetic, constant="zero") + coverage + 2 * p * r / (p + r)) / 3
    assert ((expected > 0) & (expected < 1)).all()
    assert balanced_score(real, synthetic) == pytest.approx(expected)


def test_only_the_balanced_score_sees_a_lack_of_variety(real):
    middle = real.mean(axis=0)
    narrow = middle + (real - middle) / 10
    assert SCORES["S_dist"](real, narrow) == pytest.approx(1)
    assert balanced_score(real, narrow) < 0.7


def test_where_nothing_is_alike_or_samples_are_few(real):
    assert balanced_score(real, real + 1000) == pytest.approx(1 / 3)  # S_dist alone, which sees no shift
    assert balanced_score(real[:3], real[:3]) == pytest.approx(1)  # fewer neighbours than five


def test_constant_genes_count_as_uncorrelated(real):
    constant = real.copy()
    constant[:, 2] = 5
    assert 0 < SCORES["S_dist"](real, constant) < 1
