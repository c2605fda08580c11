"""Points between training samples that lie close together: the simplest generator that makes something new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from gexlib.checks import whole_number
from gexlib.simulators.base import DataSimulator
from gexlib.simulators.conditions import Conditions


class SMOTE(DataSimulator):
    r"""
    Interpolation between a training sample and one of its nearest neighbours :cite:p:`chawla2002smote`.

    A sample is

    .. math:: x = x_i + t \, (x_j - x_i), \qquad t \sim U(0, 1),

    with a training sample :math:`x_i`, drawn at random, and one of its `k` nearest neighbours :math:`x_j` (Euclidean
    distance, all genes, in the units of the data). With `by` both are of the condition that is asked for. It is made of
    training samples as a bootstrap is, so it says as little about what lies beyond them, and it varies less: a point
    between two samples is nearer to the middle.

    Parameters
    ----------
    k : int
        Neighbours to choose from. A condition with fewer other samples has only those. A sample that is alone in its
        condition has none, and is returned as it is.
    by : str or sequence of str, optional
        Columns of ``obs`` that make the condition; of several, every combination.
    unseen : {"error", "unknown"}
        For conditions that the training data do not have: raise an error, or interpolate between any training samples.

    Attributes
    ----------
    names_ : Index
        Names of the training samples. ``obs["training_sample"]`` and ``obs["neighbour"]`` of what is drawn tell the
        two it lies between.

    Notes
    -----
    The original takes each sample of the smaller class equally often, to make it as large as the other; here samples
    are drawn with replacement, so any number can be asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from anndata import AnnData
    >>> train = AnnData(np.array([[0.0, 0.0], [2.0, 4.0], [90.0, 9.0]], dtype="float32"))
    >>> drawn = SMOTE(k=1).fit(train).simulate(100, seed=0)
    >>> between = drawn[drawn.obs["training_sample"] != "2"]  # the first two are each other's nearest
    >>> bool((between.X[:, 1] == 2 * between.X[:, 0]).all())
    True
    """

    def __init__(self, k: int = 5, by: str | Sequence[str] | None = None, unseen: str = "error"):
        self.k = whole_number("k", k, 1)
        self.conditions = Conditions(by, unseen)

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        codes = self.conditions.fit(obs).codes_
        self._x, self.names_ = x, obs.index.copy()
        self._rows = {code: np.nonzero(codes == code)[0] for code in range(codes.max() + 1)}
        if self.conditions.by and self.conditions.unseen == "unknown":
            self._rows[-1] = np.arange(len(x))
        self._near = {code: rows[_neighbours(x[rows], self.k)] for code, rows in self._rows.items()}

    def _draw_obs(self, n_samples: int, rng: np.random.Generator) -> pd.DataFrame:
        return self.conditions.draw(n_samples, rng)

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.conditions.codes(obs)
        first, second = np.empty((2, len(obs)), dtype=np.int64)
        for code in np.unique(codes):
            wanted, near = codes == code, self._near[code]
            i, j = (rng.integers(size, size=wanted.sum()) for size in near.shape)
            first[wanted], second[wanted] = self._rows[code][i], near[i, j]
        obs["training_sample"] = self.names_[first].astype(str).to_numpy()
        obs["neighbour"] = self.names_[second].astype(str).to_numpy()
        return self._x[first] + rng.random((len(obs), 1)) * (self._x[second] - self._x[first])

    def _settings(self) -> dict[str, str]:
        return {"k": str(self.k)} | self.conditions.settings()


def _neighbours(x: np.ndarray, k: int) -> np.ndarray:
    """Rows of the nearest neighbours of each sample, shape (n, at most k); itself where it is alone."""
    if len(x) == 1:
        return np.zeros((1, 1), dtype=np.int64)
    search = NearestNeighbors(n_neighbors=min(k, len(x) - 1), algorithm="brute").fit(x)
    return search.kneighbors(return_distance=False)
