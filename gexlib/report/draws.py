"""Real samples that are drawn to stand in the place of synthetic ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData


@dataclass(frozen=True)
class Matches:
    """
    Which training sample stands for each test sample.

    Parameters
    ----------
    rows : ndarray of int, shape (n_test,)
        The position of the training sample; -1 where there are more test than training samples and none is left.
    same : ndarray of bool, shape (n_test,)
        Whether the training sample has the covariates of the test sample. The others have the nearest that were left.
    """

    rows: np.ndarray
    same: np.ndarray

    def of(self, train: AnnData, places: np.ndarray | None = None) -> AnnData:
        """Return the training samples in the order of the test samples: all, or those of some test samples."""
        rows = self.rows if places is None else self.rows[places]
        return train[rows[rows >= 0]].copy()


def matched(
    train: pd.DataFrame,
    test: pd.DataFrame,
    columns: Sequence[str],
    rng: np.random.Generator,
    taken: Sequence[int] = (),
) -> Matches:
    """
    Draw a training sample of the same covariates for each test sample, without replacement.

    Where no training sample of the combination is left, one is drawn that has as many of the columns in common as
    possible.

    Parameters
    ----------
    train, test : DataFrame, one row a sample
        Covariates.
    columns : sequence of str
        Columns of both. Empty: all samples match.
    rng : numpy.random.Generator
        Draws the samples.
    taken : sequence of int
        Positions of training samples that must not be drawn.

    Examples
    --------
    >>> train = pd.DataFrame({"tissue": ["lung", "liver", "lung", "skin"]})
    >>> test = pd.DataFrame({"tissue": ["liver", "lung", "bone"]})
    >>> found = matched(train, test, ["tissue"], np.random.default_rng(0))
    >>> train["tissue"].iloc[found.rows[:2]].tolist(), found.same.tolist()
    (['liver', 'lung'], [True, True, False])
    """
    have, want = (obs[list(columns)].astype(str).to_numpy(dtype=object) for obs in (train, test))
    free = rng.permutation(np.setdiff1d(np.arange(len(train)), taken))
    rows = np.full(len(test), -1)
    left: dict[tuple, list[int]] = {}
    for row in free:
        left.setdefault(tuple(have[row]), []).append(row)
    for place in rng.permutation(len(test)):
        if some := left.get(tuple(want[place])):
            rows[place] = some.pop()
    same = rows >= 0
    free = free[~np.isin(free, rows)]
    for place in rng.permutation(np.nonzero(~same)[0])[: len(free)]:
        nearest = int((have[free] == want[place]).sum(axis=1).argmax())
        rows[place] = free[nearest]
        free = np.delete(free, nearest)
    return Matches(rows, same)


def disjoint(
    train: pd.DataFrame, test: pd.DataFrame, columns: Sequence[str], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Draw two training samples of the same covariates for each test sample that can have two, without replacement.

    Parameters
    ----------
    train, test, columns, rng
        As for :func:`matched`.

    Returns
    -------
    places : ndarray of int
        Positions of the test samples that have two.
    first, second : ndarray of int, shaped as `places`
        Positions of their training samples.
    """
    kinds = train[list(columns)].astype(str).agg("\x1f".join, axis=1) if len(columns) else pd.Series("", train.index)
    order = rng.permutation(len(train))
    rank = kinds.iloc[order].groupby(kinds.iloc[order].to_numpy()).cumcount().to_numpy()
    one = matched(train, test, columns, rng, taken=order[rank % 2 == 0])
    places = np.nonzero(one.same)[0]
    other = matched(train, test.iloc[places], columns, rng, taken=one.rows)
    return places[other.same], one.rows[places][other.same], other.rows[other.same]


def halves(data: AnnData, seed: int) -> tuple[AnnData, AnnData]:
    """Return a random half of the samples, and the other half."""
    order = np.random.default_rng(seed).permutation(data.n_obs)
    middle = data.n_obs // 2
    return data[np.sort(order[:middle])].copy(), data[np.sort(order[middle:])].copy()
