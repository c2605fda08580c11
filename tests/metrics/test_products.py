"""Correlations in blocks and held as a triangle are those of NumPy, and the same in both."""

import numpy as np
import pytest
from scipy.spatial.distance import squareform

from gexlib.metrics import expression
from gexlib.metrics.expression import Expression
from gexlib.metrics.products import Products
from gexlib.metrics.regulons import Regulon
from gexlib.metrics.unit_genes import UnitGenes

N = 17


@pytest.fixture
def x(monkeypatch):
    monkeypatch.setattr(expression, "BLOCK", 4)
    rng = np.random.default_rng(0)
    return rng.normal(size=(25, 3)) @ rng.normal(size=(3, N)) + rng.normal(size=(25, N))


def products(x, **options):
    return Products(UnitGenes(Expression(x, "real"), constant="zero"), **options)


def test_blocks_and_matrices_of_all_and_of_some_genes(x):
    r = np.corrcoef(x, rowvar=False)
    some = np.array([11, 3, 5, 16, 0, 7])
    for genes in (None, some):
        expected = r if genes is None else r[np.ix_(genes, genes)]
        np.testing.assert_allclose(products(x).matrix(genes), expected, atol=1e-14)
        for rows, columns, block in products(x).blocks(genes):
            np.testing.assert_allclose(block, expected[rows, columns], atol=1e-14)


@pytest.mark.parametrize("device", [None, "cpu"])
def test_dissimilarities_for_a_linkage_are_those_of_the_blocks(x, device):
    x[:, 10] = x[:, 3]
    x[:, 4] = 1
    square = products(x, device=device).for_linkage()
    np.fill_diagonal(square, 0)
    d = products(x).dissimilarities()
    np.testing.assert_allclose(squareform(square, checks=False), d, atol=1e-14)
    assert d.min() >= 0
    assert (square[4, np.arange(N) != 4] == 1).all()


def test_pairs_come_once(x):
    z, upper = x[:9], np.triu_indices(N, 1)
    r, s = (np.corrcoef(data, rowvar=False)[upper] for data in (x, z))
    for genes in (np.arange(N), np.random.default_rng(1).permutation(N)):
        pieces = list(products(x).paired_among(genes, products(z)))
        assert sum(a.size for a, _ in pieces) == r.size
        assert sum(a @ b for a, b in pieces) == pytest.approx(r @ s)
    pieces = [
        (a[np.triu_indices(len(a), 1)], b[np.triu_indices(len(a), 1)]) if symmetric else (a.ravel(), b.ravel())
        for a, b, symmetric in products(x).paired(products(z))
    ]
    assert sum(a.size for a, _ in pieces) == r.size
    assert sum(a @ b for a, b in pieces) == pytest.approx(r @ s)


def test_correlations_with_targets(x):
    r = np.corrcoef(x, rowvar=False)
    found = products(x).with_targets([Regulon(3, np.array([9, 3, 1])), Regulon(8, np.array([2]))])
    np.testing.assert_allclose(found, [r[3, 9], 1, r[3, 1], r[8, 2]], atol=1e-14)
