"""Standard errors are the spread that other samples would give."""

import numpy as np
import pandas as pd
import pytest

from gexlib.report.intervals import of_folds, of_groups


def test_the_error_of_a_mean_is_that_of_independent_samples():
    values = np.random.default_rng(0).normal(3, 2, 400)
    found = of_groups(values, np.arange(400), seed=1)
    assert found.value == pytest.approx(values.mean())
    assert found.error == pytest.approx(values.std() / 20, rel=0.15)
    assert found == of_groups(values, np.arange(400), seed=1)


def test_samples_of_one_group_count_as_one():
    rng = np.random.default_rng(0)
    values = np.repeat(rng.normal(size=50), 8)
    donors = np.repeat([f"donor {i}" for i in range(50)], 8)
    order = rng.permutation(400)
    found = of_groups(values[order], donors[order], seed=0)
    assert found.error == pytest.approx(values.std() / np.sqrt(50), rel=0.2)
    assert found.error > 2 * of_groups(values, np.arange(400), seed=0).error


def test_groups_of_unequal_size_keep_the_mean_of_all_samples():
    values, groups = np.array([0.0, 0, 0, 1]), np.array(["a", "a", "a", "b"])
    found = of_groups(values, groups, seed=0)
    assert found.value == 0.25
    assert found.error == pytest.approx(np.std([0, 0.25, 0.25, 1]), rel=0.1), "aa, ab, ba, bb"


def test_folds_are_a_mean_and_its_error():
    found = of_folds(pd.Series([0.5, 0.7, 0.9]))
    assert found == pytest.approx((0.7, 0.2 / np.sqrt(3)))
