import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from gexlib.metrics import _trees, s_dend, s_dist


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
    monkeypatch.setattr(_trees, "LARGE", 0)


@pytest.mark.parametrize("levels", [None, 1, 2, 5])
@pytest.mark.parametrize("n", [3, 4, 17, 120])
def test_the_tree_is_scipys_to_the_bit(any_size, n, levels):
    for seed in range(5):
        d = distances(n, seed, levels)
        np.testing.assert_array_equal(_trees.complete_linkage_of(d.copy()), scipy_linkage(d))


def test_a_chain_of_growing_distances(any_size):
    """Points ever farther apart: one merge at a time, each with the cluster of all before."""
    at = 1.5 ** np.arange(60)
    d = np.abs(at[:, None] - at)
    np.testing.assert_array_equal(_trees.complete_linkage_of(d.copy()), scipy_linkage(d))


@pytest.mark.parametrize("large", [0, 2500])
@pytest.mark.parametrize("n", [5, 10, 81])
def test_gamma_of_trees_is_that_of_their_cophenetic_distances(monkeypatch, n, large):
    monkeypatch.setattr(_trees, "LARGE", large)
    for seed in range(5):
        linkages = [scipy_linkage(distances(n, seed)), scipy_linkage(distances(n, seed + 5, levels=6))]
        trees = [_trees.Tree(linkage) for linkage in linkages]
        t = [hierarchy.cophenet(linkage) for linkage in linkages]
        assert _trees.tree_gamma(*trees) == pytest.approx(np.corrcoef(*t)[0, 1], abs=1e-12)
        for tree, each in zip(trees, t, strict=True):
            assert (tree.mean, tree.sd) == pytest.approx((each.mean(), each.std()), rel=1e-12)
        assert _trees.tree_gamma(trees[0], trees[0]) == pytest.approx(1, abs=1e-12)


def test_s_dend_of_large_data_is_that_of_small(monkeypatch):
    rng = np.random.default_rng(0)
    x, z = (rng.normal(size=(n, 3)) @ rng.normal(size=(3, 90)) + rng.normal(size=(n, 90)) for n in (40, 25))
    z[:, [7, 30]] = 1
    small = s_dend(x, z, constant="zero")
    monkeypatch.setattr(_trees, "LARGE", 0)
    assert s_dend(x, z, constant="zero") == pytest.approx(small, abs=1e-12)
    with pytest.raises(ValueError, match="gamma is undefined: all pairs of genes of synthetic"):
        s_dend(x, np.outer(rng.normal(size=10), rng.uniform(1, 2, size=90)))


@pytest.mark.parametrize("score", [s_dist, s_dend])
def test_a_device_changes_nothing(score):
    """PyTorch's products in float64, more samples than genes or fewer."""
    rng = np.random.default_rng(1)
    for n in (12, 70):
        x, z = (rng.normal(size=(n, 3)) @ rng.normal(size=(3, 40)) + rng.normal(size=(n, 40)) for _ in range(2))
        assert score(x.astype("f4"), z, device="cpu") == pytest.approx(score(x.astype("f4"), z), abs=1e-10)
    with pytest.raises(ValueError, match="device='nowhere' cannot be used here"):
        score(x, z, device="nowhere")


def test_s_dist_of_few_samples_equals_that_of_pairs_of_genes():
    """The sums over samples, where a constant gene counts as 0, and where correlations hardly differ."""
    rng = np.random.default_rng(2)
    trend = rng.normal(size=(2, 15, 1))
    for noise, tolerance in ((1, 1e-12), (1e-2, 1e-12), (1e-4, 1e-8)):
        x, z = trend + noise * rng.normal(size=(2, 15, 60)) * rng.uniform(0.1, 1, size=60)
        x[:, 3] = z[:, 4] = 0
        whole = [np.zeros((60, 60)) for _ in range(2)]
        for out, data, gone in zip(whole, (x, z), (3, 4), strict=True):
            kept = np.delete(np.arange(60), gone)
            out[np.ix_(kept, kept)] = np.corrcoef(data[:, kept], rowvar=False)
        upper = np.triu_indices(60, 1)
        expected = np.corrcoef(*(out[upper] for out in whole))[0, 1]
        assert s_dist(x, z, constant="zero") == pytest.approx(expected, abs=tolerance)
