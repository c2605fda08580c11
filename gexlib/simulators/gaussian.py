"""Multivariate Gaussians of principal components, one for all samples or one for each kind: what a GAN has to beat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.sparse.linalg import eigsh

from gexlib.checks import whole_number
from gexlib.explained import explained
from gexlib.simulators.base import KindSimulator, shrinkage_weight

LARGE = 1000  # samples and genes from which on a few components are found alone


@explained
class Gaussian(KindSimulator):
    r"""
    Multivariate Gaussian of the first principal components of the training data, on request for each kind of sample.

    A sample is

    .. math:: x = \mu + \sum_{k=1}^{K} \sqrt{\lambda_k}\, z_k v_k + \sigma \odot \epsilon, \qquad
              z_k, \epsilon_j \sim N(0, 1),

    with the mean :math:`\mu`, the principal axes :math:`v_k` and their variances :math:`\lambda_k` of the
    training data. The residual variance :math:`\sigma_j^2 = s_j^2 - \sum_k \lambda_k v_{kj}^2` is the part of the
    variance :math:`s_j^2` of gene :math:`j` that the first :math:`K` components do not explain. So each gene keeps its
    mean and variance (probabilistic factor analysis with the factors fixed to the principal components).

    With `within`, kind :math:`c` of :math:`n_c` training samples has a mean :math:`\mu_c` of its own and, around
    it, the covariance

    .. math:: \Sigma_c = w_c S_c + (1 - w_c) S, \qquad w_c = \frac{n_c - 1}{n_c - 1 + \kappa},

    of its own samples, :math:`S_c`, and of the samples of all kinds around their means, :math:`S` (divisor
    :math:`n - C` for :math:`C` kinds). Both are cut to principal components and residual noise as above,
    :math:`S_c` to :math:`n_c - 1` components at most. So a kind with one sample gets the common covariance.

    Parameters
    ----------
    n_components : int
        Number of principal components, at most n_samples - 1 and n_genes of the training data; with `within`,
        at most n_samples - n_kinds.
    residual : bool
        Whether to add the residual noise. Without it samples lie on a flat sheet of ``n_components``
        dimensions, correlations are too strong and variances too small.
    within : sequence of str
        Columns of ``obs`` whose combinations are the kinds of samples.
    shrinkage : float
        :math:`\kappa`: the common covariance weighs as much as this many samples of a kind.
    unseen : {"error", "unknown"}
        For kinds that the training data do not have: raise an error, or draw from the Gaussian of all samples.

    Attributes
    ----------
    mean_ : ndarray of shape (n_genes,)
        Mean of each gene.
    components_ : ndarray of shape (n_components, n_genes)
        Principal axes; the largest loading of each is positive.
    explained_variance_ : ndarray of shape (n_components,)
        Variance along each axis (divisor n_samples - 1).
    residual_variance_ : ndarray of shape (n_genes,)
        Variance that the components leave to each gene.
    kind_means_ : ndarray of shape (n_kinds, n_genes)
        Only with `within`: the mean of each kind, in the order of ``kinds.table_``.

    Notes
    -----
    The components are exact in float64, so the same data gives the same simulator. A fit takes seconds for hundreds of
    samples and a minute or two for ten thousand.

    The mean of a kind with few samples is itself uncertain. Its error adds to the variance between
    kinds, so data drawn for many small kinds vary somewhat more than the training data.

    Examples
    --------
    >>> import numpy as np
    >>> from anndata import AnnData
    >>> x = np.random.default_rng(0).normal(3, 2, size=(500, 4)).astype("float32")
    >>> simulated = Gaussian(n_components=2).fit(AnnData(x)).simulate(2000, seed=1)
    >>> bool(np.allclose(simulated.X.std(axis=0), x.std(axis=0), atol=0.15))
    True
    """

    def __init__(
        self,
        n_components: int = 50,
        residual: bool = True,
        within: Sequence[str] = (),
        shrinkage: float = 10.0,
        unseen: str = "error",
    ):
        self.n_components = whole_number("n_components", n_components, 1)
        self.residual = residual
        super().__init__(within, unseen)
        self.shrinkage = shrinkage_weight(shrinkage)

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        k, most = self.n_components, min(x.shape[0] - 1, x.shape[1])
        if k > most:
            raise ValueError(
                f"n_components is {k}, but {x.shape[0]} samples of {x.shape[1]} genes have at most {most} "
                f"principal components; use n_components={most} or fewer"
            )
        self.kinds.fit(obs)
        self.mean_ = x.mean(axis=0)
        x -= self.mean_  # in place, as x is a copy: at full size it is a gigabyte
        self._all = Spread.of(x, k, len(x) - 1)
        self.components_, self.explained_variance_ = self._all.axes, self._all.variances
        self.residual_variance_ = self._all.residual
        if self.kinds.within:
            self._fit_kinds(x)

    def _fit_kinds(self, x: np.ndarray) -> None:
        """Fit the kinds to centred data, which are centred within each kind in place."""
        codes, sizes, n_kinds = self.kinds.codes_, self.kinds.counts_, len(self.kinds)
        free = len(x) - n_kinds
        if self.n_components > free:
            raise ValueError(
                f"n_components is {self.n_components}, but {len(x)} samples of {n_kinds} kinds have at most "
                f"{free} components around the means of the kinds; use fewer components, or fewer columns in within"
            )
        self.kind_means_ = np.empty((n_kinds, x.shape[1]))
        self._weights, self._own = (sizes - 1) / np.maximum(sizes - 1 + self.shrinkage, 1), []
        for code, size in enumerate(sizes):
            own = x[codes == code]
            mean = own.mean(axis=0)
            self.kind_means_[code] = self.mean_ + mean
            own -= mean
            x[codes == code] = own
            most = min(self.n_components, size - 1, x.shape[1])
            self._own.append(Spread.of(own, most, size - 1) if most else None)
        self._common = Spread.of(x, self.n_components, free)

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.kinds.codes(obs)
        if not self.kinds.within:
            return self.mean_ + self._all.draw(len(obs), rng, self.residual)
        x = np.empty((len(obs), len(self.mean_)))
        for code in np.unique(codes):
            rows = codes == code
            if code < 0:
                x[rows] = self.mean_ + self._all.draw(rows.sum(), rng, self.residual)
                continue
            w, own = self._weights[code], self._own[code]
            x[rows] = self.kind_means_[code]
            x[rows] += np.sqrt(1 - w) * self._common.draw(rows.sum(), rng, self.residual)
            if own is not None:
                x[rows] += np.sqrt(w) * own.draw(rows.sum(), rng, self.residual)
        return x

    def _settings(self) -> dict[str, str]:
        settings = {"n_components": str(self.n_components), "residual": str(self.residual)}
        shrinkage = {"shrinkage": f"{self.shrinkage:g}"} if self.kinds.within else {}
        return settings | super()._settings() | shrinkage


@dataclass(frozen=True)
class Spread:
    """A covariance: principal axes (components x genes), their variances, and the variance left to each gene."""

    axes: np.ndarray
    variances: np.ndarray
    residual: np.ndarray

    @classmethod
    def of(cls, centred: np.ndarray, k: int, freedom: int) -> Self:
        """Return the first `k` components of centred data; `freedom` is the divisor of their variances."""
        s, v = _singular(centred, k)
        signs = np.sign(v[np.arange(k), np.abs(v).argmax(axis=1)])
        axes, variances = v * signs[:, None], s**2 / freedom
        total = np.einsum("ij,ij->j", centred, centred) / freedom
        return cls(axes, variances, np.maximum(total - variances @ axes**2, 0))

    def draw(self, n: int, rng: np.random.Generator, residual: bool) -> np.ndarray:
        """Draw deviations from the mean, shape (n, n_genes)."""
        x = (rng.standard_normal((n, len(self.variances))) * np.sqrt(self.variances)) @ self.axes
        return x + rng.standard_normal(x.shape) * np.sqrt(self.residual) if residual else x


def _singular(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Return the `k` largest singular values and their right vectors, in descending order.

    A few of many come from the products of all rows, or of all columns, by Lanczos' method to machine precision. That
    is as exact for components of such size, many times as fast as a whole decomposition, and takes less memory.
    """
    least = min(x.shape)
    if least < LARGE or 20 * k > least:
        _, s, v = np.linalg.svd(x, full_matrices=False)
        return s[:k], v[:k]
    wide = x.shape[0] <= x.shape[1]
    products = x @ x.T if wide else x.T @ x
    values, vectors = eigsh(products, k, v0=np.random.default_rng(0).standard_normal(least))
    s, vectors = np.sqrt(np.maximum(values[::-1], 0)), vectors[:, ::-1].T
    return s, vectors @ x / s[:, None] if wide else vectors
