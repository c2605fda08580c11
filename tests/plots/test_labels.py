"""Names of points cover neither each other nor, where there is room, a point."""

import itertools

import numpy as np
import pytest
from matplotlib.text import Text

from gexlib.plots.labels import name_points, place_names


def boxes(ax):
    ax.figure.canvas.draw()
    return [Text.get_window_extent(text) for text in ax.texts]  # without the lines to the points


@pytest.mark.parametrize("spread", [0.0, 0.02, 1.0])
def test_names_of_close_points_do_not_overlap_at_any_size(ax, spread):
    points = np.random.default_rng(0).normal(0, spread, (12, 2))
    ax.scatter(*points.T)
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    name_points(ax, points, [f"point {i}" for i in range(12)])
    for inches in ((8, 4), (5, 4)):
        ax.figure.set_size_inches(inches)
        placed = boxes(ax)
        assert not any(a.overlaps(b) for a, b in itertools.combinations(placed, 2))
        assert all(ax.bbox.x0 <= b.x0 and b.x1 <= ax.bbox.x1 for b in placed)
    far = [np.hypot(*text.get_position()) > 60 for text in ax.texts]
    lines = [text.arrow_patch.get_visible() for text in ax.texts]
    assert all(line for line, away in zip(lines, far, strict=True) if away), "who stands away has a line to the point"
    assert any(lines) or spread == 1


def test_a_name_covers_no_point_where_there_is_room():
    points = np.array([[0.0, 0], [0, 12], [15, 0]])
    _, (spot,), _, clear = place_names(points, np.full(3, 3.0), np.array([[20.0, 10]]), (-50, -50, 50, 50))
    assert (spot, clear.tolist()) == ("middle left", [True])


def test_a_name_without_a_place_is_told():
    points, sizes = np.zeros((9, 2)), np.full((9, 2), 10.0)
    clear = place_names(points, np.ones(9), sizes, (-14, -14, 14, 14))[3]
    assert clear.sum() < 9
    assert clear[0]
