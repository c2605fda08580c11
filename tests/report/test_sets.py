"""Data sets become AnnData over the genes of the test data; the user's own are never changed."""

import numpy as np
import pytest
from scipy import sparse

from gexlib.report.sets import aligned, as_anndata
from tests.report.conftest import GENES


def test_arrays_and_sparse_matrices_become_anndata(sets):
    x = sets["test"].X
    for data in (x, sparse.csr_matrix(x)):
        made = as_anndata(data, "test", GENES)
        assert list(made.var_names) == GENES
        assert made.obs_names[0] == "test-0"
        assert made.n_obs == len(x)


def test_names_go_onto_a_copy(sets):
    named = as_anndata(sets["test"], "test", [f"other{i}" for i in range(12)])
    assert named.var_names[0] == "other0"
    assert list(sets["test"].var_names) == GENES
    assert as_anndata(sets["test"], "test") is sets["test"], "no copy without need"


def test_genes_are_matched_by_name_or_by_order(sets):
    turned = sets["near"][:, ::-1].copy()
    back = aligned(turned, "synthetic", sets["test"])
    assert list(back.var_names) == GENES
    np.testing.assert_array_equal(back.X, sets["near"].X)
    assert aligned(sets["near"], "synthetic", sets["test"]) is sets["near"]
    array = aligned(sets["near"].X, "synthetic", sets["test"])
    assert list(array.var_names) == GENES


def test_errors_name_the_argument(sets):
    with pytest.raises(TypeError, match="test must be an AnnData or a 2-D array"):
        as_anndata("test.h5ad", "test")
    with pytest.raises(ValueError, match="genes has 1 names but test has 12 genes"):
        as_anndata(sets["test"], "test", ["a"])
    with pytest.raises(ValueError, match="test has 12 genes and train has 5"):
        aligned(np.ones((9, 5)), "train", sets["test"])
    with pytest.raises(ValueError, match="test and train must hold the same genes"):
        aligned(sets["train"][:, :5].copy(), "train", sets["test"])
