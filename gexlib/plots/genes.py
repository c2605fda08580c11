"""Figures of genes: distributions, agreement, correlations and networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from gexlib.plots.labels import name_points
from gexlib.plots.style import BASELINES, DIVERGING, GAN, REAL, TRAIN, colour_of, literal


@literal
def histograms(
    values: Mapping[str, np.ndarray],
    ax: Axes,
    label: str,
    bins: int | Sequence[float] = 40,
    colours: Sequence[str] | None = None,
) -> None:
    """
    Draw densities of several sets of numbers over each other, on the same bins.

    Parameters
    ----------
    values : mapping of str to ndarray
        Numbers by the name of their data set. By default it decides the colour (:func:`colour_of`); real data are
        filled.
    ax : Axes
    label : str
        Label of the horizontal axis.
    bins : int or sequence of float
        The number of bins, or their edges.
    colours : sequence of str, optional
        A colour for each data set.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> values = np.random.default_rng(0).normal(size=(2, 100))
    >>> histograms({"real, test": values[0], "GAN": values[1]}, ax, "log2(TPM + 1)")
    >>> ax.get_xlabel(), [text.get_text() for text in ax.get_legend().get_texts()]
    ('log2(TPM + 1)', ['real, test', 'GAN'])
    """
    edges = np.histogram_bin_edges(np.concatenate([np.asarray(v) for v in values.values()]), bins)
    for i, (name, v) in enumerate(values.items()):
        colour = colours[i] if colours else colour_of(name)
        density, _ = np.histogram(v, edges, density=True)
        filled = colour in (REAL, TRAIN)
        ax.stairs(density, edges, color=colour, lw=1.8, fill=filled, alpha=0.4 if filled else 1, label=name)
    ax.set(xlabel=label, ylabel="density")
    ax.legend()


@literal
def agreement(real: np.ndarray, synthetic: np.ndarray, ax: Axes, label: str, of: str = "synthetic") -> None:
    """
    Draw a quantity of each gene in synthetic data, or `of` others, against that in real data, with the diagonal.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> agreement(np.array([1.0, 2.0, 3.0]), np.array([1.1, 1.9, 3.2]), ax, "Mean")
    >>> len(ax.collections[0].get_offsets())
    3
    """
    ax.scatter(real, synthetic, s=8, alpha=0.4, lw=0, color=GAN)
    low, high = min(real.min(), synthetic.min()), max(real.max(), synthetic.max())
    ax.plot([low, high], [low, high], color=REAL, lw=1, ls="--")
    ax.set(xlabel="real", ylabel=of, title=label, aspect="equal", adjustable="datalim")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))


@literal
def correlation_heatmaps(matrices: Mapping[str, np.ndarray], axes: Sequence[Axes]) -> None:
    """
    Draw gene-gene correlation matrices side by side, on one scale from -1 to 1.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots(1, 2)
    >>> correlation_heatmaps({"real, test": np.eye(3), "GAN": np.ones((3, 3))}, axes)
    >>> [ax.get_title() for ax in axes]
    ['real, test', 'GAN']
    """
    for ax, (name, matrix) in zip(axes, matrices.items(), strict=True):
        image = ax.imshow(matrix, cmap=DIVERGING, vmin=-1, vmax=1, interpolation="nearest")
        ax.set(title=name, xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    axes[0].figure.colorbar(image, ax=list(axes), label="Pearson correlation", shrink=0.8)


@literal
def layers(network: nx.DiGraph, ax: Axes, root: str, labels: int = 14) -> None:
    """
    Draw a hierarchy of regulators below `root`, level by level.

    Only genes that regulate another gene are drawn. The area of a circle grows with the number of targets. The
    `labels` genes with the most targets are named.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> layers(nx.DiGraph([("crp", "araC"), ("araC", "araB"), ("crp", "lacZ")]), ax, root="crp")
    >>> sorted(text.get_text().split(" ")[0] for text in ax.texts)
    ['araC', 'crp']
    """
    depth = nx.single_source_shortest_path_length(network, root)
    tfs = [gene for gene in network if any(target != gene for target in network.successors(gene)) and gene in depth]
    size = {tf: network.out_degree(tf) for tf in tfs}
    place = {}
    for level in sorted({depth[tf] for tf in tfs}):
        row = sorted((tf for tf in tfs if depth[tf] == level), key=size.get, reverse=True)
        xs = np.linspace(-1, 1, len(row) + 2)[1:-1]
        slot = np.argsort(np.argsort([_van_der_corput(i + 1) for i in range(len(row))]))  # large ones far apart
        shift = 0.2 if len(row) > 20 else 0.0  # neighbours of a full level stand on two lines
        place |= {tf: (xs[j], -level - shift * (j % 2)) for tf, j in zip(row, slot, strict=True)}
    edges = [(place[a], place[b]) for a, b in network.edges if a in place and b in place and a != b]
    ax.add_collection(LineCollection(edges, colors=TRAIN, lw=0.4, alpha=0.35, zorder=1))
    tfs = sorted(tfs, key=size.get, reverse=True)
    xy = np.array([place[tf] for tf in tfs])
    area = 14 + 1.6 * np.array([size[tf] for tf in tfs])
    ax.scatter(*xy.T, s=area, color=BASELINES[0], edgecolor="white", lw=0.6, zorder=2)
    name_points(
        ax, xy, [f"{tf} ({size[tf]})" for tf in tfs[:labels]], np.sqrt(area) / 2, fontstyle="italic", zorder=3,
        bbox={"facecolor": "white", "alpha": 0.75, "pad": 0.6, "lw": 0},
    )  # fmt: skip
    levels = sorted({depth[tf] for tf in tfs})
    ax.set_yticks([-level for level in levels], [f"level {level}" for level in levels])
    ax.tick_params(left=False, bottom=False, labelbottom=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.margins(x=0.03, y=0.12)


def _van_der_corput(i: int) -> float:
    """Return the i-th number of the base-2 low-discrepancy sequence 1/2, 1/4, 3/4, 1/8, ..."""
    return sum(int(bit) / 2 ** (k + 1) for k, bit in enumerate(bin(i)[:1:-1]))
