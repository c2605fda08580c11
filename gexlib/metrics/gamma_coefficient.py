r"""
The coefficient gamma: the Pearson correlation of the values that pairs of genes have in two data sets.

:math:`\gamma(A, B)` compares the strict upper triangles of two matrices. It is computed in pieces of the triangles
(:class:`PooledPearson`). For correlations of few samples, the products of samples with samples give it too
(:func:`gamma_by_samples`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import squareform

from gexlib.explained import explained
from gexlib.metrics.device import placed
from gexlib.metrics.expression import slices
from gexlib.metrics.unit_genes import UnitGenes

#: Number of values of a long vector in a piece. Two pieces fit a core's cache.
PIECE = 1 << 16


@explained
def gamma(a: np.ndarray, b: np.ndarray) -> float:
    r"""
    Return the Pearson correlation of the strict upper triangles of two square matrices.

    Parameters
    ----------
    a, b : ndarray of shape (n, n), or condensed of shape (n * (n - 1) / 2,)
        Two symmetric matrices over the same genes, whole or as their upper triangles.

    Returns
    -------
    float
        :math:`\gamma(A, B)` in [-1, 1].

    Raises
    ------
    TypeError
        If `a` or `b` is no ndarray.
    ValueError
        If the shapes differ, or if all values of a triangle are equal, which leaves the correlation undefined.

    Notes
    -----
    The paper writes :math:`\gamma` without the division by the number of pairs. This is the Pearson correlation, as in
    the authors' code (Viñas et al. 2022, Bioinformatics 38:730).

    Examples
    --------
    >>> gamma(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.5])).__round__(4)
    0.9979
    """
    a, b = (_condensed(m, name) for m, name in ((a, "a"), (b, "b")))
    if a.shape != b.shape:
        raise ValueError(
            f"a and b must have the same number of pairs, not {a.size} and {b.size}: compare the same genes"
        )
    pooled = PooledPearson()
    for piece_a, piece_b in paired_pieces(a, b):
        pooled.add(piece_a, piece_b)
    return pooled.value("a", "b", scale=0.0)


def paired_pieces(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield two vectors of the same length in pieces, which are float64 copies."""
    for i in range(0, a.size, PIECE):
        yield a[i : i + PIECE].astype(np.float64), b[i : i + PIECE].astype(np.float64)


class PooledPearson:
    """
    Pearson correlation of two long sequences that arrive in pieces.

    Each piece is centred on its own mean and then merged (Chan, Golub & LeVeque 1983). So large numbers are never
    subtracted from each other.
    """

    def __init__(self):
        self.n, self.mean_a, self.mean_b = 0, 0.0, 0.0
        self.aa, self.bb, self.ab = 0.0, 0.0, 0.0  # centred sums of squares and products

    def add(self, a: np.ndarray, b: np.ndarray, symmetric: bool = False) -> None:
        """Add a piece and overwrite it. Only the strict upper triangle of ``symmetric`` pieces counts."""
        n, halves = a.size, 1
        if symmetric:
            n, halves = n - len(a), 2
            np.fill_diagonal(a, 0)
            np.fill_diagonal(b, 0)
            if n == 0:
                return
        mean_a, mean_b = a.sum() / n, b.sum() / n
        a -= mean_a
        b -= mean_b
        if symmetric:
            np.fill_diagonal(a, 0)
            np.fill_diagonal(b, 0)
        a, b, n = a.reshape(-1), b.reshape(-1), n // halves
        step_a, step_b = mean_a - self.mean_a, mean_b - self.mean_b
        total = self.n + n
        cross = self.n * n / total
        self.aa += a @ a / halves + step_a * step_a * cross
        self.bb += b @ b / halves + step_b * step_b * cross
        self.ab += a @ b / halves + step_a * step_b * cross
        self.mean_a += step_a * n / total
        self.mean_b += step_b * n / total
        self.n = total

    def value(self, name_a: str, name_b: str, scale: float) -> float:
        """Return the correlation; raise a ValueError if a sequence is constant to rounding (:func:`check_varied`)."""
        for name, squares, mean in ((name_a, self.aa, self.mean_a), (name_b, self.bb, self.mean_b)):
            check_varied(name, mean, np.sqrt(squares / self.n), scale)
        return float(np.clip(self.ab / np.sqrt(self.aa) / np.sqrt(self.bb), -1, 1))


def gamma_by_samples(real: UnitGenes, synthetic: UnitGenes, device: str | None = None) -> float | None:
    r"""
    Compute gamma of the correlations of two data sets from the products of samples with samples.

    With the genes as columns of unit length in :math:`U` and :math:`V`, the sum of :math:`r^X_{ij} r^Z_{ij}` over all
    :math:`i` and :math:`j` is the squared norm of :math:`U V^T`. So sums over pairs of genes become sums over pairs of
    samples.

    Parameters
    ----------
    real, synthetic : UnitGenes
        The same genes in two data sets.
    device : str, optional
        Device of PyTorch that computes the products. Default: NumPy does.

    Returns
    -------
    float or None
        None if the correlations vary so little that the difference of the sums loses digits.
    """
    sums, products = [0, 0], [0, 0, 0]  # sums of unit genes; products of samples: real, synthetic, real with synthetic
    for part in slices(real.n):
        u, v = placed(real[part], device), placed(synthetic[part], device)
        for i, unit in enumerate((u, v)):
            sums[i] = sums[i] + unit.sum(1)
        for i, (a, b) in enumerate(((u, u), (v, v), (u, v))):
            products[i] = products[i] + a @ b.T
    ones = [np.count_nonzero(units.scale) for units in (real, synthetic)]  # correlations of genes with themselves
    ones.append(np.count_nonzero(real.scale * synthetic.scale))
    off_diagonal = real.n * (real.n - 1)
    mean = [(float(s @ s) - k) / off_diagonal for s, k in zip(sums, ones[:2], strict=True)]
    flat = (p.reshape(-1) for p in products)
    aa, bb, ab = ((float(p @ p) - k) / off_diagonal for p, k in zip(flat, ones, strict=True))
    var_a, var_b = aa - mean[0] ** 2, bb - mean[1] ** 2
    if not (var_a > 1e-4 * aa and var_b > 1e-4 * bb):
        return None
    return float(np.clip((ab - mean[0] * mean[1]) / np.sqrt(var_a * var_b), -1, 1))


def check_varied(name: str, mean: float, sd: float, scale: float) -> None:
    """Raise a ValueError if values of this mean and sd differ only by rounding errors of the mean or of ``scale``."""
    if sd <= 1e-12 * max(abs(mean), scale):
        raise ValueError(
            f"gamma is undefined: all pairs of genes of {name} have the same value, {mean:.6g}; "
            "use more samples, or genes that vary independently"
        )


def _condensed(m: np.ndarray, name: str) -> np.ndarray:
    if not isinstance(m, np.ndarray):
        raise TypeError(f"{name} must be an ndarray, a matrix over pairs of genes, not {type(m).__name__}")
    square = m.ndim == 2 and m.shape[0] == m.shape[1]
    if not (m.ndim == 1 or square) or m.shape[0] < 3:
        raise ValueError(
            f"{name} must be a square matrix of at least 3 genes or a condensed vector of at least 3 pairs; "
            f"its shape is {m.shape}"
        )
    if not np.isfinite(m).all():
        raise ValueError(f"{name} has values that are NaN or infinite")
    return squareform(m, checks=False) if square else m
