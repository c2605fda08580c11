"""What counts as a data set, and how the genes of two are matched."""

import numpy as np
import pytest
import scipy.sparse as sp
from anndata import AnnData

from gexlib.metrics import expression
from gexlib.metrics.expression import Expression, checked_pair, slices


@pytest.fixture
def x():
    return np.random.default_rng(0).poisson(1, size=(6, 5)).astype(np.float32)


def named(x, names):
    data = AnnData(x)
    data.var_names = list(names)
    return data


@pytest.mark.parametrize("kind", [np.asarray, np.asfortranarray, AnnData, sp.csr_matrix, sp.coo_array])
def test_columns_are_float64_copies_of_the_values(kind, x):
    data = Expression(kind(x), "real")
    for genes in (slice(1, 4), np.array([4, 0])):
        columns = data.columns(genes)
        np.testing.assert_array_equal(columns, x[:, genes])
        assert columns.dtype == np.float64
        assert columns.flags.c_contiguous
        columns[:] = -1
        np.testing.assert_array_equal(data.columns(genes), x[:, genes])
    assert (data.n_samples, data.n_genes) == (6, 5)


def test_genes_are_put_in_the_order_of_the_other_data_set(x):
    real, synthetic = checked_pair(named(x, "abcde"), named(x[:, ::-1], "edcba"))
    np.testing.assert_array_equal(synthetic.columns(slice(None)), x)
    assert list(synthetic.names) == list("abcde")
    assert real.positions() == {name: i for i, name in enumerate("abcde")}


def test_a_checked_data_set_stays_as_it_is(x):
    real = Expression(named(x, "abcde"), "real")
    other, synthetic = checked_pair(real, named(x, "abcde"), genes=list("vwxyz"))
    assert list(real.names) == list("abcde")
    assert list(other.names) == list(synthetic.names) == list("vwxyz")


def test_genes_without_names_are_called_by_their_positions(x):
    assert Expression(x, "real").label(3) == 3
    assert Expression(x, "real", list("abcde")).label(3) == "d"


def test_an_error_lists_a_few_names_and_their_number(x):
    real = Expression(named(np.tile(x, 2), "abcdefghij"), "real")
    with pytest.raises(ValueError, match=r"7 genes are missing from made: 'a', 'b', 'c', 'd', 'e', ... \(7 in all\)"):
        Expression(named(x[:, :3], "hij"), "made").align(real)
    repeated = Expression(x, "real", np.array(["a", "a", "a", "b", "b"]))
    with pytest.raises(ValueError, match=r"must be unique, but 3 are repeated: 'a', 'a', 'b'; make"):
        repeated.positions()


def test_values_that_are_not_finite_are_located_in_any_kind_of_matrix(x):
    x[[3, 5], [1, 0]] = np.nan, np.inf
    for kind in (np.asarray, sp.csc_matrix, sp.coo_array):
        with pytest.raises(
            ValueError, match=r"real has values that are NaN .*\(2 in all\), .* row 3, column 1; remove"
        ):
            Expression(kind(x), "real")


def test_slices_cover_a_range(monkeypatch):
    monkeypatch.setattr(expression, "BLOCK", 3)
    assert slices(7) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert slices(7, start=3) == [slice(3, 6), slice(6, 7)]
    assert slices(7, blocks=2) == [slice(0, 6), slice(6, 7)]
