"""Figures of trainings and scores show what they are given."""

import itertools

import numpy as np
import pandas as pd
import pytest

from gexlib import plots


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


@pytest.mark.parametrize("best", [0, 11])
def test_the_words_of_a_training_stand_in_their_panels_and_over_no_curve(axes, best):
    epoch = np.arange(12)
    history = pd.DataFrame({"epoch": epoch, "wasserstein": 12.0 + epoch, "critic_loss": -10.0 - epoch, "penalty": 0.2})
    history["score"] = 0.9 - 0.001 * abs(epoch - best)
    plots.training_curves(history, axes, best)
    axes[0].figure.canvas.draw()
    legend, words = axes[0].get_legend().get_window_extent(), axes[2].texts[0].get_window_extent()
    for box, ax, curves in ((legend, axes[0], axes[0].lines), (words, axes[2], axes[2].lines[:1])):
        assert ax.bbox.x0 <= box.x0 < box.x1 <= ax.bbox.x1
        assert not any(line.get_path().transformed(line.get_transform()).intersects_bbox(box) for line in curves)


def test_scores_draws_bars_spread_and_bound(axes):
    table = pd.DataFrame({m: [0.9, 0.1, 0.8] for m in "abc"}, index=["Real (train)", "Random", "GAN"])
    spread = pd.DataFrame({m: [np.nan, 0.01, 0.05] for m in "abc"}, index=table.index)
    plots.scores(table, spread, axes, bound="Real (train)")
    assert [bar.get_width() for bar in axes[0].patches] == [0.8, 0.1, 0.9]
    assert axes[0].lines[0].get_xdata()[0] == 0.9


def test_rows_of_scores_do_not_overlap_however_many_there_are(figure):
    axes = figure.subplots(2, 2, sharey=True).ravel()
    table = pd.DataFrame({m: np.full(16, 0.5) for m in "abcd"}, index=[f"kind {i}" for i in range(16)])
    plots.scores(table, table * 0, axes, bound="kind 0")
    figure.canvas.draw()
    rows = [label.get_window_extent() for label in axes[0].get_yticklabels()]
    assert not any(low.overlaps(high) for low, high in itertools.pairwise(rows))
