"""Train on one data set, test on another: the numbers tell good training data from bad."""

import anndata
import numpy as np
import pandas as pd
import pytest

from gexlib.metrics import classification


def cohort(n, seed, shift=2.0, levels=("liver", "lung", "skin")):
    rng = np.random.default_rng(seed)
    tissue = np.array(levels)[np.arange(n) % len(levels)]
    centres = {name: np.random.default_rng(i).normal(0, shift, 8) for i, name in enumerate(("liver", "lung", "skin"))}
    x = rng.normal(size=(n, 8)) + np.array([centres[t] for t in tissue])
    obs = pd.DataFrame({"tissue": pd.Categorical(tissue)}, index=[f"s{i}" for i in range(n)])
    return anndata.AnnData(x.astype("float32"), obs=obs)


def shuffled(data, seed=0):
    data = data.copy()
    data.obs["tissue"] = np.random.default_rng(seed).permutation(data.obs["tissue"])
    return data


def test_good_training_data_scores_high_and_wrong_labels_at_chance():
    train = cohort(120, 1)
    table = classification(cohort(90, 0), {"real": train, "wrong labels": shuffled(train)}, "tissue", runs=3)
    mean = table.groupby("data").mean()
    assert table.index.names == ["data", "run"]
    assert len(table) == 6
    assert (mean.loc["real"] > 0.95).all()
    assert mean.loc["wrong labels", "AUC"] < 0.7
    assert mean.loc["wrong labels", "F1"] < 0.6


def test_a_constant_shift_of_all_training_data_does_harm():
    """The classifier sees real samples on the scale of its training data, so a biased generator is found out."""
    train = cohort(120, 1, shift=0.7)
    biased = train.copy()
    biased.X = biased.X + np.float32([6, 0, 0, 6, 0, 0, 0, 0])
    table = classification(cohort(90, 0, shift=0.7), {"real": train, "biased": biased}, "tissue", runs=2)
    mean = table.groupby("data").mean()["F1"]
    assert mean["biased"] < mean["real"] - 0.1


def test_levels_that_are_not_everywhere_are_left_out_and_counted():
    table = classification(cohort(90, 0), {"two": cohort(60, 1, levels=("liver", "lung"))}, "tissue", runs=1)
    assert table.attrs["left out"] == 30
    assert table["AUC"].item() > 0.95


def test_the_same_seed_gives_the_same_numbers():
    args = cohort(60, 0, 0.3), {"real": cohort(60, 1, 0.3)}, "tissue"
    assert classification(*args, runs=2, seed=4).equals(classification(*args, runs=2, seed=4))


def test_errors_name_the_data_set():
    with pytest.raises(ValueError, match=r"target='sex' is not a column of test.obs; columns: tissue"):
        classification(cohort(9, 0), {"a": cohort(9, 1)}, "sex")
    with pytest.raises(ValueError, match=r"training\['a'\] has other genes than test"):
        classification(cohort(9, 0), {"a": cohort(9, 1)[:, ::-1].copy()}, "tissue")
    with pytest.raises(ValueError, match="has 1 level that all data sets share"):
        classification(cohort(9, 0), {"a": cohort(9, 1, levels=("lung",))}, "tissue")
