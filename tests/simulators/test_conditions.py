import numpy as np
import pandas as pd
import pytest

from gexlib.simulators.conditions import Conditions


def test_conditions_are_the_combinations_that_occur():
    obs = pd.DataFrame({"a": ["x", "x", "y", "x"], "b": [1, 2, 1, 1]})
    conditions = Conditions(["a", "b"]).fit(obs)
    assert conditions.table_.to_numpy().tolist() == [["x", 1], ["x", 2], ["y", 1]]
    assert conditions.codes_.tolist() == [0, 1, 2, 0]
    assert conditions.codes(obs[::-1].astype({"a": "category"})).tolist() == [0, 2, 1, 0], "dtypes do not matter"
    with pytest.raises(ValueError, match=r"1 samples .* the first {'a': 'y', 'b': 2}"):
        conditions.codes(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}))


def test_without_columns_all_share_one_condition():
    conditions = Conditions().fit(pd.DataFrame(index=range(3)))
    assert conditions.codes(pd.DataFrame({"any": [1, 2]})).tolist() == [0, 0]
    assert conditions.draw(4, np.random.default_rng(0)).shape == (4, 0)
    assert conditions.settings() == {}


def test_draws_have_the_frequencies_of_the_training_data():
    conditions = Conditions("a").fit(pd.DataFrame({"a": ["x"] * 30 + ["y"] * 10}))
    drawn = conditions.draw(4000, np.random.default_rng(0))["a"]
    assert abs((drawn == "y").mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 4000)
