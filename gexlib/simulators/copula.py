"""Gaussian copula: each gene's own distribution, and normal scores that correlate like those of the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.preprocess import CovariateEncoder, KindScores
from gexlib.preprocess.effects import SMALLEST_KIND
from gexlib.simulators.base import KindSimulator, shrinkage_weight


@explained
class GaussianCopula(KindSimulator):
    r"""
    Gaussian copula with a distribution of each gene, on request for each kind of sample.

    A sample of kind :math:`c` is

    .. math:: x_j = F_{cj}^{-1}(\Phi(z_j)), \qquad z \sim N(0, \Sigma_c), \qquad
              \Sigma_c = w_c R_c + (1 - w_c) R,

    with the margins :math:`F_{cj}` of :class:`gexlib.preprocess.KindScores`. :math:`R_c` holds the correlations of the
    scores of the :math:`n_c` training samples of the kind. :math:`R` holds those of the scores of all kinds together,
    each score relative to its own kind. The weights are :math:`w_c = n_c / (n_c + \kappa)`. So genes keep their
    distributions whatever their shape. Only dependence that a Gaussian cannot have (of tails, of groups inside a kind)
    is lost.

    If several training samples share the lowest value of a gene, such as the zeros of genes that are off, it keeps its
    share. A kind that fewer than three training samples have, or none, gets its margins from the effects of the columns
    in `within`, and the correlations :math:`R`.

    Parameters
    ----------
    within : sequence of str
        Columns of ``obs`` whose combinations are the kinds of samples.
    shrinkage : float
        :math:`\kappa`: the common correlations weigh as much as this many samples of a kind. They make samples of
        large kinds less realistic, but without them a kind of few samples gives near copies of these.
    unseen : {"error", "unknown"}
        For kinds that the training data do not have: raise an error, or draw from what the kinds have in common.

    Notes
    -----
    Copulas with empirical margins are the nonparanormal distributions of :cite:t:`liu2009nonparanormal`.
    :cite:t:`sun2021scdesign2` simulate single cells likewise, from parametric margins.

    No matrix of genes by genes is ever made: :math:`z` is a random combination of the training samples' scores. This
    combination has exactly the covariance :math:`\Sigma_c`. So memory stays at a few copies of the training data.

    Examples
    --------
    >>> import numpy as np
    >>> from anndata import AnnData
    >>> x = np.random.default_rng(0).exponential(size=(500, 3)).clip(0.5).astype("float32")
    >>> drawn = GaussianCopula().fit(AnnData(x)).simulate(5000, seed=1).X
    >>> (x == 0.5).mean(axis=0).round(2).tolist(), (drawn == 0.5).mean(axis=0).round(2).tolist()
    ([0.4, 0.34, 0.4], [0.41, 0.34, 0.41])
    """

    def __init__(
        self,
        within: Sequence[str] = (),
        shrinkage: float = 0.5,
        unseen: str = "error",
    ):
        super().__init__(within, unseen)
        self.shrinkage = shrinkage_weight(shrinkage)

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        self._codes = self.kinds.fit(obs).codes_
        self._encoder = CovariateEncoder(self.kinds.within, unseen="unknown").fit(obs)
        covariates = self._encoder.transform(obs)
        self._margins = KindScores().fit(x, covariates, self._encoder.n_levels)
        self._scores = self._margins.transform(x, covariates, np.random.default_rng(0))

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.kinds.codes(obs)
        z = np.empty((len(obs), self._scores.shape[1]), np.float32)
        for code in np.unique(codes):
            wanted = codes == code
            z[wanted] = self._of_kind(code, wanted.sum(), rng)
        return self._margins.inverse_transform(z, self._encoder.transform(obs))

    def _of_kind(self, code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Return scores of `n` samples of a kind; those of a kind that is not known, or too small, are of all kinds."""
        own = self._scores[self._codes == code]
        if code < 0 or len(own) < SMALLEST_KIND:
            return _combined(self._scores, n, rng)
        w = len(own) / (len(own) + self.shrinkage)
        return np.sqrt(w) * _combined(own, n, rng) + np.sqrt(1 - w) * _combined(self._scores, n, rng)

    def _settings(self) -> dict[str, str]:
        shrinkage = {"shrinkage": f"{self.shrinkage:g}"} if self.kinds.within else {}
        return super()._settings() | shrinkage


def _combined(scores: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return `n` random combinations of samples: normal, of variance 1, and correlated like the samples."""
    centred = scores - scores.mean(axis=0)
    size = np.sqrt(np.square(centred).sum(axis=0))
    return rng.standard_normal((n, len(scores)), dtype=np.float32) @ centred / np.where(size > 1e-6, size, np.inf)
