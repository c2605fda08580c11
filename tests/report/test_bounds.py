"""Bounds are the same function on real data in the place of synthetic data."""

import numpy as np
import pandas as pd

from gexlib.report.bounds import IN_PLACE, average, held_out, in_place
from gexlib.report.draws import halves
from gexlib.report.inputs import gather


def inputs(sets, **change):
    return gather(**{"train": sets["train"], "test": sets["test"], "synthetic": sets["near"]} | change)


def means(synthetic, test):
    return pd.Series({"a": float(synthetic.X.mean()), "b": float(test.X.max())})


def test_in_place_of_synthetic_stand_drawn_training_samples(sets):
    given = inputs(sets)
    bound = in_place(given, lambda candidate: candidate.data.n_obs)
    assert bound.text == IN_PLACE
    assert bound.of() == 36
    assert in_place(inputs(sets, train=None), len).of is None


def test_held_out_is_validation_or_each_half_of_test_in_turn(sets):
    bound = held_out(inputs(sets, validation=sets["validation"]), means)
    assert bound.of().equals(means(sets["validation"], sets["test"]))
    bound = held_out(inputs(sets, seed=4), means)
    a, b = halves(sets["test"], 4)
    np.testing.assert_allclose(bound.of(), (means(a, b) + means(b, a)) / 2)
    assert bound.of().index.tolist() == ["a", "b"]


def test_an_average_of_nothing_known_is_not_known():
    assert np.isnan(average([pd.Series({"a": np.nan}), pd.Series({"a": 1.0})])["a"])
