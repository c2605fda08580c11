"""The style of the figures."""

import io

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from gexlib import plots


def test_one_data_set_has_one_colour_everywhere():
    assert plots.colour_of("GAN, seed 3") == plots.colour_of("synthetic") == plots.GAN
    assert plots.colour_of("Real (train)") == plots.TRAIN
    assert plots.colour_of("real, test") == plots.REAL
    assert len({plots.colour_of(n) for n in ("Random", "Gaussian", "SynTReN", "GeneNetWeaver", "Bootstrap")}) == 5


@pytest.mark.parametrize("name", ["$", "$x$ $", r"$\alpha{$", "a_{b}^c"])
def test_names_are_no_formulas(name):
    """Matplotlib reads what stands between two dollars, and fails on what is no formula."""
    figure, ax = plt.subplots()
    plots.sizes(pd.Series([1, 2], [name, "b"]), ax, label=f"samples {name}")
    figure.savefig(io.BytesIO())
    assert name in [text.get_text() for text in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    plt.close(figure)


def test_numbers_on_axes_stay_formulas():
    figure, ax = plt.subplots()
    ax.set_xscale("log")
    ax.plot([1, 1e6])
    plots.sizes(pd.Series([1, 1000], ["a", "b"]), ax)
    figure.canvas.draw()
    assert all(label.get_parse_math() for label in ax.get_xticklabels())
    plt.close(figure)
