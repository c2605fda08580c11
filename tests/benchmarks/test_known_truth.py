"""The known truth has what it promises: zeros, heavy tails, kinds, and dependence that is not linear."""

import numpy as np
import pytest
from scipy import stats


@pytest.fixture
def truth(benchmarks):
    from known_truth import Truth

    return Truth(genes=80)


def test_samples_are_of_one_distribution_and_reproducible(truth):
    a, b = truth.sample(4000, 1), truth.sample(4000, 2)
    np.testing.assert_array_equal(a.X, truth.sample(4000, 1).X)
    np.testing.assert_allclose(a.X.mean(axis=0), b.X.mean(axis=0), atol=0.15)
    shares = a.obs["kind"].value_counts(normalize=True).sort_index()
    np.testing.assert_allclose(shares, [0.35, 0.25, 0.20, 0.12, 0.08], atol=0.03)
    assert not set(a.obs_names) & set(b.obs_names)


def test_zeros_tails_and_variance_that_depends_on_a_factor(truth):
    data = truth.sample(4000, 0)
    zeros = (data.X == 0).mean(axis=0)
    assert (data.X.min(), (zeros > 0.1).any(), (zeros == 0).any()) == (0, True, True)
    x = data.X[(data.obs["kind"] == "kind 1").to_numpy()][:, zeros == 0]
    kurtosis = stats.kurtosis(x, axis=0)
    assert np.median(kurtosis) > 0.3
    sizes = np.square((x - x.mean(axis=0)) / x.std(axis=0)).mean(axis=1)
    gaussian = np.random.default_rng(0).multivariate_normal(np.zeros(x.shape[1]), np.corrcoef(x.T), len(x))
    assert sizes.var() > 1.5 * np.square(gaussian).mean(axis=1).var()
