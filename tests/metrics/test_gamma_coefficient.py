import numpy as np
import pytest

from gexlib.metrics import gamma


def test_gamma_of_squares_and_of_condensed_vectors():
    x = np.random.default_rng(0).normal(size=(25, 17))
    a, b = 1 - np.corrcoef(x, rowvar=False), 1 - np.corrcoef(x[:12], rowvar=False)
    upper = np.triu_indices(17, 1)
    expected = np.corrcoef(a[upper], b[upper])[0, 1]
    assert gamma(a, b) == pytest.approx(expected, abs=1e-13)
    assert gamma(a[upper], b) == pytest.approx(expected, abs=1e-13)


def test_gamma_pools_long_vectors_stably():
    """A large common offset cancels piece by piece, over several pieces, and the input stays as it is."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=200_000)
    b = a + rng.normal(size=200_000)
    a[:50_000] += 3  # pieces with different means
    shifted, before = a + 1e7, a.copy()
    assert gamma(a, b) == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-12)
    assert gamma(shifted, b) == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-8)
    np.testing.assert_array_equal(a, before)


def test_gamma_refuses_what_it_cannot_compare():
    a = np.arange(6.0)
    with pytest.raises(ValueError, match="gamma is undefined: all pairs of genes of b"):
        gamma(a, np.full(6, 0.1))
    with pytest.raises(ValueError, match="same number of pairs, not 6 and 3"):
        gamma(a, a[:3])
    with pytest.raises(ValueError, match="a must be a square matrix"):
        gamma(np.ones((3, 4)), a)
    with pytest.raises(ValueError, match="b has values that are NaN"):
        gamma(a, np.where(a == 2, np.nan, a))
