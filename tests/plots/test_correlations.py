"""Ellipses and trees show the numbers they are given."""

import numpy as np

from gexlib import plots
from gexlib.metrics import complete_linkage


def test_an_ellipse_is_round_at_zero_thin_at_one_and_leans_with_the_sign(ax):
    matrix = np.array([[1, 0.8, 0], [0.8, 1, -0.6], [0, -0.6, 1]])
    ellipses = plots.correlation_ellipses(matrix, list("abc"), ax)
    wide, high = ellipses._widths * 2, ellipses._heights * 2  # matplotlib keeps half axes
    assert np.isclose(wide[2], high[2]), "no correlation: a circle"
    assert np.isclose(high[0], 0), "perfect correlation: a line"
    assert wide[1] > high[1], "positive: long along the rising diagonal"
    assert wide[5] < high[5], "negative: across it"
    np.testing.assert_allclose((wide**2 + high**2)[[1, 2, 5]], 2 * 0.9**2)
    assert np.array_equal(ellipses.get_array(), matrix.ravel())
    assert ellipses.get_clim() == (-1, 1)


def test_the_first_gene_is_on_top_left(ax):
    plots.correlation_ellipses(np.eye(3), list("abc"), ax)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b", "c"]
    assert ax.yaxis_inverted()


def test_dendrogram_joins_the_closest_genes_first(ax):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    x = np.column_stack([x, x[:, 1] + 0.1 * rng.normal(size=200)])
    plots.gene_dendrogram(complete_linkage(x), list("abcd"), ax)
    names = [t.get_text() for t in ax.get_xticklabels()]
    assert abs(names.index("b") - names.index("d")) == 1
    assert sorted(names) == list("abcd")
