"""Pearson correlations between the genes of a data set: one class for all scores, and the matrices themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gexlib.explained import explained
from gexlib.metrics.device import check_device
from gexlib.metrics.expression import DataSet, Expression
from gexlib.metrics.gamma_coefficient import PooledPearson, gamma_by_samples
from gexlib.metrics.products import Products
from gexlib.metrics.regulons import Regulon
from gexlib.metrics.triangle import Triangle
from gexlib.metrics.unit_genes import UnitGenes

#: Up to this number of genes all correlations of a data set can be held (0.07 GB).
HELD = 4096

#: From this number of samples on, in two data sets together, the products of samples with samples take too much room.
MANY_SAMPLES = 8192


class Correlations:
    """
    Pearson correlations between the genes of a data set.

    This class alone decides how correlations are held and summed up. If ``hold`` is set and there are at most ``HELD``
    genes, a :class:`Triangle` holds them. Otherwise :class:`Products` computes them in blocks each time, and
    :meth:`gamma` sums over pairs of samples if these are fewer than pairs of genes.

    Genes are given by their positions in the data set.

    Parameters
    ----------
    data : Expression
        The data set.
    genes : ndarray of int, optional
        Positions of the wanted genes, ascending. Default: all.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.
    device : str, optional
        Device of PyTorch that computes the products of genes with genes, such as ``"cuda"``. Default: NumPy does. Held
        correlations are always computed by NumPy.
    hold : bool
        Whether to compute the correlations once and hold them, for several scores, if there is room. Two objects that
        are compared must be made with the same value.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(9, 5))
    >>> real = Correlations(Expression(x, "real"))
    >>> round(real.gamma(Correlations(Expression(3 * x, "synthetic"))), 6)
    1.0
    """

    def __init__(
        self,
        data: Expression,
        genes: np.ndarray | None = None,
        constant: str = "raise",
        *,
        device: str | None = None,
        hold: bool = False,
    ):
        check_device(device)
        self.argument = data.argument
        self.n_samples = data.n_samples
        self.device = device
        self._units = UnitGenes(data, genes, constant)
        self.n = self._units.n
        self.held = hold and self.n <= HELD
        self._computed = Products(self._units, device)
        self._stored = Triangle(self._units) if self.held else self._computed

    def gamma(self, other: Correlations) -> float:
        """
        Return gamma: the Pearson correlation of the correlations here with those of the same genes in another data set.

        Raises
        ------
        ValueError
            If there are fewer than 3 genes, or if all pairs of genes have the same correlation.
        """
        self._check_three_genes()
        few = self.n_samples + other.n_samples < min(self.n, MANY_SAMPLES) or self.device is not None
        if few and not self.held:
            found = gamma_by_samples(self._units, other._units, self.device)
            if found is not None:
                return found
        pooled = PooledPearson()
        for here, there, symmetric in self._stored.paired(other._stored):
            pooled.add(here, there, symmetric)
        return pooled.value(self.argument, other.argument, scale=1.0)

    def with_targets(self, regulons: list[Regulon]) -> np.ndarray:
        """Return the correlations of each TF with its targets, TF by TF, shape (n_edges,)."""
        places = self._units.places
        found = self._stored.with_targets([Regulon(places(tf), places(targets)) for tf, targets in regulons])
        return np.clip(found, -1, 1)

    def paired_among(self, genes: np.ndarray, other: Correlations) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield pieces of the correlations of pairs of ``genes``, here and in another data set, each pair once."""
        yield from self._stored.paired_among(self._units.places(genes), other._stored)

    def blocks(self, genes: np.ndarray | None = None) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """
        Yield (rows, columns, correlations) of the blocks on and above the diagonal, for all genes or some.

        Rows and columns are slices of ``genes``. The caller may overwrite a block.
        """
        yield from self._computed.blocks(None if genes is None else self._units.places(genes))

    def matrix(self, genes: np.ndarray | None = None) -> np.ndarray:
        """Return the correlations of all genes or some as a full matrix, within [-1, 1]."""
        return self._computed.matrix(None if genes is None else self._units.places(genes))

    def dissimilarities(self) -> np.ndarray:
        """Return the dissimilarities 1 - r of all pairs, in SciPy's condensed order."""
        return self._stored.dissimilarities()

    def for_linkage(self) -> np.ndarray:
        """Return a new array of 1 - r for a linkage: condensed or a full matrix, whichever costs less."""
        self._check_three_genes()
        return self._stored.for_linkage()

    def _check_three_genes(self) -> None:
        if self.n < 3:
            raise ValueError(f"{self.argument} has {self.n} genes; gamma compares pairs and needs at least 3")


@explained
def correlation(data: DataSet, *, constant: str = "raise") -> np.ndarray:
    """
    Return the Pearson correlation of every pair of genes, as a full matrix.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit. Correlations do not change if a gene is shifted or rescaled.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Returns
    -------
    ndarray of shape (n_genes, n_genes)
        Correlations in float64, within [-1, 1].

    Raises
    ------
    ValueError
        If genes are constant (unless ``constant="zero"``), values are NaN or infinite, or there are fewer than 2
        samples or genes.
    TypeError
        If the data set is neither an AnnData nor a numeric array.

    See Also
    --------
    correlation_blocks : the same in blocks, for so many genes that a full matrix takes too much memory.

    Examples
    --------
    >>> import numpy as np
    >>> correlation(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])).round(2)
    array([[ 1.,  1., -1.],
           [ 1.,  1., -1.],
           [-1., -1.,  1.]])
    """
    return _correlations(data, constant).matrix()


@explained
def correlation_blocks(data: DataSet, *, constant: str = "raise") -> Iterator[tuple[slice, slice, np.ndarray]]:
    """
    Yield the Pearson correlations of all pairs of genes, one block of the upper triangle at a time.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Yields
    ------
    rows, columns : slice
        The genes of the block. The blocks tile the upper triangle. Those with ``rows == columns`` are symmetric.
    block : ndarray of shape (n_rows, n_columns)
        Their correlations in float64. The caller may overwrite it.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(5, 700))
    >>> [block.shape for rows, columns, block in correlation_blocks(x)]
    [(512, 512), (512, 188), (188, 188)]
    """
    yield from _correlations(data, constant).blocks()


@explained
def dissimilarity(data: DataSet, *, constant: str = "raise") -> np.ndarray:
    """
    Return the Pearson dissimilarity 1 - r of every pair of genes, in the condensed form of SciPy.

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

    Examples
    --------
    >>> dissimilarity(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])).round(2) + 0
    array([0., 2., 2.])
    """
    return _correlations(data, constant).dissimilarities()


def _correlations(data: DataSet, constant: str) -> Correlations:
    return Correlations(Expression(data, "data"), constant=constant)
