"""Figures of trainings, and of scores of data sets."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gexlib.plots.style import GAN, REAL, TRAIN, colour_of, literal, make_room


@literal
def training_curves(history: pd.DataFrame, axes: Sequence[Axes], best_epoch: int | None = None) -> None:
    """
    Draw the course of a training on three axes: Wasserstein estimate and critic loss, penalty, validation score.

    Parameters
    ----------
    history : DataFrame, one row an epoch
        The ``history_`` of a fitted :class:`gexlib.wgan.WGANGP`.
    axes : sequence of 3 Axes
    best_epoch : int, optional
        The epoch that was kept, to be marked.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> history = pd.DataFrame({"epoch": [0, 1], "critic_loss": [-3.0, -2.0], "wasserstein": [3.0, 2.5]})
    >>> history = history.assign(penalty=[0.1, 0.05], score=[0.6, 0.7])
    >>> axes = Figure().subplots(1, 3)
    >>> training_curves(history, axes, best_epoch=1)
    >>> axes[2].get_title()
    'Score on validation data'
    """
    left, middle, right = axes
    epoch = history["epoch"]
    left.plot(epoch, history["wasserstein"], color=REAL, label="Wasserstein estimate")
    left.plot(epoch, history["critic_loss"], color=GAN, label="critic loss")
    left.axhline(0, color=TRAIN, lw=0.6)
    left.set(xlabel="epoch", title="Critic")
    low, high = left.get_ylim()
    left.set_ylim(low, high + 0.35 * (high - low))  # the legend stands above the curves
    left.legend(loc="upper left", fontsize=9)
    middle.plot(epoch, history["penalty"], color=REAL)
    wide = history["penalty"].max() > 10 * history["penalty"].min()  # within a power of ten, plain numbers read better
    middle.set_yscale("log" if wide else "linear")
    middle.set(xlabel="epoch", title="Gradient penalty")
    scored = history.dropna(subset="score")
    right.plot(scored["epoch"], scored["score"], color=GAN, marker=".", lw=1)
    right.set(xlabel="epoch", title="Score on validation data")
    for ax in axes:
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if best_epoch is not None:
        right.axvline(best_epoch, color=TRAIN, ls="--", lw=1)
        first, last = right.get_xlim()
        side, shift = ("left", 4) if best_epoch < (first + last) / 2 else ("right", -4)
        right.margins(y=0.15)  # the words stand below the curve
        right.annotate(
            f"kept: {best_epoch}", (best_epoch, 0), xytext=(shift, 3), ha=side, fontsize=9,
            xycoords=right.get_xaxis_transform(), textcoords="offset points",
        )  # fmt: skip


@literal
def scores(table: pd.DataFrame, spread: pd.DataFrame, axes: Sequence[Axes], bound: str) -> None:
    """
    Draw a panel for each metric: a bar for each data set with its standard deviation, and the bound as a line.

    Parameters
    ----------
    table, spread : DataFrame, rows are data sets, columns metrics
        Means, and standard deviations (missing if there is one number only).
    axes : sequence of Axes, one a metric
    bound : str
        The row that no generator can be expected to beat: real data. If the rows need more room than the figure has,
        it is made higher.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> table = pd.DataFrame({"S_dist": [0.74, 0.67]}, index=["Real", "GAN"])
    >>> scores(table, table * 0.01, [ax], bound="Real")
    >>> ax.get_title()
    'S_dist'
    """
    make_room(axes[0], len(table))
    for ax, metric in zip(axes, table.columns, strict=True):
        rows = table.index[::-1]
        error = spread[metric].reindex(rows).fillna(0).to_numpy()
        ax.barh(rows, table.loc[rows, metric], xerr=error, color=[colour_of(r) for r in rows], height=0.7)
        ax.axvline(table.loc[bound, metric], color=REAL, ls="--", lw=1)
        ax.axvline(0, color=REAL, lw=0.6)
        ax.set(title=metric, xlim=(min(-0.05, table[metric].min() * 1.1), 1.05), xticks=(0, 0.5, 1))
        ax.tick_params(left=False)
