"""A metric of the report: what it means, which function computes it, and what its bound is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gexlib.report.candidates import Candidate
from gexlib.report.intervals import Estimate

HIGHER = "higher"
LOWER = "lower"
NEARER = "nearer to best"

Values = float | Estimate | Mapping[str, float | Estimate] | pd.Series


@dataclass(frozen=True)
class Bound:
    """
    The number of real data in the place of synthetic data.

    Parameters
    ----------
    text : str
        Which real data they are, and which place they take.
    of : function, optional
        Computes the values, as ``Metric.of`` does for a synthetic data set. None: there is no bound.
    """

    text: str
    of: Callable[[], Values] | None = None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """
    One row of the report.

    Metrics that share the function `of` are computed together, once for each data set.

    Parameters
    ----------
    family, name : str
        The row's index.
    function : function
        The public function that defines the number, such as :func:`gexlib.metrics.prdc`.
    text : str
        What is computed: the settings, and which data is the reference.
    of : function
        Computes the values for a data set. A ValueError or TypeError says why the data set has none.
    bound : Bound
        The number of real data.
    entry : str
        Which of the values of `of` is this metric's. Empty: `of` returns one number.
    best : float
        The best value.
    better : {"higher", "lower", "nearer to best"}
        Which direction is better.
    low, high : float
        The smallest range of the metric's scale in a figure; it grows to hold all numbers.
    space : str
        The space in which samples are compared. Empty for a metric that compares no samples.
    missing : str
        Why the metric cannot be computed for any data set. Empty: it can.

    Examples
    --------
    >>> from gexlib import metrics
    >>> recall = Metric(
    ...     family="fidelity",
    ...     name="recall",
    ...     function=metrics.prdc,
    ...     text="share of test samples in the ball of a synthetic sample",
    ...     of=lambda candidate: {"precision": 0.9, "recall": 0.4},
    ...     entry="recall",
    ...     bound=Bound("train in the place of synthetic"),
    ... )
    >>> recall.function_name, recall.number(recall.of(None))
    ('metrics.prdc', 0.4)
    """

    family: str
    name: str
    function: Callable
    text: str
    of: Callable[[Candidate], Values]
    bound: Bound
    entry: str = ""
    best: float = 1.0
    better: str = HIGHER
    low: float = 0.0
    high: float = 1.0
    space: str = ""
    missing: str = ""

    @property
    def function_name(self) -> str:
        """The name of the function with its room of the library, such as ``metrics.prdc``."""
        return f"{self.function.__module__.split('.')[1]}.{self.function.__name__}"

    def number(self, values: Values) -> float:
        """Return the metric's own number among the values that `of` has computed."""
        return self.estimate(values).value

    def estimate(self, values: Values) -> Estimate:
        """Return the metric's own number with its standard error: given with it, or beside it as ``ENTRY error``."""
        own = values[self.entry] if self.entry else values
        if isinstance(own, Estimate):
            return own
        beside = f"{self.entry} error"
        error = values[beside] if self.entry and beside in values else np.nan
        return Estimate(float(own), float(error))

    def definition(self) -> dict[str, str | float]:
        """Return everything that tells what the number is, as plain strings and numbers."""
        return {
            "family": self.family,
            "metric": self.name,
            "function": self.function_name,
            "text": self.text,
            "bound": self.bound.text,
            "best": self.best,
            "better": self.better,
            "low": self.low,
            "high": self.high,
            "space": self.space,
        }
