"""Correlations that are computed block by block each time they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gexlib.metrics.device import fetched, placed
from gexlib.metrics.expression import slices
from gexlib.metrics.regulons import Regulon
from gexlib.metrics.triangle import condensed_row
from gexlib.metrics.unit_genes import UnitGenes


class Products:
    """
    Correlations as products of unit genes, computed in blocks, so that no matrix of all pairs is held.

    It has the interface of :class:`gexlib.metrics.triangle.Triangle`; genes are given by their places in ``units``.

    Parameters
    ----------
    units : UnitGenes
        The genes.
    device : str, optional
        Device of PyTorch that computes the products for a linkage. Default: NumPy does.
    """

    def __init__(self, units: UnitGenes, device: str | None = None):
        self.units = units
        self.device = device

    def blocks(self, genes: np.ndarray | None = None) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield (rows, columns, correlations) of the blocks on and above the diagonal, for all or some genes."""
        n = self.units.n if genes is None else len(genes)
        for rows in slices(n):
            left = self._unit(rows, genes)
            for columns in slices(n, rows.start):
                right = left if columns == rows else self._unit(columns, genes)
                yield rows, columns, left.T @ right

    def matrix(self, genes: np.ndarray | None = None) -> np.ndarray:
        """Return the correlations of all or some genes as a full matrix."""
        n = self.units.n if genes is None else len(genes)
        r = np.empty((n, n))
        for rows, columns, block in self.blocks(genes):
            r[rows, columns] = block
            r[columns, rows] = block.T
        np.clip(r, -1, 1, out=r)
        np.fill_diagonal(r, self.units.scale[slice(None) if genes is None else genes] > 0)
        return r

    def paired(self, other: Products) -> Iterator[tuple[np.ndarray, np.ndarray, bool]]:
        """Yield (correlations here, those of ``other``, whether they are symmetric blocks), each pair once."""
        for (rows, columns, here), (_, _, there) in zip(self.blocks(), other.blocks(), strict=True):
            yield here, there, rows == columns

    def paired_among(self, genes: np.ndarray, other: Products) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the correlations of pairs of ``genes`` here and in ``other``, each pair once."""
        for (rows, columns, here), (_, _, there) in zip(self.blocks(genes), other.blocks(genes), strict=True):
            once = ~np.tri(len(here), dtype=bool) if rows == columns else slice(None)
            yield here[once].ravel(), there[once].ravel()

    def with_targets(self, regulons: list[Regulon]) -> np.ndarray:
        """Return the correlations of each TF with its targets, TF by TF."""
        unit = self.units
        return np.concatenate([(unit[np.array([tf])].T @ unit[targets])[0] for tf, targets in regulons])

    def dissimilarities(self) -> np.ndarray:
        """Return the dissimilarities 1 - r of all pairs, condensed."""
        n = self.units.n
        d = np.empty(n * (n - 1) // 2)
        for rows, columns, block in self.blocks():
            np.clip(np.subtract(1, block, out=block), 0, 2, out=block)  # 1 - r may round to -2e-16
            for i in range(rows.start, rows.stop):
                first = max(columns.start, i + 1)
                at = condensed_row(i, n)
                d[at + first : at + columns.stop] = block[i - rows.start, first - columns.start :]
        return d

    def for_linkage(self) -> np.ndarray:
        """Return dissimilarities as a full matrix, the form that is fast for many genes; ``device`` computes them."""
        n = self.units.n
        d = np.empty((n, n))
        for rows in slices(n, blocks=4):
            left = placed(self.units[rows], self.device)
            for columns in slices(n, rows.start, blocks=4):
                right = left if columns == rows else placed(self.units[columns], self.device)
                block = d[rows, columns]
                np.subtract(1, fetched(left.T @ right), out=block)
                np.clip(block, 0, 2, out=block)
                if rows != columns:
                    d[columns, rows] = block.T
        return d

    def _unit(self, part: slice, genes: np.ndarray | None) -> np.ndarray:
        return self.units[part if genes is None else genes[part]]
