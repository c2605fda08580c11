import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from sklearn.metrics import adjusted_rand_score

from gexlib.analysis import cluster_agreement, cluster_genes, common_terms, match_clusters, match_terms, top_terms


def planted(n_samples=60, sizes=(30, 20, 10), noise=0.3, seed=0):
    """Genes that follow one of several profiles, each with a level, a scale and noise of its own; and which one."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    profiles = rng.normal(size=(n_samples, len(sizes)))[:, truth] + noise * rng.normal(size=(n_samples, len(truth)))
    x = profiles * rng.lognormal(0, 1, len(truth)) + rng.normal(0, 5, len(truth))
    genes = [f"g{i}" for i in range(len(truth))]
    return AnnData(x.astype("f4"), var=pd.DataFrame(index=genes)), pd.Series(truth, index=genes)


def test_genes_of_one_profile_form_a_cluster_whatever_their_level_and_scale():
    data, truth = planted()
    clusters = cluster_genes(data, k=3)
    assert adjusted_rand_score(truth, clusters) == 1
    assert clusters.value_counts().to_dict() == {1: 30, 2: 20, 3: 10}, "the largest first"
    assert clusters.index.tolist() == data.var_names.tolist()


def test_anticorrelated_genes_lie_apart():
    data, truth = planted(sizes=(20, 20))
    data.X[:, 20:] = -data.X[:, :20]
    assert adjusted_rand_score(truth, cluster_genes(data, k=2)) == 1


def test_clusters_follow_the_seed_and_leave_the_data_alone():
    data, _ = planted(noise=3)
    before = data.X.copy()
    pd.testing.assert_series_equal(cluster_genes(data, 6, seed=1), cluster_genes(data, 6, seed=1))
    assert any(not cluster_genes(data, 6, seed=1).equals(cluster_genes(data, 6, seed=s)) for s in (2, 3, 4))
    np.testing.assert_array_equal(data.X, before)


def test_a_gene_that_does_not_vary_joins_some_cluster():
    data, _ = planted()
    data.X[:, 4] = 7
    clusters = cluster_genes(data, k=3)
    assert clusters.notna().all()
    assert adjusted_rand_score(planted()[1].drop("g4"), clusters.drop("g4")) == 1


def test_matching_recovers_renamed_clusters_whatever_the_order_of_genes():
    rng = np.random.default_rng(0)
    a = pd.Series(rng.integers(1, 11, 500), index=[f"g{i}" for i in range(500)])
    name = dict(zip(range(1, 11), rng.permutation(10) + 21, strict=True))
    b = a.map(name).sample(frac=1, random_state=0)
    matches = match_clusters(a, b)
    assert dict(zip(matches["a"], matches["b"], strict=True)) == name
    sizes = a.value_counts().sort_index().tolist()
    assert matches["size_a"].tolist() == matches["size_b"].tolist() == matches["shared"].tolist() == sizes


def test_matching_is_best_in_sum_and_not_greedy():
    genes = [f"g{i}" for i in range(20)]
    a = pd.Series([1] * 13 + [2] * 7, index=genes)
    b = pd.Series(["x"] * 7 + ["y"] * 6 + ["x"] * 6 + ["y"], index=genes)
    matches = match_clusters(a, b)  # the largest overlap, (1, x) with 7, would leave (2, y) with 1
    assert matches[["a", "b", "shared"]].to_numpy().tolist() == [[1, "y", 6], [2, "x", 6]]


def test_matching_clusterings_of_different_length():
    a, b = (pd.Series(v, index=list("pqrstu")) for v in ([1, 1, 2, 2, 3, 3], [1, 1, 1, 2, 2, 2]))
    assert len(match_clusters(a, b)) == len(match_clusters(b, a)) == 2


def test_agreement_of_equal_clusterings_and_of_random_ones():
    rng = np.random.default_rng(0)
    a = pd.Series(rng.integers(1, 6, 400), index=[f"g{i}" for i in range(400)])
    same = cluster_agreement(a, 6 - a, n_permutations=99)
    assert same["adjusted_rand"] == same["matched_share"] == 1
    assert same["p"] == 0.01
    probabilities = []
    for seed in range(40):
        other = pd.Series(np.random.default_rng(seed).permutation(a), index=a.index)
        found = cluster_agreement(a, other, n_permutations=99, seed=seed)
        probabilities.append(found["p"])
        assert abs(found["adjusted_rand"]) < 0.03
        assert found["matched_share"] == pytest.approx(found["matched_share_chance"], abs=0.06)
    assert 0.35 < np.mean(probabilities) < 0.65, "p is uniform where there is nothing"


def test_agreement_counts_the_genes_of_matched_pairs():
    data, _ = planted(noise=2)
    a, b = cluster_genes(data, 3, seed=0), cluster_genes(planted(noise=2, seed=5)[0], 3)
    found = cluster_agreement(a, b, n_permutations=20)
    assert found["matched_share"] == match_clusters(a, b)["shared"].sum() / len(a)
    assert found["adjusted_rand"] == pytest.approx(adjusted_rand_score(a, b.loc[a.index]))


MATCHES = pd.DataFrame({"a": [1, 2, 3], "b": [2, 1, 3], "shared": [5, 4, 3]})


def enrichment(clusters, terms, fwer):
    """A table as of `enrich_clusters`, in which p rises from row to row."""
    p = np.arange(1, len(terms) + 1) / 1000
    return pd.DataFrame({"cluster": clusters, "term": list(terms), "fwer": fwer, "p": p, "fdr": p}).assign(
        size=20, overlap=5
    )


A = enrichment([1, 1, 1, 2], "pqrp", [0, 0.05, 0.06, 0])
B = enrichment([2, 2, 1, 3], "sqqt", [0, 0.01, 0.9, 0.2])


def test_terms_of_matched_clusters():
    found = match_terms(MATCHES, A, B)
    assert found[["terms_a", "terms_b", "terms_shared"]].to_numpy().tolist() == [[2, 2, 1], [1, 0, 0], [0, 0, 0]]
    np.testing.assert_allclose(found["jaccard"], [1 / 3, 0, np.nan])
    assert found["shared"].tolist() == [5, 4, 3]


def test_common_terms_are_enriched_in_both_clusters_of_a_pair():
    found = common_terms(MATCHES, A, B)
    assert found[["a", "b", "term", "p_a", "p_b", "fwer_a", "fwer_b"]].to_numpy().tolist() == [
        [1, 2, "q", 0.002, 0.002, 0.05, 0.01]
    ]
    assert common_terms(MATCHES, A, B, level=0.001).empty


def test_top_terms_of_each_cluster_say_whether_the_partner_has_them():
    found = top_terms(MATCHES, A, B, n=1)
    assert found[["side", "cluster", "term", "common"]].to_numpy().tolist() == [
        ["a", 1, "p", False],
        ["b", 2, "s", False],
        ["a", 2, "p", False],
    ]
    assert top_terms(MATCHES, A, B[:0], n=1)["side"].tolist() == ["a", "a"], "one side without terms, no warning"
    found = top_terms(MATCHES, A, B, n=2)
    assert found.loc[found["common"], ["side", "cluster", "term"]].to_numpy().tolist() == [["a", 1, "q"], ["b", 2, "q"]]


def test_errors():
    data, truth = planted(sizes=(3, 2))
    with pytest.raises(ValueError, match=r"k=6 clusters need at least as many genes; data has 5"):
        cluster_genes(data, k=6)
    with pytest.raises(
        ValueError, match=r"a and b must be clusterings of the same genes; 1 are in one of them only: 'g4'"
    ):
        match_clusters(truth, truth.drop("g4"))
    with pytest.raises(TypeError, match=r"b must be a Series of labels indexed by gene, not ndarray"):
        cluster_agreement(truth, truth.to_numpy())
    with pytest.raises(ValueError, match=r"a has the gene 'g0' more than once"):
        match_clusters(pd.concat([truth, truth[:1]]), truth)
    data.var_names = ["a", "a", "b", "c", "d"]
    with pytest.raises(ValueError, match=r"data has the gene 'a' more than once"):
        cluster_genes(data, k=2)
