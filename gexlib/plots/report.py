"""Figure of all metrics of a report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gexlib.plots.style import BASELINES, GAN, MUTED, REAL, literal

ROW = 0.27  # inches
NUMBER, GAP = 9, 8  # points: the ends of a scale, and their distance from it
MARGIN = 0.02  # of a scale, for marks at its ends
JUDGED = ((GAN, "o"), (BASELINES[3], "D"), (BASELINES[2], "P"), ("#1b1b1b", "X"))
SIMPLE = ((BASELINES[0], "s"), (BASELINES[4], "^"), (BASELINES[1], "v"), (BASELINES[2], "<"))

REFERENCES = {"bound": "d", "best possible": "*"}


@literal
def scorecard(
    mean: pd.DataFrame, sd: pd.DataFrame, definitions: pd.DataFrame, figure: Figure, synthetic: Sequence[str]
) -> None:
    """
    Draw a line for each metric with a mark for each data set, in a panel for each family; a tick is the best value.

    Parameters
    ----------
    mean, sd : DataFrame, rows are (family, metric), columns data sets
        Of a :class:`gexlib.report.Report`. ``bound`` is real data, ``best possible`` a model of the right form.
    definitions : DataFrame, one row a metric
        ``best``, and the least scale, ``low`` to ``high``. The scale grows to hold all numbers; both of its ends are
        written beside the line.
    figure : Figure
        Empty; its size is set.
    synthetic : sequence of str
        Columns of the synthetic data sets, whose marks are larger than those of baselines.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> index = pd.MultiIndex.from_tuples([("fidelity", "recall")])
    >>> mean = pd.DataFrame({"bound": [0.94], "GAN": [0.89]}, index=index)
    >>> definitions = pd.DataFrame({"best": [1.0], "low": [0.0], "high": [1.0]}, index=index)
    >>> figure = Figure()
    >>> scorecard(mean, mean * 0.02, definitions, figure, synthetic=["GAN"])
    >>> [ax.get_title() for ax in figure.axes]
    ['fidelity']
    """
    families = list(dict.fromkeys(mean.index.get_level_values(0)))
    sizes = [int((mean.index.get_level_values(0) == family).sum()) for family in families]
    figure.set_size_inches(7.5, ROW * (sum(sizes) + 1.4 * len(families)) + 0.7)
    axes = figure.subplots(len(families), 1, height_ratios=[n + 0.6 for n in sizes], squeeze=False)[:, 0]
    marks = _marks(list(mean), synthetic)
    for ax, family in zip(axes, families, strict=True):
        _panel(mean.loc[family], sd.loc[family], definitions.loc[family], ax, marks)
        ax.set_title(family, fontweight="bold", fontsize=11, pad=3)
    handles = [Line2D([], [], ls="", label=name, **style) for name, style in marks.items()]
    handles.append(Line2D([], [], ls="", marker="|", ms=11, mew=1.6, color=REAL, label="best"))
    figure.legend(
        handles=handles, loc="outside upper right", ncols=min(len(handles), 5), fontsize=10, handletextpad=0.2
    )


def _panel(mean: pd.DataFrame, sd: pd.DataFrame, definitions: pd.DataFrame, ax: Axes, marks: dict) -> None:
    shift = np.linspace(-0.22, 0.22, len(marks)) if len(marks) > 1 else [0.0]
    width_of_numbers = 0
    for y, metric in enumerate(mean.index):
        best, low, high = (float(definitions.at[metric, name]) for name in ("best", "low", "high"))
        reach = pd.concat([mean.loc[metric] - sd.loc[metric].fillna(0), mean.loc[metric] + sd.loc[metric].fillna(0)])
        low, high = min(low, best, reach.min()), max(high, best, reach.max())
        width = high - low if high > low else 1.0
        ax.plot([0, 1], [y, y], color="#d5d5d5", lw=1, zorder=0)
        ax.plot([(best - low) / width] * 2, [y - 0.34, y + 0.34], color=REAL, lw=1.6, zorder=1)
        for value, x, side, away in ((low, 0, "right", -GAP), (high, 1, "left", GAP)):
            ax.annotate(
                _short(value), (x, y), (away, 0), textcoords="offset points", ha=side, va="center",
                fontsize=NUMBER, color=MUTED,
            )  # fmt: skip
        width_of_numbers = max(width_of_numbers, 0.64 * NUMBER * len(_short(low)))
        for offset, (name, style) in zip(shift, marks.items(), strict=True):
            if pd.isna(mean.at[metric, name]):
                continue
            at, spread = (mean.at[metric, name] - low) / width, sd.at[metric, name] / width
            if not pd.isna(spread):
                ax.plot([at - spread, at + spread], [y + offset] * 2, color=style["color"], lw=1.4, zorder=2)
            ax.plot([at], [y + offset], ls="", zorder=3, **style)
    ax.set(xlim=(-MARGIN, 1 + MARGIN), ylim=(len(mean) - 0.5, -0.5), xticks=[])
    ax.set_yticks(range(len(mean)), mean.index, fontsize=10)
    ax.tick_params(left=False, pad=width_of_numbers + GAP)
    ax.spines[:].set_visible(False)


def _marks(names: list[str], synthetic: Sequence[str]) -> dict[str, dict]:
    """Return colour and marker of each data set."""
    simple = [name for name in names if name not in synthetic and name not in REFERENCES]
    style = {}
    for i, name in enumerate(simple):
        colour, marker = SIMPLE[i % len(SIMPLE)]
        style[name] = {"color": colour, "marker": marker, "ms": 5.5, "mew": 0}
    for i, name in enumerate(name for name in names if name in synthetic):
        colour, marker = JUDGED[i % len(JUDGED)]
        style[name] = {"color": colour, "marker": marker, "ms": 7.5, "mew": 0}
    style |= {
        name: {"color": REAL, "marker": marker, "ms": 6.5, "mfc": "white", "mew": 1.4}
        for name, marker in REFERENCES.items()
    }
    return {name: style[name] for name in names}


def _short(value: float) -> str:
    text = f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"
    return (f"{value:.0e}".replace("e-0", "e-") if 0 < abs(value) < 0.001 else text).replace("-", "−")
