"""Figures of counterfactuals: each gene once, the right ones named, lines through the means."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from gexlib import plots
from gexlib.analysis import rank_genes


@pytest.fixture
def effects():
    rng = np.random.default_rng(0)
    effect = np.r_[3.0, -2, rng.normal(0, 0.1, 48)]
    columns = {"effect": effect, "z": 10 * effect, "low": effect - 1, "high": effect + 2, "sd latents": 0.2}
    return rank_genes(pd.DataFrame(columns, index=["TP53", "VIM", *(f"g{i}" for i in range(48))]))


def test_effects_of_other_genes_are_no_empty_figure(ax):
    measured = pd.Series([1.0, 2.0], index=["CA1", "ACTB"])
    with pytest.raises(ValueError, match="estimate and reference have no gene in common"):
        plots.effect_scatter(measured.rename(str.lower), measured, ax)


def test_volcano_places_each_gene_once_and_names_the_largest(axes, effects):
    plots.volcano(effects, axes[0], labels=2, unit="log2")
    assert (
        axes[0].collections[0].get_offsets().tolist()
        == effects.assign(z=effects["z"].abs())[["effect", "z"]].values.tolist()
    )
    assert {text.get_text(): text.xy[0] for text in axes[0].texts} == {"TP53": 3, "VIM": -2}
    assert axes[0].get_xlabel() == "effect, log2"


def test_names_of_a_volcano_do_not_overlap(axes, effects):
    effects[["effect", "z"]] = effects.iloc[0][["effect", "z"]].to_numpy(float)  # all in one place
    plots.volcano(effects, axes[0], labels=6)
    axes[0].figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in axes[0].texts]  # without the lines to the points
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_effect_scatter_matches_genes_by_name(axes, effects):
    reference = effects["effect"][::-1] * 2
    plots.effect_scatter(effects["effect"], reference, axes[0], significant=effects["effect"].abs() > 1)
    everyone, significant = (c.get_offsets() for c in axes[0].collections)
    np.testing.assert_allclose(everyone[:, 0], 2 * everyone[:, 1])
    assert sorted(significant[:, 1]) == [-2, 3]


def test_top_intervals_draw_low_to_high(axes, effects):
    plots.top_intervals(effects, axes[0], genes=2)
    lines = axes[0].collections[0].get_segments()
    assert [segment[:, 0].tolist() for segment in lines] == [[-3, 0], [2, 5]]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["VIM", "TP53"], "the largest on top"


def test_recovery_curves_go_through_the_means(axes):
    table = pd.DataFrame(
        {
            "strength": [0, 0, 0.9, 0.9] * 2,
            "seed": [0, 1] * 4,
            "method": ["Welch t"] * 4 + ["GAN, both covariates"] * 4,
            "AUROC": [1, 0.8, 0.6, 0.4, 0.9, 0.7, 0.8, 0.6],
            "AUPRC": 0.5,
            "chance": 0.1,
        }
    )
    plots.recovery_curves(table, axes[:2])
    np.testing.assert_allclose(axes[0].lines[0].get_ydata(), [0.9, 0.5])
    np.testing.assert_allclose(axes[0].lines[1].get_ydata(), [0.8, 0.7])
    assert axes[0].lines[1].get_color() == plots.GAN
    assert [text.get_text() for text in axes[1].get_legend().get_texts()] == ["Welch t", "GAN, both covariates"]


def test_columns_that_are_absent(axes, effects):
    with pytest.raises(ValueError, match="y='p' is not a column of effects; columns: 'rank', 'effect', 'z', 'low'"):
        plots.volcano(effects, axes[0], y="p")
    with pytest.raises(ValueError, match="metrics='F1' is not a column of table; columns: 'strength', 'method'"):
        plots.recovery_curves(pd.DataFrame(columns=["strength", "method"]), axes[:1], {"F1": "F1"})
