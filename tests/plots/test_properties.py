"""Figures of properties show what regulation adds to correlations."""

import numpy as np
import pytest

from gexlib import plots
from gexlib.metrics import Properties


def test_properties_draws_correlations_against_their_background(figure):
    rng = np.random.default_rng(0)
    flat, wide = rng.uniform(-0.05, 0.05, 4000), rng.uniform(-1, 1, 4000)
    real = Properties(rng.normal(size=900), rng.uniform(1, 2, 30), wide, flat, wide, flat, np.array([0.0, 0.5, 1.0]))
    random = Properties(rng.normal(size=900), rng.uniform(1, 2, 30), flat, flat, flat, flat, np.zeros(3))
    axes = figure.subplots(2, 3)
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
