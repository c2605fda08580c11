"""
Kinds of samples: the combinations of levels of some covariates that occur in training data.

Simulators, metrics and the model treat the samples of each tissue, or of each tissue and condition, separately. They
ask here which samples belong together. :class:`Kinds` reads a covariate table. :class:`CodedKinds` reads covariates
that are whole numbers already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from gexlib.checks import check_columns, check_fitted, column_names, whole_number
from gexlib.explained import explained

UNSEEN = ("error", "unknown")


@explained
class Kinds:
    """
    The kinds of samples in a covariate table.

    A kind is a combination of levels of the columns in `within` that enough training samples share. Without columns,
    all samples are of one kind.

    Parameters
    ----------
    within : sequence of str
        Columns of the table.
    smallest : int
        The fewest training samples that make a combination a kind.
    unseen : {"error", "unknown"}
        What happens to a sample that is of none of the kinds: an error, or the code -1.

    Attributes
    ----------
    table_ : DataFrame of shape (n_kinds, n_columns)
        The levels of each kind. Kinds are in the order in which they first occur in the training data.
    counts_ : ndarray of int, shape (n_kinds,)
        How many training samples are of each kind.
    codes_ : ndarray of int, shape (n_samples,)
        The kind of each training sample, a row of ``table_``; -1 if its combination is too rare to be a kind.
    levels_ : dict of str to list
        The levels of each column in the order in which they first occur, those of rare combinations included.

    Examples
    --------
    >>> obs = pd.DataFrame({"tissue": ["lung", "liver", "lung"], "sex": ["f", "m", "f"]})
    >>> kinds = Kinds(["tissue", "sex"], unseen="unknown").fit(obs)
    >>> kinds.table_.assign(samples=kinds.counts_)
      tissue sex  samples
    0   lung   f        2
    1  liver   m        1
    >>> kinds.codes(pd.DataFrame({"tissue": ["liver", "liver"], "sex": ["m", "f"]})).tolist()
    [1, -1]
    """

    def __init__(self, within: Sequence[str] = (), smallest: int = 1, unseen: str = "error") -> None:
        if unseen not in UNSEEN:
            raise ValueError(f"unseen={unseen!r} is not known; choose 'error' or 'unknown'")
        self.within, self.unseen = column_names("within", within), unseen
        self.smallest = whole_number("smallest", smallest, 1)

    def __len__(self) -> int:
        """Return the number of kinds."""
        check_fitted(self, "table_")
        return len(self.table_)

    def fit(self, obs: pd.DataFrame) -> Self:
        """
        Learn the kinds of training samples.

        Raises
        ------
        ValueError
            If a column is absent or has missing values, or there are no samples.
        """
        check_columns("within", self.within, obs, complete=True)
        if not len(obs):
            raise ValueError("obs has no rows; kinds are learned from at least one sample")
        self.levels_ = {name: list(dict.fromkeys(obs[name].astype(object))) for name in self.within}
        codes = self._level_codes(obs)
        self._coded = CodedKinds.of(codes, [len(levels) for levels in self.levels_.values()], self.smallest)
        order = np.argsort(self._coded.first)
        self._place = np.append(np.argsort(order), -1)  # row of table_ for each coded kind; the last one is for code -1
        self.table_ = obs[self.within].iloc[self._coded.first[order]].reset_index(drop=True)
        self.counts_ = self._coded.counts[order]
        self.codes_ = self._place[self._coded.codes(codes)]
        return self

    def codes(self, obs: pd.DataFrame) -> np.ndarray:
        """
        Return the kind of each sample: a row of ``table_``, or -1 if it is of none of the kinds.

        Parameters
        ----------
        obs : DataFrame, n_samples rows
            Has the columns in `within`.

        Returns
        -------
        ndarray of int64, shape (n_samples,)

        Raises
        ------
        NotFittedError
            If the kinds have not been learned yet.
        ValueError
            If a column is absent or has missing values, or, with ``unseen="error"``, a sample is of none of the kinds.
        """
        levels = self.level_codes(obs)
        codes = self._place[self._coded.codes(levels)]
        if self.unseen == "error" and (codes < 0).any():
            new = obs[self.within].astype(object).iloc[int(np.argmin(codes))].to_dict()
            rare = "do not have" if self.smallest == 1 else f"have fewer than {self.smallest} samples of"
            raise ValueError(
                f"{np.sum(codes < 0)} samples are of kinds that the training data {rare}, the first {new}; "
                "use kinds that were trained, fewer columns in within, or unseen='unknown'"
            )
        return codes

    def level_codes(self, obs: pd.DataFrame) -> np.ndarray:
        """
        Return the level of each sample in each column: its place in ``levels_``, or -1 if it has none there.

        Returns
        -------
        ndarray of int64, shape (n_samples, n_columns)

        Raises
        ------
        NotFittedError
            If the kinds have not been learned yet.
        ValueError
            If a column is absent or has missing values.

        Examples
        --------
        >>> kinds = Kinds(["tissue", "sex"]).fit(pd.DataFrame({"tissue": ["lung", "liver"], "sex": ["f", "m"]}))
        >>> kinds.level_codes(kinds.table_).tolist()
        [[0, 0], [1, 1]]
        """
        check_fitted(self, "table_")
        check_columns("within", self.within, obs, complete=True)
        return self._level_codes(obs)

    def draw(self, n_samples: int, rng: np.random.Generator) -> pd.DataFrame:
        """Draw the levels of `n_samples` new samples; each kind is as frequent as in the training data."""
        check_fitted(self, "table_")
        if not self.within:
            return pd.DataFrame(index=range(n_samples))
        if not len(self.table_):
            raise ValueError(f"no combination of {self.within} has {self.smallest} training samples; lower smallest")
        return self.table_.iloc[rng.choice(self.codes_[self.codes_ >= 0], n_samples)].copy()

    def settings(self) -> dict[str, str]:
        """Return the arguments as provenance holds them; an empty dict if all samples are of one kind."""
        if not self.within:
            return {}
        smallest = {"smallest": str(self.smallest)} if self.smallest > 1 else {}
        return {"within": ", ".join(self.within), "unseen": self.unseen} | smallest

    def _level_codes(self, obs: pd.DataFrame) -> np.ndarray:
        codes = np.empty((len(obs), len(self.within)), dtype=np.int64)
        for j, (name, levels) in enumerate(self.levels_.items()):
            code_of = {level: code for code, level in enumerate(levels)}
            codes[:, j] = [code_of.get(level, -1) for level in obs[name].astype(object)]
        return codes


@explained
@dataclass(frozen=True)
class CodedKinds:
    """
    The kinds of samples whose covariates are whole numbers, as :class:`gexlib.preprocess.CovariateEncoder` makes them.

    Attributes
    ----------
    n_levels : tuple of int
        The number of levels of each column; 0 for a column that does not count.
    places : ndarray of int64, shape (n_columns,)
        How much one step of each column adds to the key of a combination, see :func:`key_places`.
    keys : ndarray of int64, shape (n_kinds,)
        The key of each kind, ascending. The key of a row of codes is ``(codes * places).sum(axis=1)``.
    counts : ndarray of int64, shape (n_kinds,)
        How many training samples are of each kind.
    first : ndarray of int64, shape (n_kinds,)
        The row in which each kind first occurs in the training data.

    Examples
    --------
    >>> training = np.array([[1, 0], [0, 1], [1, 0], [1, 1]])
    >>> kinds = CodedKinds.of(training, n_levels=[2, 2], smallest=2)
    >>> kinds.keys.tolist(), kinds.counts.tolist()
    ([1], [2])
    >>> kinds.codes(training).tolist()
    [0, -1, 0, -1]
    """

    n_levels: tuple[int, ...]
    places: np.ndarray
    keys: np.ndarray
    counts: np.ndarray
    first: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, n_levels: Sequence[int], smallest: int = 1) -> Self:
        """
        Find the kinds of training samples.

        Parameters
        ----------
        codes : ndarray of int, shape (n_samples, n_columns)
            The level of each sample in each column, from 0 to below the column's number of levels.
        n_levels : sequence of int
            How many levels each column has; 0 for a column that does not count.
        smallest : int
            The fewest samples that make a combination a kind.

        Raises
        ------
        ValueError
            If the columns have 2**63 combinations or more.
        """
        places = key_places(n_levels)
        keys, first, counts = np.unique((codes * places).sum(axis=1), return_index=True, return_counts=True)
        kept = counts >= smallest
        return cls(tuple(n_levels), places, keys[kept], counts[kept], first[kept])

    def __len__(self) -> int:
        """Return the number of kinds."""
        return len(self.keys)

    def codes(self, codes: np.ndarray) -> np.ndarray:
        """Return the kind of each row of codes, (n_samples, n_columns), as its place in ``keys``; -1 if it has none."""
        return kind_codes(codes, self.n_levels, self.keys)


def kind_codes(codes: np.ndarray, n_levels: Sequence[int], keys: np.ndarray) -> np.ndarray:
    """Return the kind of each row of codes, (n_samples, n_columns), as its place in ascending `keys`; -1 for none."""
    if not len(keys):
        return np.full(len(codes), -1)
    key = (codes * key_places(n_levels)).sum(axis=1)
    at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    levels = np.array(n_levels, dtype=np.int64)
    known = ((levels == 0) | (codes >= 0) & (codes < levels)).all(axis=1)
    return np.where(known & (keys[at] == key), at, -1)


def key_places(n_levels: Sequence[int]) -> np.ndarray:
    """
    Return the weights that turn each combination of levels into one number, the key.

    Columns are the digits of the key, the first one its lowest digit. So no two combinations share a key. A column of 0
    levels does not count.

    Parameters
    ----------
    n_levels : sequence of int
        How many levels each column has.

    Returns
    -------
    ndarray of int64, shape (n_columns,)

    Raises
    ------
    ValueError
        If the columns have 2**63 combinations or more.

    Examples
    --------
    >>> key_places([3, 2, 5]).tolist()
    [1, 3, 6]
    >>> key_places([3, 0, 5]).tolist()
    [1, 0, 3]
    """
    counted = [n or 1 for n in n_levels]
    if math.prod(counted) >= 2**63:
        raise ValueError(f"columns of {list(n_levels)} levels have 2**63 combinations or more; use fewer columns")
    return np.cumprod([1, *counted], dtype=np.int64)[:-1] * (np.array(n_levels, dtype=np.int64) > 0)
