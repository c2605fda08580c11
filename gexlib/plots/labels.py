"""Names of points: each beside its point, none over another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text

from gexlib.plots.style import TRAIN

SPOTS = {
    "top center": (0, 1), "middle right": (1, 0), "middle left": (-1, 0), "bottom center": (0, -1),
    "top right": (1, 1), "top left": (-1, 1), "bottom right": (1, -1), "bottom left": (-1, -1),
}  # fmt: skip
SPACE = 1  # pixel between two names
LINE_FROM = 2  # names at this distance or farther have a line to their point


def place_names(
    points: np.ndarray, radii: np.ndarray, sizes: np.ndarray, box: tuple[float, float, float, float], reach: int = 1
) -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray]:
    """
    Find a place for the name of each of the first points, the most important first.

    A name stands in one of eight spots around its point. It takes the one where it covers no name that was placed
    before, stays in the box, and covers the fewest points. All lengths have one unit, such as pixels.

    Parameters
    ----------
    points : ndarray, shape (n_points, 2)
        Centres of all points; the first ``len(sizes)`` of them have names.
    radii : ndarray, shape (n_points,)
    sizes : ndarray, shape (n_names, 2)
        Width and height of each name.
    box : (left, bottom, right, top)
    reach : int
        How far from its point a name may go, in lines of text.

    Returns
    -------
    centres : ndarray, shape (n_names, 2)
        Where the middle of each name goes.
    spots : list of str
        The spot of each name, in plotly's words: ``"top center"``.
    distance : ndarray of int, shape (n_names,)
        1 for a name that touches its point, 2 for one that is a line of text away, and so on.
    clear : ndarray of bool, shape (n_names,)
        False for a name that had no place without covering another or leaving the box.

    Examples
    --------
    >>> points, sizes = np.array([[0.0, 0.0], [0.0, 9.0]]), np.array([[30.0, 10.0], [30.0, 10.0]])
    >>> place_names(points, np.full(2, 3.0), sizes, (-99, -99, 99, 99))[1]
    ['middle right', 'top center']
    """
    directions = np.array(list(SPOTS.values()), float)
    slant = np.where(np.abs(directions).sum(axis=1) > 1, 0.7, 1.0)[:, None]  # corners lie on the same circle
    centres, spots = np.empty((len(sizes), 2)), []
    distance, clear = np.ones(len(sizes), int), np.ones(len(sizes), bool)
    for i, size in enumerate(sizes):
        gaps = radii[i] + 2 + size[1] * np.arange(reach)
        tried = np.concatenate([points[i] + directions * (size / 2 + slant * gap) for gap in gaps])
        low, high = tried - size / 2, tried + size / 2
        outside = np.maximum(0, np.concatenate([box[:2] - low, high - box[2:]], axis=1)).sum(axis=1)
        common = np.minimum(high[:, None], centres[:i] + sizes[:i] / 2) - np.maximum(
            low[:, None], centres[:i] - sizes[:i] / 2
        )
        covered = np.prod(np.maximum(0, common), axis=2).sum(axis=1)
        near = np.clip(points, low[:, None], high[:, None]) - points
        hidden = (np.hypot(near[..., 0], near[..., 1]) < radii).sum(axis=1)
        order = np.arange(len(tried)) / len(tried)  # where all else is equal, the first spot
        best = np.argmin(1e3 * (covered + outside) + hidden + 0.5 * (np.arange(len(tried)) // len(SPOTS)) + 0.4 * order)
        centres[i], distance[i] = tried[best], 1 + best // len(SPOTS)
        clear[i] = covered[best] + outside[best] == 0
        spots.append(list(SPOTS)[best % len(SPOTS)])
    return centres, spots, distance, clear


class _Placer(Artist):
    """What moves the names of some points to their places just before these names are drawn, at any size of figure."""

    def __init__(self, names: Sequence[Annotation], points: np.ndarray, radii: np.ndarray) -> None:
        super().__init__()
        self.names, self.points, self.radii = names, points, radii
        self.set_zorder(-1)
        self.set_in_layout(False)

    def draw(self, renderer) -> None:
        """Move the names; draw nothing."""
        pixel = renderer.points_to_pixels(1)
        points, radii = self.axes.transData.transform(self.points), self.radii * pixel
        sizes = np.array([Text.get_window_extent(name, renderer).size for name in self.names]).reshape(-1, 2) + SPACE
        centres, _, distance, _ = place_names(points, radii, sizes, self.axes.bbox.extents, reach=5)
        for name, offset, far in zip(self.names, centres - points[: len(sizes)], distance, strict=True):
            name.set_position(tuple(offset / pixel))
            name.arrow_patch.set_visible(far >= LINE_FROM)


def name_points(
    ax: Axes, points: np.ndarray, names: Sequence[str], radii: np.ndarray | float = 2.5, **style: object
) -> None:
    """
    Write names beside points so that none covers another, at any size of the figure.

    A name that finds no room at its point goes up to four lines of text away and gets a line to it.

    Parameters
    ----------
    ax : Axes
        Its points are drawn.
    points : ndarray, shape (n_points, 2)
        All points in coordinates of the data; the first ``len(names)`` of them have names, the most important first.
    names : sequence of str
    radii : ndarray, shape (n_points,), or float
        Radii of the points, in points of 1/72 inch.
    style
        Properties of the texts.
    """
    line = {"arrowstyle": "-", "color": TRAIN, "lw": 0.6, "shrinkA": 0, "shrinkB": 2}
    texts = [
        ax.annotate(
            str(name), point, (0, 0), textcoords="offset points", ha="center", va="center", arrowprops=line,
            in_layout=False, **{"fontsize": 9, **style},
        )
        for name, point in zip(names, points, strict=False)
    ]  # fmt: skip
    ax.add_artist(_Placer(texts, np.asarray(points, float), np.broadcast_to(radii, len(points)).astype(float)))
