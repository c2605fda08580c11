"""Bounds are the same function on real data in the place of synthetic data."""

import numpy as np
import pandas as pd
import pytest

from gexlib.report.bounds import average, check_rows, held_out, in_place, matched_pair
from gexlib.report.draws import halves
from gexlib.report.inputs import gather


def inputs(sets, **change):
    return gather(**{"train": sets["train"], "test": sets["test"], "synthetic": sets["near"]} | change)


def means(synthetic, test):
    return pd.Series({"a": float(synthetic.X.mean()), "b": float(test.X.max())})


def test_in_place_of_synthetic_stand_drawn_training_samples(sets):
    given = inputs(sets)
    bound = in_place(given, lambda candidate: candidate.data.n_obs)
    assert bound.text == "train in the place of synthetic: as many samples as test has, drawn"
    assert bound.of() == 36
    assert in_place(inputs(sets, train=None), len).of is None


def test_the_bound_says_how_many_test_samples_have_no_match(sets):
    asked = {"within": ["tissue"], "labels": ["condition"]}
    assert in_place(inputs(sets, **asked), len).text.endswith("one of the same tissue × condition")
    bones = sets["test"].copy()
    bones.obs.loc[bones.obs_names[:3], "tissue"] = "bone"
    assert in_place(inputs(sets, test=bones, **asked), len).text.endswith(
        "; 3 of 36 have none of their own, and the nearest in its place"
    )


def test_two_draws_are_disjoint_and_what_has_no_two_matches_is_left_out(sets):
    def of(test, first, second):
        return test, first, second

    bound = matched_pair(inputs(sets, within=["tissue"], labels=["condition"]), of)
    test, first, second = bound.of()
    assert not set(first.obs_names) & set(second.obs_names)
    for drawn in (first, second):
        assert (drawn.obs[["tissue", "condition"]].to_numpy() == test.obs[["tissue", "condition"]].to_numpy()).all()
    assert test.n_obs == 30, "60 training samples of the shares of test make 30 pairs"
    assert f"{test.n_obs} of 36 test samples have them" in bound.text
    assert matched_pair(inputs(sets, train=None), of).of is None


def test_rows_that_do_not_fit_are_named(sets):
    given = inputs(sets, within=["tissue"])
    check_rows(given, sets["near"].obs, "its draw")
    check_rows(given, sets["near"].obs.drop(columns="tissue"), "its draw")
    with pytest.raises(ValueError, match="its draw does not have the tissue of the test samples, row by row"):
        check_rows(given, sets["near"].obs[::-1], "its draw")
    with pytest.raises(ValueError, match="its draw has 30 samples, and test 36; one for each is needed"):
        check_rows(given, sets["validation"].obs, "its draw")


def test_held_out_is_validation_or_each_half_of_test_in_turn(sets):
    bound = held_out(inputs(sets, validation=sets["validation"]), means)
    assert bound.of().equals(means(sets["validation"], sets["test"]))
    bound = held_out(inputs(sets, seed=4), means)
    a, b = halves(sets["test"], 4)
    np.testing.assert_allclose(bound.of(), (means(a, b) + means(b, a)) / 2)
    assert bound.of().index.tolist() == ["a", "b"]


def test_an_average_of_nothing_known_is_not_known():
    assert np.isnan(average([pd.Series({"a": np.nan}), pd.Series({"a": 1.0})])["a"])
