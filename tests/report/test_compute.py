"""Metrics that share a function are computed once; what has no number is left out with a reason."""

import numpy as np

from gexlib import metrics
from gexlib.report.candidates import Candidate
from gexlib.report.compute import compute
from gexlib.report.metric import Bound, Metric
from gexlib.report.numbers import Omission, Value


def metric(name, of, **definition):
    definition = {"bound": Bound("real"), "function": metrics.mmd, "family": "f", "text": "T."} | definition
    return Metric(name=name, of=of, **definition)


def test_metrics_that_share_a_function_are_computed_once():
    calls = []

    def of(candidate):
        calls.append(candidate.name)
        return {"a": 1.0, "b": 2.0}

    bound = Bound("real", lambda: of(Candidate("bound", None)))
    values, left_out = compute(
        [metric("x", of, entry="a", bound=bound), metric("y", of, entry="b", bound=bound)],
        [Candidate("GAN", None), Candidate("GAN", None, run=1)],
    )
    assert calls == ["bound", "GAN", "GAN"]
    assert values == [
        Value("f", "x", "bound", 0, 1.0),
        Value("f", "y", "bound", 0, 2.0),
        Value("f", "x", "GAN", 0, 1.0),
        Value("f", "y", "GAN", 0, 2.0),
        Value("f", "x", "GAN", 1, 1.0),
        Value("f", "y", "GAN", 1, 2.0),
    ]
    assert left_out == []


def test_what_fails_is_left_out_for_itself_alone():
    def of(candidate):
        if candidate.run == 1:
            raise ValueError("no such column")
        return np.nan if candidate.name == "flat" else 3.0

    values, left_out = compute(
        [metric("x", of), metric("z", len, missing="absent")],
        [Candidate("GAN", None), Candidate("GAN", None, run=1), Candidate("flat", None)],
    )
    assert values == [Value("f", "x", "GAN", 0, 3.0)]
    assert left_out == [
        Omission("f", "x", "GAN, run 1", "no such column"),
        Omission("f", "x", "flat", "the number is not defined for these data"),
        Omission("f", "z", "all", "absent"),
    ]


def test_one_of_the_metrics_that_share_a_function_may_be_missing():
    def of(candidate):
        return {"a": 1.0}

    values, left_out = compute(
        [metric("x", of, entry="b", missing="absent"), metric("y", of, entry="a")], [Candidate("GAN", None)]
    )
    assert values == [Value("f", "y", "GAN", 0, 1.0)]
    assert left_out == [Omission("f", "x", "all", "absent")]
