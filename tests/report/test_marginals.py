"""Marginals: what they need, and what they say."""

import numpy as np

from gexlib import metrics
from gexlib.report.inputs import gather
from gexlib.report.marginals import marginals


def by_name(inputs):
    return {one.name: one for one in marginals(inputs)}


def test_zeros_and_groups_are_missing_where_there_are_none(sets):
    found = by_name(gather(None, sets["test"].X + 1, sets["near"].X + 1))
    assert found["zeros"].missing == "test has no exact zeros"
    assert found["sd ratio within groups"].missing == "within is not given"
    found = by_name(gather(None, sets["test"], sets["near"], within=["tissue", "condition"]))
    assert not any(one.missing for one in found.values())
    assert "within tissue × condition" in found["sd ratio within groups"].text


def test_the_unit_is_that_of_the_test_data(sets):
    assert by_name(gather(None, sets["test"], sets["near"]))["Wasserstein"].text.endswith("in log(1 + FPKM).")
    assert by_name(gather(None, sets["test"].X, sets["near"].X))["Wasserstein"].text.endswith("units of the data.")


def test_genes_that_are_constant_in_test_data_do_not_count(sets):
    flat = sets["test"].copy()
    flat.X[:, 0] = 1
    inputs = gather(None, flat, sets["near"])
    one = by_name(inputs)["sd ratio"]
    others = metrics.sd_ratio(flat, sets["near"]).iloc[1:]
    assert one.number(one.of(inputs.candidates[0])) == np.median(others)


def test_quantiles_are_compared_once(sets):
    found = by_name(gather(None, sets["test"], sets["near"]))
    assert found["quantile agreement"].of is found["quantile agreement, worst 5 %"].of
