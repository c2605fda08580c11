"""An additive linear model of expression: what any generator of unseen combinations of covariates has to beat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from gexlib.preprocess import CovariateEncoder
from gexlib.simulators.base import DataSimulator


class Additive(DataSimulator):
    r"""
    Main effects of the covariates by ridge regression, and whole residual vectors of training samples on top.

    .. math:: x = \mu + \sum_c \beta_c[\text{level of covariate } c] + \sum_v \gamma_v v + r_i

    with numerical covariates :math:`v` as z-scores and the residuals :math:`r_i` of a training sample that is drawn at
    random. The scale is that of the data, which is a logarithm. Values below the lowest one that a gene has in the
    training data are set to that.

    Parameters
    ----------
    categorical, numerical : sequence of str
        Columns of ``obs``.
    alpha : float
        The penalty of the effects; the mean has none.
    """

    def __init__(self, categorical: Sequence[str], numerical: Sequence[str] = (), alpha: float = 1.0) -> None:
        self.encoder = CovariateEncoder(categorical, numerical, unseen="unknown")
        self.alpha = alpha

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        self.encoder.fit(obs)
        design = self._design(obs)
        self.ridge_ = Ridge(self.alpha).fit(design, x)
        self.residuals_, self.lowest_ = x - self.ridge_.predict(design), x.min(axis=0)

    def _design(self, obs: pd.DataFrame) -> np.ndarray:
        codes, values = self.encoder.transform(obs)
        ones = [np.eye(n)[codes[:, j]] for j, n in enumerate(self.encoder.n_levels)]
        return np.column_stack([*ones, values])

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        drawn = self.residuals_[rng.integers(len(self.residuals_), size=len(obs))]
        return np.maximum(self.ridge_.predict(self._design(obs)) + drawn, self.lowest_)

    def _settings(self) -> dict[str, str]:
        names = ", ".join([*self.encoder.categorical, *self.encoder.numerical])
        return {"covariates": names, "alpha": f"{self.alpha:g}"}
