"""Checks of arguments that several rooms share; their errors name the argument, its value and a way out."""

from __future__ import annotations

import gzip
import operator
import os
import stat
import zlib
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

if TYPE_CHECKING:
    import torch


SINGLE_MAX = float(np.finfo(np.float32).max)  # the largest number in single precision, 3.4e38
LAST_SEED = 2**32 - 1  # scikit-learn takes no larger one


def whole_number(argument: str, value: int, least: int, most: int | None = None) -> int:
    """
    Return ``value`` as an int from ``least`` to ``most``, or raise an error that names ``argument``.

    The most that an argument ``seed`` may be is ``LAST_SEED``.

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
    most = LAST_SEED if argument == "seed" else most
    if most is not None and number > most:
        raise ValueError(f"{argument} must be at most {most}, not {number}")
    return number


def share(argument: str, value: float) -> float:
    """
    Return ``value``, such as the level of an interval, if it is between 0 and 1; raise an error if not.

    Examples
    --------
    >>> share("level", 95)
    Traceback (most recent call last):
    ValueError: level=95 must be between 0 and 1, such as 0.95 for 95 %
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, float | int | np.number):
        raise TypeError(
            f"{argument}={value!r} is a {type(value).__name__}; give a number between 0 and 1, such as 0.95"
        )
    if not 0 < value < 1:
        raise ValueError(f"{argument}={value} must be between 0 and 1, such as 0.95 for 95 %")
    return value


def check_memory(what: str, n_bytes: float, ask: str) -> None:
    """
    Raise a ValueError if something needs more memory than this machine has, before it takes all of it.

    Parameters
    ----------
    what : str
        What needs the memory, for the error.
    n_bytes : number
        The least that it needs.
    ask : str
        What to give instead, for the error.

    Examples
    --------
    >>> check_memory("n_samples=1000000000000", 8e15, "give fewer")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: n_samples=1000000000000 needs at least 8,000,000.0 GB of memory, but this machine has ... GB; give fewer
    """
    try:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return
    if 0 < there < n_bytes:
        least, most = f"{n_bytes / 1e9:,.1f} GB", f"{there / 1e9:,.1f} GB"
        raise ValueError(f"{what} needs at least {least} of memory, but this machine has {most}; {ask}")


def existing_file(path: str | Path, ask: str) -> Path:
    """
    Return the path of a file that can be read to its end, or raise an error that ends with what to give.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is a pipe, a socket or a device: to read it may never end.

    Examples
    --------
    >>> existing_file("/dev/zero", "give a table of text")
    Traceback (most recent call last):
    ValueError: /dev/zero is a pipe or a device, whose end may never come; copy its content into a file, and give that
    """
    path = Path(path)
    try:
        there = path.exists() and not path.is_dir()
    except OSError as error:  # such as a name that is too long
        raise FileNotFoundError(f"there is no file {str(path)[:200]} ({error.strerror}); {ask}") from None
    if not there:
        raise FileNotFoundError(f"there is no file {path}; {ask}")
    if not path.is_file():
        raise ValueError(
            f"{path} is a pipe or a device, whose end may never come; copy its content into a file, and give that"
        )
    return path


def whole_text(path: str | Path, ask: str) -> str:
    r"""
    Return the text of a file, in UTF-8 and gzipped or not, or raise an error that names the file and the line.

    A byte order mark at its beginning is dropped: it would become a part of the first name.

    Raises
    ------
    FileNotFoundError
        If there is no such file; the message ends with what to give.
    ValueError
        If the file is not whole, not in UTF-8, or holds a zero byte.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "genes.txt")
    ...     _ = path.write_bytes("crp\nlacZ".encode("utf-8-sig"))
    ...     whole_text(path, "give a list of genes").split()
    ['crp', 'lacZ']
    """
    path = existing_file(path, ask)
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is not a whole file ({error}); get it again") from error
    place = content.find(b"\0")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start if place < 0 else min(place, error.start)
    if place >= 0:
        line = content.count(b"\n", 0, place) + 1
        raise ValueError(
            f"{path}, line {line}: the byte {content[place]:#04x} is no text in UTF-8; save the file in UTF-8, or get "
            f"it again"
        )
    return text


def check_files_in(folder: str | Path) -> None:
    """Raise a ValueError if a folder holds, at any depth, a pipe, a socket or a device: to read it may never end."""
    seen, folders = set(), [Path(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                try:
                    state = entry.stat()
                except OSError:  # a link to nowhere
                    continue
                if stat.S_ISREG(state.st_mode):
                    continue
                if not stat.S_ISDIR(state.st_mode):
                    existing_file(entry.path, "give a store of files")
                if (place := (state.st_dev, state.st_ino)) not in seen:  # links may lead back
                    seen.add(place)
                    folders.append(Path(entry.path))


def check_anndata(argument: str, data: AnnData) -> None:
    """
    Raise a TypeError if a data set is not an AnnData.

    Examples
    --------
    >>> check_anndata("train", np.ones((2, 2)))
    Traceback (most recent call last):
    TypeError: train must be an AnnData, not ndarray; wrap it: AnnData(x)
    """
    if not isinstance(data, AnnData):
        raise TypeError(f"{argument} must be an AnnData, not {type(data).__name__}; wrap it: AnnData(x)")


def check_not_masked(argument: str, x) -> None:
    """
    Raise a ValueError if an array has masked values, which would be taken for measured ones.

    Examples
    --------
    >>> check_not_masked("x", np.ma.masked_less([1.0, 2.0], 1.5))
    Traceback (most recent call last):
    ValueError: x is a masked array with masked values; impute them, as with x.filled(value)
    """
    if np.ma.is_masked(x):
        raise ValueError(f"{argument} is a masked array with masked values; impute them, as with x.filled(value)")


def expression_matrix(data: AnnData, argument: str) -> np.ndarray:
    """
    Return the expression values of a data set, dense and finite.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
    argument : str
        The name of the argument, for the error.

    Returns
    -------
    ndarray, shape (n_samples, n_genes)
        Of the type of ``X``; ``X`` itself if that is a dense array.

    Raises
    ------
    TypeError
        If ``data`` is not an AnnData, or ``X`` does not hold real numbers.
    ValueError
        If it has no ``X`` or no genes, or NaN or infinite values; the message names the first sample and gene. If two
        columns of ``obs`` or of ``var`` have one name.
    """
    check_anndata(argument, data)
    if data.X is None:
        raise ValueError(f"{argument} has no X; put the expression values into X")
    if data.n_vars == 0:
        raise ValueError(f"{argument} has no genes; were they all filtered out?")
    check_table(f"{argument}.obs", data.obs)
    check_table(f"{argument}.var", data.var)
    check_real(f"{argument}.X", data.X)
    check_not_masked(f"{argument}.X", data.X)
    x = data.X.toarray() if sparse.issparse(data.X) else np.asarray(data.X)
    check_finite(f"{argument}.X", x, data.obs_names, data.var_names)
    return x


def check_real(argument: str, x) -> None:
    """
    Raise a TypeError if an array or a sparse matrix does not hold real numbers.

    Examples
    --------
    >>> check_real("x", np.array([1 + 2j]))
    Traceback (most recent call last):
    TypeError: x has the dtype complex128; give real numbers, such as float32
    """
    dtype = np.dtype(getattr(x, "dtype", object))
    if dtype.kind not in "fiub":
        raise TypeError(f"{argument} has the dtype {dtype}; give real numbers, such as float32")


def on_disk(data: AnnData) -> bool:
    """Return whether expression is on the disk: a backed AnnData, one on an array in a file, or a view of either."""
    if not isinstance(data, AnnData):
        return False
    source = data._adata_ref if data.is_view else data  # reading the X of a view would read all of it
    return data.isbacked or not isinstance(source.X, np.ndarray | sparse.sparray | sparse.spmatrix | None)


def provenance(data: AnnData) -> dict[str, str]:
    """
    Return ``uns["provenance"]`` as texts by their names; nothing of what other programs keep there in another form.

    Examples
    --------
    >>> provenance(AnnData(np.ones((1, 1)), uns={"provenance": {"unit": "log2(TPM + 1)"}}))
    {'unit': 'log2(TPM + 1)'}
    >>> provenance(AnnData(np.ones((1, 1)), uns={"provenance": "from a colleague"}))
    {}
    """
    found = data.uns.get("provenance")
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}


def finite_matrix(x: np.ndarray) -> np.ndarray:
    """Return `x` as a matrix of at least two samples of finite real numbers, or raise an error."""
    x = np.asarray(x)
    check_real("x", x)
    if x.ndim != 2 or len(x) < 2:
        raise ValueError(f"x has shape {x.shape}; give a matrix (n_samples, n_genes) of at least two samples")
    check_finite("x", x)
    return x


def check_finite(
    argument: str, x: np.ndarray, samples: Sequence[str] | None = None, genes: Sequence[str] | None = None
) -> None:
    """
    Raise a ValueError if a matrix (n_samples, n_genes) has values that are NaN or infinite, also in single precision.

    The error names the first of them by the names in ``samples`` and ``genes``, or by its row and column.

    Examples
    --------
    >>> check_finite("train.X", np.array([[1.0, np.nan]]), ["s1"], ["crp", "fis"])
    Traceback (most recent call last):
    ValueError: train.X has values that are NaN or infinite (1 in all), the first in sample 's1', gene 'fis'; remove or
    impute them first
    """
    finite = np.isfinite(x)
    if x.dtype.kind == "f" and x.dtype.itemsize > 4:
        finite &= np.abs(x) <= SINGLE_MAX
    if finite.all():
        return
    row, column = np.argwhere(~finite)[0]
    sample = f"row {row}" if samples is None else f"sample {samples[row]!r}"
    gene = f"column {column}" if genes is None else f"gene {genes[column]!r}"
    raise ValueError(
        f"{argument} has values that are NaN or infinite ({np.sum(~finite)} in all), the first in {sample}, {gene}; "
        f"remove or impute them first"
    )


def check_fitted(estimator: object, attribute: str, way_out: str = "call fit first") -> None:
    """
    Raise scikit-learn's ``NotFittedError`` (a ValueError) if ``estimator`` lacks an attribute that fitting sets.

    Examples
    --------
    >>> check_fitted(object(), "mean_")
    Traceback (most recent call last):
    sklearn.exceptions.NotFittedError: this object is not fitted; call fit first
    """
    if not hasattr(estimator, attribute):
        from sklearn.exceptions import NotFittedError

        raise NotFittedError(f"this {type(estimator).__name__} is not fitted; {way_out}")


def column_names(argument: str, names: Sequence[str]) -> list[str]:
    """
    Return names of columns as a list, or raise an error if they are not a list or one of them comes twice.

    Examples
    --------
    >>> column_names("within", "tissue")
    Traceback (most recent call last):
    TypeError: within='tissue' must be a list of names of columns, such as ['tissue']; [] if there are none
    """
    ordered = isinstance(names, Iterable) and not isinstance(names, str | Set)
    found = list(names) if ordered else [names]
    if not ordered or not all(isinstance(name, str) for name in found):
        first = names if isinstance(names, str) else "tissue"
        raise TypeError(
            f"{argument}={names!r} must be a list of names of columns, such as [{first!r}]; [] if there are none"
        )
    names = found
    if len(set(names)) < len(names):
        raise ValueError(f"{argument}={names} names a column twice; name each once")
    return names


def check_table(argument: str, table: pd.DataFrame) -> None:
    """
    Raise an error if a table is not a DataFrame, has names of several levels, or has two columns of one name.

    Examples
    --------
    >>> check_table("obs", pd.DataFrame([[1, 2]], columns=["age", "age"]))
    Traceback (most recent call last):
    ValueError: obs has more than one column named 'age'; rename or remove all but one
    """
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{argument} is a {type(table).__name__}; give a DataFrame with one row a sample")
    for axis, names in (("index", table.index), ("columns", table.columns)):
        if isinstance(names, pd.MultiIndex):
            raise TypeError(
                f"{argument}.{axis} is a MultiIndex, such as {names[0] if len(names) else ()}; join its levels to one "
                f"text: {argument}.{axis} = ['_'.join(map(str, name)) for name in {argument}.{axis}]"
            )
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()].unique()
        raise ValueError(f"{argument} has more than one column named {listing(twice)}; rename or remove all but one")


def check_columns(
    argument: str, names: Sequence[str], table: pd.DataFrame, where: str = "obs", complete: bool = False
) -> None:
    """
    Raise an error if a table lacks a column or, with ``complete``, a column lacks a value.

    It is a ValueError. It is a TypeError if a column holds lists, dicts or arrays, or the table is none
    (:func:`check_table`).

    Parameters
    ----------
    argument : str
        The name of the argument that names the columns, for the error.
    names : sequence of str
        The columns.
    table : DataFrame
        The table that must have them.
    where : str
        The name of the table, for the error.
    complete : bool
        Whether missing values are an error.

    Examples
    --------
    >>> check_columns("by", ["donor"], pd.DataFrame({"tissue": ["lung"]}))
    Traceback (most recent call last):
    ValueError: by='donor' is not a column of obs; columns: 'tissue'
    """
    check_table(where, table)
    for name in names:
        if not isinstance(name, Hashable) or name not in table:
            raise ValueError(f"{argument}={name!r} is not a column of {where}; columns: {listing(table.columns)}")
        held = table[name] if table[name].dtype == object else ()
        if odd := [value for value in held if not isinstance(value, Hashable)]:
            raise TypeError(
                f"{argument}={name!r} has the value {odd[0]!r:.60} in {where}, a {type(odd[0]).__name__}; "
                f"give texts or numbers"
            )
        if complete and (missing := int(table[name].isna().sum())):
            raise ValueError(
                f"{argument}={name!r} has {missing} missing values in {where}; make them a level, such as 'unknown', "
                f"or leave these samples out"
            )


def usable_device(device: str, always: str) -> torch.device:
    """
    Return the device of PyTorch with that name, or raise a ValueError if it cannot compute here.

    ``always`` names the devices that can always be used, for the error.

    Examples
    --------
    >>> usable_device("cpu", always="'cpu'")
    device(type='cpu')
    """
    import torch

    try:
        chosen = torch.device(device)
        torch.empty(0, device=chosen).cpu()  # "meta" has no values
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={device!r} cannot be used here ({reason}); {always} always can") from None
    return chosen


def listing(values: Sequence, most: int = 20) -> str:
    """
    Return values as an error lists them, with their number if there are more than `most`.

    Examples
    --------
    >>> listing(["crp", "fis", "fnr"], most=2)
    "'crp', 'fis', ... (3 in all)"
    """
    some = (v.item() if isinstance(v, np.generic) else v for v in list(values)[:most])
    shown = ", ".join(map(repr, some)) or "none"
    return shown + (f", ... ({len(values)} in all)" if len(values) > most else "")
