"""The style of the figures."""

import io
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from gexlib import plots
from gexlib.plots.style import BASELINES, CATEGORIES, DIVERGING, GAN, REAL, TRAIN, looks


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


# How dichromats see linear RGB: Machado et al. 2009, doi:10.1109/TVCG.2009.113, table for severity 1.
SEEN = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def lab(colour, seen):
    """Place of a colour in CIELAB, where distances are differences as people see them."""
    rgb = np.array(to_rgb(colour))
    linear = np.clip(np.array(seen) @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("colours", [(REAL, TRAIN, GAN, *BASELINES), CATEGORIES], ids=["data sets", "categories"])
def test_colours_stay_apart_for_all_readers(colours, seen):
    assert min(np.linalg.norm(lab(a, seen) - lab(b, seen)) for a, b in combinations(colours, 2)) > 15


def test_looks_of_categories_are_all_different_and_no_more_than_can_be_told_apart():
    levels = [f"tissue {i}" for i in range(18)]
    assert len(set(looks(levels).values())) == 18
    with pytest.raises(ValueError, match="levels has 19 categories; at most 18"):
        looks([*levels, "one more"])


def test_colours_of_signed_numbers_keep_their_meaning_on_dark_pages():
    light = DIVERGING(np.linspace(0, 1, 101))[:, :3]
    dark = np.clip(light + 1 - 2 * light @ [[0.213], [0.715], [0.072]], 0, 1)  # invert(1) hue-rotate(180deg)
    for colours, ground in ((light, 1.0), (dark, 0.0)):
        assert np.allclose(colours[50], ground), "zero is the page"
        away = np.abs(colours - ground).sum(axis=1)
        assert (np.diff(away[50:]) > 0).all()
        assert (np.diff(away[:51]) < 0).all()
        assert set(colours[60:].argmax(axis=1)) == {0}, "positive is red"
        assert set(colours[:41].argmax(axis=1)) == {2}, "negative is blue"
