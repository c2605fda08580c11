"""A metric names its public function; its definition is plain strings and numbers."""

import dataclasses

import numpy as np
import pytest

from gexlib import metrics
from gexlib.report.families import FAMILIES
from gexlib.report.inputs import gather
from gexlib.report.intervals import Estimate
from gexlib.report.metric import HIGHER, LOWER, NEARER, Bound, Metric
from tests.report.conftest import ASKED


@pytest.fixture(scope="module")
def every(sets):
    inputs = gather(sets["train"], sets["test"], sets["near"], validation=sets["validation"], **ASKED)
    return [metric for family in FAMILIES.values() for metric in family(inputs)]


def test_the_function_is_public_and_the_name_shown_finds_it(every):
    for metric in every:
        room, name = metric.function_name.split(".")
        assert room == "metrics"
        assert name in metrics.__all__
        assert getattr(metrics, name) is metric.function


def test_definitions_are_complete_and_plain(every):
    rows = [(metric.family, metric.name) for metric in every]
    assert len(set(rows)) == len(rows)
    for metric in every:
        definition = metric.definition()
        assert all(type(value) in (str, float) for value in definition.values())
        assert not metric.text[0].islower()
        assert metric.text.endswith(".")
        assert metric.better in (HIGHER, LOWER, NEARER)
        assert metric.low <= metric.high
        assert "real_t" not in f"{metric.text} {metric.bound.text} {metric.space} {metric.missing}"


def test_number_takes_the_entry_or_the_value_itself():
    one = Metric(family="f", name="n", function=metrics.mmd, text="T.", of=float, bound=Bound("b"))
    assert one.number(2) == 2.0
    assert dataclasses.replace(one, entry="a").number({"a": 3, "b": 4}) == 3.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "other"


def test_the_standard_error_comes_with_the_number_or_beside_it():
    one = Metric(family="f", name="n", function=metrics.mmd, text="T.", of=float, bound=Bound("b"))
    assert one.estimate(Estimate(2.0, 0.1)) == (2.0, 0.1)
    assert np.isnan(one.estimate(2.0).error)
    one = dataclasses.replace(one, entry="a")
    assert one.estimate({"a": Estimate(2.0, 0.1)}) == (2.0, 0.1)
    assert one.estimate({"a": 2, "a error": 3}) == (2.0, 3.0)
    assert np.isnan(one.estimate({"a": 2, "b error": 3}).error)
