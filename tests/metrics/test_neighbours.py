"""Distances in pieces, and exact decisions at ties."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from gexlib.metrics import neighbours


def pair(n, m, genes=6):
    rng = np.random.default_rng(0)
    return rng.normal(5, 1, (n, genes)), rng.normal(5.2, 0.7, (m, genes))


@pytest.fixture
def small_blocks(monkeypatch):
    """Take a few rows at a time, so that small data is cut into pieces."""
    monkeypatch.setattr(neighbours, "CELLS", 100)


def test_distances_are_those_of_scipy(small_blocks):
    x, z = pair(30, 20)
    np.testing.assert_allclose(
        neighbours.nearest_squared(x, z, 3), np.sort(cdist(x, z, "sqeuclidean"))[:, :3], rtol=1e-12
    )
    np.testing.assert_allclose(
        neighbours.nearest_squared(x, k=2), np.sort(cdist(x, x, "sqeuclidean"))[:, 1:3], rtol=1e-12
    )
    assert (neighbours.nearest(x + 1e6, x[::-1] + 1e6) == 0).all()  # copies are at 0, not at the size of rounding


def test_few_rows_are_held_at_a_time(small_blocks):
    x, z = pair(30, 20)
    parts = [(rows, d2.size) for rows, d2, _ in neighbours.squared_distances(x, z)]
    assert max(size for _, size in parts) <= 100
    assert np.concatenate([np.arange(30)[rows] for rows, _ in parts]).tolist() == list(range(30))


def test_pairs_at_the_border_are_decided_by_their_exact_distances():
    d2, error, radius = np.array([[1.0, 2.0, 3.0]]), np.full((1, 1), 0.5), np.array([[2.2]])
    closed, within = neighbours.compared(d2, error, radius, exact=lambda i, j: radius[i, 0])
    assert closed.tolist() == [[True, True, False]]
    assert within.tolist() == [[True, False, False]]
