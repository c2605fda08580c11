"""Genes as vectors of length 1, whose inner products are Pearson correlations."""

from __future__ import annotations

import numpy as np

from gexlib.checks import listing
from gexlib.metrics.expression import LISTED, Expression, slices


class UnitGenes:
    """
    Genes that are centred and scaled to length 1, so that their inner products are Pearson correlations.

    Only the mean and the scale of each gene are kept. Unit vectors are computed from the data, in float64, each time
    they are asked for. So no float64 copy of a data set is held.

    Parameters
    ----------
    data : Expression
        The data set.
    genes : ndarray of int, optional
        Positions of the wanted genes in the data set, ascending. Default: all.
    constant : {"raise", "zero"}
        What to do if genes have a standard deviation of 0, so that their correlations are undefined: raise an error,
        or count their correlations as 0.

    Attributes
    ----------
    n : int
        Number of genes.
    mean, scale : ndarray of shape (n,)
        Mean of each gene, and 1 over its length after centring. The scale of a constant gene is 0.

    Raises
    ------
    ValueError
        If genes are constant (unless ``constant="zero"``), or values are too large to be squared.
    """

    def __init__(self, data: Expression, genes: np.ndarray | None = None, constant: str = "raise"):
        if constant not in ("raise", "zero"):
            raise ValueError(f"constant must be 'raise' or 'zero', not {constant!r}")
        self.data = data
        self.genes = genes
        self.n = data.n_genes if genes is None else len(genes)
        self._place = np.arange(data.n_genes)
        if genes is not None:
            self._place[genes] = np.arange(self.n)
        self.mean = np.empty(self.n)
        length = np.empty(self.n)
        flat = np.empty(self.n, dtype=bool)
        with np.errstate(over="ignore", invalid="ignore"):
            for part in slices(self.n):
                x = self._columns(part)
                flat[part] = x.min(axis=0) == x.max(axis=0)
                self.mean[part] = x.mean(axis=0)
                x -= self.mean[part]
                length[part] = np.sqrt(np.einsum("ij,ij->j", x, x))
        flat |= length < 1e-150  # differences too small to be squared
        if not np.isfinite(length).all():
            raise ValueError(f"{data.argument} holds values too large to be squared in float64; rescale the data first")
        if flat.any() and constant == "raise":
            at = np.nonzero(flat)[0]
            labels = [data.label(i) for i in (at if genes is None else genes[at])]
            raise ValueError(
                f"{data.argument} has {len(at)} constant genes (standard deviation 0), whose correlation is "
                f"undefined: {listing(labels, LISTED)}; leave them out of both data sets, or pass constant='zero' "
                "to count their correlations as 0"
            )
        length[flat] = np.inf
        self.scale = 1 / length  # 0 for constant genes, which makes their correlations 0

    def places(self, genes: int | np.ndarray) -> int | np.ndarray:
        """Return the places in this object of genes that are given by their positions in the data set."""
        return self._place[genes]

    def __getitem__(self, places: slice | np.ndarray) -> np.ndarray:
        """Return unit vectors of the genes at these places, float64 of shape (n_samples, n_selected)."""
        x = self._columns(places)
        x -= self.mean[places]
        x *= self.scale[places]
        return x

    def _columns(self, places: slice | np.ndarray) -> np.ndarray:
        return self.data.columns(places if self.genes is None else self.genes[places])
