"""What a row of the report is: its definition, and the function that gives its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gexlib.report.inputs import Candidate

HIGHER = "higher"
LOWER = "lower"
NEARER = "nearer to best"


@dataclass(frozen=True)
class Metric:
    """
    The definition of one row.

    Parameters
    ----------
    family, name : str
        The row's index.
    text : str
        What is computed, exactly: function, settings, which data is the reference.
    bound : str
        What stands in the column ``bound``.
    best : float
        The value to be wished for.
    better : str
        Whether higher or lower is better, or what is nearer to `best`.
    low, high : float
        The scale that a figure shows at least.
    space : str
        Where samples are compared; empty where that has no meaning.
    """

    family: str
    name: str
    text: str
    bound: str
    best: float = 1.0
    better: str = HIGHER
    low: float = 0.0
    high: float = 1.0
    space: str = ""


@dataclass(frozen=True)
class Measure:
    """
    Metrics that are computed together.

    Parameters
    ----------
    metrics : tuple of Metric
    of : function
        Values of a candidate, one for each metric; a ValueError or TypeError says why it has none.
    bound : function, optional
        Values of the bound. Default: `of` real training samples in the place of synthetic ones.
    missing : str
        Why nothing can be computed at all; empty if it can.
    """

    metrics: tuple[Metric, ...]
    of: Callable[[Candidate], Sequence[float]]
    bound: Callable[[], Sequence[float]] | None = None
    missing: str = ""
