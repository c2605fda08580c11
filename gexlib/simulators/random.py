"""Random: uniform values, the floor of every comparison."""

from numbers import Real

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.simulators.base import DataSimulator


@explained
class Random(DataSimulator):
    r"""
    Independent uniform values: the row *Random* of Table 1 in Viñas et al. (2022).

    Every value of gene :math:`j` is drawn from :math:`U(l_j, h_j)`, independently of the other genes. Correlations
    do not depend on the limits, so any limits give the same scores up to chance.

    Parameters
    ----------
    low, high : float, optional
        Limits for all genes. Default: the smallest and the largest training value of each gene, so that the
        data are in the unit of the training data.

    Attributes
    ----------
    low_, high_ : ndarray of shape (n_genes,)
        Limits of each gene.

    Examples
    --------
    >>> import numpy as np
    >>> from anndata import AnnData
    >>> train = AnnData(np.array([[0.0, 5.0], [1.0, 9.0]], dtype="float32"))
    >>> Random().fit(train).simulate(100).X.max(axis=0).round()
    array([1., 9.], dtype=float32)
    """

    def __init__(self, low: float | None = None, high: float | None = None):
        for name, limit in (("low", low), ("high", high)):
            if limit is not None and (isinstance(limit, bool) or not isinstance(limit, Real)):
                raise TypeError(f"{name}={limit!r} must be a number for all genes, or None: from the data")
        self.low = low
        self.high = high

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        n_genes = x.shape[1]
        low = x.min(axis=0) if self.low is None else np.full(n_genes, float(self.low))
        high = x.max(axis=0) if self.high is None else np.full(n_genes, float(self.high))
        if not (np.isfinite(low).all() and np.isfinite(high).all() and (low <= high).all()):
            j = np.nonzero(~(low <= high))[0][:1]
            where = f"; gene {j[0]} would lie between {low[j[0]]:g} and {high[j[0]]:g}" if len(j) else ""
            raise ValueError(
                f"low={self.low!r} and high={self.high!r} must be finite and low at most high{where}; "
                "leave out a limit that should come from the data"
            )
        self.low_, self.high_ = low, high

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(self.low_, self.high_, size=(len(obs), len(self.low_)))

    def _settings(self) -> dict[str, str]:
        return {"low": str(self.low), "high": str(self.high)}
