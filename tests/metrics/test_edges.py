"""Edges are pairs of genes above the threshold, with their sign."""

import numpy as np
import pytest
from anndata import AnnData

from gexlib.metrics import coexpression_edges


def mixed(seed, genes=30, n=60):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)) @ np.random.default_rng(9).normal(size=(3, genes)) + rng.normal(size=(n, genes))


@pytest.mark.parametrize("threshold", [0.3, 0.7])
@pytest.mark.parametrize("genes", [30, 1100])  # one block, several blocks
def test_they_are_the_pairs_of_the_correlation_matrices(threshold, genes):
    x, z = mixed(0, genes), mixed(1, genes)
    upper = np.triu_indices(genes, 1)
    r, s = (np.corrcoef(data.T)[upper] for data in (x, z))
    real, synthetic = np.abs(r) > threshold, np.abs(s) > threshold
    both = (real & synthetic & (np.sign(r) == np.sign(s))).sum()
    found = coexpression_edges(x, z, threshold)
    assert found.tolist() == pytest.approx([both / synthetic.sum(), both / real.sum(), real.sum(), synthetic.sum()])
    assert coexpression_edges(x, x, threshold)[:2].tolist() == [1, 1]


def test_an_edge_of_the_other_sign_is_wrong():
    x = mixed(0)
    turned = x * np.where(np.arange(30) < 15, -1, 1)
    within = np.abs(np.corrcoef(x.T)) > 0.5
    kept = np.triu(within[:15, :15], 1).sum() + np.triu(within[15:, 15:], 1).sum()
    found = coexpression_edges(x, turned, 0.5)
    assert found["precision"] == found["recall"] == kept / np.triu(within, 1).sum()


def test_no_edges_no_share_and_genes_by_name():
    noise = np.random.default_rng(0).normal(size=(200, 10))
    assert np.isnan(coexpression_edges(noise, mixed(0, 10))["recall"])
    assert np.isnan(coexpression_edges(mixed(0, 10), noise)["precision"])
    x, z = AnnData(mixed(0)), AnnData(mixed(1))
    assert coexpression_edges(x, z[:, ::-1].copy()).equals(coexpression_edges(x, z))


def test_errors_name_the_argument():
    x = mixed(0)
    for threshold in (0, 1, 7):
        with pytest.raises(ValueError, match=f"threshold={threshold} must be between 0 and 1"):
            coexpression_edges(x, x, threshold)
    flat = x.copy()
    flat[:, 3] = 1
    with pytest.raises(ValueError, match="constant"):
        coexpression_edges(x, flat)
    assert coexpression_edges(x, flat, constant="zero")["precision"] == 1
