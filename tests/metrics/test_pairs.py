import numpy as np
import pytest

from gexlib.metrics import _data, correlation, correlation_blocks, dissimilarity, gamma

from . import reference


@pytest.fixture
def x(monkeypatch):
    monkeypatch.setattr(_data, "BLOCK", 7)
    rng = np.random.default_rng(0)
    return rng.normal(size=(25, 3)) @ rng.normal(size=(3, 17)) + rng.normal(size=(25, 17))


def test_correlation_is_numpys(x):
    r = correlation(x)
    np.testing.assert_allclose(r, np.corrcoef(x, rowvar=False), atol=1e-13)
    np.testing.assert_array_equal(r, r.T)
    np.testing.assert_array_equal(np.diag(r), 1)
    assert r.dtype == correlation(x.astype(np.float32)).dtype == np.float64


def test_correlation_of_constant_genes_counts_as_zero(x):
    x[:, 3] = 5
    r = correlation(x, constant="zero")
    assert not r[3].any()
    assert not r[:, 3].any()
    with pytest.raises(ValueError, match="data has 1 constant genes"):
        correlation(x)


def test_blocks_tile_the_upper_triangle(x):
    r, times_seen = np.zeros((17, 17)), np.zeros((17, 17), dtype=int)
    for rows, columns, block in correlation_blocks(x):
        r[rows, columns] = block
        times_seen[rows, columns] += 1
    np.testing.assert_allclose(np.triu(r), np.triu(np.corrcoef(x, rowvar=False)), atol=1e-13)
    assert (times_seen[np.triu_indices(17)] == 1).all()


def test_dissimilarity_is_in_scipy_order(x):
    np.testing.assert_allclose(dissimilarity(x), list(reference.pair_dissimilarities(x).values()), atol=1e-13)


def test_gamma_of_squares_and_of_condensed_vectors(x):
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
