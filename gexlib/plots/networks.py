"""How much of a network is found?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd
from matplotlib.axes import Axes

from gexlib.plots.style import REAL, colour_of


def precision_recall(curves: Mapping[str, pd.DataFrame], ax: Axes, chance: float, dashed: Collection[str] = ()) -> None:
    """
    Precision against recall of several rankings, with the precision of chance as a line.

    `curves` are what :func:`gexlib.analysis.precision_recall` returns, by name, which decides the colour; those named
    in `dashed` are told apart from others of the same colour.
    """
    for name, curve in curves.items():
        style = "--" if name in dashed else "-"
        ax.step(curve["recall"], curve["precision"], where="post", color=colour_of(name), ls=style, lw=1.8, label=name)
    ax.axhline(chance, color=REAL, lw=1, ls=":", label="chance")
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0)
