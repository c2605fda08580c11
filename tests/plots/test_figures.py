"""Figures show what they are given: as many marks as there are data, named and placed as the data say."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from gexlib import plots
from gexlib.metrics import Properties


@pytest.fixture
def ax():
    with mpl.rc_context():
        plots.use_style()
        figure, ax = plt.subplots()
        yield ax
        figure.canvas.draw()  # what cannot be drawn fails here
        plt.close(figure)


@pytest.fixture
def axes():
    with mpl.rc_context():
        plots.use_style()
        figure, axes = plt.subplots(1, 3)
        yield axes
        figure.canvas.draw()
        plt.close(figure)


def test_one_data_set_has_one_colour_everywhere():
    assert plots.colour_of("GAN, seed 3") == plots.colour_of("synthetic") == plots.GAN
    assert plots.colour_of("Real (train)") == plots.TRAIN
    assert plots.colour_of("real, test") == plots.REAL
    assert len({plots.colour_of(n) for n in ("Random", "Gaussian", "SynTReN", "GeneNetWeaver", "Bootstrap")}) == 5


def test_sizes_puts_the_largest_on_top(ax):
    plots.sizes(pd.Series({"a": 3, "b": 9, "c": 5}), ax)
    assert [bar.get_width() for bar in ax.patches] == [3, 5, 9]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "c", "b"]


def test_stacked_sizes_add_up(ax):
    plots.stacked_sizes(pd.DataFrame({"gtex": [1, 5], "tcga": [2, 3]}, index=["lung", "liver"]), ax)
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert ends == [1, 5, 3, 8], "lung below liver, tcga on top of gtex"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["gtex", "tcga"]


def test_histograms_are_densities_on_common_bins(ax):
    rng = np.random.default_rng(0)
    plots.histograms({"real, test": rng.normal(size=500), "GAN": rng.normal(3, 1, 200)}, ax, "x", bins=20)
    first, second = ax.patches
    for patch in (first, second):
        values, edges, _ = patch.get_data()
        assert np.isclose((values * np.diff(edges)).sum(), 1)
    assert np.array_equal(first.get_data().edges, second.get_data().edges)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["real, test", "GAN"]


def test_layers_draws_regulators_at_their_depth(ax):
    network = nx.DiGraph([("crp", "fis"), ("fis", "lrp"), ("lrp", "x"), ("fis", "y"), ("crp", "crp"), ("z", "crp")])
    plots.layers(network, ax, root="crp", labels=2)
    points = ax.collections[-1].get_offsets()
    assert sorted(points[:, 1], reverse=True) == [0, -1, -2], "crp, fis and lrp; x and y regulate nothing"
    assert {text.get_text() for text in ax.texts} == {"crp (2)", "fis (2)"}


def test_training_curves_mark_the_kept_epoch(axes):
    history = pd.DataFrame(
        {
            "epoch": [1, 2, 3, 4],
            "wasserstein": [5.0, 9, 8, 7],
            "critic_loss": [-4.0, -8, -7, -6],
            "penalty": [0.1, 0.2, 0.2, 0.1],
            "score": [np.nan, 0.4, np.nan, 0.6],
        }
    )
    plots.training_curves(history, axes, best_epoch=4)
    assert axes[2].lines[0].get_xydata().tolist() == [[2, 0.4], [4, 0.6]]
    assert axes[2].lines[1].get_xdata()[0] == 4


def test_embedding_draws_every_sample_once(ax):
    placed = pd.DataFrame({"PC1": range(12), "PC2": range(12), "data": "real", "medium": list("aaaabbbbccdd")})
    placed.attrs["explained"] = [0.5, 0.2]
    plots.embedding(placed, ax, by="medium", most=2)
    assert sum(len(c.get_offsets()) for c in ax.collections) == 12
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["other", "a", "b"]
    assert ax.get_xlabel() == "PC1 (50% of the variance)"


def test_scores_draws_bars_spread_and_bound(axes):
    table = pd.DataFrame({m: [0.9, 0.1, 0.8] for m in "abc"}, index=["Real (train)", "Random", "GAN"])
    spread = pd.DataFrame({m: [np.nan, 0.01, 0.05] for m in "abc"}, index=table.index)
    plots.scores(table, spread, axes, bound="Real (train)")
    assert [bar.get_width() for bar in axes[0].patches] == [0.8, 0.1, 0.9]
    assert axes[0].lines[0].get_xdata()[0] == 0.9


def test_correlation_heatmaps_share_one_scale(axes):
    matrices = {name: np.full((4, 4), value) for name, value in {"real": 0.5, "GAN": -0.5, "other": 0}.items()}
    plots.correlation_heatmaps(matrices, axes)
    assert [ax.get_title(loc="left") for ax in axes] == ["real", "GAN", "other"]
    assert {ax.images[0].get_clim() for ax in axes} == {(-1, 1)}


def test_agreement_has_a_diagonal(ax):
    plots.agreement(np.array([1.0, 2, 3]), np.array([1.5, 2, 5]), ax, "Mean")
    assert ax.lines[0].get_xydata().tolist() == [[1, 1], [5, 5]]


def test_properties_draws_correlations_against_their_background():
    rng = np.random.default_rng(0)
    flat, wide = rng.uniform(-0.05, 0.05, 4000), rng.uniform(-1, 1, 4000)
    real = Properties(rng.normal(size=900), rng.uniform(1, 2, 30), wide, flat, wide, flat, np.array([0.0, 0.5, 1.0]))
    random = Properties(rng.normal(size=900), rng.uniform(1, 2, 30), flat, flat, flat, flat, np.zeros(3))
    figure, axes = plt.subplots(2, 3)
    plots.properties({"real, test": real, "Random": random}, axes.ravel())
    assert [text.get_text() for text in axes[0, 2].get_legend().get_texts()] == ["real, test", "Random"]
    for ax in axes[1, :2]:
        with_regulation, without = (patch.get_data() for patch in ax.patches)
        assert np.array_equal(without.values, np.zeros(40))
        assert with_regulation.values[0] == pytest.approx(0.5, abs=0.1)
        assert with_regulation.values[19] < -4
        assert (with_regulation.values * np.diff(with_regulation.edges)).sum() == pytest.approx(0)
    assert axes[1, 2].lines[0].get_xydata()[-1].tolist() == [1, 1]
    assert axes[0, 0].patches[0].get_fill()
    assert not axes[0, 0].patches[1].get_fill()
    figure.canvas.draw()
    plt.close(figure)


def test_precision_recall_draws_each_curve_and_chance(ax):
    curve = pd.DataFrame({"recall": [0.0, 0.5, 1.0], "precision": [1.0, 0.8, 0.2]})
    plots.precision_recall({"GeneNetWeaver": curve, "GeneNetWeaver, b": curve}, ax, 0.2, dashed=["GeneNetWeaver, b"])
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--", ":"]
    assert ax.lines[0].get_xydata().tolist() == curve.to_numpy().tolist()
    assert ax.lines[0].get_color() == ax.lines[1].get_color() == plots.BASELINES[1]
    assert ax.lines[2].get_ydata()[0] == 0.2
