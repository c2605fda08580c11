"""Errors of other libraries name the argument and what the function takes; own errors, and those of files, stay."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from gexlib.explained import explained, fits
from gexlib.preprocess import CovariateEncoder


@explained
def mean(table: pd.DataFrame, column: str = "x", times: int = 1) -> float:
    return float(table[column].mean()) * times


def test_the_argument_of_a_wrong_kind_is_named():
    with pytest.raises(TypeError, match="table=None is a NoneType, but mean takes DataFrame there") as caught:
        mean(None)
    assert isinstance(caught.value.__cause__, TypeError)
    with pytest.raises(TypeError, match=r"times=\[1\] is a list, but mean takes int there"):
        mean(pd.DataFrame({"x": [1.0]}), times=[1])


def test_right_kinds_are_described():
    words = (
        r"mean cannot use what it was given, table=<2 rows; columns 'y'>, column='x' \(KeyError: 'x'\); help\(mean\)"
    )
    with pytest.raises(ValueError, match=words):
        mean(pd.DataFrame({"y": [1.0, 2.0]}), "x")


def test_a_call_that_does_not_fit_lists_the_arguments():
    with pytest.raises(TypeError, match="mean: got an unexpected keyword argument 'colunm'; its arguments: 'table', "):
        mean(None, colunm=3)


@pytest.mark.parametrize("error", [ValueError("ours"), KeyError("ours"), OSError(28, "full", "a"), MemoryError()])
def test_what_says_what_is_wrong_stays(error, monkeypatch):
    from gexlib import checks

    def fail(*_):
        raise error

    if not isinstance(error, OSError | MemoryError):  # raised by a line of the library
        with pytest.raises(ValueError, match="level=2 must be between 0 and 1"):
            explained(checks.share)("level", 2)
        return
    with pytest.raises(type(error)) as caught:
        explained(fail)()
    assert caught.value is error


def test_methods_of_a_class():
    @explained
    @dataclass(frozen=True)
    class Table:
        values: Sequence[float]

        def __post_init__(self):
            len(self.values)

        @classmethod
        def made(cls, text: str):
            return cls(text.split())

        def at(self, place: int) -> float:
            return self.values[place]

        def _hidden(self):
            return self.values[99]

    with pytest.raises(TypeError, match=r"values=5 is a int, but .*Table takes Sequence\[float\] there"):
        Table(5)
    with pytest.raises(TypeError, match="text=5 is a int, but .*made takes str there"):
        Table.made(5)
    with pytest.raises(ValueError, match=r"Table.at cannot use what it was given, place=9 \(IndexError"):
        Table([1.0]).at(9)
    with pytest.raises(IndexError):
        Table([1.0])._hidden()


@pytest.mark.parametrize(
    ("value", "annotation", "does"),
    [
        (5, "int", True),
        (np.int64(5), "int | None", True),
        (None, "int | None", True),
        (5.0, "int", False),
        ("a", "Sequence[str]", False),
        (["a"], "Sequence[str]", True),
        (["a", 5], "Sequence[str]", False),
        (("a", "b", "c"), "Contrast | tuple[str, str, str] | None", True),
        ((1, 2, 3, 4), "tuple[int, ...]", True),
        ((1, 2), "tuple[str, str]", False),
        ({"a": pd.DataFrame()}, "Mapping[str, pd.DataFrame]", True),
        ({"a": 5}, "Mapping[str, pd.DataFrame]", False),
        ({5: pd.DataFrame()}, "Mapping[str, pd.DataFrame]", False),
        (np.ones(2), "np.ndarray", True),
        ([1.0], "np.ndarray", False),
        ([1.0], "ArrayLike", True),
        ("yes", "bool", False),
        (object(), "Whatever", True),
        (5, "not a [kind", True),
    ],
)
def test_kinds(value, annotation, does):
    assert fits(value, annotation) is does


def test_a_warning_points_to_the_line_of_the_caller():
    odd = pd.DataFrame({"tissue": ["lung", "Lung"]})
    with pytest.warns(UserWarning, match="differ in spaces, case or type alone") as caught:
        CovariateEncoder(["tissue"]).fit(odd)
    assert {warning.filename for warning in caught} == {__file__}
