"""Expression as z-scores of genes, and back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gexlib.checks import check_finite, check_fitted, finite_matrix
from gexlib.explained import explained
from gexlib.preprocess.learned import LearnedArrays


@explained
class Standardizer(LearnedArrays):
    r"""
    Z-scores of each gene, which can be turned back into expression.

    .. math:: \tilde{x}_{ij} = (x_{ij} - \mu_j) / \sigma_j

    with the mean :math:`\mu_j` and the standard deviation :math:`\sigma_j` of gene :math:`j` in the training
    samples. A gene that is constant there gets :math:`\sigma_j = 1`.
    The arithmetic is in float64, the results are float32.

    Attributes
    ----------
    mean_, scale_ : ndarray of float64, shape (n_genes,)
    constant_ : ndarray of bool, shape (n_genes,)
        The genes that are constant in the training samples.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0], [3.0, 5.0]])
    >>> standardizer = Standardizer().fit(x)
    >>> standardizer.transform(x)
    array([[-1.,  0.],
           [ 1.,  0.]], dtype=float32)
    >>> standardizer.inverse_transform(standardizer.transform(x))
    array([[1., 5.],
           [3., 5.]], dtype=float32)
    """

    mean_: np.ndarray
    scale_: np.ndarray
    constant_: np.ndarray

    def fit(self, x: np.ndarray) -> Standardizer:
        """Learn the mean and the standard deviation of each column of `x`, shape (n_samples, n_genes)."""
        x = finite_matrix(x)
        self.mean_ = x.mean(axis=0, dtype=np.float64)
        self.constant_ = x.min(axis=0) == x.max(axis=0)
        self.scale_ = np.where(self.constant_, 1.0, x.std(axis=0, dtype=np.float64))
        return self

    def fit_chunks(self, chunks: Iterable[np.ndarray]) -> Standardizer:
        """
        Learn the mean and the standard deviation of each column of a matrix that comes in chunks of rows, in one pass.

        Chan's formula :cite:p:`chan1983algorithms` joins the sums of squares of two parts. It keeps the digits that a
        difference of large sums would lose.

        Parameters
        ----------
        chunks : iterable of ndarray, shapes (n, n_genes)
            Finite values; `n` may differ.

        Raises
        ------
        ValueError
            If there are fewer than two rows, or a value is NaN or infinite.
        """
        n, mean, squares, low, high = 0, 0.0, 0.0, np.inf, -np.inf
        for number, chunk in enumerate(chunks):
            check_finite(f"chunk {number}", chunk)
            chunk_mean = chunk.mean(axis=0, dtype=np.float64)
            apart, m = chunk_mean - mean, len(chunk)
            n += m
            mean = mean + apart * (m / n)
            squares = squares + chunk.var(axis=0, dtype=np.float64) * m + apart**2 * (m * (n - m) / n)
            low, high = np.minimum(low, chunk.min(axis=0)), np.maximum(high, chunk.max(axis=0))
        if n < 2:
            raise ValueError(f"chunks have {n} rows; give at least two")
        self.mean_, self.constant_ = mean, low == high
        self.scale_ = np.where(self.constant_, 1.0, np.sqrt(squares / n))
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Return the z-scores of `x`; shape (n_samples, n_genes), float32."""
        check_fitted(self, "mean_")
        return ((np.asarray(x) - self.mean_) / self.scale_).astype(np.float32)

    def inverse_transform(self, scores: np.ndarray) -> np.ndarray:
        """Return z-scores in the units of the training data; shape (n_samples, n_genes), float32."""
        check_fitted(self, "mean_")
        return (np.asarray(scores) * self.scale_ + self.mean_).astype(np.float32)
