"""The numbers of metrics on data sets, and the reasons why some have none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import numpy as np

from gexlib.report.candidates import Candidate
from gexlib.report.intervals import Estimate
from gexlib.report.metric import Metric, Values
from gexlib.report.numbers import Omission, Value


def compute(metrics: Iterable[Metric], candidates: Sequence[Candidate]) -> tuple[list[Value], list[Omission]]:
    """
    Compute each metric on its bound and on each data set.

    Metrics in a row that share their function ``of`` are computed once. A number that cannot be computed for one data
    set is left out for that data set alone.

    Returns
    -------
    values : list of Value
    left_out : list of Omission
    """
    values, left_out = [], []
    names = [candidate.name for candidate in candidates]
    for _, together in groupby(metrics, key=lambda metric: metric.of):
        together = list(together)
        left_out += [Omission(m.family, m.name, "all", m.missing) for m in together if m.missing]
        together = [m for m in together if not m.missing]
        if not together:
            continue
        first = together[0]
        calls = [] if first.bound.of is None else [("bound", 0, "bound", first.bound.of)]
        for one in candidates:
            shown = one.name if names.count(one.name) == 1 else f"{one.name}, run {one.run}"
            calls.append((one.name, one.run, shown, lambda one=one, of=first.of: of(one)))
        for name, run, shown, call in calls:
            found, reasons = _numbers(together, call)
            values += [Value(m.family, m.name, name, run, *number) for m, number in found]
            left_out += [Omission(m.family, m.name, shown, reason) for m, reason in reasons]
    return values, left_out


def _numbers(
    together: list[Metric], call: Callable[[], Values]
) -> tuple[list[tuple[Metric, Estimate]], list[tuple[Metric, str]]]:
    """Return the numbers of metrics that one call computes, and the reasons of those that have none."""
    try:
        values = call()
        numbers = [(metric, metric.estimate(values)) for metric in together]
    except (ValueError, TypeError) as error:
        return [], [(metric, str(error)) for metric in together]
    undefined = "the number is not defined for these data"
    return (
        [(metric, number) for metric, number in numbers if np.isfinite(number.value)],
        [(metric, undefined) for metric, number in numbers if not np.isfinite(number.value)],
    )
