"""The test of deleted regulators finds targets where they can be found, and takes the common shift out."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.datasets import load_ecoli
from gexlib.study.deletions import (
    AMOUNT,
    ELSEWHERE,
    GROWTH,
    LEVEL,
    METHODS,
    NOTHING,
    OTHERS,
    OWN,
    REAL,
    RIDGE,
    SWITCH,
    Answer,
    deletion_test,
    deletions_in_words,
    find_deletions,
    judge,
    summarise_deletions,
)

REGULATORS = ["ra", "rb", "rc", "rd"]
TARGETS = {r: [f"g{8 * i + j}" for j in range(8)] for i, r in enumerate(REGULATORS)}


def cultures(seed=0):
    """Four regulators whose targets follow them, in wild types whose regulators vary and in strains without one."""
    rng = np.random.default_rng(seed)
    genotypes = ["wild type"] * 60 + [f"del_{r}" for r in REGULATORS for _ in range(3)]
    projects = ["p"] * 30 + ["q"] * 30 + ["p"] * 6 + ["q"] * 6
    levels = rng.normal(5, 1, (len(genotypes), 4))
    for i, regulator in enumerate(REGULATORS):
        levels[np.array(genotypes) == f"del_{regulator}", i] = 0
    genes = rng.normal(8, 0.3, (len(genotypes), 40))
    for i in range(4):
        genes[:, 8 * i : 8 * i + 8] += 0.8 * levels[:, [i]]
    genes[np.array(genotypes) != "wild type", 32:] -= 6  # the common shift of all deletions
    obs = pd.DataFrame({"genotype": genotypes, "project": projects, AMOUNT: 2.0})
    for kind, names in GROWTH.items():
        obs = obs.assign(**dict.fromkeys(names, 37.0 if kind == "numerical" else "same"))
    obs.index = [f"s{i}" for i in range(len(obs))]
    names = [*REGULATORS, *(f"g{i}" for i in range(40))]
    return AnnData(np.hstack([levels, genes]).astype(np.float32), obs=obs, var=pd.DataFrame(index=names))


@pytest.fixture(scope="module")
def table():
    return deletion_test(cultures(), TARGETS, "ra", n=50)


def test_what_follows_the_regulator_is_found(table):
    assert list(table.index) == list(METHODS)
    for method in (OWN, RIDGE, LEVEL):
        assert table.loc[method, "AUROC"] > 0.95, method
        assert table.loc[method, "beyond the shift"] > 0.8, method
    assert table.loc[NOTHING, "AUROC"] == 0.5
    assert table.loc[NOTHING, "relative error"] == 1
    assert table.loc[REAL, "relative error"] == 0


def test_a_switch_of_any_deletion_is_the_common_shift(table):
    """The targets of this regulator are not in it."""
    assert table.loc[[SWITCH, OTHERS, ELSEWHERE], "correlation"].min() > 0.5
    assert abs(table.loc[SWITCH, "beyond the shift"]) < 0.3
    assert table.loc[[OTHERS, ELSEWHERE], "beyond the shift"].isna().all()
    assert table.loc[[SWITCH, OTHERS, ELSEWHERE], "AUROC"].max() < 0.3


def test_wild_types_of_the_same_project_are_the_reference():
    data = cultures()
    found = find_deletions(data)
    assert list(found) == REGULATORS
    np.testing.assert_array_equal(found["rc"].wild_type, np.arange(30, 60))
    data.obs.loc[data.obs["project"] == "q", "medium"] = "another"
    data.obs.loc["s66", "medium"] = "a third"  # of del_rc
    found = find_deletions(data)
    assert [len(found[r].rows) for r in REGULATORS] == [3, 3, 2, 3]
    data.obs.loc[data.obs["genotype"] == "wild type", "project"] = "elsewhere"
    np.testing.assert_array_equal(find_deletions(data)["ra"].wild_type, np.arange(30))


def test_no_sample_of_the_deletion_trains():
    """Its own samples may say anything: predictions stay as they were."""
    one, two = cultures(), cultures()
    two.X[(two.obs["genotype"] == "del_ra").to_numpy(), :] += 50
    a, b = (deletion_test(d, TARGETS, "ra", n=20) for d in (one, two))
    np.testing.assert_allclose(a["AUROC"].drop(REAL), b["AUROC"].drop(REAL))


def test_precise_has_the_deletions():
    found = find_deletions(load_ecoli())
    assert sum(len(deletion.rows) for deletion in found.values()) == 75
    assert "purR" not in found  # no wild type grew with cytidine


def test_wrong_use_is_refused():
    with pytest.raises(ValueError, match="regulator='xyz' has no deletion with a wild type; those that have: 'ra'"):
        deletion_test(cultures(), TARGETS, "xyz")
    data = cultures()
    del data.obs["genotype"]
    with pytest.raises(ValueError, match="genotype"):
        find_deletions(data)


def test_a_small_regulon_has_no_area():
    answer = Answer(np.array([1.0, 2, 3]), np.array([1.0, 2, 3]))
    found = judge(answer, np.array([2.0, 4, 7]), np.array([0.0, 1, 0]), None)
    assert np.isnan(found["AUROC"])
    assert found["correlation"] > 0.9


def test_the_summary_has_student_intervals():
    rows = pd.DataFrame({"method": ["a"] * 3, "correlation": [1.0, 2.0, 3.0], "beyond the shift": [1, np.nan, 3]})
    rows = rows.assign(**{"relative error": 1.0, "AUROC": 0.5})
    found = summarise_deletions(rows).loc["a"]
    assert found["correlation"][["mean", "low", "high"]].round(2).tolist() == [2.0, -0.48, 4.48]
    assert found["beyond the shift", "regulators"] == 2


def test_words_name_who_ranks_best_and_who_foretells_without_a_shared_wild_type():
    def row(method, regulator, correlation, auroc, beyond, shared):
        found = {"method": method, "regulator": regulator, "correlation": correlation, "AUROC": auroc}
        return found | {"beyond the shift": beyond, "relative error": 1.0, "shares a wild type": shared}

    rows = [row(REAL, r, 1.0, 0.7, 1.0, r == "ra") for r in REGULATORS]
    for i, r in enumerate(REGULATORS):
        wiggle = i / 50
        rows.append(row(RIDGE, r, 0.3, 0.64 + wiggle, 0.2 + wiggle, r == "ra"))
        rows.append(row(ELSEWHERE, r, 0.25, 0.5 - wiggle, wiggle - 0.1, r == "ra"))
        rows.append(row(SWITCH, r, 0.9 if r == "ra" else 0.02, 0.55 + wiggle, 0.4 + wiggle, r == "ra"))
    table = pd.DataFrame(rows)
    text = " ".join(deletions_in_words(table))
    assert f"{RIDGE} 0.67, {SWITCH} 0.58. The simple method wins" in text
    assert f"Rankings above chance: {RIDGE}; {SWITCH}." in text
    assert "the real change itself reaches 0.70" in text
    assert "The GAN leads" not in text
    assert "correlates 0.02 for regulators that share no wild type with others, and 0.90" in text
    assert text.endswith(f"**{RIDGE}**.")
