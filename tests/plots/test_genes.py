"""Figures of genes show what they are given."""

import networkx as nx
import numpy as np

from gexlib import plots


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


def test_correlation_heatmaps_share_one_scale(axes):
    matrices = {name: np.full((4, 4), value) for name, value in {"real": 0.5, "GAN": -0.5, "other": 0}.items()}
    plots.correlation_heatmaps(matrices, axes)
    assert [ax.get_title(loc="left") for ax in axes] == ["real", "GAN", "other"]
    assert {ax.images[0].get_clim() for ax in axes} == {(-1, 1)}


def test_agreement_has_a_diagonal(ax):
    plots.agreement(np.array([1.0, 2, 3]), np.array([1.5, 2, 5]), ax, "Mean")
    assert ax.lines[0].get_xydata().tolist() == [[1, 1], [5, 5]]
