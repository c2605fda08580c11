import numpy as np
import pytest

from gexlib.metrics import expression
from gexlib.metrics.expression import Expression
from gexlib.metrics.unit_genes import UnitGenes


@pytest.fixture
def x(monkeypatch):
    monkeypatch.setattr(expression, "BLOCK", 4)
    return np.random.default_rng(0).normal(7, 3, size=(12, 10))


def test_inner_products_are_correlations(x):
    units = UnitGenes(Expression(x, "real"))
    u = units[slice(None)]
    np.testing.assert_allclose(u.T @ u, np.corrcoef(x, rowvar=False), atol=1e-14)
    np.testing.assert_allclose(u.sum(axis=0), 0, atol=1e-14)
    np.testing.assert_array_equal(units[np.array([7, 2])], u[:, [7, 2]])


def test_some_genes_are_found_by_their_positions_in_the_data_set(x):
    every, some = UnitGenes(Expression(x, "real")), UnitGenes(Expression(x, "real"), np.array([2, 5, 9]))
    assert (every.n, some.n) == (10, 3)
    assert some.places(np.array([9, 2])).tolist() == [2, 0]
    np.testing.assert_array_equal(some[some.places(np.array([9, 2]))], every[np.array([9, 2])])


def test_constant_genes_have_scale_zero_or_are_named(x):
    x[:, [2, 5]] = 0.1
    units = UnitGenes(Expression(x, "real"), constant="zero")
    assert np.nonzero(units.scale == 0)[0].tolist() == [2, 5]
    assert not units[np.array([2, 5])].any()
    with pytest.raises(ValueError, match=r"real has 2 constant genes .*: 2, 5; leave"):
        UnitGenes(Expression(x, "real"))
    with pytest.raises(ValueError, match=r"real has 1 constant genes .*: 'f'; leave"):
        UnitGenes(Expression(x, "real", list("abcdefghij")), np.array([4, 5]))
