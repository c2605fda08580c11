"""Checks of arguments that several rooms share; the errors name the argument, the value and the way out."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING

import anndata
import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import torch


def whole_number(argument: str, value: int, least: int) -> int:
    """
    Return ``value`` as an int of at least ``least``, or raise an error that names ``argument``.

    Examples
    --------
    >>> whole_number("seed", -1, least=0)
    Traceback (most recent call last):
    ValueError: seed must be at least 0, not -1
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{argument} must be a whole number, not {value!r}") from None
    if number < least:
        raise ValueError(f"{argument} must be at least {least}, not {number}")
    return number


def expression_matrix(data: anndata.AnnData, argument: str) -> np.ndarray:
    """
    The expression values of a data set, dense and finite.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
    argument : str
        What the caller's user calls it, for the error.

    Returns
    -------
    ndarray, shape (n_samples, n_genes)
        Of the type of ``X``; ``X`` itself if that is a dense array.

    Raises
    ------
    TypeError
        If it is not an AnnData.
    ValueError
        If it has no ``X``, or NaN or infinite values; the message names the first sample and gene.
    """
    if not isinstance(data, anndata.AnnData):
        raise TypeError(f"{argument} must be an AnnData, not {type(data).__name__}; wrap it: anndata.AnnData(x)")
    if data.X is None:
        raise ValueError(f"{argument} has no X; put the expression values into X")
    x = data.X.toarray() if sparse.issparse(data.X) else np.asarray(data.X)
    if not np.isfinite(x).all():
        sample, gene = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(
            f"{argument}.X has {np.sum(~np.isfinite(x))} values that are NaN or infinite, the first in sample "
            f"{data.obs_names[sample]!r}, gene {data.var_names[gene]!r}; remove or impute them first"
        )
    return x


def finite_matrix(x: np.ndarray) -> np.ndarray:
    """`x` as a matrix of two samples or more without missing values, or a ValueError that says what is wrong."""
    x = np.asarray(x)
    if x.ndim != 2 or len(x) < 2:
        raise ValueError(f"x has shape {x.shape}; give a matrix (n_samples, n_genes) of two samples or more")
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(f"x[{row}, {column}] is {x[row, column]}; remove or impute missing values first")
    return x


def usable_device(device: str, always: str) -> torch.device:
    """
    The device of PyTorch of that name, or a ValueError if it cannot compute here; ``always`` says what can.

    Examples
    --------
    >>> usable_device("cpu", always="'cpu'")
    device(type='cpu')
    """
    import torch

    try:
        chosen = torch.device(device)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={device!r} cannot be used here ({reason}); {always} always can") from None
    return chosen


def listing(values: Sequence, most: int = 20) -> str:
    """
    Values as an error lists them, and how many there are if that is more than `most`.

    Examples
    --------
    >>> listing(["crp", "fis", "fnr"], most=2)
    "'crp', 'fis', ... (3 in all)"
    """
    shown = ", ".join(repr(v) for v in list(values)[:most])
    return shown + (f", ... ({len(values)} in all)" if len(values) > most else "")
