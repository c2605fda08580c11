"""All correlations of a data set, held in memory for several scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.linalg.blas import dsyrk

from gexlib.metrics.expression import slices
from gexlib.metrics.gamma_coefficient import paired_pieces
from gexlib.metrics.regulons import Regulon
from gexlib.metrics.unit_genes import UnitGenes


class Triangle:
    """
    The correlations of all pairs of genes, computed at once and held as the strict upper triangle.

    It has the interface of :class:`gexlib.metrics.products.Products`; genes are given by their places in ``units``.

    Parameters
    ----------
    units : UnitGenes
        The genes.

    Attributes
    ----------
    values : ndarray of shape (n * (n - 1) / 2,)
        The correlations in SciPy's condensed order.
    """

    def __init__(self, units: UnitGenes):
        self.n = units.n
        self.varies = units.scale > 0
        r = dsyrk(1.0, units[slice(0, self.n)].T, lower=1).T  # only the upper triangle: half of the products
        self.values = np.concatenate([row[i:] for i, row in enumerate(r, 1)])

    def paired(self, other: Triangle) -> Iterator[tuple[np.ndarray, np.ndarray, bool]]:
        """Yield (correlations here, those of ``other``, whether they are symmetric blocks), each pair once."""
        for here, there in paired_pieces(self.values, other.values):
            yield here, there, False

    def paired_among(self, genes: np.ndarray, other: Triangle) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the correlations of pairs of ``genes`` here and in ``other``, each pair once."""
        genes = np.sort(genes)  # so that values are read in the order in which they lie
        for rows in slices(len(genes)):
            i, j = genes[rows, None], genes
            at = (condensed_row(i, self.n) + j)[i < j]
            yield self.values.take(at), other.values.take(at)

    def with_targets(self, regulons: list[Regulon]) -> np.ndarray:
        """Return the correlations of each TF with its targets, TF by TF."""
        i = np.repeat([tf for tf, _ in regulons], [len(targets) for _, targets in regulons])
        j = np.concatenate([targets for _, targets in regulons])
        r = self.values.take(condensed_row(np.minimum(i, j), self.n) + np.maximum(i, j))
        same = i == j
        r[same] = self.varies[j[same]]
        return r

    def dissimilarities(self) -> np.ndarray:
        """Return the dissimilarities 1 - r of all pairs, condensed."""
        d = 1 - self.values
        return np.clip(d, 0, 2, out=d)  # 1 - r may round to -2e-16

    def for_linkage(self) -> np.ndarray:
        """Return dissimilarities in the form that is at hand: condensed."""
        return self.dissimilarities()


def condensed_row(i: int | np.ndarray, n: int) -> int | np.ndarray:
    """
    Return the offset of row ``i`` in SciPy's condensed order: the pair (i, j), i < j, of ``n`` genes is at offset + j.

    Examples
    --------
    >>> condensed_row(0, 4) + 1, condensed_row(1, 4) + 2
    (0, 3)
    """
    return i * (2 * n - i - 1) // 2 - i - 1
