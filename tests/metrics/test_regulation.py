import json
from itertools import product

import numpy as np
import pytest
from anndata import AnnData

from gexlib.metrics import expression, s_tf_tg, s_tg_tg, tf_tg_correlations, tg_tg_correlations

from . import reference

#: Single, self-regulated, repeated and missing targets; TFs that are missing, or whose targets are.
AWKWARD = {
    "g0": ["g1", "g2", "g3", "gone"],
    "g1": ["g4"],
    "g2": ["g2", "g5", "g6"],
    "g3": ["g7", "g7", "g8", "g7"],
    "g4": ["gone", "lost"],
    "gone": ["g1", "g2"],
    "g5": ["g5"],
    "g6": [],
}


def random_case(seed, n_genes):
    """Two data sets with shared structure and regulons of many sizes."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(3, n_genes))
    x, z = (rng.normal(size=(n, 3)) @ shared + rng.normal(size=(n, n_genes)) for n in (25, 18))
    genes = [f"g{i}" for i in range(n_genes)]
    regulons = dict(AWKWARD)
    for tf in range(8, n_genes + 3, 2):  # some TFs are not in the data
        regulons[f"g{tf}"] = [f"g{g}" for g in rng.integers(0, n_genes + 3, size=rng.integers(1, n_genes))]
    return x, z, regulons, genes


@pytest.mark.parametrize("n_genes", [9, 14, 25])
@pytest.mark.parametrize("block", [4, 512])
def test_match_the_literal_definitions(monkeypatch, n_genes, block):
    monkeypatch.setattr(expression, "BLOCK", block)
    x, z, regulons, genes = random_case(n_genes, n_genes)
    for dissimilarity, self_regulation, equal_weights in product([False, True], repeat=3):
        options = {"self_regulation": self_regulation, "equal_weights": equal_weights}
        if not dissimilarity:  # with it, g5's only target is itself, at distance 0: a test of its own below
            expected = reference.s_tf_tg(x, z, regulons, genes, **options)
            assert s_tf_tg(x, z, regulons, genes, **options) == pytest.approx(expected, abs=1e-12)
        for per_target in (False, True):
            options |= {"per_target": per_target, "dissimilarity": dissimilarity}
            expected = reference.s_tg_tg(x, z, regulons, genes, **options)
            assert s_tg_tg(x, z, regulons, genes, **options) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_regulon_larger_than_a_block():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(30, 700)) + rng.normal(size=(30, 1)), rng.normal(size=(20, 700))
    genes = [f"g{i}" for i in range(700)]
    rx, rz = np.corrcoef(x, rowvar=False), np.corrcoef(z, rowvar=False)
    upper = np.triu_indices(600, 1)
    expected = reference.cosine(rx[50:650, 50:650][upper], rz[50:650, 50:650][upper])
    assert s_tg_tg(x, z, {"g0": genes[50:650]}, genes) == pytest.approx(expected, abs=1e-12)
    expected = reference.cosine(rx[0, 50:650], rz[0, 50:650])
    assert s_tf_tg(x, z, {"g0": genes[50:650]}, genes) == pytest.approx(expected, abs=1e-12)


def test_tf_tg_dissimilarity_skips_a_tf_that_regulates_only_itself():
    x, z, regulons, genes = random_case(0, 12)
    without = {tf: targets for tf, targets in regulons.items() if tf != "g5"}
    expected = reference.s_tf_tg(x, z, without, genes, dissimilarity=True)
    assert s_tf_tg(x, z, regulons, genes, dissimilarity=True) == pytest.approx(expected, abs=1e-12)
    with pytest.raises(ValueError, match="all 1 transcription factors are zero in both"):
        s_tf_tg(x, z, {"g5": ["g5"]}, genes, dissimilarity=True)


def test_reproduce_the_oracle(shared_data):
    oracle = np.load(shared_data / "metrics" / "metric_oracle_500.npz")
    x, z, genes = oracle["X"], oracle["Z"], oracle["gene_symbols"]
    regulons = json.loads(str(oracle["tf_tg_json"]))
    for score, equal_weights, key in (
        (s_tf_tg, False, "S_TFTG"),
        (s_tg_tg, False, "S_TGTG"),
        (s_tf_tg, True, "psi_ones"),
        (s_tg_tg, True, "phi_ones"),
    ):
        value = score(x, z, regulons, genes, equal_weights=equal_weights)
        assert value == pytest.approx(float(oracle[key]), abs=1e-12), key
    edges, pairs = tf_tg_correlations(x, regulons, genes), tg_tg_correlations(x, regulons, genes)
    assert (edges.size, pairs.size) == (int(oracle["n_tf_tg"]), int(oracle["n_tg_tg"]))
    assert edges.sum() == pytest.approx(float(oracle["sum_tf_tg_X"]), abs=1e-10)
    assert pairs.sum() == pytest.approx(float(oracle["sum_tg_tg_X"]), abs=1e-10)


def test_self_edges_lift_random_data_above_zero():
    """Why Table 1 has random data at 0.23: a TF's correlation with itself is 1 in any data."""
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(200, 30)), rng.normal(size=(200, 30))
    genes = [f"g{i}" for i in range(30)]
    regulons = {g: [g, *rng.choice(genes, 3, replace=False)] for g in genes}
    assert s_tf_tg(x, z, regulons, genes) > 0.8
    assert abs(s_tf_tg(x, z, regulons, genes, self_regulation=False)) < 0.2


def test_anndata_brings_its_names_and_is_matched_by_them():
    x, z, regulons, genes = random_case(1, 20)
    real, synthetic = AnnData(x), AnnData(z)
    real.var_names = synthetic.var_names = genes
    shuffled = synthetic[:, np.random.default_rng(0).permutation(20)]
    upper = {tf.upper(): [g.upper() for g in targets] for tf, targets in regulons.items()}
    for score in (s_tf_tg, s_tg_tg):
        expected = score(x, z, regulons, genes)
        assert score(real, synthetic, regulons) == expected
        assert score(real, shuffled, regulons) == expected
        assert score(real, z, regulons) == expected
        assert score(real, shuffled, upper, [g.upper() for g in genes]) == expected


def test_constant_genes_matter_only_inside_regulons():
    x, z, _, genes = random_case(3, 10)
    regulons = {"g0": ["g1", "g2", "g3"], "g4": ["g5", "g6"]}
    expected = s_tf_tg(x, z, regulons, genes)
    z[:, 9] = 1
    assert s_tf_tg(x, z, regulons, genes) == expected
    z[:, 2] = 1
    with pytest.raises(ValueError, match=r"synthetic has 1 constant genes .*: 'g2'"):
        s_tg_tg(x, z, regulons, genes)
    rx, rz = np.corrcoef(x, rowvar=False), np.corrcoef(z + np.eye(*z.shape), rowvar=False)
    rz = np.corrcoef(np.delete(z, [2, 9], axis=1), rowvar=False)  # g0, g1, g3, g4, ... without g2 and g9
    one = reference.cosine([rx[0, 1], rx[0, 2], rx[0, 3]], [rz[0, 1], 0, rz[0, 2]])
    two = reference.cosine([rx[4, 5], rx[4, 6]], [rz[3, 4], rz[3, 5]])
    value = s_tf_tg(x, z, regulons, genes, constant="zero")
    assert value == pytest.approx((3 * one + 2 * two) / 5, abs=1e-12)


def test_zero_vectors():
    """A constant TF scores 0 if real data knows better, and is skipped if both are constant."""
    x, z, _, genes = random_case(4, 10)
    regulons = {"g0": ["g1", "g2"], "g4": ["g5", "g6"]}
    other = s_tf_tg(x, z, {"g4": ["g5", "g6"]}, genes)
    z[:, 0] = 0
    assert s_tf_tg(x, z, regulons, genes, constant="zero") == pytest.approx(other / 2)
    x[:, 0] = 0
    assert s_tf_tg(x, z, regulons, genes, constant="zero") == pytest.approx(other)


@pytest.mark.parametrize("score", [s_tf_tg, s_tg_tg])
def test_unfit_regulons_are_refused(score):
    x, z, regulons, genes = random_case(5, 10)
    with pytest.raises(ValueError, match="regulons is empty"):
        score(x, z, {}, genes)
    with pytest.raises(TypeError, match=r"regulons must map .* not list"):
        score(x, z, [("g0", "g1")], genes)
    with pytest.raises(TypeError, match=r"regulons\['g0'\] must be a collection of gene names, not 'g1'"):
        score(x, z, {"g0": "g1"}, genes)
    with pytest.raises(ValueError, match=r"none of the 2 .* regulons name 'CRP', 'FNR', the data 'g0'"):
        score(x, z, {"CRP": ["g0"], "FNR": ["lacZ"]}, genes)
    with pytest.raises(ValueError, match="genes is needed"):
        score(x, z, regulons)
    with pytest.raises(ValueError, match="genes has 9 names but real has 10 genes"):
        score(x, z, regulons, genes[:-1])
    with pytest.raises(TypeError, match="genes must be a sequence of names"):
        score(x, z, regulons, "g0")
    with pytest.raises(ValueError, match=r"must be unique, but 1 are repeated: 'g0'"):
        score(x, z, regulons, [*genes[:-1], "g0"])
    with pytest.raises(ValueError, match="synthetic has values that are NaN or infinite \\(1 in all\\)"):
        score(x, np.where(np.arange(180).reshape(18, 10) == 9, np.nan, z), regulons, genes)


def test_tg_tg_needs_two_targets():
    x, z, _, genes = random_case(6, 10)
    with pytest.raises(ValueError, match="none of the 2 transcription factors in the data has two targets"):
        s_tg_tg(x, z, {"g0": ["g1"], "g2": ["g3", "lost"]}, genes)
