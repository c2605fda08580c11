"""Covariates of samples, encoded as numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gexlib.checks import SINGLE_MAX, check_columns, check_fitted, check_table, column_names, listing
from gexlib.explained import explained, warn

UNKNOWN = "unknown"
FARTHEST = 100  # standard deviations of a numerical covariate from the mean of the training data


class Covariates(NamedTuple):
    """
    Encoded covariates: `codes`, int64 (n_samples, n_categorical), and `values`, float32 (n_samples, n_numerical).

    Examples
    --------
    >>> covariates = Covariates(np.array([[0], [1]]), np.array([[0.5], [-0.5]], np.float32))
    >>> covariates.of_rows([1]).codes
    array([[1]])
    """

    codes: np.ndarray
    values: np.ndarray

    def of_rows(self, rows: np.ndarray | list[int]) -> Covariates:
        """Return those of some samples, in the order of `rows`: their numbers, or a mask."""
        return Covariates(self.codes[rows], self.values[rows])


@explained
class CovariateEncoder:
    """
    Encoder of covariates: codes of levels for the categorical ones, z-scores for the numerical ones.

    Parameters
    ----------
    categorical, numerical : sequence of str
        Columns of the table of covariates.
    unseen : {"error", "unknown"}
        How to treat a level that the training data do not have. ``"error"`` raises an error that lists the levels.
        ``"unknown"`` takes it as the level ``"unknown"``, which every vocabulary then has. A model can learn this level
        only if training samples have it.

    Attributes
    ----------
    vocabularies_ : dict of str to list
        The levels of each categorical covariate, in the order of their codes.
    numerical_ : dict of str to (mean, standard deviation)
        Of each numerical covariate in the training data; the standard deviation of a constant one counts as 1.

    Examples
    --------
    >>> obs = pd.DataFrame({"oxygen": ["yes", "no", "yes"], "ph": [6.0, 7.0, 8.0]})
    >>> CovariateEncoder(["oxygen"], ["ph"]).fit(obs).transform(obs).codes[:, 0].tolist()
    [1, 0, 1]
    """

    def __init__(self, categorical: Sequence[str] = (), numerical: Sequence[str] = (), unseen: str = "error") -> None:
        self.categorical = column_names("categorical", categorical)
        self.numerical = column_names("numerical", numerical)
        if both := sorted(set(self.categorical) & set(self.numerical)):
            raise ValueError(f"categorical and numerical both name {listing(both)}; name each column once")
        if unseen not in ("error", UNKNOWN):
            raise ValueError(f"unseen={unseen!r} is not known; choose 'error' or 'unknown'")
        self.unseen = unseen

    def fit(self, obs: pd.DataFrame) -> CovariateEncoder:
        """
        Learn the levels of the categorical columns of `obs`, and the mean and standard deviation of the numerical ones.

        Raises
        ------
        ValueError
            If a column is absent or a value is missing, or a numerical column does not hold finite numbers.
        TypeError
            If `obs` is not a DataFrame, or a level is neither text nor a number.
        """
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

        Returns
        -------
        Covariates

        Raises
        ------
        ValueError
            If a column is absent, a value is missing, or the training data do not have a level (unless
            ``unseen="unknown"``); the message lists the levels. Also if a number is more than 100 standard deviations
            from the mean of the training data.
        NotFittedError
            If :meth:`fit` was not called.
        """
        check_fitted(self, "vocabularies_")
        self._check(obs)
        codes = np.empty((len(obs), len(self.categorical)), dtype=np.int64)
        for j, (name, levels) in enumerate(self.vocabularies_.items()):
            code_of = {level: code for code, level in enumerate(levels)}
            found = obs[name].astype(object).map(code_of)
            if found.isna().any():
                if self.unseen == "error":
                    new = listing(obs[name].astype(object)[found.isna()].unique())
                    plain = {_plain(level): level for level in levels}
                    alike = {v: plain[_plain(v)] for v in obs[name].astype(object)[found.isna()] if _plain(v) in plain}
                    hint = "".join(f"{v!r} is not quite {level!r}. " for v, level in list(alike.items())[:3])
                    raise ValueError(
                        f"{new} is not a level of {name!r} in the training data; levels: {listing(levels)}. {hint}"
                        f"Use one of these, or make the model with unseen='unknown'"
                    )
                found = found.fillna(code_of[UNKNOWN])
            codes[:, j] = found.to_numpy(np.int64)
        values = np.empty((len(obs), len(self.numerical)), dtype=np.float32)
        for j, (name, (mean, scale)) in enumerate(self.numerical_.items()):
            z = (obs[name].to_numpy(np.float64) - mean) / scale
            if (far := np.abs(z) > FARTHEST).any():
                raise ValueError(
                    f"{name}={obs[name].iloc[far.argmax()]:g} is {abs(z[far.argmax()]):.3g} standard deviations from "
                    f"the mean of the training data, {mean:.4g}; more than {FARTHEST} is another unit or an error. "
                    f"Give {name!r} as the training data have it"
                )
            values[:, j] = z
        return Covariates(codes, values)

    def unseen_rows(self, obs: pd.DataFrame) -> pd.Series:
        """Return for each sample whether it has a level that the training data do not have; indexed like `obs`."""
        check_fitted(self, "vocabularies_")
        check_columns("categorical", self.categorical, obs)
        new = [~obs[name].astype(object).isin(levels) for name, levels in self.vocabularies_.items()]
        return pd.concat(new, axis=1).any(axis=1) if new else pd.Series(False, index=obs.index)

    def unseen_levels(self, obs: pd.DataFrame) -> dict[str, pd.Series]:
        """
        Return the levels that the training data do not have, with the number of samples that have them.

        Examples
        --------
        >>> encoder = CovariateEncoder(["batch"], unseen="unknown").fit(pd.DataFrame({"batch": ["00", "01"]}))
        >>> encoder.unseen_levels(pd.DataFrame({"batch": ["0", "0", "01"]}))["batch"].to_dict()
        {'0': 2}
        """
        check_fitted(self, "vocabularies_")
        check_columns("categorical", self.categorical, obs)
        new = {name: obs[name][~obs[name].astype(object).isin(v)] for name, v in self.vocabularies_.items()}
        return {name: some.astype(object).value_counts() for name, some in new.items() if len(some)}

    @property
    def n_levels(self) -> list[int]:
        """The number of levels of each categorical covariate."""
        return [len(levels) for levels in self.vocabularies_.values()]

    def to_dict(self) -> dict:
        """Return all that the encoder has learned, as JSON can hold it."""
        check_fitted(self, "vocabularies_")
        return {
            "vocabularies": self.vocabularies_,
            "numerical": {name: list(moments) for name, moments in self.numerical_.items()},
            "unseen": self.unseen,
        }

    @classmethod
    def from_dict(cls, saved: dict) -> CovariateEncoder:
        """Make the encoder that :meth:`to_dict` described."""
        encoder = cls(list(saved["vocabularies"]), list(saved["numerical"]), saved["unseen"])
        for name, levels in saved["vocabularies"].items():
            if not levels or len({*levels}) < len(levels) or not all(isinstance(v, str | int | float) for v in levels):
                raise ValueError(f"the levels of {name!r} are {levels!r:.60}; they must be texts or numbers, each once")
        for name, (mean, scale) in saved["numerical"].items():
            if not (abs(mean) <= SINGLE_MAX and 0 < scale <= SINGLE_MAX):
                raise ValueError(f"the mean and the scale of {name!r} are {mean!r} and {scale!r}; this is no scale")
        encoder.vocabularies_ = saved["vocabularies"]
        encoder.numerical_ = {name: tuple(moments) for name, moments in saved["numerical"].items()}
        return encoder

    def _levels(self, column: pd.Series) -> list:
        levels = [v.item() if isinstance(v, np.generic) else v for v in column.astype(object).unique()]
        if odd := [v for v in levels if not isinstance(v, str | bool | int | float)]:
            raise TypeError(f"covariate {column.name!r} has the level {odd[0]!r}; levels must be text or numbers")
        if wrong := [v for v in levels if v in (np.inf, -np.inf)]:
            raise ValueError(f"covariate {column.name!r} has the level {wrong[0]!r}; levels must be text or numbers")
        alike = pd.Series(levels, dtype=object).groupby([_plain(level) for level in levels], sort=False).agg(list)
        if twins := [some for some in alike if len(some) > 1]:
            warn(
                f"covariate {column.name!r} has levels that differ in spaces, case or type alone: {listing(twins[0])}; "
                f"they count as different levels. Write them alike if they are not"
            )
        levels = sorted(levels, key=lambda level: (isinstance(level, str), level))
        return levels if self.unseen == "error" or UNKNOWN in levels else [*levels, UNKNOWN]

    def _check(self, obs: pd.DataFrame) -> None:
        check_table("obs", obs)
        check_columns("categorical", self.categorical, obs, complete=True)
        check_columns("numerical", self.numerical, obs)
        for name in self.numerical:
            if missing := int(obs[name].isna().sum()):
                raise ValueError(
                    f"numerical={name!r} has {missing} missing values in obs; impute them, or leave these samples out"
                )
            if not pd.api.types.is_numeric_dtype(obs[name]) or pd.api.types.is_complex_dtype(obs[name]):
                raise ValueError(
                    f"numerical={name!r} has the dtype {obs[name].dtype}; give finite numbers, or name it in "
                    f"categorical"
                )
            values = obs[name].to_numpy(float)
            if not (wrong := ~(np.abs(values) <= SINGLE_MAX)).any():
                continue
            raise ValueError(
                f"numerical={name!r} has the value {float(values[wrong][0])!r} in obs; give finite numbers of at most "
                f"{SINGLE_MAX:.1e}"
            )


def _plain(level: str | float) -> str:
    """Return a level as text, without what a reader overlooks: case, spaces, forms of Unicode, the type."""
    return " ".join(unicodedata.normalize("NFKC", str(level)).casefold().split())
