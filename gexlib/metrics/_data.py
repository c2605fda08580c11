"""What the metrics accept as a data set: checked once, then handed out as float64 blocks of genes."""

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from anndata import AnnData
from scipy.linalg.blas import dsyrk

DataSet = AnnData | np.ndarray | sp.spmatrix | sp.sparray

#: Genes per block: a block of correlations (2 MB) stays in a core's cache while its statistics are taken.
BLOCK = 512


def list_some(names: Sequence, most: int = 5) -> str:
    """The first few of ``names``, quoted where they are strings, for an error message."""
    shown = ", ".join(repr(n.item() if isinstance(n, np.generic) else n) for n in names[:most])
    return shown + (", ..." if len(names) > most else "")


class Expression:
    """
    A checked data set (samples x genes) with the names of its genes, if it has any.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values.
    argument : str
        What the caller calls the data set; error messages begin with it.
    genes : sequence of str, optional
        Names of the columns. Default: ``var_names`` of an AnnData, none for an array.
    """

    def __init__(self, data: DataSet, argument: str, genes: Sequence[str] | None = None):
        self.argument = argument
        self.order = None  # column of each gene, where it is not its position
        names = data.var_names.to_numpy() if isinstance(data, AnnData) else None
        self.values = _checked_values(data, argument)
        self.names = names
        if genes is not None:
            self.rename(genes)
        self._check_finite()

    @property
    def n_genes(self) -> int:
        """Number of genes."""
        return self.values.shape[1]

    def rename(self, genes: Sequence[str]) -> None:
        """Take ``genes`` as the names of the genes."""
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
        """Name of the gene at this position, or the position where genes have no names."""
        return gene if self.names is None else self.names[gene]

    def positions(self) -> dict[str, int]:
        """Position of each gene by name; gene names must be unique."""
        found = {name: i for i, name in enumerate(self.names)}
        if len(found) < len(self.names):
            repeated = [n for i, n in enumerate(self.names) if found[n] != i]
            raise ValueError(
                f"gene names of {self.argument} must be unique, but {len(repeated)} are repeated: "
                f"{list_some(repeated)}; make them unique (AnnData.var_names_make_unique) or drop the copies"
            )
        return found

    def align(self, reference: "Expression") -> None:
        """Put the genes in the order of ``reference``, by name where both have names."""
        if self.names is not None and reference.names is not None:
            if np.array_equal(self.names, reference.names):
                return
            mine, theirs = set(self.names), set(reference.names)
            if mine != theirs:
                lost = [n for n in reference.names if n not in mine]
                extra = [n for n in self.names if n not in theirs]
                parts = [
                    f"{len(missing)} genes are missing from {where}: {list_some(missing)}"
                    for missing, where in ((lost, self.argument), (extra, reference.argument))
                    if missing
                ]
                raise ValueError(
                    f"{reference.argument} and {self.argument} must hold the same genes; "
                    f"{'; '.join(parts)}; keep the shared genes in both, as in data[:, shared]"
                )
            here = self.positions()
            reference.positions()  # unique there as well
            self.order = np.array([here[n] for n in reference.names])
            self.names = reference.names
        elif self.n_genes != reference.n_genes:
            raise ValueError(
                f"{reference.argument} has {reference.n_genes} genes and {self.argument} has {self.n_genes}; "
                "both need the same genes in the same order (two AnnData are matched by var_names)"
            )

    def columns(self, genes: slice | np.ndarray) -> np.ndarray:
        """Values of some genes as a new float64 array of shape (n_samples, n_selected)."""
        chosen = self.values[:, genes if self.order is None else self.order[genes]]
        if sp.issparse(chosen):
            chosen = chosen.toarray()
        return np.array(chosen, dtype=np.float64, order="C")  # one layout, so the same bits for any input

    def _check_finite(self) -> None:
        stored = self.values.data if sp.issparse(self.values) else self.values
        if stored.dtype.kind != "f" or np.isfinite(stored).all():
            return
        if sp.issparse(self.values):
            bad = ~np.isfinite(stored)
            entries = self.values.tocoo()
            where = sorted(zip(entries.row[bad].tolist(), entries.col[bad].tolist(), strict=True))
        else:
            where = np.argwhere(~np.isfinite(stored)).tolist()
        sample, gene = where[0]
        name = "" if self.names is None else f" ({self.names[gene]!r})"
        raise ValueError(
            f"{self.argument} has {len(where)} values that are NaN or infinite, the first in row {sample}, "
            f"column {gene}{name}; remove or impute them first"
        )


def _checked_values(data: DataSet, argument: str) -> np.ndarray | sp.csc_matrix | sp.csc_array:
    """The matrix inside ``data``, of a numeric type and a shape that correlations can be taken of."""
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
    if values.ndim != 2:
        raise ValueError(f"{argument} must be 2-D (samples x genes); its shape is {values.shape}")
    if values.shape[0] < 2 or values.shape[1] < 2:
        raise ValueError(
            f"{argument} has {values.shape[0]} samples and {values.shape[1]} genes; "
            "the metrics need at least 2 samples and 2 genes"
        )
    return values.tocsc() if sp.issparse(values) else np.asarray(values)


def checked_pair(
    real: DataSet | Expression,
    synthetic: DataSet,
    genes: Sequence[str] | None = None,
    argument: str = "synthetic",
) -> tuple[Expression, Expression]:
    """
    Check two data sets, put the genes of the second in the order of the first, and name them ``genes``.

    A ``real`` that is checked already stays as it is, to be compared with other data sets.
    """
    x = copy.copy(real) if isinstance(real, Expression) else Expression(real, "real")
    z = Expression(synthetic, argument)
    z.align(x)
    if genes is not None:
        x.rename(genes)
        z.names = x.names
    return x, z


class UnitGenes:
    """
    Genes centred and scaled to unit length, so that their inner products are Pearson correlations.

    Only the mean and scale of each gene are kept; blocks are made anew from the data, in float64, when asked
    for. So no float64 copy of a data set is held.

    Parameters
    ----------
    data : Expression
        The data set.
    genes : ndarray of int, optional
        Positions of the genes wanted. Default: all.
    constant : {"raise", "zero"}
        What to do about genes of standard deviation 0, whose correlation is undefined: raise an error, or
        count their correlations as 0.
    """

    def __init__(self, data: Expression, genes: np.ndarray | None = None, constant: str = "raise"):
        if constant not in ("raise", "zero"):
            raise ValueError(f"constant must be 'raise' or 'zero', not {constant!r}")
        self.data = data
        self.genes = genes
        self.n = data.n_genes if genes is None else len(genes)
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
                f"undefined: {list_some(labels)}; leave them out of both data sets, or pass constant='zero' "
                "to count their correlations as 0"
            )
        length[flat] = np.inf
        self.scale = 1 / length  # 0 for constant genes, and so are their correlations
        self.held = None

    def hold(self) -> None:
        """Compute all correlations now and keep them in SciPy's condensed order, for several scores."""
        r = dsyrk(1.0, self[slice(0, self.n)].T, lower=1).T  # only the upper triangle: half of the products
        self.held = np.concatenate([row[i:] for i, row in enumerate(r, 1)])

    def held_pairs(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """The held correlations of the pairs of genes (i, j), in any order."""
        r = self.held.take(condensed_row(np.minimum(i, j), self.n) + np.maximum(i, j))
        same = i == j
        r[same] = self.scale[j[same]] > 0
        return r

    def _columns(self, genes: slice | np.ndarray) -> np.ndarray:
        return self.data.columns(genes if self.genes is None else self.genes[genes])

    def __getitem__(self, genes: slice | np.ndarray) -> np.ndarray:
        """Unit vectors of some genes, float64 of shape (n_samples, n_selected)."""
        x = self._columns(genes)
        x -= self.mean[genes]
        x *= self.scale[genes]
        return x

    def between(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Correlations of some genes with others, shape (n_rows, n_columns)."""
        left = self[rows]
        return left.T @ (left if columns is rows else self[columns])

    def blocks_among(self, genes: np.ndarray) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield (rows, columns, correlations) for the blocks on and above the diagonal of those of some genes."""
        units = self[genes]
        for rows in slices(len(genes)):
            for columns in slices(len(genes), rows.start):
                yield rows, columns, units[:, rows].T @ units[:, columns]

    def correlation_blocks(self) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """Yield (rows, columns, correlations) for the blocks on and above the diagonal, row by row."""
        for rows in slices(self.n):
            left = self[rows]
            for columns in slices(self.n, rows.start):
                right = left if columns == rows else self[columns]
                yield rows, columns, left.T @ right


def condensed_row(i: int | np.ndarray, n: int) -> int | np.ndarray:
    """SciPy's condensed order of the pairs of ``n`` genes has the pair (i, j), i < j, at this + j."""
    return i * (2 * n - i - 1) // 2 - i - 1


def slices(n: int, start: int = 0, size: int | None = None) -> list[slice]:
    """Cut ``range(start, n)`` into slices of at most ``size``, by default ``BLOCK``."""
    size = size or BLOCK
    return [slice(i, min(i + size, n)) for i in range(start, n, size)]
