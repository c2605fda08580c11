"""The numbers of an evaluation as tables, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.report.counts import AS_GOOD, BETTER, compare, in_words

HEADLINES = (  # of each family, the metrics of a short report; and the F1 of each label
    "S_dist",
    "S_TF-TG",
    "precision",
    "recall",
    "two-sample AUC, forest, independent draw",
    "Wasserstein",
    "DE slope",
    "copies",
    "DOMIAS AUC",
)


class Value(NamedTuple):
    """A row of `Numbers.runs`: one number, and its standard error, NaN if that is not known."""

    family: str
    metric: str
    data: str
    run: int
    value: float
    error: float = np.nan


class Omission(NamedTuple):
    """A row of `Numbers.left_out`: a number that could not be computed, and why."""

    family: str
    metric: str
    data: str
    reason: str


@explained
@dataclass(repr=False)
class Numbers:
    """
    The numbers of an evaluation, and what they mean.

    Attributes
    ----------
    runs : DataFrame
        Every number: columns ``family``, ``metric``, ``data``, ``run``, ``value`` and ``error``, its standard error:
        from a bootstrap of groups of test samples, from folds, or from the records of an attack. NaN: not known.
    definitions : DataFrame
        By family and metric: ``function``, which function computes it; ``text``, what is computed; ``bound``, what the
        column ``bound`` holds; ``best`` and ``better``, the best value and which direction is better; ``low`` and
        ``high``, the scale of the figure; ``space``, where samples are compared.
    left_out : DataFrame
        What was not computed: columns ``family``, ``metric``, ``data`` (``"all"``: for none) and ``reason``.
    synthetic, baselines : list of str
        Names of the data sets.
    samples : dict of str to int
        Number of samples of each data set (of one run), and of ``train``, ``test`` and ``validation``.
    settings, versions : dict
        The arguments of the evaluation, the seed included, and the versions of the libraries.
    provenance : dict of str to dict
        ``uns["provenance"]`` of each data set.
    notes : list of str
        What to bear in mind.

    Examples
    --------
    >>> from gexlib.report import evaluate
    >>> rng = np.random.default_rng(0)
    >>> train, test, flat = rng.normal(size=(60, 4)), rng.normal(size=(60, 4)), rng.normal(0, 0.5, size=(60, 4))
    >>> numbers = evaluate(train, test, {"flat": flat}, families=["marginals"], baselines=["Gaussian"])
    >>> numbers.mean.loc[("marginals", "sd ratio")].round(1).to_dict()
    {'bound': 1.0, 'flat': 0.5, 'Gaussian': 1.0}
    >>> numbers.definitions.loc[("marginals", "sd ratio"), "function"]
    'metrics.sd_ratio'
    """

    runs: pd.DataFrame
    definitions: pd.DataFrame
    left_out: pd.DataFrame
    synthetic: list[str]
    baselines: list[str]
    samples: dict[str, int]
    settings: dict
    provenance: dict[str, dict[str, str]]
    versions: dict[str, str]
    notes: list[str]

    @property
    def mean(self) -> pd.DataFrame:
        """Means over runs: a row for each metric, columns ``bound``, ``best possible``, synthetic, baselines."""
        return self._over_runs("mean")

    @property
    def sd(self) -> pd.DataFrame:
        """Standard deviations over runs (divisor n - 1), shaped as `mean`; NaN for a single run."""
        return self._over_runs("std")

    @property
    def error(self) -> pd.DataFrame:
        """Standard errors that are due to the samples, mean over runs, shaped as `mean`; NaN where not known."""
        return self._over_runs("mean", "error")

    @property
    def spread(self) -> pd.DataFrame:
        """Standard deviation over runs where there are several, or else the standard error; shaped as `mean`."""
        return self.sd.fillna(self.error)

    @property
    def as_good(self) -> pd.DataFrame:
        """
        On which metrics each baseline is as good as each synthetic data set, or better.

        A baseline is as good if it is no farther from ``best``, beyond the spread of the difference
        (:func:`gexlib.report.counts.compare`). The columns are pairs (synthetic, baseline). The values are ``"better"``
        (by more than the spread), ``"as good"``, ``"worse"``, or NaN if either has no number.
        """
        pairs = {
            (one, other): compare(self.mean, self.spread, self.definitions, one, other)
            for one in self.synthetic
            for other in self.baselines
            if {one, other} <= set(self.mean)
        }
        return pd.DataFrame(pairs, index=self.mean.index)

    @property
    def sentences(self) -> list[str]:
        """In words: on how many metrics each baseline is as good as each synthetic data set, or better."""
        return in_words(self.as_good, self.spread)

    @property
    def table(self) -> pd.DataFrame:
        """
        The table of the report, with a row for each metric.

        The index is family and metric. The columns are ``bound`` and ``best possible`` if
        they were computed, the synthetic data sets (with ``NAME sd`` beside
        several runs), the baselines, and ``best``, the best value.
        """
        mean, sd = self.mean, self.sd
        shown = {}
        for name in mean:
            shown[name] = mean[name]
            if sd[name].notna().any():
                shown[f"{name} sd"] = sd[name]
        return pd.DataFrame(shown | {"best": self.definitions["best"].reindex(mean.index)}, index=mean.index)

    @property
    def short(self) -> pd.DataFrame:
        """
        A few metrics of each family, or all if there is none of these, and which baselines are as good or better.

        Rows and columns are those of `table`. A further column for each synthetic data set, ``NAME is no better than``,
        names baselines that :attr:`as_good` does not call worse.
        """
        as_good = self.as_good
        known = [row for row in self.mean.index if row[1] in HEADLINES or row[1].endswith(" F1")]
        shown = self.table.loc[known or self.mean.index]
        for name in self.synthetic:
            rivals = [other for one, other in as_good if one == name]
            reached = {
                row: [o for o in rivals if as_good.at[row, (name, o)] in (BETTER, AS_GOOD)] for row in shown.index
            }
            shown[f"{name} is no better than"] = [", ".join(reached[row]) for row in shown.index]
        return shown

    def to_dict(self) -> dict:
        """Return everything as plain numbers and strings, with None for what is not a number."""
        mean, sd, error, n = self.mean, self.sd, self.error, self._over_runs("count")
        metrics = []
        for row in mean.index:
            family, name = row
            values = {
                data: {
                    "mean": _plain(mean.at[row, data]),
                    "sd": _plain(sd.at[row, data]),
                    "error": _plain(error.at[row, data]),
                    "runs": _plain(n.at[row, data]),
                }
                for data in mean
            }
            definition = {key: _plain(value) for key, value in self.definitions.loc[row].items()}
            metrics.append({"family": family, "metric": name, "values": values} | definition)
        return {
            "metrics": metrics,
            "left_out": self.left_out.to_dict("records"),
            "notes": self.notes,
            "sentences": self.sentences,
            "synthetic": self.synthetic,
            "baselines": self.baselines,
            "samples": self.samples,
            "settings": self.settings,
            "provenance": self.provenance,
            "versions": self.versions,
            "runs": [{key: _plain(value) for key, value in row.items()} for row in self.runs.to_dict("records")],
        }

    def _over_runs(self, function: str, column: str = "value") -> pd.DataFrame:
        computed = set(zip(self.runs["family"], self.runs["metric"], strict=True))
        order = [row for row in self.definitions.index if row in computed]
        present = set(self.runs["data"])
        references = [name for name in ("bound", "best possible") if name in present]
        columns = [*references, *self.synthetic, *self.baselines]
        found = self.runs.groupby(["family", "metric", "data"], sort=False)[column].agg(function).unstack("data")
        index = pd.MultiIndex.from_tuples(order, names=["family", "metric"])
        return found.reindex(index=index, columns=columns).rename_axis(columns=None)


def _plain(value) -> str | int | float | None:
    """Return a number as JSON can hold it."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value
