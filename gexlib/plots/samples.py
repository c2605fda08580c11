"""Figures of samples: their numbers, and their places on a map."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gexlib.checks import check_columns
from gexlib.plots.labels import name_points
from gexlib.plots.style import BASELINES, GAN, OTHER, REAL, TRAIN, colour_of, frequent, literal, looks


@literal
def sizes(counts: pd.Series, ax: Axes, label: str = "samples") -> None:
    """
    Draw a horizontal bar for each entry of `counts`, the largest on top.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> sizes(pd.Series({"lung": 20, "liver": 50}), ax)
    >>> [text.get_text() for text in ax.get_yticklabels()]  # from below
    ['lung', 'liver']
    """
    counts = counts.sort_values()
    bars = ax.barh(counts.index.astype(str), counts.to_numpy(), color=REAL, height=0.7)
    ax.bar_label(bars, padding=3, fontsize=9)
    ax.set_xlabel(label)
    ax.margins(x=0.12, y=0.02)


@literal
def stacked_sizes(table: pd.DataFrame, ax: Axes, label: str = "samples") -> None:
    """
    Draw a horizontal bar for each row of `table`, made up of its columns, the largest on top.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> stacked_sizes(pd.DataFrame({"gtex": [20, 50], "tcga": [10, 5]}, index=["lung", "liver"]), ax)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['gtex', 'tcga']
    """
    table = table.loc[table.sum(axis=1).sort_values().index]
    left = np.zeros(len(table))
    for colour, (name, counts) in zip((TRAIN, REAL, GAN, *BASELINES), table.items(), strict=False):
        ax.barh(table.index.astype(str), counts, left=left, color=colour, height=0.7, label=str(name))
        left += counts.to_numpy()
    ax.set_xlabel(label)
    ax.margins(y=0.02)
    ax.legend(loc="lower right")


@literal
def embedding(placed: pd.DataFrame, ax: Axes, colour: str = "data", most: int = 8) -> None:
    """
    Draw samples on two components, coloured by a column.

    Parameters
    ----------
    placed : DataFrame, one row a sample
        From :func:`gexlib.analysis.embed`; the first two columns are coordinates.
    ax : Axes
    colour : str
        The column of `placed` to colour by.
    most : int
        How many levels of the column have a look of their own, at most 18; rarer ones are grey. By ``"data"``, all have
        one.

    Raises
    ------
    ValueError
        If the column is absent.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> placed = pd.DataFrame({"PC1": [0.0, 1.0], "PC2": [1.0, 0.5], "data": ["Real", "GAN"]})
    >>> embedding(placed, ax)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('PC1', 'PC2')
    """
    check_columns("colour", [colour], placed, "placed")
    x, y = placed.columns[:2]
    if colour == "data":
        for name, part in placed.groupby("data", observed=True, sort=False):
            marker = "o" if colour_of(name) in (REAL, TRAIN) else "^"
            ax.scatter(part[x], part[y], s=22, alpha=0.7, lw=0, marker=marker, color=colour_of(name), label=name)
    else:
        levels = frequent(placed[colour], most)
        rest = placed[~placed[colour].isin(levels)]
        ax.scatter(rest[x], rest[y], s=18, alpha=0.5, lw=0, color=OTHER, label="other" if len(rest) else None)
        for level, (shade, filled) in looks(levels).items():
            part = placed[placed[colour] == level]
            face = {"fc": shade, "lw": 0} if filled else {"fc": "none", "lw": 1.2}
            ax.scatter(part[x], part[y], s=18, alpha=0.8, ec=shade, label=str(level), **face)
    explained = placed.attrs.get("explained", [None, None])
    for name, share, setter in zip((x, y), explained, (ax.set_xlabel, ax.set_ylabel), strict=False):
        setter(name if share is None else f"{name} ({share:.0%} of the variance)")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0, handletextpad=0.3)


@literal
def named_points(points: pd.DataFrame, ax: Axes) -> None:
    """
    Draw points with their names beside them.

    Parameters
    ----------
    points : DataFrame of shape (n_points, 2)
        Coordinates; the columns name the axes, the index the points.
    ax : Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> named_points(pd.DataFrame({"x": [0.0, 1.0], "y": [1.0, 0.5]}, index=["lung", "liver"]), ax)
    >>> [text.get_text() for text in ax.texts]
    ['lung', 'liver']
    """
    x, y = points.columns
    ax.scatter(points[x], points[y], color=BASELINES[0], s=24)
    name_points(ax, points.to_numpy(), points.index)
    ax.set(xlabel=x, ylabel=y)
    ax.margins(0.15, 0.08)
