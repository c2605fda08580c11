"""Rows that are kept are not made again, and a file of other rows is refused."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def kept(benchmarks, tmp_path):
    from kept import Kept

    return lambda keys=("name", "seed"): Kept(tmp_path / "rows.csv", keys)


def test_a_run_goes_on_where_it_was_interrupted(kept):
    made = []

    def of(name, seed):
        if (name, seed) == ("b", 1) and len(made) < 4:
            made.append("interrupted")
            raise KeyboardInterrupt
        made.append((name, seed))
        return {"score": len(made) / 7}

    tasks = [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    with pytest.raises(KeyboardInterrupt):
        kept().make(tasks, of)
    assert len(pd.read_csv(kept().path)) == 3
    table = kept().make(tasks, of)
    assert made == [("a", 0), ("a", 1), ("b", 0), "interrupted", ("b", 1)]
    assert list(zip(table["name"], table["seed"], strict=True)) == tasks
    assert set(table) == {"name", "seed", "score", "commit", "machine"}


def test_a_commit_that_looks_like_a_number_stays_as_it_is(kept):
    kept().add(["a", 0], {"commit": "75e6712"})
    kept().add(["b", 0], {"commit": "4075074"})
    assert kept().table["commit"].tolist() == ["75e6712", "4075074"]


def test_some_rows_can_be_made_anew_and_the_others_stay(kept):
    kept().make([("a", 0), ("b", 0)], lambda name, seed: {"score": 1.0})
    asked = kept().make([("a", 0)], lambda name, seed: {"score": 2.0, "more": "x"}, again=True)
    assert asked["score"].tolist() == [2.0]
    assert kept().table[["name", "score"]].to_numpy().tolist() == [["a", 2.0], ["b", 1.0]]


def test_a_file_of_another_benchmark_is_refused(kept):
    kept().make([("a", 0)], lambda name, seed: {"score": 1.0})
    with pytest.raises(ValueError, match="no column 'fold'; it is of another benchmark"):
        kept(("name", "fold"))


def test_means_and_intervals(benchmarks):
    from kept import interval, mean_sd

    table = pd.DataFrame({"name": ["b", "b", "a", "c"], "score": [1.0, 3.0, np.nan, 4.0]})
    assert mean_sd(table, ["name"], ["score"])["score"].tolist() == ["2.000\xa0±\xa01.414", "", "4.000"]
    mean, low, high = interval([1.0, 3.0, np.nan])
    assert (mean, round(high - mean, 3), round(mean - low, 3)) == (2.0, 12.706, 12.706)
    assert np.isnan(interval([1.0])[1:]).all()
