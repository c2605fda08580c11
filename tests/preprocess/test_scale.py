"""Scales of expression, and the way to logarithms."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from gexlib.preprocess import check_log, log2, log_cpm, log_tpm, scale_of, to_scale
from gexlib.preprocess.scale import warn_if_not_log

COUNTS = np.random.default_rng(0).poisson(300, (20, 6)).astype("float32")
LENGTHS = pd.Series([500.0, 1000, 1500, 2000, 900, 1100], [str(i) for i in range(6)])


def data(x):
    return AnnData(x)


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (COUNTS, "counts"),
        (sparse.csr_matrix(COUNTS), "counts"),
        (COUNTS + 0.25, "linear"),
        (COUNTS / COUNTS.sum(axis=1, keepdims=True) * 1e6, "linear"),
        (np.log2(COUNTS + 1), "log"),
        (COUNTS - COUNTS.mean(axis=0) > 0, "log"),
        (np.log2(COUNTS / 300 + 0.01), "log"),
    ],
)
def test_scales_are_told_apart(x, kind):
    assert scale_of(data(x.astype("float32"))).kind == kind


def test_transcripts_per_million_are_named():
    tpm = COUNTS / COUNTS.sum(axis=1, keepdims=True) * 1e6
    assert "adds up to a million" in scale_of(data(tpm)).seen
    with pytest.raises(ValueError, match=r"not logarithmic: .* million.*Take the logarithm of TPM"):
        check_log(data(tpm), "mine")


def test_log_tpm_is_log_cpm_of_counts_by_length():
    by_length = log_cpm(data(COUNTS / LENGTHS.to_numpy()))
    np.testing.assert_allclose(log_tpm(data(COUNTS), LENGTHS[::-1]).X, by_length.X, rtol=1e-6)
    np.testing.assert_allclose((2**by_length.X - 1).sum(axis=1), 1e6, rtol=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: log_tpm(data(COUNTS), LENGTHS[:5]), "1 of 6 genes have no length above 0 \\('5'\\)"),
        (lambda: log_tpm(data(COUNTS), "Length"), "lengths='Length' is not a column of var"),
        (lambda: log_cpm(data(COUNTS - 290)), "data has values below 0"),
        (lambda: log_cpm(data(COUNTS * 0)), "samples without any counts"),
        (lambda: to_scale(data(np.log2(COUNTS)), "log2"), "these seem to be"),
        (lambda: to_scale(data(COUNTS), "log-tpm"), "needs the lengths"),
        (lambda: to_scale(data(COUNTS), None), "seems to hold counts"),
    ],
)
def test_errors_name_the_way_out(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_unit_is_kept():
    assert log2(data(COUNTS)).uns["provenance"]["unit"] == "log2(x + 1)"
    assert to_scale(data(COUNTS), "as-is").X is not None


@pytest.mark.parametrize("found", ["of a colleague", 5, np.arange(3), None])
def test_a_provenance_of_another_form_is_replaced(found):
    made = log2(AnnData(COUNTS, uns={"provenance": found}))
    assert made.uns["provenance"] == {"unit": "log2(x + 1)"}


def test_counts_in_a_training_are_warned_of():
    with pytest.warns(UserWarning, match="train seems to hold counts: .* fits such data badly"):
        warn_if_not_log(data(COUNTS), "train")
