"""Data sets as the report takes them: AnnData over the genes of the test data, in their order."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from anndata import AnnData

from gexlib.metrics.expression import DataSet, Expression

__all__ = ["DataSet", "aligned", "as_anndata"]


def as_anndata(data: DataSet, argument: str, genes: Sequence[str] | None = None) -> AnnData:
    """
    Return a data set as an AnnData in memory.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
    argument : str
        The name of the argument, for errors.
    genes : sequence of str, optional
        Names of the genes. Default: those of the data set.

    Raises
    ------
    TypeError, ValueError
        If the data set is not a matrix of finite numbers with two samples and two genes or more, or `genes` do not fit.
    """
    Expression(data, argument, genes)  # checks the values and the names
    if not isinstance(data, AnnData):
        data = AnnData(data, obs=pd.DataFrame(index=[f"{argument}-{i}" for i in range(data.shape[0])]))
    data = data.to_memory() if data.isbacked else data
    return data if genes is None else _named(data, [str(gene) for gene in genes])


def aligned(data: DataSet, argument: str, test: AnnData, genes: Sequence[str] | None = None) -> AnnData:
    """
    Return a data set over the genes of `test`, in their order.

    Genes of an AnnData are matched by name. With `genes`, and in an array, they have the order of `test` already.

    Raises
    ------
    TypeError, ValueError
        If the values are not usable (:func:`as_anndata`), or the genes are not those of `test`.
    """
    if isinstance(data, AnnData) and genes is None:
        own = Expression(data, argument)
        own.align(Expression(test, "test"))
        return data if own.order is None else data[:, test.var_names].copy()
    found = as_anndata(data, argument)
    if found.n_vars != test.n_vars:
        raise ValueError(f"test has {test.n_vars} genes and {argument} has {found.n_vars}; both need the same")
    return _named(found, test.var_names)


def _named(data: AnnData, names: Sequence[str]) -> AnnData:
    data = data.copy()
    data.var_names = names
    return data
