"""The scorecard has a panel for each family, and a scale that holds every number and the best value."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from gexlib.plots import scorecard

ROWS = pd.MultiIndex.from_tuples([("structure", "S_dist"), ("fidelity", "MMD²"), ("fidelity", "recall")])


@pytest.fixture
def figure():
    mean = pd.DataFrame(
        {"bound": [0.9, 0.0, 1.0], "GAN": [0.5, 2.0, np.nan], "Gaussian": [0.2, -1.0, 0.4]}, index=ROWS, dtype=float
    )
    sd = pd.DataFrame({"bound": np.nan, "GAN": [0.1, 1.0, np.nan], "Gaussian": np.nan}, index=ROWS)
    definitions = pd.DataFrame({"best": [1.0, 0.0, 1.0], "low": 0.0, "high": [1.0, 0.0, 1.0]}, index=ROWS)
    figure = plt.figure()
    scorecard(mean, sd, definitions, figure, ["GAN"])
    yield figure
    plt.close(figure)


def lines(ax, **style):
    return [line for line in ax.lines if all(getattr(line, f"get_{k}")() == v for k, v in style.items())]


def test_a_panel_for_each_family_with_a_line_for_each_metric(figure):
    assert [ax.get_title() for ax in figure.axes] == ["structure", "fidelity"]
    assert [[text.get_text() for text in ax.get_yticklabels()] for ax in figure.axes] == [
        ["S_dist"],
        ["MMD²", "recall"],
    ]


def test_a_mark_for_each_number_and_none_for_what_is_missing(figure):
    structure, fidelity = figure.axes
    assert [line.get_xdata()[0] for line in lines(structure, linestyle="None")] == [0.9, 0.5, 0.2]
    assert len(lines(fidelity, linestyle="None")) == 5


def test_the_scale_grows_to_hold_means_and_spreads_and_its_ends_are_written(figure):
    ends = [text.get_text() for text in figure.axes[1].texts]
    assert ends == ["−1", "3", "0", "1"], "the least is the Gaussian's, the largest the GAN's mean and spread"
    best = lines(figure.axes[1], linewidth=1.6)[0]
    assert best.get_xdata() == pytest.approx([0.25, 0.25])


def test_names_of_metrics_do_not_overlap_the_ends_of_their_scales(figure):
    figure.clear()
    mean = pd.DataFrame({"GAN": [-0.0019]}, index=ROWS[1:2])
    scorecard(mean, mean * np.nan, pd.DataFrame({"best": 0.0, "low": 0.0, "high": 0.0}, index=mean.index), figure, [])
    figure.canvas.draw()
    (ax,) = figure.axes
    assert ax.texts[0].get_text() == "−0.0019"
    assert ax.get_yticklabels()[0].get_window_extent().x1 < ax.texts[0].get_window_extent().x0


def test_the_synthetic_data_has_larger_marks_than_baselines(figure):
    bound, gan, gaussian = lines(figure.axes[0], linestyle="None")
    assert gan.get_markersize() > gaussian.get_markersize()
    assert bound.get_markerfacecolor() == "white"
