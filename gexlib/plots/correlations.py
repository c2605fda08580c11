"""Figures of the correlations of a few genes: ellipses and dendrograms (Figure 2 of the paper)."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from scipy.cluster.hierarchy import dendrogram

from gexlib.plots.style import DIVERGING, REAL, literal


@literal
def correlation_ellipses(matrix: np.ndarray, genes: Sequence[str], ax: Axes, title: str = "") -> EllipseCollection:
    """
    Draw a correlation matrix with an ellipse for each entry, the contour of a normal distribution of that correlation.

    Thin ellipses are strong correlations; those that rise to the right are positive :cite:p:`murdoch1996graphical`.

    Parameters
    ----------
    matrix : ndarray, shape (n_genes, n_genes)
        Correlations.
    genes : sequence of str
        Names of the genes, in the order of the matrix.
    ax : Axes
    title : str
        Title of the axes.

    Returns
    -------
    EllipseCollection
        The ellipses, coloured on a scale from -1 to 1, for a colour bar.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> ellipses = correlation_ellipses(np.array([[1.0, 0.8], [0.8, 1.0]]), ["TP53", "RB1"], ax)
    >>> len(ellipses.get_array())
    4
    """
    n = len(genes)
    i, j = np.indices((n, n))
    r = matrix.ravel()
    ellipses = EllipseCollection(
        widths=0.9 * np.sqrt(1 + r),  # the axes of the contour; it touches the same square whatever r
        heights=0.9 * np.sqrt(1 - r),
        angles=np.full(r.size, 45.0),
        units="x",
        offsets=np.column_stack([j.ravel(), i.ravel()]),
        offset_transform=ax.transData,
        array=r,
        cmap=DIVERGING,
        norm=mpl.colors.Normalize(-1, 1),
        edgecolors=REAL,
        linewidths=0.3,
    )
    ax.add_collection(ellipses)
    ax.set(xlim=(-0.6, n - 0.4), ylim=(-0.6, n - 0.4), aspect="equal", title=title)
    ax.invert_yaxis()
    ax.set_xticks(range(n), genes, rotation=90, fontsize=9)
    ax.set_yticks(range(n), genes, fontsize=9)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ellipses


@literal
def gene_dendrogram(linkage: np.ndarray, genes: Sequence[str], ax: Axes) -> None:
    """
    Draw the tree of a hierarchical clustering of genes, with their names below its leaves.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> from gexlib.metrics import complete_linkage
    >>> gene_dendrogram(complete_linkage(np.random.default_rng(0).normal(size=(20, 3))), ["a", "b", "c"], ax)
    >>> sorted(text.get_text() for text in ax.get_xticklabels())
    ['a', 'b', 'c']
    """
    dendrogram(linkage, labels=list(genes), ax=ax, color_threshold=0, above_threshold_color=REAL, leaf_rotation=90)
    ax.tick_params(axis="x", labelsize=9, length=0)
    ax.set_ylabel("1 − correlation")
    ax.spines["bottom"].set_visible(False)
