"""What simulators that learn from data share: checks in ``fit``, and the AnnData they return."""

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import expression_matrix, whole_number


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
        x = expression_matrix(adata, "adata")
        if x.shape[0] < 2 or x.shape[1] < 1:
            raise ValueError(f"adata has shape {x.shape}; fitting needs at least 2 samples and 1 gene")
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
        unit = self.provenance_.get("training_unit", "that of the training data")
        provenance = {"source": f"gexlib.simulators.{name}", **self._settings(), "seed": str(seed), "unit": unit}
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
