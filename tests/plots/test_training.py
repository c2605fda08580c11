"""Figures of trainings and scores show what they are given."""

import numpy as np
import pandas as pd

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


def test_scores_draws_bars_spread_and_bound(axes):
    table = pd.DataFrame({m: [0.9, 0.1, 0.8] for m in "abc"}, index=["Real (train)", "Random", "GAN"])
    spread = pd.DataFrame({m: [np.nan, 0.01, 0.05] for m in "abc"}, index=table.index)
    plots.scores(table, spread, axes, bound="Real (train)")
    assert [bar.get_width() for bar in axes[0].patches] == [0.8, 0.1, 0.9]
    assert axes[0].lines[0].get_xdata()[0] == 0.9
