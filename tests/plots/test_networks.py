"""Figures of network inference show each curve."""

import pandas as pd

from gexlib import plots


def test_precision_recall_draws_each_curve_and_chance(ax):
    curve = pd.DataFrame({"recall": [0.0, 0.5, 1.0], "precision": [1.0, 0.8, 0.2]})
    plots.precision_recall({"GeneNetWeaver": curve, "GeneNetWeaver, b": curve}, ax, 0.2, dashed=["GeneNetWeaver, b"])
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--", ":"]
    assert ax.lines[0].get_xydata().tolist() == curve.to_numpy().tolist()
    assert ax.lines[0].get_color() == ax.lines[1].get_color() == plots.BASELINES[1]
    assert ax.lines[2].get_ydata()[0] == 0.2
