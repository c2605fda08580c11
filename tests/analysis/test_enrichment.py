import gseapy
import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, hypergeom

from gexlib.analysis import enrich, enrich_clusters

from .random_sets import GENES, SETS


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


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"genes": ["g000", "zz"]}, ValueError, r"genes has 1 genes that are not in background: 'zz'; add them to it"),
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
