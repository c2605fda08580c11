"""Utility: classifiers and differential expression, and what they lack."""

import pytest

from gexlib import metrics
from gexlib.report.inputs import gather
from gexlib.report.utility import utility


def test_the_bound_of_a_classifier_learns_from_all_training_samples(sets):
    inputs = gather(sets["train"], sets["test"], sets["near"], labels=["tissue"], seed=3)
    area, f1, *_ = utility(inputs)
    expected = metrics.classification(sets["test"], {"all": sets["train"]}, "tissue", runs=3, seed=3).mean()
    values = area.bound.of()
    assert (area.number(values), f1.number(values)) == (expected["AUC"], expected["F1"])
    area, *_ = utility(gather(None, sets["test"], sets["near"], labels=["tissue"]))
    with pytest.raises(ValueError, match="train is not given"):
        area.bound.of()


def test_what_is_not_asked_for_is_missing(sets):
    found = {one.name: one.missing for one in utility(gather(None, sets["test"], sets["near"]))}
    assert found.pop("label AUC") == "labels are not given"
    assert set(found.values()) == {"contrast is not given"}
    assert list(found) == [
        "DE correlation",
        "DE slope",
        "DE same sign",
        "DE top 12",
        "DE true positives",
        "DE precision",
    ]


def test_a_level_that_test_data_lack_is_missing(sets):
    bones = sets["validation"].copy()
    bones.obs["tissue"] = "bone"
    inputs = gather(None, sets["test"], sets["near"], validation=bones, contrast=("tissue", "bone", "lung"))
    missing = {one.missing for one in utility(inputs) if one.name.startswith("DE")}
    assert [reason.startswith("test: value='bone' has 0 samples") for reason in missing] == [True]


def test_effects_are_adjusted_for_the_other_columns_of_within(sets):
    asked = {"within": ["tissue", "condition"], "contrast": ("condition", "cancer", "normal")}
    inputs = gather(None, sets["test"], sets["near"], **asked)
    (slope,) = (one for one in utility(inputs) if one.name == "DE slope")
    assert slope.text.startswith("Effects of condition (cancer against normal, adjusted for tissue) in synthetic")
    expected = metrics.differential_agreement(sets["test"], sets["near"], *inputs.contrast, ["tissue"])["slope"]
    assert slope.number(slope.of(inputs.candidates[0])) == expected
