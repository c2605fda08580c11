"""A held triangle gives what products give."""

import numpy as np
import pytest
from scipy.spatial.distance import squareform

from gexlib.metrics import expression, gamma_coefficient
from gexlib.metrics.expression import Expression
from gexlib.metrics.products import Products
from gexlib.metrics.regulons import Regulon
from gexlib.metrics.triangle import Triangle, condensed_row
from gexlib.metrics.unit_genes import UnitGenes

N = 17


@pytest.fixture
def both(monkeypatch):
    """Real and synthetic data, each as a triangle and as products; a gene is constant in one."""
    monkeypatch.setattr(expression, "BLOCK", 4)
    monkeypatch.setattr(gamma_coefficient, "PIECE", 10)
    rng = np.random.default_rng(0)
    sets = []
    for n in (25, 18):
        x = rng.normal(size=(n, 3)) @ rng.normal(size=(3, N)) + rng.normal(size=(n, N))
        x[:, 4] = x[:, 4] if n == 25 else 1
        units = UnitGenes(Expression(x, "real"), constant="zero")
        sets.append((Triangle(units), Products(units)))
    return list(zip(*sets, strict=True))


def test_values_lie_in_scipys_order(both):
    (held, _), (computed, _) = both
    expected = squareform(computed.matrix(), checks=False)
    np.testing.assert_allclose(held.values, expected, atol=1e-14)
    i, j = np.triu_indices(N, 1)
    assert (condensed_row(i, N) + j).tolist() == list(range(len(held.values)))


def test_pairs_among_genes_come_once(both):
    (held, other_held), (computed, other_computed) = both
    genes = np.random.default_rng(1).permutation(N)[:11]
    values = [
        sorted(zip(*map(np.concatenate, zip(*pieces, strict=True)), strict=True))
        for pieces in (held.paired_among(genes, other_held), computed.paired_among(genes, other_computed))
    ]
    np.testing.assert_allclose(*values, atol=1e-14)
    pieces = list(held.paired(other_held))
    np.testing.assert_array_equal(np.concatenate([a for a, _, _ in pieces]), held.values)
    np.testing.assert_array_equal(np.concatenate([b for _, b, _ in pieces]), other_held.values)
    assert not any(symmetric for *_, symmetric in pieces)


def test_a_gene_correlates_with_itself_at_one_unless_it_is_constant(both):
    regulons = [Regulon(4, np.array([9, 4, 1])), Regulon(8, np.array([2]))]
    for held, computed, itself in zip(*both, (1, 0), strict=True):
        found = held.with_targets(regulons)
        np.testing.assert_allclose(found, computed.with_targets(regulons), atol=1e-14)
        assert found[1] == itself


def test_dissimilarities_are_those_of_products(both):
    for held, computed in zip(*both, strict=True):
        np.testing.assert_allclose(held.dissimilarities(), computed.dissimilarities(), atol=1e-14)
        np.testing.assert_array_equal(held.for_linkage(), held.dissimilarities())
