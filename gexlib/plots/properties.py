"""Figures of the properties by which Maier et al. tell artificial expression data from real data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gexlib.metrics import Properties
from gexlib.plots.style import REAL, TRAIN, colour_of, literal


@literal
def properties(found: Mapping[str, Properties], axes: Sequence[Axes]) -> None:
    """
    Draw five panels: intensities, ranges of genes, two of correlations that come from regulation, and activity.

    A panel of correlations shows their density among regulated pairs minus that of the background, so a data set
    without regulation is a flat line. The panel of activity shows the cumulative share of transcription factors over
    the share of samples in which a factor is active.

    Parameters
    ----------
    found : mapping of str to Properties
        Properties of each data set by its name, which decides the colour (:func:`colour_of`); real data are filled.
    axes : sequence of 6 Axes
        The third takes the legend.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from anndata import AnnData
    >>> from gexlib.metrics import expression_properties
    >>> rng = np.random.default_rng(0)
    >>> data = AnnData(rng.normal(5, 1, (30, 6)))
    >>> data.var_names = [f"g{i}" for i in range(6)]
    >>> found = expression_properties(data, {"g0": ["g1", "g2"], "g3": ["g4", "g5"]})
    >>> axes = Figure().subplots(2, 3).ravel()
    >>> properties({"real, test": found}, axes)
    >>> axes[0].get_title(), axes[5].get_title()
    ('Intensities', 'Activity of factors')
    """
    intensities, ranges, legend, tf_tg, tg_tg, activity = axes
    units = {"xlabel": "standard deviations", "ylabel": "density"}
    _outlines({n: [(1, p.intensities)] for n, p in found.items()}, intensities)
    intensities.set(title="Intensities", **units)
    _outlines({n: [(1, p.ranges)] for n, p in found.items()}, ranges)
    ranges.set(title="Ranges of genes", **units)
    _outlines({n: [(1, p.tf_tg), (-1, p.tf_tg_background)] for n, p in found.items()}, tf_tg, (-1, 1))
    _outlines({n: [(1, p.tg_tg), (-1, p.tg_tg_background)] for n, p in found.items()}, tg_tg, (-1, 1))
    for ax, title in ((tf_tg, "Factor and target"), (tg_tg, "Two targets of one factor")):
        ax.axhline(0, color=REAL, lw=0.6)
        ax.set(title=title, xlabel="correlation", ylabel="density − background")
    for name, p in found.items():
        activity.ecdf(p.activity, color=colour_of(name), lw=2.6 if _is_real(name) else 1.8)
    activity.set(title="Activity of factors", xlabel="active in: share of samples", ylabel="share of factors")
    activity.set(xlim=(-0.02, 1.02), ylim=(0, 1.03))
    legend.legend(*intensities.get_legend_handles_labels(), loc="center")
    legend.set_axis_off()


def _outlines(
    terms: Mapping[str, Sequence[tuple[int, np.ndarray]]], ax: Axes, limits: tuple[float, float] | None = None
) -> None:
    """Draw densities of data sets on the same bins, each a sum or difference of the densities of some values."""
    if limits is None:
        limits = np.quantile(
            np.concatenate([values for parts in terms.values() for _, values in parts]), [0.001, 0.999]
        )
    edges = np.linspace(*limits, 41)
    for name, parts in terms.items():
        shares = sum(sign * np.histogram(values, edges)[0] / len(values) for sign, values in parts)
        filled, colour = _is_real(name), colour_of(name)
        ax.stairs(
            shares / np.diff(edges), edges, color=colour, lw=1.8, label=name, fill=filled, alpha=0.4 if filled else 1
        )


def _is_real(name: str) -> bool:
    return colour_of(name) in (REAL, TRAIN)
