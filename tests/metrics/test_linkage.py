import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from gexlib.metrics import linkage, s_dend


def scipy_linkage(d):
    return hierarchy.linkage(squareform(d, checks=False), "complete")


def distances(n, seed, levels=None):
    """Symmetric random distances; with ``levels``, so few values that most choices are ties."""
    rng = np.random.default_rng(seed)
    d = rng.uniform(size=(n, n)) if levels is None else rng.integers(1, levels + 1, size=(n, n)).astype(float)
    d = np.triu(d, 1)
    return d + d.T


@pytest.fixture
def any_size(monkeypatch):
    """Take the way of large data at any size."""
    monkeypatch.setattr(linkage, "LARGE", 0)


@pytest.mark.parametrize("levels", [None, 1, 2, 5])
@pytest.mark.parametrize("n", [3, 4, 17, 120])
def test_the_tree_is_scipys_to_the_bit(any_size, n, levels):
    for seed in range(5):
        d = distances(n, seed, levels)
        np.testing.assert_array_equal(linkage.complete_linkage_of(d.copy()), scipy_linkage(d))


def test_a_chain_of_growing_distances(any_size):
    """Points ever farther apart: one merge at a time, each with the cluster of all before."""
    at = 1.5 ** np.arange(60)
    d = np.abs(at[:, None] - at)
    np.testing.assert_array_equal(linkage.complete_linkage_of(d.copy()), scipy_linkage(d))


@pytest.mark.parametrize("large", [0, 2500])
@pytest.mark.parametrize("n", [5, 10, 81])
def test_gamma_of_trees_is_that_of_their_cophenetic_distances(monkeypatch, n, large):
    monkeypatch.setattr(linkage, "LARGE", large)
    for seed in range(5):
        linkages = [scipy_linkage(distances(n, seed)), scipy_linkage(distances(n, seed + 5, levels=6))]
        trees = [linkage.Tree(each) for each in linkages]
        t = [hierarchy.cophenet(each) for each in linkages]
        assert trees[0].gamma(trees[1]) == pytest.approx(np.corrcoef(*t)[0, 1], abs=1e-12)
        for tree, each in zip(trees, t, strict=True):
            assert (tree.mean, tree.sd) == pytest.approx((each.mean(), each.std()), rel=1e-12)
        assert trees[0].gamma(trees[0]) == pytest.approx(1, abs=1e-12)


def test_s_dend_of_large_data_is_that_of_small(monkeypatch):
    rng = np.random.default_rng(0)
    x, z = (rng.normal(size=(n, 3)) @ rng.normal(size=(3, 90)) + rng.normal(size=(n, 90)) for n in (40, 25))
    z[:, [7, 30]] = 1
    small = s_dend(x, z, constant="zero")
    monkeypatch.setattr(linkage, "LARGE", 0)
    assert s_dend(x, z, constant="zero") == pytest.approx(small, abs=1e-12)
    with pytest.raises(ValueError, match="gamma is undefined: all pairs of genes of synthetic"):
        s_dend(x, np.outer(rng.normal(size=10), rng.uniform(1, 2, size=90)))
