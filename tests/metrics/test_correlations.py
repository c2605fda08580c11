import numpy as np
import pytest

from gexlib.metrics import correlation, correlation_blocks, correlations, dissimilarity, expression
from gexlib.metrics.correlations import Correlations
from gexlib.metrics.expression import Expression
from gexlib.metrics.regulons import Regulon

from . import reference


@pytest.fixture
def x(monkeypatch):
    monkeypatch.setattr(expression, "BLOCK", 7)
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


@pytest.fixture
def sets(x):
    """Real and synthetic data over the genes of `x`."""
    other = np.random.default_rng(1).normal(size=(18, 17)) + x[:18]
    return Expression(x, "real"), Expression(other, "synthetic")


@pytest.mark.parametrize("options", [{}, {"hold": True}, {"device": "cpu"}])
def test_the_way_of_computing_makes_no_difference(sets, options):
    """Blocks, a held triangle, or products of samples: one interface, the same numbers."""
    real, synthetic = (Correlations(data, **options) for data in sets)
    assert real.held == ("hold" in options)
    r, s = (np.corrcoef(data.columns(slice(None)), rowvar=False) for data in sets)
    upper = np.triu_indices(17, 1)
    assert real.gamma(synthetic) == pytest.approx(np.corrcoef(r[upper], s[upper])[0, 1], abs=1e-12)
    regulons = [Regulon(3, np.array([9, 3, 1])), Regulon(8, np.array([2]))]
    np.testing.assert_allclose(real.with_targets(regulons), [r[3, 9], 1, r[3, 1], r[8, 2]], atol=1e-14)
    genes = np.array([12, 4, 7, 1, 9, 16, 0, 3, 10])
    upper = np.triu_indices(9, 1)
    pairs = [np.concatenate(part) for part in zip(*real.paired_among(genes, synthetic), strict=True)]
    expected = [matrix[np.ix_(genes, genes)][upper] for matrix in (r, s)]
    assert pairs[0] @ pairs[1] == pytest.approx(expected[0] @ expected[1])
    np.testing.assert_allclose(np.sort(pairs[0]), np.sort(expected[0]), atol=1e-14)
    np.testing.assert_allclose(real.matrix(genes), r[np.ix_(genes, genes)], atol=1e-14)
    d = real.for_linkage()
    np.testing.assert_allclose(d if d.ndim == 1 else d[np.triu_indices(17, 1)], real.dissimilarities(), atol=1e-14)


def test_genes_are_given_by_their_positions_in_the_data_set(sets):
    chosen = np.array([1, 2, 5, 9, 14])
    some, every = (Correlations(sets[0], genes) for genes in (chosen, None))
    regulons = [Regulon(9, np.array([14, 1])), Regulon(2, np.array([5]))]
    np.testing.assert_array_equal(some.with_targets(regulons), every.with_targets(regulons))
    np.testing.assert_array_equal(some.matrix(chosen[:3]), every.matrix(chosen[:3]))
    assert some.n == 5


def test_many_genes_are_not_held(sets, monkeypatch):
    monkeypatch.setattr(correlations, "HELD", 16)
    assert not Correlations(sets[0], hold=True).held
    assert Correlations(sets[0], np.arange(16), hold=True).held


def test_gamma_needs_three_genes(sets):
    two = Correlations(sets[0], np.array([3, 8]))
    for call in (two.for_linkage, lambda: two.gamma(two)):
        with pytest.raises(ValueError, match="real has 2 genes; gamma compares pairs and needs at least 3"):
            call()
