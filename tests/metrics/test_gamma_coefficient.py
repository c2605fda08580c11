import numpy as np
import pytest

from gexlib.metrics import gamma
from gexlib.metrics.expression import Expression
from gexlib.metrics.gamma_coefficient import PooledPearson, check_varied, gamma_by_samples
from gexlib.metrics.unit_genes import UnitGenes


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


def test_pooling_blocks_and_pieces_is_one_correlation():
    """A symmetric block counts by its upper triangle, whatever is on its diagonal."""
    rng = np.random.default_rng(0)
    r, s = (np.corrcoef(rng.normal(size=(9, 10)), rowvar=False) for _ in range(2))
    pooled = PooledPearson()
    for rows, columns in ((slice(6), slice(6)), (slice(6), slice(6, 10)), (slice(6, 10), slice(6, 10))):
        pooled.add(r[rows, columns].copy(), s[rows, columns].copy(), symmetric=rows == columns)
    upper = np.triu_indices(10, 1)
    assert pooled.n == 45
    assert pooled.value("r", "s", scale=1.0) == pytest.approx(np.corrcoef(r[upper], s[upper])[0, 1], abs=1e-13)


def test_sums_over_samples_are_sums_over_pairs_of_genes():
    """Constant genes included, and not computed if the correlations hardly differ."""
    x, z = np.random.default_rng(0).normal(size=(2, 12, 50))
    x[:, 3] = z[:, [3, 4]] = 1
    units = [UnitGenes(Expression(data, "data"), constant="zero") for data in (x, z)]
    r, s = (unit[slice(None)].T @ unit[slice(None)] for unit in units)
    assert gamma_by_samples(*units) == pytest.approx(gamma(r, s), abs=1e-12)
    assert gamma_by_samples(*units, device="cpu") == pytest.approx(gamma(r, s), abs=1e-12)
    trend = np.arange(12.0)[:, None] + 1e-4 * x
    assert gamma_by_samples(UnitGenes(Expression(trend, "data")), UnitGenes(Expression(trend, "data"))) is None


def test_values_that_differ_by_rounding_alone_are_refused():
    check_varied("real", mean=0.5, sd=1e-9, scale=1.0)
    with pytest.raises(ValueError, match="all pairs of genes of real have the same value, 0.5"):
        check_varied("real", mean=0.5, sd=1e-13, scale=1.0)
