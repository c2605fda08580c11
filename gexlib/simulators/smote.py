"""SMOTE: points between neighbouring training samples, the simplest way to make something new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from gexlib.checks import whole_number
from gexlib.explained import explained
from gexlib.simulators.base import KindSimulator


@explained
class SMOTE(KindSimulator):
    r"""
    Interpolation between a training sample and one of its nearest neighbours :cite:p:`chawla2002smote`.

    A sample is

    .. math:: x = x_i + t \, (x_j - x_i), \qquad t \sim U(0, 1),

    with a training sample :math:`x_i`, drawn at random, and one of its `k` nearest neighbours :math:`x_j` (Euclidean
    distance, all genes, in the units of the data). With `within`, both are of the kind that is asked for. SMOTE is made
    of training samples, as a bootstrap is, and says nothing about what lies beyond them. It varies less than a
    bootstrap, because a point between two samples is nearer to the middle.

    Parameters
    ----------
    k : int
        Neighbours to choose from. In a kind of `k` samples or fewer, all others are neighbours. A sample that is alone
        in its kind has no neighbour and is returned as it is.
    within : sequence of str
        Columns of ``obs`` whose combinations are the kinds of samples.
    unseen : {"error", "unknown"}
        For kinds that the training data do not have: raise an error, or interpolate between any training samples.

    Attributes
    ----------
    names_ : Index
        Names of the training samples. ``obs["training_sample"]`` and ``obs["neighbour"]`` of a drawn data set name the
        two samples between which each sample lies.

    Notes
    -----
    The original takes each sample of the smaller class equally often, to make that class as large as the other. Here
    samples are drawn with replacement, so any number can be asked for.

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

    def __init__(self, k: int = 5, within: Sequence[str] = (), unseen: str = "error"):
        self.k = whole_number("k", k, 1)
        super().__init__(within, unseen)

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        codes = self.kinds.fit(obs).codes_
        self._x, self.names_ = x, obs.index.copy()
        self._rows = {code: np.nonzero(codes == code)[0] for code in range(codes.max() + 1)}
        if self.kinds.within and self.kinds.unseen == "unknown":
            self._rows[-1] = np.arange(len(x))
        self._near = {code: rows[_neighbours(x[rows], self.k)] for code, rows in self._rows.items()}

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.kinds.codes(obs)
        first, second = np.empty((2, len(obs)), dtype=np.int64)
        for code in np.unique(codes):
            wanted, near = codes == code, self._near[code]
            i, j = (rng.integers(size, size=wanted.sum()) for size in near.shape)
            first[wanted], second[wanted] = self._rows[code][i], near[i, j]
        obs["training_sample"] = self.names_[first].astype(str).to_numpy()
        obs["neighbour"] = self.names_[second].astype(str).to_numpy()
        return self._x[first] + rng.random((len(obs), 1)) * (self._x[second] - self._x[first])

    def _settings(self) -> dict[str, str]:
        return {"k": str(self.k)} | super()._settings()


def _neighbours(x: np.ndarray, k: int) -> np.ndarray:
    """Return the rows of each sample's nearest neighbours, shape (n, at most k); of itself if it is the only sample."""
    if len(x) == 1:
        return np.zeros((1, 1), dtype=np.int64)
    search = NearestNeighbors(n_neighbors=min(k, len(x) - 1), algorithm="brute").fit(x)
    return search.kneighbors(return_distance=False)
