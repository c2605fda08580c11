"""
The book's figures. Each function draws results that it is given on axes that it is given, and computes nothing.

One colour has one meaning throughout: grey for real data, red for the GAN, blue and the others for baselines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

REAL, TRAIN, GAN = "#4d4d4d", "#9a9a9a", "#c8553d"
BASELINES = ("#2f6690", "#81a88d", "#e1a730", "#7d5ba6")


def use_style() -> None:
    """Set Matplotlib's defaults to the book's: legible at page width, little ink that is not data."""
    mpl.rcParams.update(
        {
            "figure.dpi": 110,
            "savefig.bbox": "tight",
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "legend.frameon": False,
            "axes.prop_cycle": mpl.cycler(color=[GAN, *BASELINES, REAL]),
            "svg.hashsalt": "gexlib",
        }
    )


def colour_of(name: str) -> str:
    """The colour of a data set, by its name: real data grey, GANs red, others from the baselines' colours."""
    fixed = {"train": TRAIN, "validation": TRAIN, "test": REAL, "real": REAL, "gan": GAN, "synthetic": GAN}
    known = {
        "random": BASELINES[2],
        "gaussian": BASELINES[0],
        "genenetweaver": BASELINES[1],
        "syntren": BASELINES[3],
    }
    for word, colour in (fixed | known).items():
        if word in name.lower():
            return colour
    return BASELINES[0]


def sizes(counts: pd.Series, ax: Axes, label: str = "samples") -> None:
    """Horizontal bars, one for each entry of `counts`, the largest on top."""
    counts = counts.sort_values()
    bars = ax.barh(counts.index.astype(str), counts.to_numpy(), color=REAL, height=0.7)
    ax.bar_label(bars, padding=3, fontsize=9)
    ax.set_xlabel(label)
    ax.margins(x=0.12, y=0.02)


def histograms(
    values: Mapping[str, np.ndarray],
    ax: Axes,
    label: str,
    bins: int | Sequence[float] = 40,
    colours: Sequence[str] | None = None,
) -> None:
    """
    Densities of several sets of numbers over each other, on the same bins.

    By default a data set has its own colour (:func:`colour_of`), and real data are filled.
    """
    edges = np.histogram_bin_edges(np.concatenate([np.asarray(v) for v in values.values()]), bins)
    for i, (name, v) in enumerate(values.items()):
        colour = colours[i] if colours else colour_of(name)
        density, _ = np.histogram(v, edges, density=True)
        filled = colour in (REAL, TRAIN)
        ax.stairs(density, edges, color=colour, lw=1.8, fill=filled, alpha=0.4 if filled else 1, label=name)
    ax.set(xlabel=label, ylabel="density")
    ax.legend()


def layers(network: nx.DiGraph, ax: Axes, root: str, labels: int = 14) -> None:
    """
    Draw a hierarchy of regulators below `root`, level by level.

    Only genes that regulate another one are drawn; the area of a circle tells how many targets it has. `labels`
    of them, those with the most targets, are named.
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
    xy = np.array([place[tf] for tf in tfs])
    area = 14 + 1.6 * np.array([size[tf] for tf in tfs])
    ax.scatter(*xy.T, s=area, color=BASELINES[0], edgecolor="white", lw=0.6, zorder=2)
    for tf in sorted(tfs, key=size.get, reverse=True)[:labels]:
        radius = np.sqrt(14 + 1.6 * size[tf]) / 2
        ax.annotate(
            f"{tf} ({size[tf]})", place[tf], xytext=(0, radius + 2), textcoords="offset points", ha="center",
            fontsize=9, fontstyle="italic", zorder=3,
            bbox={"facecolor": "white", "alpha": 0.75, "pad": 0.6, "lw": 0},
        )  # fmt: skip
    levels = sorted({depth[tf] for tf in tfs})
    ax.set_yticks([-level for level in levels], [f"level {level}" for level in levels])
    ax.tick_params(left=False, bottom=False, labelbottom=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.margins(x=0.03, y=0.12)


def _van_der_corput(i: int) -> float:
    """The i-th number of the base-2 low-discrepancy sequence 1/2, 1/4, 3/4, 1/8, ..."""
    return sum(int(bit) / 2 ** (k + 1) for k, bit in enumerate(bin(i)[:1:-1]))


def training_curves(history: pd.DataFrame, axes: Sequence[Axes], best_epoch: int | None = None) -> None:
    """
    The course of a training on three axes: Wasserstein estimate and critic loss, penalty, validation score.

    `history` is the ``history_`` of a fitted :class:`gexlib.wgan.WGANGP`.
    """
    left, middle, right = axes
    epoch = history["epoch"]
    left.plot(epoch, history["wasserstein"], color=REAL, label="Wasserstein estimate")
    left.plot(epoch, history["critic_loss"], color=GAN, label="critic loss")
    left.axhline(0, color=TRAIN, lw=0.6)
    left.set(xlabel="epoch", title="Critic")
    left.legend()
    middle.plot(epoch, history["penalty"], color=REAL)
    middle.set_yscale("log")
    middle.set(xlabel="epoch", title="Gradient penalty (unweighted)")
    scored = history.dropna(subset="score")
    right.plot(scored["epoch"], scored["score"], color=GAN, marker=".", lw=1)
    right.set(xlabel="epoch", title="$S_{dist}$ on validation data")
    if best_epoch is not None:
        right.axvline(best_epoch, color=TRAIN, ls="--", lw=1)
        right.annotate(
            f"kept: {best_epoch}", (best_epoch, right.get_ylim()[0]), xytext=(-4, 4), ha="right",
            textcoords="offset points", fontsize=9,
        )  # fmt: skip


def embedding(placed: pd.DataFrame, ax: Axes, by: str = "data", most: int = 8) -> None:
    """
    Samples on two components, coloured by `by`; only the `most` frequent levels are told apart.

    `placed` is what :func:`gexlib.analysis.embed` returns.
    """
    x, y = placed.columns[:2]
    if by == "data":
        for name, part in placed.groupby("data", observed=True, sort=False):
            marker = "o" if colour_of(name) in (REAL, TRAIN) else "^"
            ax.scatter(part[x], part[y], s=22, alpha=0.7, lw=0, marker=marker, color=colour_of(name), label=name)
    else:
        levels = placed[by].value_counts().index[:most].tolist()
        colours = plt.get_cmap("tab10")
        rest = placed[~placed[by].isin(levels)]
        ax.scatter(rest[x], rest[y], s=18, alpha=0.5, lw=0, color="#d0d0d0", label="other" if len(rest) else None)
        for i, level in enumerate(levels):
            part = placed[placed[by] == level]
            ax.scatter(part[x], part[y], s=18, alpha=0.8, lw=0, color=colours(i), label=str(level))
    explained = placed.attrs.get("explained", [None, None])
    for name, share, setter in zip((x, y), explained, (ax.set_xlabel, ax.set_ylabel), strict=False):
        setter(name if share is None else f"{name} ({share:.0%} of the variance)")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0, handletextpad=0.3)


def agreement(real: np.ndarray, synthetic: np.ndarray, ax: Axes, label: str) -> None:
    """A quantity of each gene in synthetic data against real data, with the diagonal."""
    ax.scatter(real, synthetic, s=8, alpha=0.4, lw=0, color=GAN)
    low, high = min(real.min(), synthetic.min()), max(real.max(), synthetic.max())
    ax.plot([low, high], [low, high], color=REAL, lw=1, ls="--")
    ax.set(xlabel="real", ylabel="synthetic", title=label)


def correlation_heatmaps(matrices: Mapping[str, np.ndarray], axes: Sequence[Axes]) -> None:
    """Gene-gene correlation matrices side by side, on one scale from -1 to 1; genes in the order given."""
    for ax, (name, matrix) in zip(axes, matrices.items(), strict=True):
        image = ax.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
        ax.set(title=name, xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    axes[0].figure.colorbar(image, ax=list(axes), label="Pearson correlation", shrink=0.8)


def scores(table: pd.DataFrame, spread: pd.DataFrame, axes: Sequence[Axes], bound: str) -> None:
    """
    One panel a metric: a bar for each row of `table`, its standard deviation from `spread`, the bound as a line.

    Parameters
    ----------
    table, spread : DataFrame, rows are data sets, columns metrics
        Means and standard deviations (missing where there is one number only).
    axes : sequence of Axes, one a metric
    bound : str
        The row that no generator can be expected to beat: real data.
    """
    for ax, metric in zip(axes, table.columns, strict=True):
        rows = table.index[::-1]
        error = spread[metric].reindex(rows).fillna(0).to_numpy()
        ax.barh(rows, table.loc[rows, metric], xerr=error, color=[colour_of(r) for r in rows], height=0.7)
        ax.axvline(table.loc[bound, metric], color=REAL, ls="--", lw=1)
        ax.axvline(0, color=REAL, lw=0.6)
        ax.set(title=metric, xlim=(min(-0.05, table[metric].min() * 1.1), 1))
        ax.tick_params(left=False)
