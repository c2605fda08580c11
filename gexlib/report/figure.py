"""The figure of a report."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
from matplotlib import rc_context
from matplotlib.figure import Figure

from gexlib import plots
from gexlib.report.numbers import Numbers


def draw(numbers: Numbers) -> Figure:
    """Draw each metric on a scale of its own: synthetic data, the bound and baselines, by family."""
    with rc_context():
        plots.use_style()
        figure = plt.figure()
        plt.close(figure)  # a notebook shows the figure once, as the value of its cell
        plots.scorecard(numbers.mean, numbers.spread, numbers.definitions, figure, numbers.synthetic)
    return figure


def draw_svg(numbers: Numbers) -> str:
    """Return the figure as an SVG element for a page, the same text for the same numbers."""
    with io.StringIO() as file, rc_context():
        plots.use_style()
        draw(numbers).savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        text = file.getvalue()
    return text[text.index("<svg") :].replace("<svg ", '<svg role="img" aria-label="Each metric on its own scale" ', 1)
