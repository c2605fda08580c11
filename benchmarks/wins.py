"""What wins from which number of training samples on, with the noise over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd
from kept import interval

LOSS = {  # of a score, smaller is better
    "S_dist": lambda v: -v,
    "precision": lambda v: -v,
    "recall": lambda v: -v,
    "density": lambda v: (v - 1).abs(),
    "coverage": lambda v: -v,
    "forest AUC": lambda v: (v - 0.5).abs(),
    "rfx": lambda v: (v - 0.5).abs(),
    "F1": lambda v: -v,
}


def advantage(table: pd.DataFrame, score: str, generator: str, against: str) -> pd.DataFrame:
    """
    Compare two generators at each number of samples, seed by seed.

    Parameters
    ----------
    table : DataFrame
        Rows of one data set, with the columns ``n``, ``generator``, ``seed`` and the score.
    score : str
        A name in `LOSS`.
    generator, against : str

    Returns
    -------
    DataFrame, one row for each n that both have
        ``mean`` difference (positive: `generator` is better) and its 95 % interval, ``low`` to ``high``, from Student's
        t of the differences of seeds; NaN with a single seed. ``verdict``: ``better``, ``worse``, or ``level`` if the
        interval holds 0 or there is none.
    """
    of = {}
    for name in (generator, against):
        rows = table[table["generator"] == name]
        of[name] = LOSS[score](rows.set_index(["n", "seed"])[score])
    gain = (of[against] - of[generator]).dropna()
    of_n = {n: interval(values) for n, values in gain.groupby("n")}
    found = pd.DataFrame.from_dict(of_n, orient="index", columns=["mean", "low", "high"])
    found["verdict"] = np.select([found["low"] > 0, found["high"] < 0], ["better", "worse"], "level")
    return found


def from_which_n(compared: pd.DataFrame, verdicts: Sequence[str] = ("better",)) -> int | None:
    """
    Return the smallest n from which on all verdicts, to the largest n, are among some; None if the last one is not.

    Examples
    --------
    >>> compared = pd.DataFrame({"verdict": ["better", "level", "better", "better"]}, index=[100, 200, 400, 800])
    >>> from_which_n(compared), from_which_n(compared, ["worse"])
    (400, None)
    """
    since = None
    for n, verdict in compared.sort_index(ascending=False)["verdict"].items():
        if verdict not in verdicts:
            break
        since = int(n)
    return since


def wins(table: pd.DataFrame, generators: Sequence[str], scores: Sequence[str] = tuple(LOSS)) -> pd.DataFrame:
    """
    Compare each generator with each other one, by data set and score.

    Returns
    -------
    DataFrame
        Columns ``data``, ``score``, ``generator``, ``against``, ``wins from n`` (empty: never, up to the largest n),
        ``not worse from n``, and the mean difference at the largest n with its interval.
    """
    found = []
    for data, rows in table.groupby("data", sort=False):
        there = [name for name in generators if name in set(rows["generator"])]
        for score in scores:
            for generator, against in permutations(there, 2):
                compared = advantage(rows, score, generator, against)
                if not len(compared):
                    continue
                last = compared.iloc[-1]
                found.append(
                    {
                        "data": data,
                        "score": score,
                        "generator": generator,
                        "against": against,
                        "wins from n": from_which_n(compared),
                        "not worse from n": from_which_n(compared, ["better", "level"]),
                        "largest n": int(compared.index[-1]),
                        **last[["mean", "low", "high"]].astype(float).round(4),
                    }
                )
    columns = ["data", "score", "generator", "against", "wins from n", "not worse from n"]
    whole = dict.fromkeys(columns[-2:], "Int64")
    return pd.DataFrame(found, columns=[*columns, "largest n", "mean", "low", "high"]).astype(whole)
