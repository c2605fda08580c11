"""Means, standard deviations and the table come from the runs alone."""

import numpy as np
import pandas as pd
import pytest

from gexlib.report import Numbers
from gexlib.report.numbers import Value


@pytest.fixture
def numbers():
    runs = [
        Value("f", "second", "GAN", 0, 1.0),
        Value("f", "first", "Gaussian", 0, 5.0, 1.5),
        Value("f", "first", "bound", 0, 7.0),
        Value("f", "first", "GAN", 0, 2.0),
        Value("f", "first", "GAN", 1, 4.0),
    ]
    definitions = pd.DataFrame(
        {
            "family": "f",
            "metric": ["first", "never", "second"],
            "best": [1.0, np.inf, 0.5],
            "better": "lower",
            "function": "metrics.mmd",
        }
    )
    return Numbers(
        runs=pd.DataFrame(runs, columns=Value._fields),
        definitions=definitions.set_index(["family", "metric"]),
        left_out=pd.DataFrame(columns=["family", "metric", "data", "reason"]),
        synthetic=["GAN"],
        baselines=["Gaussian"],
        samples={"GAN": 9},
        settings={},
        provenance={},
        versions={},
        notes=[],
    )


def test_rows_are_in_the_order_of_the_definitions_and_columns_in_that_of_the_table(numbers):
    assert numbers.mean.index.tolist() == [("f", "first"), ("f", "second")]
    assert numbers.mean.columns.tolist() == ["bound", "GAN", "Gaussian"]
    assert numbers.table.columns.tolist() == ["bound", "GAN", "GAN sd", "Gaussian", "best"]


def test_mean_and_sd_over_runs(numbers):
    assert numbers.mean.loc[("f", "first")].tolist() == [7.0, 3.0, 5.0]
    assert numbers.sd.loc[("f", "first"), "GAN"] == np.sqrt(2)
    assert numbers.sd.loc[("f", "second")].isna().all(), "one run has no spread"


def test_plain_numbers_and_none_for_what_is_not_a_number(numbers):
    first, second = numbers.to_dict()["metrics"]
    assert (first["metric"], first["function"], first["best"]) == ("first", "metrics.mmd", 1.0)
    assert first["values"]["GAN"] == {"mean": 3.0, "sd": np.sqrt(2), "error": None, "runs": 2}
    assert second["values"]["bound"]["mean"] is None
    assert all(type(row["run"]) is int for row in numbers.to_dict()["runs"])


def test_the_spread_is_over_runs_or_else_the_standard_error(numbers):
    first = numbers.spread.loc[("f", "first")]
    assert np.isnan(first["bound"])
    assert (first["GAN"], first["Gaussian"]) == (np.sqrt(2), 1.5)
    assert numbers.error.loc[("f", "first"), "Gaussian"] == 1.5


def test_the_count_compares_each_baseline_with_each_synthetic_data_set(numbers):
    assert numbers.as_good.columns.tolist() == [("GAN", "Gaussian")]
    assert numbers.as_good["GAN", "Gaussian"].tolist()[0] == "as good", "5 and 3, lower is better, spread 2.06"
    assert numbers.as_good["GAN", "Gaussian"].isna().tolist() == [False, True]
    assert numbers.sentences[0].startswith("On 1 of 1 metrics, Gaussian is as good as GAN or better (f 1 of 1)")
    assert numbers.to_dict()["sentences"] == numbers.sentences
