"""Data sets as the metrics accept them: checked once, then read as float64 columns of genes."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from anndata import AnnData

from gexlib.checks import SINGLE_MAX, check_finite, check_not_masked, listing

#: What the metrics accept as a data set of shape (n_samples, n_genes).
DataSet = AnnData | np.ndarray | sp.spmatrix | sp.sparray

#: Number of genes in a block. A block of correlations (2 MB) stays in a core's cache while it is used.
BLOCK = 512

#: Number of names that an error message lists.
LISTED = 5


class Expression:
    """
    A checked data set (samples x genes) with the names of its genes, if it has any.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values.
    argument : str
        The name of the data set. Error messages begin with it.
    genes : sequence of str, optional
        Names of the columns. Default: ``var_names`` of an AnnData, none for an array.

    Raises
    ------
    TypeError
        If the data set is neither an AnnData nor a numeric array, or if ``genes`` is a string.
    ValueError
        If there are fewer than 2 samples or 2 genes, if values are NaN, infinite or masked, or if ``genes`` has the
        wrong length.

    Examples
    --------
    >>> data = Expression(np.array([[1, 2], [3, 4]]), "real", genes=["crp", "fis"])
    >>> data.n_samples, data.n_genes, data.positions()
    (2, 2, {'crp': 0, 'fis': 1})
    """

    def __init__(self, data: DataSet, argument: str, genes: Sequence[str] | None = None):
        self.argument = argument
        self.order = None  # the column of each gene, if the genes are not in the order of the columns
        self.values = _checked_matrix(data, argument)
        self.names = data.var_names.to_numpy() if isinstance(data, AnnData) else None
        if genes is not None:
            self.rename(genes)
        self._check_finite()

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return self.values.shape[0]

    @property
    def n_genes(self) -> int:
        """Number of genes."""
        return self.values.shape[1]

    def rename(self, genes: Sequence[str]) -> None:
        """Name the genes ``genes``."""
        if isinstance(genes, str):
            raise TypeError(f"genes must be a sequence of names, one for each gene, not the string {genes!r}")
        names = np.array(list(genes), dtype=object)
        if names.shape != (self.n_genes,):
            raise ValueError(
                f"genes has {len(names)} names but {self.argument} has {self.n_genes} genes; "
                f"give one name for each column of {self.argument}, in order"
            )
        self.names = names

    def label(self, gene: int) -> str | int:
        """Name of the gene at this position, or the position itself if genes have no names."""
        return gene if self.names is None else self.names[gene]

    def positions(self) -> dict[str, int]:
        """Return the position of each gene by name; raise a ValueError if names repeat."""
        found = {name: i for i, name in enumerate(self.names)}
        if len(found) < len(self.names):
            repeated = [name for i, name in enumerate(self.names) if found[name] != i]
            raise ValueError(
                f"gene names of {self.argument} must be unique, but {len(repeated)} are repeated: "
                f"{listing(repeated, LISTED)}; make them unique (AnnData.var_names_make_unique) or drop the copies"
            )
        return found

    def align(self, reference: Expression) -> None:
        """Put the genes in the order of ``reference``: by name if both have names, else by position."""
        if self.names is not None and reference.names is not None:
            if np.array_equal(self.names, reference.names):
                return
            self._check_same_names(reference)
            here = self.positions()
            reference.positions()  # names must be unique there as well
            self.order = np.array([here[name] for name in reference.names])
            self.names = reference.names
        elif self.n_genes != reference.n_genes:
            raise ValueError(
                f"{reference.argument} has {reference.n_genes} genes and {self.argument} has {self.n_genes}; "
                "both need the same genes in the same order (two AnnData are matched by var_names)"
            )

    def columns(self, genes: slice | np.ndarray) -> np.ndarray:
        """Return the values of some genes as a new float64 array of shape (n_samples, n_selected)."""
        chosen = self.values[:, genes if self.order is None else self.order[genes]]
        if sp.issparse(chosen):
            chosen = chosen.toarray()
        return np.array(chosen, dtype=np.float64, order="C")  # one layout gives the same bits for any input

    def _check_same_names(self, reference: Expression) -> None:
        mine, theirs = set(self.names), set(reference.names)
        if mine == theirs:
            return
        absent = [name for name in reference.names if name not in mine]
        extra = [name for name in self.names if name not in theirs]
        parts = [
            f"{len(missing)} genes are missing from {where}: {listing(missing, LISTED)}"
            for missing, where in ((absent, self.argument), (extra, reference.argument))
            if missing
        ]
        raise ValueError(
            f"{reference.argument} and {self.argument} must hold the same genes; "
            f"{'; '.join(parts)}; keep the shared genes in both, as in data[:, shared]"
        )

    def _check_finite(self) -> None:
        sparse = sp.issparse(self.values)
        stored = self.values.data if sparse else self.values
        if stored.dtype.kind != "f":
            return
        if not np.isfinite(stored).all():
            check_finite(self.argument, self.values.toarray() if sparse else self.values, genes=self.names)
        if stored.size and np.abs(stored).max() > SINGLE_MAX:
            raise ValueError(f"{self.argument} holds values too large for single precision; rescale the data first")


def checked_pair(
    real: DataSet | Expression,
    synthetic: DataSet,
    genes: Sequence[str] | None = None,
    argument: str = "synthetic",
) -> tuple[Expression, Expression]:
    """
    Check two data sets and put the genes of the second in the order of the first.

    Parameters
    ----------
    real : data set or Expression
        An Expression is checked already, and is compared as it is.
    synthetic : data set
    genes : sequence of str, optional
        Names of the columns of ``real``. Both data sets then have them.
    argument : str
        The name of ``synthetic`` in errors.

    Returns
    -------
    real, synthetic : Expression
    """
    real = copy.copy(real) if isinstance(real, Expression) else Expression(real, "real")
    synthetic = Expression(synthetic, argument)
    synthetic.align(real)
    if genes is not None:
        real.rename(genes)
        synthetic.names = real.names
    return real, synthetic


def slices(n: int, start: int = 0, blocks: int = 1) -> list[slice]:
    """
    Cut ``range(start, n)`` into slices of at most ``BLOCK`` genes, or of that many ``blocks`` at once.

    Examples
    --------
    >>> slices(1000)
    [slice(0, 512, None), slice(512, 1000, None)]
    """
    size = blocks * BLOCK
    return [slice(i, min(i + size, n)) for i in range(start, n, size)]


def _checked_matrix(data: DataSet, argument: str) -> np.ndarray | sp.csc_matrix | sp.csc_array:
    """Return the matrix inside ``data`` if it is numeric and has at least 2 samples and 2 genes."""
    if isinstance(data, AnnData):
        values = (data.to_memory() if data.isbacked else data).X
        if values is None:
            raise ValueError(f"{argument} is an AnnData without X; put the expression values into X")
    else:
        values = data
    if not (isinstance(values, np.ndarray) or sp.issparse(values)):
        raise TypeError(
            f"{argument} must be an AnnData or a 2-D array (samples x genes), not {type(values).__name__}; "
            "wrap a DataFrame as AnnData(frame), convert others with numpy.asarray"
        )
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{argument} must hold real numbers; its dtype is {values.dtype}")
    check_not_masked(argument, values)
    if values.ndim != 2:
        raise ValueError(f"{argument} must be 2-D (samples x genes); its shape is {values.shape}")
    if values.shape[0] < 2 or values.shape[1] < 2:
        raise ValueError(
            f"{argument} has {values.shape[0]} samples and {values.shape[1]} genes; "
            "the metrics need at least 2 samples and 2 genes"
        )
    return values.tocsc() if sp.issparse(values) else np.asarray(values)
