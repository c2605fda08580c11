import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom, ks_2samp

from gexlib.analysis import enrich, load_gene_sets, terms
from gexlib.analysis.terms import Terms, tail_probabilities

from .random_sets import FEW, GENES, SETS


def test_tails_are_those_of_scipy_down_to_the_smallest():
    sizes, n_genes, n = np.array([10, 37, 500]), 2000, 230
    k = np.arange(501)
    expected = hypergeom.sf(k - 1, n_genes, sizes[:, None], n)
    ours = tail_probabilities(n_genes, n, sizes)
    possible = (k <= np.minimum(sizes[:, None], n)) & (expected > 1e-200)
    np.testing.assert_allclose(ours[possible], expected[possible], rtol=1e-8)


def test_family_wise_error_is_the_share_of_random_lists_that_do_as_well():
    table = enrich(GENES[:25], SETS, GENES, n_permutations=400, seed=3)
    smallest = Terms(SETS, GENES, 10, 500).smallest_p([25], 400, seed=3)[25]
    assert table["fwer"].tolist() == [np.mean(smallest <= p * (1 + 1e-8)) for p in table["p"]]
    assert table["fwer"].is_monotonic_increasing
    assert (table["fwer"] >= table["p"] - 0.1).all(), "never (but for chance) below p of the single test"


def test_smallest_p_of_random_lists_is_that_of_lists_tested_one_by_one():
    rng = np.random.default_rng(0)
    alone = [enrich(rng.choice(GENES, 25, replace=False), FEW, GENES, n_permutations=1)["p"][0] for _ in range(100)]
    together = Terms(FEW, GENES, 10, 500).smallest_p([25], 1000, seed=1)[25]
    alone, together = (np.log10(p).round(6) for p in (alone, together))  # the same p, computed in two ways
    assert ks_2samp(alone, together).pvalue > 0.01
    assert ks_2samp(alone + 0.3, together).pvalue < 0.01, "the comparison can tell p from 2 p"


def test_of_random_lists_one_in_twenty_has_a_term_at_five_per_cent():
    rng = np.random.default_rng(1)
    terms, lists = Terms(FEW, GENES, 10, 500), 250
    random = [{i: rng.choice(GENES, 40, replace=False)} for i in range(lists)]
    found = [terms.test(genes, 200, i)[i]["fwer"].min() <= 0.05 for i, genes in enumerate(random)]
    assert 0.01 < np.mean(found) < 0.1, "binomial(250, 0.05) lies within with a probability above 0.998"


def test_gene_sets_from_a_file(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("".join("\t".join((term, "", *genes)) + "\n" for term, genes in SETS.items()))
    expected = enrich(GENES[:25], SETS, GENES, n_permutations=20)
    for given in (path, str(path)):
        pd.testing.assert_frame_equal(enrich(GENES[:25], given, GENES, n_permutations=20), expected)
    assert load_gene_sets(path) == SETS
    assert load_gene_sets(SETS) is SETS
    with pytest.raises(FileNotFoundError, match="none.gmt"):
        enrich(GENES[:25], tmp_path / "none.gmt", GENES)


def test_any_other_name_is_a_library_of_enrichr(monkeypatch):
    asked = []
    monkeypatch.setattr(terms, "enrichr_library", lambda name: asked.append(name) or SETS)
    assert len(enrich(GENES[:25], "KEGG_2021_Human", GENES, n_permutations=5)) > 10
    assert asked == ["KEGG_2021_Human"]
