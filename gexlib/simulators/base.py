"""What simulators that learn from data share: checks in ``fit``, and the AnnData they return."""

import operator
from abc import ABC, abstractmethod
from typing import Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from anndata import AnnData


class DataSimulator(ABC):
    """A simulator fitted to expression data.

    Subclasses say what they learn (``_fit``), how they draw (``_draw``) and what their settings are
    (``_settings``).

    Attributes
    ----------
    var_ : DataFrame
        Genes of the training data.
    provenance_ : dict of str to str
        Provenance of the training data, each key with the prefix ``training_``.
    """

    def fit(self, adata: AnnData) -> Self:
        """Learn from training data.

        Parameters
        ----------
        adata : AnnData of shape (n_samples, n_genes)
            Training data in any unit; simulated data is in the same unit.

        Returns
        -------
        Self
            The simulator, fitted.

        Raises
        ------
        TypeError
            ``adata`` is no AnnData.
        ValueError
            Fewer than 2 samples, no genes, NaN or infinite values, or settings that do not suit the data.
        """
        if not isinstance(adata, AnnData):
            raise TypeError(f"adata must be an AnnData, not {type(adata).__name__}; wrap it: anndata.AnnData(x)")
        if adata.X is None:
            raise ValueError("adata has no X; put the expression values into X")
        x = adata.X.toarray() if sp.issparse(adata.X) else np.asarray(adata.X)
        if x.shape[0] < 2 or x.shape[1] < 1:
            raise ValueError(f"adata has shape {x.shape}; fitting needs at least 2 samples and 1 gene")
        if not np.isfinite(x).all():
            sample, gene = np.argwhere(~np.isfinite(x))[0]
            raise ValueError(
                f"adata.X has {np.sum(~np.isfinite(x))} values that are NaN or infinite, the first in sample "
                f"{adata.obs_names[sample]!r}, gene {adata.var_names[gene]!r}; remove or impute them first"
            )
        self._fit(x.astype(np.float64))
        self.var_ = adata.var.copy()
        self.provenance_ = {f"training_{k}": str(v) for k, v in adata.uns.get("provenance", {}).items()}
        return self

    def simulate(self, n_samples: int, seed: int = 0) -> AnnData:
        """Draw samples.

        Parameters
        ----------
        n_samples : int
            How many.
        seed : int
            The same seed gives the same samples.

        Returns
        -------
        AnnData of shape (n_samples, n_genes)
            float32, with the genes and in the unit of the training data; ``uns["provenance"]`` holds the
            simulator, its settings and the provenance of the training data.

        Raises
        ------
        RuntimeError
            Not fitted yet.
        TypeError, ValueError
            ``n_samples`` is no positive or ``seed`` no non-negative whole number.
        """
        name = type(self).__name__
        if not hasattr(self, "var_"):
            raise RuntimeError(f"{name} is not fitted; call fit(adata) before simulate")
        n_samples, seed = whole_number("n_samples", n_samples, 1), whole_number("seed", seed, 0)
        x = self._draw(n_samples, np.random.default_rng(seed)).astype(np.float32)
        obs = pd.DataFrame(index=[f"{name.lower()}_{i}" for i in range(n_samples)])
        provenance = {"source": f"gexlib.simulators.{name}", **self._settings(), "seed": str(seed)}
        return AnnData(x, obs=obs, var=self.var_.copy(), uns={"provenance": provenance | self.provenance_})

    @abstractmethod
    def _fit(self, x: np.ndarray) -> None:
        """Learn from finite float64 values of shape (n_samples, n_genes)."""

    @abstractmethod
    def _draw(self, n_samples: int, rng: np.random.Generator) -> np.ndarray:
        """Values of shape (n_samples, n_genes)."""

    @abstractmethod
    def _settings(self) -> dict[str, str]:
        """Settings for the provenance."""


def whole_number(argument: str, value: int, least: int) -> int:
    """Return ``value`` as an int of at least ``least``, or raise an error that names ``argument``."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{argument} must be a whole number, not {value!r}") from None
    if number < least:
        raise ValueError(f"{argument} must be at least {least}, not {number}")
    return number
