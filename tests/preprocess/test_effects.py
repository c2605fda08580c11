import numpy as np
import pytest
from scipy.stats import norm

from gexlib.preprocess import Covariates, design_matrix, fit_effects

NONE = np.full(3, -np.inf)


def covariates(codes, values=None):
    codes = np.asarray(codes)
    return Covariates(codes, np.zeros((len(codes), 0), np.float32) if values is None else values)


def test_effects_of_levels_and_numbers_are_found_and_kinds_deviate_from_their_sum():
    rng = np.random.default_rng(0)
    codes, values = rng.integers(0, 2, (4000, 2)), rng.normal(size=(4000, 1)).astype(np.float32)
    mean = 1 + 2 * values + codes[:, :1] - codes[:, 1:] + 3 * (codes == 1).all(axis=1, keepdims=True)
    y = (mean + rng.normal(size=(4000, 3))).astype(np.float32)
    found = fit_effects(y, covariates(codes, values), [2, 2], NONE, seed=0)
    assert found.effects[1] == pytest.approx(2, abs=0.06)
    fitted = (
        design_matrix(covariates(codes, values), [2, 2]) @ found.effects + found.deviations[found.kinds.codes(codes)]
    )
    assert np.abs(fitted - mean).max() < 0.25
    assert found.free == pytest.approx(4000 - 4, abs=0.1), "a mean, a slope, and a contrast of each covariate"


def test_a_combination_of_two_samples_is_no_kind():
    codes = np.array([[0]] * 5 + [[1]] * 2)
    found = fit_effects(np.zeros((7, 3), np.float32), covariates(codes), [2], NONE, seed=0)
    assert found.kinds.keys.tolist() == [0]


def test_censored_scores_are_completed_as_a_truncated_gaussian():
    y = np.random.default_rng(1).normal(size=(5000, 3)).astype(np.float32)
    floor = np.array([-0.5, 0.0, -np.inf])
    found = fit_effects(
        np.maximum(y, floor).astype(np.float32), covariates(np.zeros((5000, 1), int)), [1], floor, seed=0
    )
    for gene, low in enumerate(floor[:2]):
        drawn = found.completed[:, gene][y[:, gene] <= low]
        assert (drawn <= low).all()
        assert drawn.mean() == pytest.approx(-norm.pdf(low) / norm.cdf(low), abs=0.08)
    np.testing.assert_array_equal(found.completed[:, 2], y[:, 2])
