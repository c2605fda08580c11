"""Checks that several rooms share."""

import os

import numpy as np
import pandas as pd
import pytest
import torch
from anndata import AnnData
from scipy import sparse
from sklearn.exceptions import NotFittedError

from gexlib.checks import (
    check_columns,
    check_files_in,
    check_finite,
    check_fitted,
    check_memory,
    column_names,
    existing_file,
    expression_matrix,
    finite_matrix,
    listing,
    usable_device,
    whole_number,
)
from gexlib.datasets import read_gmt
from gexlib.datasets.fpkm_table import read_table
from gexlib.datasets.registry import git_blob_id
from gexlib.datasets.text_table import read_text
from gexlib.grn import read_regulondb
from gexlib.metrics.device import check_device
from gexlib.simulators import Gaussian
from gexlib.simulators.tables import lines_of
from gexlib.wgan.device import choose_device


def test_a_device_that_can_be_used():
    assert usable_device("cpu", always="'cpu'") == choose_device("cpu") == torch.device("cpu")
    assert check_device("cpu") is check_device(None) is None


@pytest.mark.parametrize(("check", "ways_out"), [(check_device, "None or 'cpu'"), (choose_device, "'auto' or 'cpu'")])
@pytest.mark.parametrize("device", ["nowhere", "cuda:99"])
def test_the_error_on_a_device_names_it_and_the_ways_out_of_the_caller(check, ways_out, device):
    with pytest.raises(ValueError, match=rf"^device='{device}' cannot be used here \(.+\); {ways_out} always can$"):
        check(device)


def test_whole_numbers():
    assert [whole_number("k", k, least=1) for k in (1, np.int64(7))] == [1, 7]
    with pytest.raises(ValueError, match="k must be at least 1, not 0"):
        whole_number("k", 0, least=1)
    with pytest.raises(TypeError, match=r"k must be a whole number, not 1\.5"):
        whole_number("k", 1.5, least=1)


def test_the_expression_of_a_data_set_is_dense():
    x = np.array([[1, 0], [0, 2]], np.float32)
    assert expression_matrix(AnnData(sparse.csr_matrix(x)), "train").tolist() == x.tolist()
    with pytest.raises(TypeError, match="train must be an AnnData, not ndarray"):
        expression_matrix(x, "train")
    with pytest.raises(ValueError, match="train has no X"):
        expression_matrix(AnnData(obs=pd.DataFrame(index=["s1"])), "train")
    x[1, 0] = -np.inf
    names = {"obs": pd.DataFrame(index=["s1", "s2"]), "var": pd.DataFrame(index=["crp", "fis"])}
    with pytest.raises(ValueError, match=r"train\.X has values .* \(1 in all\), the first in sample 's2', gene 'crp'"):
        expression_matrix(AnnData(x, **names), "train")


def test_a_matrix_has_two_samples_and_finite_values():
    x = np.eye(2)
    check_finite("x", x)
    assert finite_matrix(x.tolist()).tolist() == x.tolist()
    for wrong in (x[:1], x[0]):
        with pytest.raises(ValueError, match=r"x has shape \(.*\); give a matrix"):
            finite_matrix(wrong)
    x[0, 1] = x[1, 1] = np.nan
    with pytest.raises(ValueError, match=r"x has values that are NaN or infinite \(2 in all\), .* row 0, column 1"):
        finite_matrix(x)


def test_an_estimator_is_fitted_once_it_has_an_attribute():
    class Estimator:
        mean_: float

    estimator = Estimator()
    with pytest.raises(NotFittedError, match="this Estimator is not fitted; load a model first"):
        check_fitted(estimator, "mean_", "load a model first")
    estimator.mean_ = 0.0
    check_fitted(estimator, "mean_")


def test_columns():
    obs = pd.DataFrame({"tissue": ["lung", None], "sex": ["m", "f"]})
    assert column_names("within", ("tissue", "sex")) == ["tissue", "sex"]
    with pytest.raises(TypeError, match=r"within='sex' must be a list of names of columns, such as \['sex'\]"):
        column_names("within", "sex")
    with pytest.raises(TypeError, match=r"within=\[1\] must be a list of names of columns"):
        column_names("within", [1])
    with pytest.raises(ValueError, match=r"within=\['sex', 'sex'\] names a column twice"):
        column_names("within", ["sex", "sex"])
    check_columns("within", ["tissue", "sex"], obs)
    check_columns("within", ["sex"], obs, complete=True)
    with pytest.raises(ValueError, match=r"within='organ' is not a column of real\.obs; columns: 'tissue', 'sex'"):
        check_columns("within", ["tissue", "organ"], obs, "real.obs")
    with pytest.raises(ValueError, match="within='tissue' has 1 missing values in obs"):
        check_columns("within", ["sex", "tissue"], obs, complete=True)


def test_a_listing_is_cut():
    assert listing([]) == "none"
    assert listing(range(3)) == "0, 1, 2"
    assert listing(list("abc"), most=2) == "'a', 'b', ... (3 in all)"


def test_a_seed_has_a_most():
    """NumPy takes larger ones, scikit-learn does not."""
    assert whole_number("seed", 2**32 - 1, least=0) == 2**32 - 1
    with pytest.raises(ValueError, match="seed must be at most 4294967295, not 4294967296"):
        whole_number("seed", 2**32, least=0)
    assert whole_number("epochs", 2**40, least=0) == 2**40
    with pytest.raises(ValueError, match="jobs must be at most 8, not 9"):
        whole_number("jobs", 9, least=0, most=8)


def test_what_is_no_expression():
    for x in (np.ones((3, 2), complex), sparse.csr_matrix(np.ones((3, 2), complex)), np.full((3, 2), "a", object)):
        with pytest.raises(TypeError, match=r"train.X has the dtype (complex128|object); give real numbers"):
            expression_matrix(AnnData(x), "train")
    with pytest.raises(TypeError, match="x has the dtype complex128"):
        finite_matrix(np.ones((3, 2), complex))
    with pytest.raises(ValueError, match="train has no genes; were they all filtered out"):
        expression_matrix(AnnData(np.ones((3, 0), np.float32)), "train")
    with pytest.raises(ValueError, match=r"train.X has values that are NaN or infinite \(1 in all\).*gene '1'"):
        expression_matrix(AnnData(np.array([[1.0, 1e39]])), "train")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_may_never_end_is_not_read(tmp_path, make):
    path = tmp_path / "store" / "0" / "data.gmt"
    path.parent.mkdir(parents=True)
    (path.parent / "loop").symlink_to("..")
    check_files_in(tmp_path)
    make(path)
    readers = [read_gmt, read_regulondb, read_text, git_blob_id, read_table, lambda path: list(lines_of(path))]
    for read in (*readers, lambda _: check_files_in(tmp_path)):
        with pytest.raises(ValueError, match=r"data.gmt is a pipe or a device, whose end may never come; copy "):
            read(path)
    with pytest.raises(FileNotFoundError, match="there is no file nowhere; give one"):
        existing_file("nowhere", "give one")


def test_what_does_not_fit_into_memory_is_refused():
    check_memory("nothing", 0, "")
    fitted = Gaussian(n_components=3).fit(AnnData(np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)))
    with pytest.raises(ValueError, match=r"n_samples=10{12} needs at least 24,000.0 GB of memory, but this m"):
        fitted.simulate(10**12)
