"""What is known of pairs of genes: correlation, dissimilarity, and gamma, which compares two data sets."""

from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import squareform

from gexlib.metrics import _data
from gexlib.metrics._data import DataSet, Expression, UnitGenes, condensed_row, slices
from gexlib.metrics._device import fetched, placed

_PIECE = 1 << 16  # values of a long vector taken at a time: two pieces fit a core's cache


def correlation(data: DataSet, *, constant: str = "raise") -> np.ndarray:
    """
    Pearson correlation of every pair of genes, as a full matrix.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit: correlations do not change when a gene is shifted or rescaled.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Returns
    -------
    ndarray of shape (n_genes, n_genes)
        Correlations in float64, within [-1, 1].

    Raises
    ------
    ValueError
        Constant genes (unless ``constant="zero"``), NaN or infinite values, fewer than 2 samples or genes.
    TypeError
        Neither AnnData nor a numeric array.

    See Also
    --------
    correlation_blocks : the same for more genes than a full matrix has room for.

    Examples
    --------
    >>> import numpy as np
    >>> correlation(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])).round(2)
    array([[ 1.,  1., -1.],
           [ 1.,  1., -1.],
           [-1., -1.,  1.]])
    """
    units = unit_genes(data, constant)
    r = np.empty((units.n, units.n))
    for rows, columns, block in units.correlation_blocks():
        r[rows, columns] = block
        r[columns, rows] = block.T
    np.clip(r, -1, 1, out=r)
    np.fill_diagonal(r, units.scale > 0)
    return r


def correlation_blocks(data: DataSet, *, constant: str = "raise") -> Iterator[tuple[slice, slice, np.ndarray]]:
    """
    Pearson correlations of all pairs of genes, one block of the upper triangle at a time.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Yields
    ------
    rows, columns : slice
        The genes of the block. The blocks tile the upper triangle; those with ``rows == columns`` are
        symmetric.
    block : ndarray of shape (n_rows, n_columns)
        Their correlations in float64. It belongs to the caller.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(5, 700))
    >>> [block.shape for rows, columns, block in correlation_blocks(x)]
    [(512, 512), (512, 188), (188, 188)]
    """
    yield from unit_genes(data, constant).correlation_blocks()


def dissimilarity(data: DataSet, *, constant: str = "raise") -> np.ndarray:
    """
    Pearson dissimilarity 1 - r of every pair of genes, in the condensed form of SciPy.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Returns
    -------
    ndarray of shape (n_genes * (n_genes - 1) / 2,)
        The strict upper triangle, row by row, in float64, within [0, 2].
    """
    return condensed_dissimilarity(unit_genes(data, constant))


def gamma(a: np.ndarray, b: np.ndarray) -> float:
    r"""
    Pearson correlation of the strict upper triangles of two square matrices.

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
    ValueError
        The shapes differ, or all values of a triangle are the same, which leaves the correlation undefined.

    Notes
    -----
    The paper writes :math:`\gamma` without the division by the number of pairs; it is the Pearson
    correlation, as in the authors' code (Viñas et al. 2022, Bioinformatics 38:730).

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
    return pooled_pearson(a, b).value("a", "b", scale=0.0)


def unit_genes(data: DataSet, constant: str) -> UnitGenes:
    """The genes of a single data set as unit vectors."""
    return UnitGenes(Expression(data, "data"), constant=constant)


class PooledPearson:
    """
    Pearson correlation of two long sequences that arrive in pieces.

    Each piece is centred on its own mean and merged (Chan, Golub & LeVeque 1983), so nothing large is ever
    subtracted from something large.
    """

    def __init__(self):
        self.n, self.mean_a, self.mean_b = 0, 0.0, 0.0
        self.aa, self.bb, self.ab = 0.0, 0.0, 0.0  # centred sums of squares and products

    def add(self, a: np.ndarray, b: np.ndarray, symmetric: bool = False) -> None:
        """Take in a piece, overwriting it; of symmetric pieces only the strict upper triangle counts."""
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
        """The correlation; an error if a sequence varies only by rounding (of its mean, or of ``scale``)."""
        for name, squares, mean in ((name_a, self.aa, self.mean_a), (name_b, self.bb, self.mean_b)):
            check_varied(name, mean, np.sqrt(squares / self.n), scale)
        return float(np.clip(self.ab / np.sqrt(self.aa) / np.sqrt(self.bb), -1, 1))


def check_varied(name: str, mean: float, sd: float, scale: float) -> None:
    """Raise an error if values of this mean and sd vary only by rounding, of the mean or of ``scale``."""
    if sd <= 1e-12 * max(abs(mean), scale):
        raise ValueError(
            f"gamma is undefined: all pairs of genes of {name} have the same value, {mean:.6g}; "
            "use more samples, or genes that vary independently"
        )


def condensed_dissimilarity(units: UnitGenes) -> np.ndarray:
    """1 - r of all pairs in SciPy's condensed order, filled block by block."""
    if units.held is not None:
        d = 1 - units.held
        return np.clip(d, 0, 2, out=d)
    n = units.n
    d = np.empty(n * (n - 1) // 2)
    for rows, columns, block in units.correlation_blocks():
        np.clip(np.subtract(1, block, out=block), 0, 2, out=block)  # 1 - r may round to -2e-16
        for i in range(rows.start, rows.stop):
            first = max(columns.start, i + 1)
            at = condensed_row(i, n)
            d[at + first : at + columns.stop] = block[i - rows.start, first - columns.start :]
    return d


def square_dissimilarity(units: UnitGenes, device: str | None = None) -> np.ndarray:
    """1 - r of all pairs as a full matrix, the products taken on ``device``."""
    d = np.empty((units.n, units.n))
    for rows in slices(units.n, size=4 * _data.BLOCK):
        left = placed(units[rows], device)
        for columns in slices(units.n, rows.start, size=4 * _data.BLOCK):
            right = left if columns == rows else placed(units[columns], device)
            block = d[rows, columns]
            np.subtract(1, fetched(left.T @ right), out=block)
            np.clip(block, 0, 2, out=block)  # 1 - r may round to -2e-16
            if rows != columns:
                d[columns, rows] = block.T
    return d


def pooled_pearson(a: np.ndarray, b: np.ndarray) -> PooledPearson:
    """Pool two long vectors without a copy of either."""
    pooled = PooledPearson()
    for i in range(0, a.size, _PIECE):
        pooled.add(a[i : i + _PIECE].astype(np.float64), b[i : i + _PIECE].astype(np.float64))
    return pooled


def _condensed(m: np.ndarray, name: str) -> np.ndarray:
    m = np.asarray(m)
    square = m.ndim == 2 and m.shape[0] == m.shape[1]
    if not (m.ndim == 1 or square) or m.shape[0] < 3:
        raise ValueError(
            f"{name} must be a square matrix of at least 3 genes or a condensed vector of at least 3 pairs; "
            f"its shape is {m.shape}"
        )
    if not np.isfinite(m).all():
        raise ValueError(f"{name} has values that are NaN or infinite")
    return squareform(m, checks=False) if square else m
