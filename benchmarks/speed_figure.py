"""
Draw the ratios of the book's page *How fast is it*, from the tables that table.py wrote.

    python benchmarks/speed_figure.py    # book/howto/benchmarks.csv and gpu_benchmarks.csv to book/images/speed.svg
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import rc_context

from gexlib import plots
from gexlib.atomic import whole_file

BOOK = Path(__file__).parents[1] / "book"
FIGURE = BOOK / "images/speed.svg"
GROUPS = {  # the beginning of a row, the end of its name, and what the bars are compared with
    "Train, one core": ("Training, an iteration, ", ": gexlib", "plain autograd"),
    "Train, GPU": ("Training on a GPU, ", ": 50 iterations, replayed from a graph", "iterations started one by one"),
    "Score, one core": ("All four scores, ", ": gexlib", "published functions, plain"),
}


def ratios(folder: Path) -> pd.DataFrame:
    """Return how many times faster each task is than its reference: columns ``group``, ``task`` and ``ratio``."""
    files = [pd.read_csv(folder / f"{prefix}benchmarks.csv") for prefix in ("", "gpu_")]
    table = pd.concat(files).set_index("Task")["Times faster"]
    rows = [
        {"group": group, "task": task.removeprefix(start).removesuffix(end), "ratio": ratio}
        for group, (start, end, _) in GROUPS.items()
        for task, ratio in table.items()
        if task.startswith(start) and task.endswith(end)
    ]
    return pd.DataFrame(rows)


def in_words(table: pd.DataFrame) -> str:
    """Return the bars as text, which the figure carries along."""
    return "; ".join(f"{row.group}, {row.task}: {row.ratio:.1f}" for row in table.itertuples())


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw a bar for each ratio, by group; the line at 1 is the reference."""
    with rc_context():
        plots.use_style()
        sizes = table.groupby("group", sort=False).size()
        figure, axes = plt.subplots(
            len(sizes), 1, figsize=(8, 0.42 * len(table) + 1.8), sharex=True, height_ratios=sizes, layout="constrained"
        )
        for (group, rows), ax in zip(table.groupby("group", sort=False), axes, strict=True):
            bars = ax.barh(rows["task"], rows["ratio"], color=plots.GAN, height=0.6)
            ax.bar_label(bars, [f"{ratio:.1f}x" for ratio in rows["ratio"]], padding=3, fontsize=9)
            ax.axvline(1, color=plots.REAL, lw=0.8, ls=":")
            ax.invert_yaxis()
            ax.tick_params(labelsize=9)
            ax.set_title(f"{group}: times faster than {GROUPS[group][2]}", fontsize=10)
        axes[-1].set_xlabel("times faster (the dotted line is the reference)")
        with whole_file(path) as part:
            figure.savefig(part, format="svg", metadata={"Date": None, "Creator": None, "Description": in_words(table)})
        plt.close(figure)


if __name__ == "__main__":
    draw(ratios(BOOK / "howto"), FIGURE)
