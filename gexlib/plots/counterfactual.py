"""Figures of the effects of a switched covariate: their size, their uncertainty, and their agreement with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gexlib.checks import check_columns
from gexlib.plots.labels import name_points
from gexlib.plots.style import BASELINES, GAN, REAL, TRAIN, literal

METHOD_COLOURS = {"Welch": TRAIN, "adjusted": REAL, "condition only": BASELINES[2], "both": GAN}


@literal
def volcano(effects: pd.DataFrame, ax: Axes, y: str = "z", labels: int = 8, unit: str = "log(1 + FPKM)") -> None:
    """
    Draw the absolute value of a column against the effect of each gene, and name the largest effects.

    Parameters
    ----------
    effects : DataFrame, one row a gene
        A ranked table (:func:`gexlib.analysis.rank_genes`), so its first rows are the largest effects.
    ax : Axes
    y : str
        The column of `effects` for the vertical axis.
    labels : int
        How many genes are named.
    unit : str
        Unit of the effects, for the axis.

    Raises
    ------
    ValueError
        If the column is absent.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> effects = pd.DataFrame({"effect": [-5.9, 0.1], "z": [-2.2, 0.1]}, index=["CA1", "ACTB"])
    >>> volcano(effects, ax, labels=1)
    >>> [text.get_text() for text in ax.texts]
    ['CA1']
    """
    check_columns("y", [y], effects, "effects")
    top = effects.iloc[:labels]
    ax.scatter(effects["effect"], effects[y].abs(), s=9, alpha=0.35, lw=0, color=TRAIN, rasterized=True)
    ax.scatter(top["effect"], top[y].abs(), s=18, lw=0, color=GAN)
    ax.axvline(0, color=REAL, lw=0.6)
    ax.set(xlabel=f"effect, {unit}", ylabel=f"|{y}|")
    ax.margins(0.1)
    points = np.column_stack([effects["effect"], effects[y].abs()])
    name_points(ax, points, top.index, fontstyle="italic")


@literal
def effect_scatter(estimate: pd.Series, reference: pd.Series, ax: Axes, significant: pd.Series | None = None) -> None:
    """
    Draw estimated effects against those of a reference, a dot for each gene; `significant` genes are red.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> measured = pd.Series([-5.0, 0.2], index=["CA1", "ACTB"])
    >>> effect_scatter(measured * 0.9, measured, ax, significant=measured.abs() > 1)
    >>> [len(dots.get_offsets()) for dots in ax.collections]  # all genes, and those that are red
    [2, 1]
    """
    y = estimate.reindex(reference.index)
    if not estimate.index.isin(reference.index).any():
        raise ValueError("estimate and reference have no gene in common; are both named alike, such as by symbol?")
    ax.scatter(reference, y, s=8, alpha=0.35, lw=0, color=TRAIN, rasterized=True)
    if significant is not None:
        chosen = significant.reindex(reference.index)
        ax.scatter(reference[chosen], y[chosen], s=8, alpha=0.45, lw=0, color=GAN, rasterized=True)
    low, high = reference.min(), reference.max()
    ax.plot([low, high], [low, high], color=REAL, lw=1, ls="--")
    ax.axhline(0, color=REAL, lw=0.6)


@literal
def top_intervals(effects: pd.DataFrame, ax: Axes, genes: int = 15, unit: str = "log(1 + FPKM)") -> None:
    """
    Draw the first genes of a ranked table: the effect as a point, ``low`` to ``high`` as a line.

    If the table has a column ``sd latents``, a thicker line shows the variation that latent vectors alone cause.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> effects = pd.DataFrame({"effect": [-5.9, 5.1], "low": [-11.1, 2.1], "high": [-0.7, 8.1]}, index=["CA1", "CST1"])
    >>> top_intervals(effects, ax)
    >>> sorted(text.get_text() for text in ax.get_yticklabels())
    ['CA1', 'CST1']
    """
    top = effects.iloc[:genes][::-1]
    at = range(len(top))
    ax.hlines(at, top["low"], top["high"], color=GAN, lw=1.4)
    if "sd latents" in top:
        half = 1.96 * top["sd latents"]
        ax.hlines(at, top["effect"] - half, top["effect"] + half, color=GAN, lw=5, alpha=0.35)
    ax.scatter(top["effect"], at, s=22, color=GAN, zorder=3)
    ax.axvline(0, color=REAL, lw=0.6)
    ax.set_yticks(at, top.index, fontsize=9, fontstyle="italic")
    ax.set(xlabel=f"effect, {unit}")
    ax.tick_params(left=False)


@literal
def recovery_curves(table: pd.DataFrame, axes: Sequence[Axes], metrics: Mapping[str, str] | None = None) -> None:
    """
    Draw each metric against the strength of confounding: a line for each method, and a dot for each of its seeds.

    Parameters
    ----------
    table : DataFrame
        From :func:`gexlib.study.recovery_experiment`.
    axes : sequence of Axes, one a metric
    metrics : mapping of str to str, optional
        Columns of `table` and the titles of their panels. By default AUROC and AUPRC.

    Raises
    ------
    ValueError
        If a column is absent.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"strength": [0.0, 0.9], "seed": 0, "method": "Welch t", "AUROC": [1.0, 0.8]})
    >>> table = table.assign(AUPRC=[1.0, 0.2], chance=0.1)
    >>> axes = Figure().subplots(1, 2)
    >>> recovery_curves(table, axes)
    >>> axes[0].get_xlabel()
    'correlation of condition and confounder'
    """
    metrics = metrics or {"AUROC": "AUROC of responders", "AUPRC": "AUPRC of responders"}
    check_columns("metrics", list(metrics), table, "table")
    for ax, (metric, label) in zip(axes, metrics.items(), strict=True):
        for method, rows in table.groupby("method", sort=False):
            colour = next((c for word, c in METHOD_COLOURS.items() if word in method), BASELINES[0])
            dashed = "--" if method.split()[-1] == "t" else "-"
            mean = rows.groupby("strength")[metric].mean()
            ax.plot(mean.index, mean, color=colour, ls=dashed, lw=1.8, label=method)
            ax.scatter(rows["strength"], rows[metric], s=14, color=colour, alpha=0.5, lw=0)
        ax.set(xlabel="correlation of condition and confounder", title=label)
    chance = {"AUROC": 0.5, "AUPRC": float(table["chance"].mean())}
    for ax, metric in zip(axes, metrics, strict=True):
        if metric in chance:
            ax.axhline(chance[metric], color=REAL, lw=0.8, ls=":")
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0)
