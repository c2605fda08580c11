"""Unpaired training and paired truth: divided by patient, judged by what was put in."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.study import effect_test
from gexlib.study.effects import (
    COMBAT,
    DATA_SET,
    GAN,
    GAN_SEEDS,
    GAN_TISSUE,
    METHODS,
    MODERATED,
    POOLED,
    WELCH,
    WITHIN,
    divide,
    judge,
    paired_differences,
)  # fmt: skip

GENES = 60


def patients(seed=0):
    """Two studies of one tissue, with normals that differ; GTEx's normals differ more. A third of the genes respond."""
    rng = np.random.default_rng(seed)
    effect = np.where(np.arange(GENES) % 3 == 0, 2.0, 0.0)
    shifts = {s: rng.normal(0, 1, GENES) for s in ("kirc", "kirp", "kidney")}
    rows, x = [], []
    for study, n in (("kirc", 40), ("kirp", 32)):
        for i in range(n):
            own = rng.normal(0, 0.4, GENES)
            for condition in ("normal", "cancer"):
                rows.append((f"{study}{i}", study, condition, "kidney", "tcga-t" if condition == "cancer" else "tcga"))
                x.append(own + shifts[study] + effect * (condition == "cancer") + rng.normal(0, 0.2, GENES))
    for i in range(20):
        rows.append((f"gtex{i}", "kidney", "normal", "kidney", "gtex"))
        x.append(shifts["kidney"] * 2 + rng.normal(0, 0.7, GENES))
    obs = pd.DataFrame(rows, columns=["donor", "study", "condition", "tissue", "dataset"])
    obs.index = [f"s{i}" for i in range(len(obs))]
    return AnnData((np.array(x) + 8).astype(np.float32), obs=obs)


@pytest.fixture(scope="module")
def table():
    return effect_test(patients(), draws=12)


def test_no_patient_is_on_two_sides_or_measured_twice():
    data = patients()
    (train, held_out), (_, other) = divide(data), divide(data, fold=1)
    assert not set(train.obs["donor"]) & set(held_out.normal.obs["donor"])
    assert train.obs["donor"].is_unique
    assert len(held_out.study) == 36
    assert not set(held_out.normal.obs["donor"]) & set(other.normal.obs["donor"])
    assert train.obs.groupby(["study", "condition"]).size().loc["kirc"].tolist() == [10, 10]
    assert set(train.obs["dataset"]) == {"tcga", "gtex"}


def test_all_methods_are_there(table):
    assert set(table["method"]) == set(METHODS)
    assert (table.groupby("study").size() == len(METHODS)).all()
    assert (table["controls"] > 5).all()


def test_controls_of_other_studies_mislead_and_their_own_do_not(table):
    mean = table.groupby("method")[["error", "controls effect", "controls called"]].mean()
    assert mean.loc[WITHIN, "error"] < 0.4 < mean.loc[WELCH, "error"]
    assert mean.loc[[WELCH, MODERATED, DATA_SET], "controls effect"].min() > mean.loc[WITHIN, "controls effect"] + 0.1
    assert mean.loc[COMBAT, "error"] < mean.loc[MODERATED, "error"]
    assert mean.loc[GAN, "error"] < mean.loc[GAN_TISSUE, "error"]
    assert mean.loc[POOLED, "error"] < 0.4  # the effect is the same in both studies
    assert mean.loc[GAN, "controls called"] < mean.loc[GAN_SEEDS, "controls called"]


def test_intervals_that_hold_donors_cover_and_those_of_seeds_do_not(table):
    mean = table.groupby("method")[["coverage", "width"]].mean()
    assert mean.loc[WITHIN, "coverage"] == pytest.approx(0.95, abs=0.05)
    assert mean.loc[GAN, "coverage"] == pytest.approx(0.95, abs=0.06)
    assert mean.loc[GAN_SEEDS, "width"] < 0.3 * mean.loc[GAN, "width"]


def test_the_paired_differences_are_those_of_the_study():
    _, held_out = divide(patients())
    table = paired_differences(held_out, "kirp")
    assert table["freedom"].eq(15).all()
    assert table["effect"][::3].mean() == pytest.approx(2, abs=0.1)
    perfect = judge(table.assign(low=table["effect"] - 1, high=table["effect"] + 1), table)
    assert perfect["error"] == 0
    assert perfect["coverage"] == 1
    assert perfect["width"] == 1


def test_without_pairs_there_is_nothing_to_judge():
    data = patients()
    with pytest.raises(ValueError, match="no study of data has 6 donors"):
        effect_test(data[data.obs["condition"] == "normal"].copy())
