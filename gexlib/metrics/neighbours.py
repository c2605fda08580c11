"""Euclidean distances between many samples and their nearest neighbours, in little memory, exact at ties."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

#: Number of distances held at a time (32 MB in float64).
CELLS = 2**22
#: Bound of the relative error of a squared distance that is computed from inner products.
ERROR = 1e-12


def squared_distances(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """
    Yield (rows, squared distances from these rows of `x` to all of `y`, their error), some rows at a time.

    The distances are computed from inner products of centred data, which is fast and has rounding errors. The error
    broadcasts to the shape of the distances.
    """
    centre = y.mean(axis=0)
    y = y - centre
    y_norm = np.einsum("ij,ij->i", y, y)
    step = max(1, CELLS // len(y))
    for start in range(0, len(x), step):
        rows = slice(start, min(start + step, len(x)))
        block = x[rows] - centre
        x_norm = np.einsum("ij,ij->i", block, block)
        d2 = block @ y.T
        d2 *= -2
        d2 += x_norm[:, None]
        d2 += y_norm
        np.maximum(d2, 0, out=d2)
        yield rows, d2, ERROR * (x_norm[:, None] + y_norm.max())


def exact_squared(x: np.ndarray, i: np.ndarray, y: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return squared distances of the pairs (x[i], y[j]) from differences: exactly 0 for equal samples."""
    d2 = np.empty(len(i))
    step = max(1, CELLS // x.shape[1])
    for start in range(0, len(i), step):
        some = slice(start, start + step)
        d2[some] = ((x[i[some]] - y[j[some]]) ** 2).sum(axis=1)
    return d2


def nearest_squared(x: np.ndarray, y: np.ndarray | None = None, k: int = 1) -> np.ndarray:
    """
    Return squared distances from each sample of `x` to its `k` nearest of `y`, ascending, shape (len(x), k).

    Without `y`, neighbours are the other samples of `x`. The sample itself does not count, but its copies do.

    Examples
    --------
    >>> nearest_squared(np.array([[0.0], [1.0], [3.0]])).tolist()
    [[1.0], [1.0], [4.0]]
    """
    others = x if y is None else y
    found = np.empty((len(x), k))
    for rows, d2, _ in squared_distances(x, others):
        n = len(d2)
        if y is None:
            d2[np.arange(n), np.arange(rows.start, rows.stop)] = np.inf
        j = d2.argpartition(k - 1, axis=1)[:, :k] if k > 1 else d2.argmin(axis=1)[:, None]
        i = np.repeat(np.arange(rows.start, rows.stop), k)
        found[rows] = exact_squared(x, i, others, j.ravel()).reshape(n, k)
    found.sort(axis=1)
    return found


def nearest(x: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
    """Return the distance from each sample of `x` to the nearest of `y`, or to the nearest other sample of `x`."""
    return np.sqrt(nearest_squared(x, y)[:, 0])


def nearest_place(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Return which sample of `y` is nearest to each sample of `x`, and its distance.

    Examples
    --------
    >>> place, distance = nearest_place(np.array([[0.0], [4.0]]), np.array([[9.0], [1.0]]))
    >>> place.tolist(), distance.tolist()
    ([1, 1], [1.0, 3.0])
    """
    place = np.concatenate([d2.argmin(axis=1) for _, d2, _ in squared_distances(x, y)])
    return place, np.sqrt(exact_squared(x, np.arange(len(x)), y, place))


def compared(
    d2: np.ndarray,
    error: np.ndarray,
    radius: np.ndarray,
    exact: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """
    Compare squared distances with a squared radius that broadcasts to them.

    Parameters
    ----------
    d2, error : ndarray of shape (n, m)
        Squared distances and their rounding errors, from `squared_distances`.
    radius : ndarray
        The squared radius.
    exact : callable
        ``exact(i, j)`` returns the exact squared distances of pairs. It decides the pairs whose distance differs from
        the radius by less than the rounding error.

    Returns
    -------
    closed, within : ndarray of bool, shape (n, m)
        Which distances are at most the radius, and which are below it.
    """
    closed = d2 <= radius
    i, j = np.nonzero(np.abs(d2 - radius) <= error)
    within = closed.copy()
    if len(i):
        border = np.broadcast_to(radius, d2.shape)[i, j]
        value = exact(i, j)
        closed[i, j] = value <= border
        within[i, j] = value < border
    return closed, within
