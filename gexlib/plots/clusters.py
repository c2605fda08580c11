"""Figures of clusters of genes of two data sets."""

from __future__ import annotations

import re
import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gexlib.plots.style import MUTED, REAL, colour_of, literal

LINE, GAP = 11.5, 2.5  # points: a line of text, and the space between two terms
LEFT, RIGHT, NODE = 0.375, 0.625, 0.045  # centres of the clusters and half their width, in widths of the axes


@literal
def cluster_pairs(
    matches: pd.DataFrame,
    shared: pd.DataFrame,
    terms: pd.DataFrame,
    ax: Axes,
    names: tuple[str, str] = ("real", "synthetic"),
    least: int = 30,
    width: int = 32,
) -> None:
    """
    Draw clusters of two data sets as a bipartite graph, matched clusters on one level, with their enriched terms.

    A line stands for the genes that two clusters share. Its width and the number on it say how many there are. Terms in
    bold are enriched in both clusters of a pair. The axes should be about 7.5 inches wide and 0.75 high for each pair.

    Parameters
    ----------
    matches : DataFrame
        From :func:`gexlib.analysis.match_clusters`; its pairs are drawn from top to bottom.
    shared : DataFrame
        Numbers of genes shared by all pairs of clusters, ``pd.crosstab(a, b)``.
    terms : DataFrame
        From :func:`gexlib.analysis.top_terms`; there is room for two a cluster.
    ax : Axes
    names : two str
        Names of the data sets `a` and `b`.
    least : int
        A line between clusters that are not matched is drawn if they share at least this many genes.
    width : int
        The largest number of letters in a line of a term; a term takes two lines at most.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from gexlib.analysis import match_clusters, top_terms
    >>> clusters = pd.Series([1] * 12 + [2] * 12, index=[f"g{i}" for i in range(24)])
    >>> matches = match_clusters(clusters, clusters)
    >>> terms = pd.DataFrame({"cluster": [1, 2], "term": ["growth", "respiration"], "p": 1e-5, "fwer": 0.01})
    >>> ax = Figure().subplots()
    >>> cluster_pairs(matches, pd.crosstab(clusters, clusters), top_terms(matches, terms, terms), ax)
    >>> sum(text.get_text() == "growth" for text in ax.texts)
    2
    """
    level = {"a": dict(zip(matches["a"], -np.arange(len(matches)), strict=True))}
    level["b"] = dict(zip(matches["b"], -np.arange(len(matches)), strict=True))
    scale = 16 / max(shared.to_numpy().max(), 1)  # points of line width for each gene
    pairs = set(zip(matches["a"], matches["b"], strict=True))
    ends = np.array([LEFT + NODE, RIGHT - NODE])
    crossing = dict.fromkeys(level["a"], 0)
    for i, j in ((i, j) for i in level["a"] for j in level["b"]):
        n, matched = shared.loc[i, j], (i, j) in pairs
        if n == 0 or (n < least and not matched):
            continue
        y = np.array([level["a"][i], level["b"][j]])
        ax.plot(ends, y, color=REAL if matched else "#c9c9c9", lw=n * scale, alpha=0.55 if matched else 0.9,
                solid_capstyle="butt", zorder=2 if matched else 1)  # fmt: skip
        crossing[i] += not matched
        at = 0.5 if matched else 0.2 + 0.06 * crossing[i]  # beside the left cluster, without overlaps
        ax.text(
            ends[0] + at * np.ptp(ends), y[0] + at * (y[1] - y[0]), n, ha="center", va="center", fontsize=9, zorder=4,
            color="black" if matched else MUTED,
            bbox={"facecolor": "white", "alpha": 0.85, "pad": 0.8, "lw": 0},
        )  # fmt: skip
    for side, x, name in (("a", LEFT, names[0]), ("b", RIGHT, names[1])):
        sizes = dict(zip(matches[side], matches[f"size_{side}"], strict=True))
        for cluster, y in level[side].items():
            ax.text(
                x, y, f"{cluster}\n{sizes[cluster]} genes", ha="center", va="center", fontsize=9, linespacing=1.3,
                zorder=5, color="white", bbox={"boxstyle": "round,pad=0.35", "facecolor": colour_of(name), "lw": 0},
            )  # fmt: skip
            _write(ax, terms[(terms["side"] == side) & (terms["cluster"] == cluster)], x, y, side == "a", width)
        ax.text(x, 0.62, name, ha="center", va="bottom", fontsize=11)
    ax.set(xlim=(0, 1), ylim=(-len(matches) + 0.45, 0.95))
    ax.set_axis_off()


def _write(ax: Axes, terms: pd.DataFrame, x: float, y: float, left: bool, width: int) -> None:
    """Write terms beside a cluster, one below the other, with those common to the pair in bold."""
    x += (-1 if left else 1) * (NODE + 0.02)
    align = "right" if left else "left"
    if terms.empty:
        ax.text(x, y, "no enriched term", ha=align, va="center", fontsize=9, fontstyle="italic", color=MUTED)
        return
    texts = [re.sub(r"\s*\(GO:\d+\)$", "", term) for term in terms["term"]]
    texts = [textwrap.wrap(text, width, max_lines=2, placeholder=" …") for text in texts]
    height = sum(map(len, texts)) * LINE + (len(texts) - 1) * GAP
    top = height / 2
    for lines, common in zip(texts, terms["common"], strict=True):
        ax.annotate(
            "\n".join(lines), (x, y), xytext=(0, top), textcoords="offset points", ha=align, va="top", fontsize=9,
            linespacing=1.15, fontweight="bold" if common else "normal", color="black" if common else REAL,
        )  # fmt: skip
        top -= len(lines) * LINE + GAP
