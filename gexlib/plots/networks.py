"""Figures of network inference."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd
from matplotlib.axes import Axes

from gexlib.plots.style import REAL, colour_of, literal


@literal
def precision_recall(curves: Mapping[str, pd.DataFrame], ax: Axes, chance: float, dashed: Collection[str] = ()) -> None:
    """
    Draw precision against recall of several rankings, with the precision by chance as a line.

    Parameters
    ----------
    curves : mapping of str to DataFrame
        From :func:`gexlib.analysis.precision_recall`, by the name of the data set, which decides the colour.
    ax : Axes
    chance : float
        The share of true regulations among all pairs.
    dashed : collection of str
        Names of curves to draw dashed, to tell them from others of the same colour.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> curve = pd.DataFrame({"recall": [0.0, 0.5, 1.0], "precision": [1.0, 0.8, 0.3]})
    >>> precision_recall({"GAN": curve}, ax, chance=0.3)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['GAN', 'chance']
    """
    for name, curve in curves.items():
        style = "--" if name in dashed else "-"
        ax.step(curve["recall"], curve["precision"], where="post", color=colour_of(name), ls=style, lw=1.8, label=name)
    ax.axhline(chance, color=REAL, lw=1, ls=":", label="chance")
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0)
