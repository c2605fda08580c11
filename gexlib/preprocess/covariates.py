"""Covariates of samples as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gexlib.checks import listing

UNKNOWN = "unknown"


class Covariates(NamedTuple):
    """Encoded covariates: `codes` int64 (n_samples, n_categorical), `values` float32 (n_samples, n_numerical)."""

    codes: np.ndarray
    values: np.ndarray


class CovariateEncoder:
    """
    Covariates as numbers: a vocabulary for each categorical one, z-scores for the numerical ones.

    Parameters
    ----------
    categorical, numerical : sequence of str
        Columns of the covariate table.
    unseen : {"error", "unknown"}
        What a level that the training data do not have is at sampling time: an error that lists the levels, or
        the level ``"unknown"``, which every vocabulary then has. If no training sample is ``"unknown"`` there,
        the model has nothing to learn for it.

    Attributes
    ----------
    vocabularies_ : dict of str to list
        The levels of each categorical covariate, in the order of their codes.
    numerical_ : dict of str to (mean, standard deviation)
    """

    def __init__(self, categorical: Sequence[str] = (), numerical: Sequence[str] = (), unseen: str = "error") -> None:
        for argument, names in {"categorical": categorical, "numerical": numerical}.items():
            if isinstance(names, str) or not all(isinstance(name, str) for name in names):
                raise TypeError(f"{argument}={names!r} must be a list of column names")
        if twice := {n for n in [*categorical, *numerical] if [*categorical, *numerical].count(n) > 1}:
            raise ValueError(f"covariates {sorted(twice)} are named more than once; name each once")
        if unseen not in ("error", UNKNOWN):
            raise ValueError(f"unseen={unseen!r} is not known; choose 'error' or 'unknown'")
        self.categorical, self.numerical, self.unseen = list(categorical), list(numerical), unseen

    def fit(self, obs: pd.DataFrame) -> CovariateEncoder:
        """Learn the levels of the categorical, and mean and standard deviation of the numerical columns of `obs`."""
        self._check(obs)
        self.vocabularies_ = {name: self._levels(obs[name]) for name in self.categorical}
        self.numerical_ = {}
        for name in self.numerical:
            values = obs[name].to_numpy(np.float64)
            self.numerical_[name] = (float(values.mean()), float(values.std()) or 1.0)
        return self

    def transform(self, obs: pd.DataFrame) -> Covariates:
        """
        Encode the covariates of samples.

        Raises
        ------
        ValueError
            If a column is absent, a value is missing, or a level was not in the training data (unless
            ``unseen="unknown"``); the message lists the levels.
        """
        self._check(obs)
        codes = np.empty((len(obs), len(self.categorical)), dtype=np.int64)
        for j, (name, levels) in enumerate(self.vocabularies_.items()):
            code_of = {level: code for code, level in enumerate(levels)}
            found = obs[name].astype(object).map(code_of)
            if found.isna().any():
                if self.unseen == "error":
                    new = listing(obs[name].astype(object)[found.isna()].unique())
                    raise ValueError(
                        f"{new} is not a level of {name!r} in the training data; levels: {listing(levels)}. "
                        f"Use one of these, or make the model with unseen='unknown'"
                    )
                found = found.fillna(code_of[UNKNOWN])
            codes[:, j] = found.to_numpy(np.int64)
        values = np.empty((len(obs), len(self.numerical)), dtype=np.float32)
        for j, (name, (mean, scale)) in enumerate(self.numerical_.items()):
            values[:, j] = (obs[name].to_numpy(np.float64) - mean) / scale
        return Covariates(codes, values)

    def unseen_rows(self, obs: pd.DataFrame) -> pd.Series:
        """Whether each sample has a level that the training data do not have; a Series of bool indexed like `obs`."""
        new = [~obs[name].astype(object).isin(levels) for name, levels in self.vocabularies_.items()]
        return pd.concat(new, axis=1).any(axis=1) if new else pd.Series(False, index=obs.index)

    @property
    def n_levels(self) -> list[int]:
        """The number of levels of each categorical covariate."""
        return [len(levels) for levels in self.vocabularies_.values()]

    def to_dict(self) -> dict:
        """Everything that the encoder knows, as JSON can hold it."""
        return {
            "vocabularies": self.vocabularies_,
            "numerical": {name: list(moments) for name, moments in self.numerical_.items()},
            "unseen": self.unseen,
        }

    @classmethod
    def from_dict(cls, saved: dict) -> CovariateEncoder:
        """The encoder that :meth:`to_dict` described."""
        encoder = cls(list(saved["vocabularies"]), list(saved["numerical"]), saved["unseen"])
        encoder.vocabularies_ = saved["vocabularies"]
        encoder.numerical_ = {name: tuple(moments) for name, moments in saved["numerical"].items()}
        return encoder

    def _levels(self, column: pd.Series) -> list:
        levels = [v.item() if isinstance(v, np.generic) else v for v in column.astype(object).unique()]
        if odd := [v for v in levels if not isinstance(v, str | bool | int | float)]:
            raise TypeError(f"covariate {column.name!r} has the level {odd[0]!r}; levels must be text or numbers")
        levels = sorted(levels, key=lambda level: (isinstance(level, str), level))
        return levels if self.unseen == "error" or UNKNOWN in levels else [*levels, UNKNOWN]

    def _check(self, obs: pd.DataFrame) -> None:
        if not isinstance(obs, pd.DataFrame):
            raise TypeError(f"obs is a {type(obs).__name__}; give a DataFrame with one row a sample")
        for name in [*self.categorical, *self.numerical]:
            if name not in obs:
                raise ValueError(f"covariate {name!r} is not a column of obs; columns: {listing(obs.columns)}")
            if obs[name].isna().any():
                way = f"make it the level {UNKNOWN!r}" if name in self.categorical else "impute it, or leave it out"
                raise ValueError(f"covariate {name!r} has {int(obs[name].isna().sum())} missing values; {way}")
        for name in self.numerical:
            if not pd.api.types.is_numeric_dtype(obs[name]) or not np.isfinite(obs[name].to_numpy(float)).all():
                raise ValueError(
                    f"numerical covariate {name!r} has the dtype {obs[name].dtype} or infinite values; "
                    f"it must hold finite numbers, otherwise name it among the categorical ones"
                )
