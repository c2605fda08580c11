"""Figures of samples show each of them, named and placed as the data say."""

import pandas as pd
import pytest

from gexlib import plots


def test_sizes_puts_the_largest_on_top(ax):
    plots.sizes(pd.Series({"a": 3, "b": 9, "c": 5}), ax)
    assert [bar.get_width() for bar in ax.patches] == [3, 5, 9]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "c", "b"]


def test_stacked_sizes_add_up(ax):
    plots.stacked_sizes(pd.DataFrame({"gtex": [1, 5], "tcga": [2, 3]}, index=["lung", "liver"]), ax)
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert ends == [1, 5, 3, 8], "lung below liver, tcga on top of gtex"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["gtex", "tcga"]


def test_embedding_draws_every_sample_once(ax):
    placed = pd.DataFrame({"PC1": range(12), "PC2": range(12), "data": "real", "medium": list("aaaabbbbccdd")})
    placed.attrs["explained"] = [0.5, 0.2]
    plots.embedding(placed, ax, colour="medium", most=2)
    assert sum(len(c.get_offsets()) for c in ax.collections) == 12
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["other", "a", "b"]
    assert ax.get_xlabel() == "PC1 (50% of the variance)"
    with pytest.raises(ValueError, match="colour='organ' is not a column of placed; columns: 'PC1', 'PC2', 'data'"):
        plots.embedding(placed, ax, colour="organ")


def test_points_stand_beside_their_names(ax):
    points = pd.DataFrame({"direction 1": [0.0, 1.0], "direction 2": [2.0, 3.0]}, index=["lung", "liver"])
    plots.named_points(points, ax)
    assert ax.collections[0].get_offsets().tolist() == points.to_numpy().tolist()
    assert {text.get_text(): text.xy for text in ax.texts} == {"lung": (0.0, 2.0), "liver": (1.0, 3.0)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("direction 1", "direction 2")
