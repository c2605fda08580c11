import time
import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp
from anndata import AnnData
from scipy.cluster import hierarchy

from gexlib.metrics import complete_linkage, expression, s_dend, s_dist

from . import reference


def pair(n_samples, n_synthetic, n_genes, seed=0, dtype=np.float64):
    """Two data sets with correlated genes and partly shared structure."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(3, n_genes))

    def draw(n):
        return rng.normal(size=(n, 3)) @ shared + rng.normal(size=(n, n_genes)) + rng.normal(size=n_genes)

    return draw(n_samples).astype(dtype), draw(n_synthetic).astype(dtype)


@pytest.fixture
def small_blocks(monkeypatch):
    """Cut data into blocks of 7 genes, so that small data exercises the pooling of blocks."""
    monkeypatch.setattr(expression, "BLOCK", 7)


@pytest.mark.parametrize(("n", "m", "genes"), [(2, 5, 6), (9, 9, 3), (12, 30, 4), (25, 9, 17), (40, 41, 30)])
def test_match_the_literal_definitions(n, m, genes):
    x, z = pair(n, m, genes, seed=genes)
    assert s_dist(x, z) == pytest.approx(reference.s_dist(x, z), abs=1e-11)
    if n > 2:  # two samples make all correlations +1 or -1, a tie that clusterings may break either way
        assert s_dend(x, z) == pytest.approx(reference.s_dend(x, z), abs=1e-11)


@pytest.mark.parametrize("genes", [6, 7, 8, 14, 15, 36])
def test_blocks_do_not_change_the_result(small_blocks, genes):
    """Block borders, a last block of one gene included, leave the values as they are."""
    x, z = pair(20, 15, genes, seed=1)
    assert s_dist(x, z) == pytest.approx(reference.s_dist(x, z), abs=1e-11)
    assert s_dend(x, z) == pytest.approx(reference.s_dend(x, z), abs=1e-11)


def test_match_numpy_and_scipy_at_working_size():
    """Several blocks of the real size, against the direct way with all pairs in memory."""
    x, z = pair(60, 45, 1100, seed=3, dtype=np.float32)
    upper = np.triu_indices(1100, 1)
    d = [1 - np.corrcoef(data.astype(np.float64), rowvar=False)[upper] for data in (x, z)]
    t = [hierarchy.cophenet(hierarchy.linkage(each, "complete")) for each in d]
    assert s_dist(x, z) == pytest.approx(np.corrcoef(*d)[0, 1], abs=1e-12)
    assert s_dend(x, z) == pytest.approx(np.corrcoef(*t)[0, 1], abs=1e-10)


def test_reproduce_the_oracle(shared_data):
    oracle = np.load(shared_data / "metrics" / "metric_oracle_500.npz")
    x, z = oracle["X"], oracle["Z"]
    assert s_dist(x, z) == pytest.approx(float(oracle["S_dist"]), abs=1e-12)
    assert s_dend(x, z) == pytest.approx(float(oracle["S_dend"]), abs=1e-12)
    for data, name in ((x, "linkage_X"), (z, "linkage_Z")):
        np.testing.assert_allclose(complete_linkage(data), oracle[name], atol=1e-12)


def test_float32_and_integers_are_computed_in_float64():
    """Rounding the input costs its own 1e-8, not the 1e-4 of float32 arithmetic."""
    x, z = pair(50, 50, 40, seed=2, dtype=np.float32)
    exact = s_dist(x.astype(np.float64), z.astype(np.float64))
    assert s_dist(x, z) == exact
    assert s_dend(x, z) == s_dend(x.astype(np.float64), z.astype(np.float64))
    counts = np.random.default_rng(0).poisson(5, size=(30, 8))
    assert s_dist(counts, x[:, :8]) == s_dist(counts.astype(float), x[:, :8])


def test_input_is_left_alone():
    x, z = pair(20, 20, 10)
    before = x.copy(), z.copy()
    s_dist(x, z), s_dend(x, z)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(z, before[1])


def test_units_do_not_matter():
    """Shifting and rescaling genes changes nothing, even with means a million times the sd."""
    x, z = pair(60, 60, 12)
    scale = np.linspace(0.1, 9, 12)
    assert s_dist(x, z * scale + 1e6) == pytest.approx(s_dist(x, z), abs=1e-8)
    assert s_dist(x, x * scale - 3) == pytest.approx(1)
    assert s_dend(x, x * scale - 3) == pytest.approx(1)


def test_memory_order_does_not_matter():
    x, z = pair(30, 30, 20)
    assert s_dist(np.asfortranarray(x), z[:, ::-1][:, ::-1]) == s_dist(x, z)


def test_anndata_is_matched_by_name(small_blocks):
    x, z = pair(30, 25, 20)
    names = [f"gene{i}" for i in range(20)]
    real, synthetic = AnnData(x), AnnData(z)
    real.var_names = synthetic.var_names = names
    shuffled = synthetic[:, np.random.default_rng(0).permutation(20)]
    for score in (s_dist, s_dend):
        assert score(real, synthetic) == score(x, z)
        assert score(real, shuffled) == score(x, z)
        assert score(real, z) == score(x, z)


def test_sparse_input(small_blocks):
    rng = np.random.default_rng(0)
    x, z = (rng.poisson(0.7, size=(40, 20)).astype(np.float32) for _ in range(2))
    dense = s_dist(x, z)
    for kind in (sp.csr_matrix, sp.csc_matrix, sp.csr_array, sp.coo_matrix):
        assert s_dist(kind(x), AnnData(sp.csr_matrix(z))) == dense
    names = AnnData(sp.csr_matrix(z))[:, ::-1]
    assert s_dend(AnnData(x), names) == s_dend(x, z)


def test_different_genes_are_counted_and_named():
    x, z = pair(10, 10, 6)
    real, synthetic = AnnData(x), AnnData(z)
    real.var_names = list("abcdef")
    synthetic.var_names = list("abcdyz")
    with pytest.raises(ValueError, match=r"2 genes are missing from synthetic: 'e', 'f'.*'y', 'z'.*shared"):
        s_dist(real, synthetic)
    with pytest.raises(ValueError, match=r"1 genes are missing from synthetic: 'e'; keep"):
        s_dist(real[:, :5], real[:, :4])
    with pytest.raises(ValueError, match="real has 6 genes and synthetic has 5"):
        s_dend(x, z[:, :5])


@pytest.mark.filterwarnings("ignore:Variable names are not unique")
def test_repeated_names_cannot_be_matched():
    x, z = pair(10, 10, 4)
    real, synthetic = AnnData(x), AnnData(z)
    real.var_names = ["a", "b", "b", "c"]
    synthetic.var_names = ["b", "a", "b", "c"]
    assert s_dist(real, real) == pytest.approx(1)  # same order: nothing to match
    with pytest.raises(ValueError, match=r"gene names of synthetic must be unique.*'b'"):
        s_dist(real, synthetic)


def test_constant_genes():
    x, z = pair(15, 15, 9)
    z[:, [2, 5]] = 0.1  # 15 * 0.1 does not sum exactly: its sd comes out as 1e-17
    with pytest.raises(ValueError, match=r"synthetic has 2 constant genes .*: 2, 5; .*constant='zero'"):
        s_dist(x, z)
    data = AnnData(z)
    data.var_names = list("abcdefghi")
    with pytest.raises(ValueError, match=r"2 constant genes .*: 'c', 'f'"):
        s_dend(x, data)
    a, b = reference.pair_dissimilarities(x), {}
    for i, j in a:
        b[i, j] = 1.0 if {i, j} & {2, 5} else 1 - reference.pearson(z[:, i], z[:, j])
    assert s_dist(x, z, constant="zero") == pytest.approx(reference.gamma(a, b), abs=1e-12)
    # ties at distance 1 may merge in any order, so the distances go through the same clustering here
    t = [hierarchy.cophenet(hierarchy.linkage(np.array(list(d.values())), "complete")) for d in (a, b)]
    expected = np.corrcoef(*t)[0, 1]
    assert s_dend(x, z, constant="zero") == pytest.approx(expected, abs=1e-12)
    with pytest.raises(ValueError, match="constant must be 'raise' or 'zero', not 'ignore'"):
        s_dist(x, z, constant="ignore")


def test_undefined_gamma_is_an_error():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(10, 5)), np.outer(rng.normal(size=10), rng.uniform(1, 2, size=5))
    for score in (s_dist, s_dend):
        with pytest.raises(ValueError, match="gamma is undefined: all pairs of genes of synthetic"):
            score(x, z)
        with pytest.raises(ValueError, match="gamma is undefined"):
            score(x, np.ones_like(x), constant="zero")


def test_bad_values_are_located():
    x, z = pair(10, 10, 5)
    z[[3, 7], [4, 0]] = np.nan, np.inf
    with pytest.raises(
        ValueError,
        match=r"synthetic has values that are NaN or infinite \(2 in all\), the first in row 3, column 4; remove",
    ):
        s_dist(x, z)
    named = AnnData(z)
    named.var_names = list("abcde")
    with pytest.raises(ValueError, match=r"real has values that are NaN .*\(2 in all\), the first in row 3, gene 'e'"):
        s_dend(named, x)
    with pytest.raises(ValueError, match="row 3, column 4"):
        s_dist(x, sp.csr_matrix(z))
    with pytest.raises(ValueError, match="real holds values too large"):
        s_dist(x * 1e200, x)


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (np.zeros(5), ValueError, "real must be 2-D"),
        (np.zeros((1, 5)), ValueError, "real has 1 samples and 5 genes"),
        (np.zeros((5, 1)), ValueError, "real has 5 samples and 1 genes"),
        (np.random.default_rng(0).normal(size=(5, 2)), ValueError, "at least 3"),
        ([[1, 2, 3], [3, 4, 6]], TypeError, "real must be an AnnData or a 2-D array .* not list"),
        (np.array([["a", "b", "c"]] * 3), TypeError, "real must hold real numbers"),
        (np.ones((3, 3), dtype=complex), TypeError, "real must hold real numbers"),
        (AnnData(shape=(4, 5)), ValueError, "AnnData without X"),
    ],
)
@pytest.mark.parametrize("score", [s_dist, s_dend])
def test_unfit_input_is_refused(score, bad, error, message):
    good = np.random.default_rng(1).normal(size=(5, getattr(bad, "shape", (0, 3))[-1]))
    with pytest.raises(error, match=message):
        score(bad, good)


def peak(call) -> int:
    tracemalloc.start()
    call()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def test_s_dist_never_holds_all_pairs():
    n = 6000
    x, z = pair(40, 40, n, dtype=np.float32)
    assert peak(lambda: s_dist(x, z)) < n * n * 8 / 8  # an eighth of one float64 matrix of all pairs


def test_s_dend_holds_at_most_two_condensed_vectors():
    n = 3000
    x, z = pair(20, 20, n, dtype=np.float32)
    assert peak(lambda: s_dend(x, z)) < 2.5 * n * (n - 1) / 2 * 8 + 20e6


def test_early_stopping_sizes_are_cheap():
    """The score of a small validation set, called every few epochs, must not be felt in training."""
    x, z = pair(50, 50, 1044, dtype=np.float32)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        s_dist(x, z)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5  # 15 ms on an idle core


def test_identical_genes_do_not_give_negative_distances():
    """1 - r may round below 0 for copies of a gene, which a linkage must not have."""
    x, z = pair(37, 37, 30)
    x[:, 10:20] = x[:, :10] * np.linspace(0.3, 3, 10)
    assert complete_linkage(x)[:, 2].min() >= 0
    assert -1 <= s_dend(x, z) <= 1


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
