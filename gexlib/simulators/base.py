"""The base of simulators that learn from data: checks in ``fit``, kinds of samples, and the AnnData they return."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from anndata import AnnData
from anndata.utils import make_index_unique

from gexlib.checks import check_fitted, check_memory, expression_matrix, provenance, whole_number
from gexlib.explained import explained
from gexlib.preprocess.kinds import Kinds


@explained
class DataSimulator(ABC):
    """
    A simulator that is fitted to expression data.

    Subclasses say what they learn (``_fit``), how they draw (``_draw``) and what their settings are
    (``_settings``).

    Attributes
    ----------
    var_ : DataFrame
        Genes of the training data.
    provenance_ : dict of str to str
        Provenance of the training data, each key with the prefix ``training_``.
    """

    def fit(self, train: AnnData) -> Self:
        """
        Learn from training data.

        Parameters
        ----------
        train : AnnData of shape (n_samples, n_genes)
            In any unit; simulated data are in the same unit.

        Returns
        -------
        Self
            The simulator, fitted.

        Raises
        ------
        TypeError
            If ``train`` is not an AnnData.
        ValueError
            If there are fewer than 2 samples, no genes, NaN or infinite values, or settings that do not suit the data.
        """
        x = expression_matrix(train, "train")
        if x.shape[0] < 2 or x.shape[1] < 1:
            raise ValueError(f"train has shape {x.shape}; fitting needs at least 2 samples and 1 gene")
        self._fit(x.astype(np.float64), train.obs)
        self.var_ = train.var.copy()
        self.provenance_ = {f"training_{k}": v for k, v in provenance(train).items()}
        return self

    def simulate(self, n_samples: int, seed: int = 0) -> AnnData:
        """
        Draw samples.

        Parameters
        ----------
        n_samples : int
            Number of samples.
        seed : int
            The same seed gives the same samples.

        Returns
        -------
        AnnData of shape (n_samples, n_genes)
            float32, with the genes and in the unit of the training data; ``uns["provenance"]`` holds the
            simulator, its settings and the provenance of the training data. A simulator that knows kinds of samples
            draws them with their frequencies in the training data, and puts their levels into ``obs``.

        Raises
        ------
        NotFittedError
            If the simulator is not fitted.
        TypeError, ValueError
            If ``n_samples`` is not a positive whole number, or ``seed`` is not a whole number of 0 or more.
        """
        check_fitted(self, "var_")
        n_samples, rng = whole_number("n_samples", n_samples, 1), self._rng(seed)
        check_memory(f"n_samples={n_samples}", 8 * n_samples * len(self.var_), "draw fewer at a time")
        obs = self._draw_obs(n_samples, rng)
        obs.index = [f"{type(self).__name__.lower()}_{i}" for i in range(n_samples)]
        return self._anndata(self._draw(obs, rng), obs, seed)

    def sample(self, obs: pd.DataFrame, seed: int = 0) -> AnnData:
        """
        Draw one sample for each row of a covariate table, as :meth:`gexlib.wgan.WGANGP.sample` does.

        Parameters
        ----------
        obs : DataFrame
            One row a sample. A simulator that knows kinds of samples needs the columns that make them. Others only
            pass the table on.
        seed : int
            The same seed gives the same samples.

        Returns
        -------
        AnnData of shape (n_samples, n_genes)
            As from :meth:`simulate`, but ``obs`` is a copy of `obs`.

        Raises
        ------
        NotFittedError
            If the simulator is not fitted.
        TypeError, ValueError
            If ``obs`` is not a DataFrame, lacks a column, or has a kind of sample that the training data do not have.
        """
        check_fitted(self, "var_")
        if not isinstance(obs, pd.DataFrame):
            raise TypeError(f"obs is a {type(obs).__name__}; give a DataFrame with one row a sample")
        rng, obs = self._rng(seed), obs.copy()
        obs.index = make_index_unique(obs.index.astype(str))
        return self._anndata(self._draw(obs, rng), obs, seed)

    @abstractmethod
    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        """Learn from finite float64 values of shape (n_samples, n_genes) and the samples' covariates."""

    def _draw_obs(self, n_samples: int, rng: np.random.Generator) -> pd.DataFrame:
        """Draw the covariates of new samples."""
        return pd.DataFrame(index=range(n_samples))

    @abstractmethod
    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        """Draw values of shape (n_samples, n_genes), a sample for each row of `obs`, which may get further columns."""

    @abstractmethod
    def _settings(self) -> dict[str, str]:
        """Return the settings for the provenance."""

    @staticmethod
    def _rng(seed: int) -> np.random.Generator:
        return np.random.default_rng(whole_number("seed", seed, 0))

    def _anndata(self, x: np.ndarray, obs: pd.DataFrame, seed: int) -> AnnData:
        source = f"gexlib.simulators.{type(self).__name__}"
        unit = self.provenance_.get("training_unit", "that of the training data")
        provenance = {"source": source, **self._settings(), "seed": str(seed), "unit": unit} | self.provenance_
        return AnnData(x.astype(np.float32), obs=obs, var=self.var_.copy(), uns={"provenance": provenance})


class KindSimulator(DataSimulator):
    """
    A simulator that can learn each kind of sample separately.

    Parameters
    ----------
    within : sequence of str
        Columns of ``obs`` whose combinations are the kinds. Without them, all samples are of one kind.
    unseen : {"error", "unknown"}
        For kinds that the training data do not have: raise an error, or draw from what all samples have in common.

    Attributes
    ----------
    kinds : gexlib.preprocess.Kinds
        Fitted with the simulator.
    """

    def __init__(self, within: Sequence[str] = (), unseen: str = "error") -> None:
        self.kinds = Kinds(within, unseen=unseen)

    def _draw_obs(self, n_samples: int, rng: np.random.Generator) -> pd.DataFrame:
        return self.kinds.draw(n_samples, rng)

    def _settings(self) -> dict[str, str]:
        return self.kinds.settings()


def shrinkage_weight(shrinkage: float) -> float:
    """Return `shrinkage`, the number of samples that common estimates weigh as much as, as a checked float."""
    if not 0 <= float(shrinkage) < np.inf:
        raise ValueError(f"shrinkage is {shrinkage}, but must be a number of samples of at least 0, such as 10")
    return float(shrinkage)
