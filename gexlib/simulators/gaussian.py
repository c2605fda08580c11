"""A multivariate Gaussian of the first principal components: the baseline a deep model has to beat."""

import numpy as np

from gexlib.checks import whole_number
from gexlib.simulators.base import DataSimulator


class Gaussian(DataSimulator):
    r"""Multivariate Gaussian of the first principal components of the training data.

    A sample is

    .. math:: x = \mu + \sum_{k=1}^{K} \sqrt{\lambda_k}\, z_k v_k + \sigma \odot \epsilon, \qquad
              z_k, \epsilon_j \sim N(0, 1),

    with the mean :math:`\mu`, the principal axes :math:`v_k` and their variances :math:`\lambda_k` of the
    training data. The residual variance :math:`\sigma_j^2 = s_j^2 - \sum_k \lambda_k v_{kj}^2` is what the
    first :math:`K` components leave of the variance :math:`s_j^2` of gene :math:`j`, so each gene keeps its
    mean and variance (probabilistic factor analysis with the factors fixed to the principal components).

    Parameters
    ----------
    n_components : int
        Number of principal components, at most n_samples - 1 and n_genes of the training data.
    residual : bool
        Whether to add the residual noise. Without it samples lie on a flat sheet of ``n_components``
        dimensions, correlations are too strong and variances too small.

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

    Notes
    -----
    The components come from an exact singular value decomposition in float64, so the same data gives the same
    simulator. It takes seconds for hundreds of samples and minutes for ten thousand.

    Examples
    --------
    >>> import anndata, numpy as np
    >>> x = np.random.default_rng(0).normal(3, 2, size=(500, 4)).astype("float32")
    >>> simulated = Gaussian(n_components=2).fit(anndata.AnnData(x)).simulate(2000, seed=1)
    >>> bool(np.allclose(simulated.X.std(axis=0), x.std(axis=0), atol=0.15))
    True
    """

    def __init__(self, n_components: int = 50, residual: bool = True):
        self.n_components = whole_number("n_components", n_components, 1)
        self.residual = residual

    def _fit(self, x: np.ndarray) -> None:
        k, most = self.n_components, min(x.shape[0] - 1, x.shape[1])
        if k > most:
            raise ValueError(
                f"n_components is {k}, but {x.shape[0]} samples of {x.shape[1]} genes have at most {most} "
                f"principal components; use n_components={most} or fewer"
            )
        self.mean_ = x.mean(axis=0)
        x -= self.mean_
        _, s, v = np.linalg.svd(x, full_matrices=False)
        v = v[:k]
        signs = np.sign(v[np.arange(k), np.abs(v).argmax(axis=1)])
        self.components_ = v * signs[:, None]
        self.explained_variance_ = s[:k] ** 2 / (len(x) - 1)
        total = np.einsum("ij,ij->j", x, x) / (len(x) - 1)
        explained = self.explained_variance_ @ self.components_**2
        self.residual_variance_ = np.maximum(total - explained, 0)

    def _draw(self, n_samples: int, rng: np.random.Generator) -> np.ndarray:
        scores = rng.standard_normal((n_samples, self.n_components)) * np.sqrt(self.explained_variance_)
        x = self.mean_ + scores @ self.components_
        if self.residual:
            x += rng.standard_normal(x.shape) * np.sqrt(self.residual_variance_)
        return x

    def _settings(self) -> dict[str, str]:
        return {"n_components": str(self.n_components), "residual": str(self.residual)}
