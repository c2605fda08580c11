"""Gaussian copula: each gene's own distribution, and normal scores that correlate like those of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from gexlib.simulators.base import KindSimulator, shrinkage_weight

BLOCK = 1000  # rows of a matrix product that are in memory at a time


class GaussianCopula(KindSimulator):
    r"""
    Gaussian copula with the empirical distribution of each gene, on request for each kind of sample.

    A sample of kind :math:`c` is

    .. math:: x_j = F_{cj}^{-1}(\Phi(z_j)), \qquad z \sim N(0, \Sigma_c), \qquad
              \Sigma_c = (1 - \lambda) \left( w_c R_c + (1 - w_c) R \right) + \lambda I,

    with the quantile function :math:`F_{cj}^{-1}` of gene :math:`j` among the :math:`n_c` training samples of the
    kind. :math:`R_c` holds the correlations of their normal scores. :math:`R` holds those of the scores of all kinds
    together, each score relative to its own kind. The weights are :math:`w_c = (n_c - 1) / (n_c - 1 + \kappa)`, and
    :math:`\lambda` is the shrinkage of Ledoit and Wolf for :math:`R`. So genes keep their distributions whatever
    their shape. Only dependence that a Gaussian cannot have (of tails, of groups inside a kind) is lost.

    The quantile function joins the sorted training values by straight lines and does not go beyond the extremes.
    If several samples share the lowest value, such as the zeros of genes that are off, it keeps its exact share.

    A kind of few training samples varies little, and a kind of one sample gives only copies of it. Margins of all
    samples, with a Gaussian of scores for each kind, would not have this limit, but they made less realistic samples
    of human tissues (``benchmarks/copula_margins.py``).

    Parameters
    ----------
    within : sequence of str
        Columns of ``obs`` whose combinations are the kinds of samples.
    shrinkage : float
        :math:`\kappa`: the common correlations weigh as much as this many samples of a kind.
    unseen : {"error", "unknown"}
        For kinds that the training data do not have: raise an error, or draw from the copula of all samples,
        which knows no kinds.

    Attributes
    ----------
    shrinkage_ : float
        :math:`\lambda`.

    Notes
    -----
    Copulas with empirical margins are the nonparanormal distributions of :cite:t:`liu2009nonparanormal`; normal scores
    are :math:`\Phi^{-1}((r - 1/2) / n)` for the rank :math:`r`, ties having the mean of their ranks.
    :math:`\lambda` is the optimal one of :cite:t:`ledoit2004well` for standardised scores, where the target is the
    identity. :cite:t:`sun2021scdesign2` simulate single cells likewise, from parametric margins.

    No matrix of genes by genes is ever made: :math:`z` is a random combination of the training samples' scores, plus
    independent noise. This combination has exactly the covariance :math:`\Sigma_c`. So memory stays at a few copies of
    the training data.

    Examples
    --------
    >>> import numpy as np
    >>> from anndata import AnnData
    >>> x = np.random.default_rng(0).exponential(size=(500, 3)).clip(0.5).astype("float32")
    >>> drawn = GaussianCopula().fit(AnnData(x)).simulate(5000, seed=1).X
    >>> (x == 0.5).mean(axis=0).round(2).tolist(), (drawn == 0.5).mean(axis=0).round(2).tolist()
    ([0.4, 0.34, 0.4], [0.4, 0.34, 0.4])
    """

    def __init__(
        self,
        within: Sequence[str] = (),
        shrinkage: float = 10.0,
        unseen: str = "error",
    ):
        super().__init__(within, unseen)
        self.shrinkage = shrinkage_weight(shrinkage)

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        codes = self.kinds.fit(obs).codes_
        self._rows = {code: np.nonzero(codes == code)[0] for code in range(codes.max() + 1)}
        self._margins = {code: Margins.of(x[rows]) for code, rows in self._rows.items()}
        self._scores = np.empty(x.shape, dtype=np.float32)
        for rows in self._rows.values():
            self._scores[rows] = _standardised(normal_scores(x[rows]))
        self.shrinkage_ = ledoit_wolf(self._scores)
        if self.kinds.within and self.kinds.unseen == "unknown":
            self._all = GaussianCopula()
            self._all._fit(x, obs)

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.kinds.codes(obs)
        x = np.empty((len(obs), self._scores.shape[1]))
        for code in np.unique(codes):
            wanted = codes == code
            x[wanted] = self._of_kind(code, wanted.sum(), rng)
        return x

    def _of_kind(self, code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Return values of `n` samples of a kind; -1 stands for a kind that is not known."""
        if code < 0:
            return self._all._of_kind(0, n, rng)
        own = self._scores[self._rows[code]]
        w = (len(own) - 1) / max(len(own) - 1 + self.shrinkage, 1)
        z = np.sqrt(w) * _combined(own, n, rng) + np.sqrt(1 - w) * _combined(self._scores, n, rng)
        return self._margins[code].quantiles(ndtr(_noisy(z, self.shrinkage_, rng)))

    def _settings(self) -> dict[str, str]:
        shrinkage = {"shrinkage": f"{self.shrinkage:g}"} if self.kinds.within else {}
        return super()._settings() | shrinkage


@dataclass(frozen=True)
class Margins:
    """Distributions of genes: sorted values (n x genes), and how many samples share the lowest one (0 if only one)."""

    values: np.ndarray
    lowest: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray) -> Margins:
        """Return the distributions of the columns of `x`."""
        ties = (x == x.min(axis=0)).sum(axis=0)
        return cls(np.sort(x, axis=0).astype(np.float32), np.where(ties > 1, ties, 0))

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        """
        Return the quantiles at the probabilities `u` (m x genes).

        The i-th of n sorted values is the quantile at (i - 1/2) / n, with straight lines between these. A shared lowest
        value is the quantile at all probabilities up to its share.
        """
        n = len(self.values)
        place = np.clip(u * n - 0.5, np.minimum(self.lowest, n - 1), n - 1)
        below = place.astype(np.int64)
        low = np.take_along_axis(self.values, below, axis=0)
        high = np.take_along_axis(self.values, np.minimum(below + 1, n - 1), axis=0)
        return np.where(u < self.lowest / n, self.values[0], low + (high - low) * (place - below))


def normal_scores(x: np.ndarray) -> np.ndarray:
    """Return the quantiles of the standard normal distribution that belong to the ranks in each column."""
    return ndtri((rankdata(x, axis=0) - 0.5) / len(x))


def ledoit_wolf(x: np.ndarray) -> float:
    """
    Return the optimal weight, from 0 to 1, of a multiple of the identity against the covariance of centred samples.

    Lemmas 3.2 to 3.5 of :cite:t:`ledoit2004well`, from the squares of the entries of x x', some rows at a time.
    """
    n, p = x.shape
    wide = x if n <= p else x.T
    squares = sum(float(np.square(wide[i : i + BLOCK] @ wide.T).sum(dtype=np.float64)) for i in range(0, n, BLOCK))
    size = np.square(x).sum(axis=1, dtype=np.float64)
    distance = squares / n**2 / p - (size.sum() / n / p) ** 2  # of the covariance from its target
    error = (np.square(size).sum() / n - squares / n**2) / n / p  # of the covariance, from the variance of its terms
    return float(np.clip(error / distance, 0, 1)) if distance > 0 else 1.0


def _standardised(z: np.ndarray) -> np.ndarray:
    """Return columns of mean 0 and mean square 1; columns that do not vary become 0."""
    z = z - z.mean(axis=0)
    size = np.sqrt(np.square(z).mean(axis=0))
    return z / np.where(size > 1e-9, size, np.inf)


def _combined(scores: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return `n` random combinations of samples: normal, of variance 1, and correlated like the samples."""
    z = rng.standard_normal((n, len(scores)), dtype=np.float32) @ scores
    size = np.sqrt(np.square(scores).sum(axis=0))
    return z / np.where(size > 0, size, np.inf)


def _noisy(z: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return normal scores in which independent noise replaces `share` of the variance."""
    return np.sqrt(1 - share) * z + np.sqrt(share) * rng.standard_normal(z.shape, dtype=np.float32)
