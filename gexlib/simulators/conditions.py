"""Conditions of samples: the levels of a covariate, or the combinations of several, that a simulator learns apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


class Conditions:
    """
    The conditions of a covariate table.

    Parameters
    ----------
    by : str or sequence of str, optional
        Columns of the table; of several, every combination that occurs is a condition. None: all samples share one.
    unseen : {"error", "unknown"}
        What a condition that the training data do not have is: an error, or one of which nothing is known.

    Attributes
    ----------
    table_ : DataFrame of shape (n_conditions, n_columns)
        The conditions of the training data, in the order in which they first occur.
    codes_ : ndarray of int, shape (n_samples,)
        The condition of each training sample.

    Examples
    --------
    >>> obs = pd.DataFrame({"tissue": ["lung", "liver", "lung"]})
    >>> conditions = Conditions("tissue", unseen="unknown").fit(obs)
    >>> conditions.codes_.tolist()
    [0, 1, 0]
    >>> conditions.codes(pd.DataFrame({"tissue": ["liver", "skin"]})).tolist()
    [1, -1]
    """

    def __init__(self, by: str | Sequence[str] | None = None, unseen: str = "error"):
        self.by = [by] if isinstance(by, str) else list(by or [])
        if not all(isinstance(name, str) for name in self.by) or len(set(self.by)) < len(self.by):
            raise TypeError(f"by={by!r} must be the name of a column of obs, or a list of names, each once")
        if unseen not in ("error", "unknown"):
            raise ValueError(f"unseen={unseen!r} is not known; choose 'error' or 'unknown'")
        self.unseen = unseen

    def fit(self, obs: pd.DataFrame) -> Conditions:
        """Learn the conditions of training samples."""
        self._check(obs)
        if not self.by:
            self.table_, self.codes_ = pd.DataFrame(index=[0]), np.zeros(len(obs), dtype=np.int64)
            return self
        self.table_ = obs[self.by].drop_duplicates().reset_index(drop=True)
        self.codes_ = self.codes(obs)
        return self

    def codes(self, obs: pd.DataFrame) -> np.ndarray:
        """Condition of each row: a row of ``table_``, or -1 for one that the training data do not have."""
        self._check(obs)
        code_of = {values: code for code, values in enumerate(_rows(self.table_))} if self.by else {(): 0}
        rows = _rows(obs[self.by]) if self.by else [()] * len(obs)
        codes = np.array([code_of.get(values, -1) for values in rows], dtype=np.int64)
        if self.unseen == "error" and (codes < 0).any():
            new = dict(zip(self.by, rows[int(np.argmin(codes))], strict=True))
            raise ValueError(
                f"{np.sum(codes < 0)} samples are of conditions that the training data do not have, the first {new}; "
                "use conditions that were trained, fewer columns in by, or unseen='unknown'"
            )
        return codes

    def draw(self, n_samples: int, rng: np.random.Generator) -> pd.DataFrame:
        """Conditions with the frequencies that they have in the training data."""
        if not self.by:
            return pd.DataFrame(index=range(n_samples))
        return self.table_.iloc[rng.choice(self.codes_, n_samples)].copy()

    def settings(self) -> dict[str, str]:
        """What was asked for, for the provenance; empty where all samples share one condition."""
        return {"by": ", ".join(self.by), "unseen": self.unseen} if self.by else {}

    def _check(self, obs: pd.DataFrame) -> None:
        for name in self.by:
            if name not in obs:
                raise ValueError(f"by={name!r} is not a column of obs; columns: {', '.join(map(repr, obs))}")
            if missing := int(obs[name].isna().sum()):
                raise ValueError(f"by={name!r} has {missing} missing values; make them a level, such as 'unknown'")


def _rows(table: pd.DataFrame) -> list[tuple]:
    return list(zip(*(table[name].astype(object) for name in table), strict=True))
