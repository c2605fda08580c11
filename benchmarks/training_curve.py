"""The scores of validation samples during the paper's trainings: have they stopped rising?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import rc_context

from gexlib import plots
from gexlib.atomic import whole_file
from gexlib.wgan import Settings


def scores_of(history: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return the columns ``iterations`` and ``score`` from the history of a training; a row for each score."""
    scored = history.dropna(subset="score")
    return pd.DataFrame({"iterations": scored["epoch"] * settings.epoch_updates, "score": scored["score"]})


def draw(path: Path, panels: Mapping[str, Mapping[int, pd.DataFrame]]) -> None:
    """
    Draw scores against iterations, with a dot at the score whose networks are kept.

    Parameters
    ----------
    path : Path
        The SVG file to write.
    panels : mapping of str to mapping of int to DataFrame
        For each title of a panel, what :func:`scores_of` returns for each seed.
    """
    with rc_context():
        plots.use_style()
        figure, axes = plt.subplots(
            1, len(panels), figsize=(6.4, 3.2), squeeze=False, sharey=True, layout="constrained"
        )
        for ax, (title, trainings) in zip(axes[0], panels.items(), strict=True):
            for seed, scored in trainings.items():
                best = scored["score"].idxmax()
                ax.plot(scored["iterations"], scored["score"], lw=1, label=f"seed {seed}")
                ax.plot(*scored.loc[best, ["iterations", "score"]], "o", color=ax.lines[-1].get_color())
            ax.set(xlabel="iterations", title=title)
        axes[0, 0].set_ylabel("S_dist on validation samples")
        axes[0, 0].legend()
        with whole_file(path) as part:
            figure.savefig(part, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
