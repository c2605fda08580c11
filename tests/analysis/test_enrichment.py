import gseapy
import numpy as np
import pandas as pd
import pytest
import requests
from scipy.stats import false_discovery_control, hypergeom, ks_2samp

from gexlib.analysis import enrich, enrich_clusters
from gexlib.analysis.enrichment import _tails, _Terms

GENES = [f"g{i:03d}" for i in range(300)]


def random_sets(n_terms=60, seed=0):
    """Gene sets of 10 to 60 genes that overlap, every gene in one at least."""
    rng = np.random.default_rng(seed)
    sets = {f"term {i}": rng.choice(GENES, rng.integers(10, 61), replace=False).tolist() for i in range(n_terms)}
    return sets | {f"slice {i}": GENES[i::10] for i in range(10)}


SETS = random_sets()
FEW = random_sets(n_terms=15)


def test_probabilities_are_hypergeometric_and_fdr_is_over_all_terms():
    table = enrich(GENES[:25], SETS, GENES, n_permutations=10).set_index("term")
    expected = {}
    for term, genes in SETS.items():
        k = len(set(genes) & set(GENES[:25]))
        expected[term] = hypergeom.sf(k - 1, len(GENES), len(genes), 25)
        if k:
            assert table.loc[term, "overlap"] == k
            assert table.loc[term, "size"] == len(genes)
            assert table.loc[term, "genes"] == ", ".join(sorted(set(genes) & set(GENES[:25])))
            a, b, c, d = np.array([k, 25 - k, len(genes) - k, 300 - 25 - len(genes) + k]) + 0.5
            assert table.loc[term, "odds_ratio"] == pytest.approx(a * d / (b * c))
    assert table["p"].to_dict() == pytest.approx({term: expected[term] for term in table.index})
    fdr = dict(zip(expected, false_discovery_control(list(expected.values())), strict=True))
    assert table["fdr"].to_dict() == pytest.approx({term: fdr[term] for term in table.index})
    assert table["p"].is_monotonic_increasing
    assert table.attrs == {"list_size": 25, "background_size": 300, "terms_tested": 70}


def test_probabilities_are_those_of_gseapy():
    theirs = gseapy.enrich(GENES[40:90], SETS, background=GENES, outdir=None, no_plot=True).results.set_index("Term")
    ours = enrich(GENES[40:90], SETS, GENES, n_permutations=10).set_index("term")
    assert ours["p"].to_dict() == pytest.approx(theirs["P-value"].to_dict())


def test_tails_are_those_of_scipy_down_to_the_smallest():
    sizes, n_genes, n = np.array([10, 37, 500]), 2000, 230
    k = np.arange(501)
    expected = hypergeom.sf(k - 1, n_genes, sizes[:, None], n)
    ours = _tails(n_genes, n, sizes)
    possible = (k <= np.minimum(sizes[:, None], n)) & (expected > 1e-200)
    np.testing.assert_allclose(ours[possible], expected[possible], rtol=1e-8)


def test_family_wise_error_is_the_share_of_random_lists_that_do_as_well():
    table = enrich(GENES[:25], SETS, GENES, n_permutations=400, seed=3)
    smallest = _Terms(SETS, GENES, 10, 500).smallest_p([25], 400, seed=3)[25]
    assert table["fwer"].tolist() == [np.mean(smallest <= p * (1 + 1e-8)) for p in table["p"]]
    assert table["fwer"].is_monotonic_increasing
    assert (table["fwer"] >= table["p"] - 0.1).all(), "never (but for chance) below p of the single test"


def test_smallest_p_of_random_lists_is_that_of_lists_tested_one_by_one():
    rng = np.random.default_rng(0)
    alone = [enrich(rng.choice(GENES, 25, replace=False), FEW, GENES, n_permutations=1)["p"][0] for _ in range(100)]
    together = _Terms(FEW, GENES, 10, 500).smallest_p([25], 1000, seed=1)[25]
    alone, together = (np.log10(p).round(6) for p in (alone, together))  # the same p, computed in two ways
    assert ks_2samp(alone, together).pvalue > 0.01
    assert ks_2samp(alone + 0.3, together).pvalue < 0.01, "the comparison can tell p from 2 p"


def test_of_random_lists_one_in_twenty_has_a_term_at_five_per_cent():
    rng = np.random.default_rng(1)
    terms, lists = _Terms(FEW, GENES, 10, 500), 250
    random = [{i: rng.choice(GENES, 40, replace=False)} for i in range(lists)]
    found = [terms.test(genes, 200, i)[i]["fwer"].min() <= 0.05 for i, genes in enumerate(random)]
    assert 0.01 < np.mean(found) < 0.1, "binomial(250, 0.05) lies within with a probability above 0.998"


def test_a_planted_term_comes_first_and_others_do_not():
    planted = [*SETS["term 5"][:12], *[g for g in GENES if g not in SETS["term 5"]][::40]]
    table = enrich(planted, SETS, GENES, n_permutations=500)
    assert table["term"][0] == "term 5"
    assert table["fwer"][0] == 0
    assert (table["fwer"] <= 0.05).sum() == 1


def test_terms_are_cut_to_the_background_and_then_chosen_by_size():
    sets = {"in": GENES[:20], "half in": [*GENES[:9], *(f"x{i}" for i in range(50))], "large": GENES[:100]}
    table = enrich(GENES[:5], sets, GENES[:100], n_permutations=5, largest=99)
    assert table["term"].tolist() == ["in"]
    table = enrich(GENES[:5], sets, GENES[:100], n_permutations=5, smallest=9, largest=100)
    assert table.set_index("term")["size"].to_dict() == {"in": 20, "half in": 9, "large": 100}


def test_genes_of_no_set_count_on_neither_side():
    known = enrich(GENES[:25], SETS, GENES, n_permutations=20)
    more = enrich([*GENES[:25], "u1"], SETS, [*GENES, "u1", "u2"], n_permutations=20)
    pd.testing.assert_frame_equal(known, more)
    assert enrich(["u1"], SETS, [*GENES, "u1"], n_permutations=20).empty


def test_same_seed_same_result_and_no_global_random_state():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, same, other = (enrich(GENES[:25], SETS, GENES, n_permutations=100, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(first, same)
    assert not first["fwer"].equals(other["fwer"])
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


def test_each_cluster_is_tested_against_all_clustered_genes():
    clusters = pd.Series(np.repeat([1, 2, 3], 100), index=GENES)
    table = enrich_clusters(clusters, SETS, n_permutations=50, seed=4)
    assert table.attrs == {"background_size": 300, "terms_tested": 70}
    for label in (1, 2, 3):
        alone = enrich(clusters.index[clusters == label], SETS, GENES, n_permutations=50, seed=4)
        part = table[table["cluster"] == label].drop(columns="cluster").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone, check_like=False)


def test_gene_sets_from_a_file(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("".join("\t".join((term, "", *genes)) + "\n" for term, genes in SETS.items()))
    expected = enrich(GENES[:25], SETS, GENES, n_permutations=20)
    for given in (path, str(path)):
        pd.testing.assert_frame_equal(enrich(GENES[:25], given, GENES, n_permutations=20), expected)
    with pytest.raises(FileNotFoundError, match="none.gmt"):
        enrich(GENES[:25], tmp_path / "none.gmt", GENES)


def test_any_other_name_is_a_library_of_enrichr(monkeypatch):
    asked = []
    monkeypatch.setattr(gseapy, "get_library", lambda name, **options: asked.append(name) or SETS)
    assert len(enrich(GENES[:25], "KEGG_2021_Human", GENES, n_permutations=5)) > 10
    assert asked == ["KEGG_2021_Human"]

    def offline(*_, **__):
        raise requests.ConnectionError("no route")

    monkeypatch.setattr(gseapy, "get_library", offline)
    with pytest.raises(ConnectionError, match=r"'KEGG_2021_Human' is no GMT file here, and Enrichr could not be asked"):
        enrich(GENES[:25], "KEGG_2021_Human", GENES)

    def unknown(*_, **__):
        raise ValueError("Sorry")

    monkeypatch.setattr(gseapy, "get_library", unknown)
    with pytest.raises(ValueError, match="neither a GMT file here nor a library of Enrichr"):
        enrich(GENES[:25], "nothing", GENES)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"genes": ["g000", "zz"]}, ValueError, r"genes has 1 genes that are not in background, such as 'zz'"),
        (
            {"background": ["G000", "a"], "genes": []},
            ValueError,
            r"none of 70 gene sets has 10 to 500 genes among the 2",
        ),
        ({"n_permutations": 0}, ValueError, r"n_permutations must be at least 1, not 0"),
        ({"seed": -1}, ValueError, r"seed must be at least 0"),
        ({"largest": 5}, ValueError, r"largest must be at least 10, not 5"),
        ({"gene_sets": [["g000"]]}, TypeError, r"gene_sets must be a dict, a path or a name, not list"),
    ],
)
def test_errors(change, error, message):
    with pytest.raises(error, match=message):
        enrich(**({"genes": GENES[:5], "gene_sets": SETS, "background": GENES} | change))
