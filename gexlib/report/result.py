"""What an evaluation found: the table, the figure, and files of both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from gexlib import plots
from gexlib.atomic import whole_file
from gexlib.report import page


@dataclass(repr=False)
class Report:
    """
    The numbers of an evaluation, and what they mean; :func:`gexlib.report.evaluate` makes it.

    Attributes
    ----------
    runs : DataFrame
        Every number: columns ``family``, ``metric``, ``data``, ``run``, ``value``.
    definitions : DataFrame
        By family and metric: ``text``, what is computed; ``bound``, what that column holds; ``best`` and ``better``,
        what is to be wished for; ``low`` and ``high``, the scale of the figure; ``space``, where samples are compared.
    left_out : DataFrame
        What was not computed: columns ``family``, ``metric``, ``data`` (``"all"``: for none) and ``reason``.
    synthetic, baselines : list of str
        Names of the data sets.
    samples : dict of str to int
        Number of samples of each data set (of one run).
    settings, versions : dict
        What was asked for, the seed included, and the versions of the libraries.
    provenance : dict of str to dict
        ``uns["provenance"]`` of each data set.
    notes : list of str
        What to bear in mind.
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
        """Means over runs: a row for each metric, columns ``bound``, synthetic data sets, baselines."""
        return self._over_runs("mean")

    @property
    def sd(self) -> pd.DataFrame:
        """Standard deviations over runs (divisor n - 1), as `mean`; NaN where there is one run."""
        return self._over_runs("std")

    @property
    def table(self) -> pd.DataFrame:
        """
        A row for each metric (family, metric): ``bound``, synthetic data sets (with ``NAME sd`` beside several runs),
        baselines, and ``best``, the value to be wished for.
        """
        mean, sd = self.mean, self.sd
        shown = {}
        for name in mean:
            shown[name] = mean[name]
            if sd[name].notna().any():
                shown[f"{name} sd"] = sd[name]
        return pd.DataFrame(shown | {"best": self.definitions["best"].reindex(mean.index)}, index=mean.index)

    def figure(self) -> Figure:
        """Each metric on a scale of its own: synthetic data, the bound and baselines, by family."""
        with rc_context():
            plots.use_style()
            figure = plt.figure()
            plt.close(figure)  # it is shown where it is returned, once
            plots.scorecard(self.mean, self.sd, self.definitions, figure, self.synthetic)
        return figure

    def to_dict(self) -> dict:
        """Everything as plain numbers and strings, with None for what is not a number."""
        mean, sd, n = self.mean, self.sd, self._over_runs("count")
        metrics = []
        for row in mean.index:
            family, name = row
            values = {
                data: {
                    "mean": _plain(mean.at[row, data]),
                    "sd": _plain(sd.at[row, data]),
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
            "synthetic": self.synthetic,
            "baselines": self.baselines,
            "samples": self.samples,
            "settings": self.settings,
            "provenance": self.provenance,
            "versions": self.versions,
            "runs": [{key: _plain(value) for key, value in row.items()} for row in self.runs.to_dict("records")],
        }

    def to_json(self, path: str | Path) -> None:
        """Write `to_dict` to a file."""
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        _write(path, text + "\n")

    def to_csv(self, path: str | Path) -> None:
        """Write the table to a file."""
        _write(path, self.table.to_csv())

    def to_html(self, path: str | Path) -> None:
        """Write a page that needs no other file: figure, table, definitions, and where everything came from."""
        _write(path, page.whole(self))

    def _repr_html_(self) -> str:
        return page.table(self) + page.omissions(self)

    def __repr__(self) -> str:
        return f"Report of {len(self.mean)} metrics on {', '.join(self.synthetic)}; its table:\n{self.table.round(3)}"

    def _over_runs(self, function: str) -> pd.DataFrame:
        order = [
            row
            for row in self.definitions.index
            if row in set(zip(self.runs["family"], self.runs["metric"], strict=True))
        ]
        columns = [*(["bound"] if "bound" in set(self.runs["data"]) else []), *self.synthetic, *self.baselines]
        found = self.runs.groupby(["family", "metric", "data"], sort=False)["value"].agg(function).unstack("data")
        index = pd.MultiIndex.from_tuples(order, names=["family", "metric"])
        return found.reindex(index=index, columns=columns).rename_axis(columns=None)


def _plain(value) -> str | int | float | None:
    """A number as JSON can hold it."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _write(path: str | Path, text: str) -> None:
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
