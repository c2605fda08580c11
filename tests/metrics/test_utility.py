"""Training on one data set and testing on another tells good training data from bad."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.metrics import augmentation, classification
from gexlib.metrics.utility import draw_of_all_levels


def cohort(n, seed, shift=2.0, levels=("liver", "lung", "skin")):
    rng = np.random.default_rng(seed)
    tissue = np.array(levels)[np.arange(n) % len(levels)]
    centres = {name: np.random.default_rng(i).normal(0, shift, 8) for i, name in enumerate(("liver", "lung", "skin"))}
    x = rng.normal(size=(n, 8)) + np.array([centres[t] for t in tissue])
    obs = pd.DataFrame({"tissue": pd.Categorical(tissue)}, index=[f"s{i}" for i in range(n)])
    return AnnData(x.astype("float32"), obs=obs)


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
    once = classification(*args, runs=2, seed=4)
    assert once.equals(classification(*args, runs=2, seed=4))
    assert once.equals(classification(*args, runs=2, seed=4, jobs=2)), "in processes of their own, too"


def test_errors_name_the_data_set():
    with pytest.raises(ValueError, match=r"label='sex' is not a column of test.obs; columns: 'tissue'"):
        classification(cohort(9, 0), {"a": cohort(9, 1)}, "sex")
    with pytest.raises(ValueError, match=r"training\['a'\] has other genes than test"):
        classification(cohort(9, 0), {"a": cohort(9, 1)[:, ::-1].copy()}, "tissue")
    with pytest.raises(ValueError, match="has 1 level that all data sets share"):
        classification(cohort(9, 0), {"a": cohort(9, 1, levels=("lung",))}, "tissue")


def test_more_samples_help_a_classifier_of_few_and_wrong_ones_harm():
    train, more = cohort(60, 1, 0.6), cohort(150, 2, 0.6)
    args = {"label": "tissue", "sizes": [6, 60], "runs": 4}
    good = augmentation(cohort(120, 0, 0.6), train, more, **args)
    wrong = augmentation(cohort(120, 0, 0.6), train, shuffled(more), **args)
    assert good.index.names == ["size", "data", "run"]
    assert len(good) == 16
    mean = good.groupby(["size", "data"])["F1"].mean()
    assert mean[6, "real + synthetic"] > mean[6, "real"] + 0.05
    assert mean[60, "real"] > mean[6, "real"] + 0.05
    assert wrong.xs("real", level="data").equals(good.xs("real", level="data"))  # the same draws and trainings
    assert wrong.groupby(["size", "data"])["F1"].mean()[60, "real + synthetic"] < mean[60, "real"] - 0.05


def test_a_draw_of_all_real_samples_is_their_classification():
    test, train = cohort(60, 0, 0.6), cohort(30, 1, 0.6)
    curve = augmentation(test, train, train, "tissue", sizes=[3, 30], runs=1)
    alone = classification(test, {"real": train}, "tissue", runs=1).loc["real", 0]
    assert curve.loc[30, "real", 0].equals(alone)
    assert not curve.loc[3, "real", 0].equals(alone)


def test_augmentation_leaves_out_levels_that_are_not_everywhere():
    table = augmentation(cohort(90, 0), cohort(60, 1), cohort(60, 2, levels=("liver", "lung")), "tissue", [2], runs=1)
    assert table.attrs["left out"] == 30


@pytest.mark.parametrize("size", [2, 61])
def test_sizes_must_be_within_reach(size):
    with pytest.raises(ValueError, match=f"sizes has {size}, but each must be from 3, .*, to 60"):
        augmentation(cohort(30, 0), cohort(60, 1), cohort(60, 2), "tissue", [size])


@pytest.mark.parametrize("size", [3, 4, 10, 40])
def test_a_draw_has_as_many_samples_as_asked_for_and_all_levels(size):
    labels = np.repeat(["rare", "common", "some"], [1, 30, 9])
    draws = [draw_of_all_levels(np.random.default_rng(seed), labels, size) for seed in range(30)]
    assert all(len(set(rows)) == size and set(labels[rows]) == set(labels) for rows in draws)
    if size < 40:
        assert len({tuple(rows) for rows in draws}) > 1
