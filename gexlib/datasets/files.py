"""Data sets in files."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import anndata
import h5py
import pandas as pd
from anndata import AnnData

from gexlib.atomic import whole_file
from gexlib.checks import check_files_in, existing_file
from gexlib.explained import explained


@explained
def read(path: str | Path, backed: bool = False) -> AnnData:
    """
    Read a data set from an ``.h5ad`` file, or from a Zarr store as ``AnnData.write_zarr`` makes it (a folder).

    Parameters
    ----------
    path : path
    backed : bool
        Whether to leave the expression values, ``X``, on the disk, for data that do not fit into memory.

    Returns
    -------
    AnnData

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the path is not a whole ``.h5ad`` file or Zarr store. A Zarr store that lacks chunks of ``X`` is not whole,
        as they would read as zeros.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> path = Path(tempfile.mkdtemp(), "ones.h5ad")
    >>> write(AnnData(np.ones((2, 3), "float32")), path)
    >>> read(path).shape
    (2, 3)
    """
    path = Path(path)
    if not (path / "X").exists():
        existing_file(path, "give the path of an .h5ad file or a Zarr store")
    if not path.is_dir() and path.suffix in (".csv", ".tsv", ".txt", ".tab", ".gz"):
        raise ValueError(
            f"{path} is a table of text: gexlib.datasets.read_tables reads it with a table of covariates, and the "
            f"command gexlib prepare makes an .h5ad file of the two"
        )
    if path.is_dir():
        return _read_zarr(path, backed)
    with _foreign_errors(path, "whole .h5ad file of an AnnData"):
        return anndata.read_h5ad(path, backed="r" if backed else None)


@contextmanager
def _foreign_errors(path: Path, what: str) -> Iterator[None]:
    """Turn whatever HDF5, Zarr and anndata raise on a file that is not what it should be into one error."""
    try:
        yield
    except (MemoryError, Warning):
        raise
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0] or type(error).__name__
        raise ValueError(f"{path} is not a {what}: {reason}") from error


def _read_zarr(path: Path, backed: bool) -> AnnData:
    import zarr  # anndata brings it

    check_files_in(path)
    with _foreign_errors(path, "whole Zarr store of an AnnData"):
        group = zarr.open_group(path, mode="r")
        x = group["X"]
        for array in (x,) if isinstance(x, zarr.Array) else _stored(x):
            if (lost := array.nchunks - array.nchunks_initialized) > 0:
                raise ValueError(
                    f"{lost} of {array.nchunks} chunks of {array.name} are not there, and would read as zeros. If they "
                    f"are zeros, write the store with zarr.config.set({{'array.write_empty_chunks': True}})"
                )
        if not isinstance(x, zarr.Array):
            _check_ends(x)
        if not backed:
            return anndata.read_zarr(path)
        parts = {name: anndata.io.read_elem(group[name]) for name in ("obs", "var", "uns") if name in group}
        return AnnData(x if isinstance(x, zarr.Array) else anndata.io.sparse_dataset(x), **parts)


def _stored(x) -> tuple:
    """Return the arrays of a sparse matrix in a Zarr store; without a value, those of its zeros need no chunk."""
    return (x["data"], x["indices"], *([x["indptr"]] if x["data"].size else []))


def _check_ends(x) -> None:
    """Raise a ValueError if the rows (or columns) of a sparse matrix in a Zarr store do not hold all of its values."""
    values, indices, end = x["data"].size, x["indices"].size, int(x["indptr"][-1])
    if not values == indices == end:
        raise ValueError(f"{x.name} has {values} values and {indices} indices, but {x.name}/indptr ends at {end}")


@explained
def write(data: AnnData, path: str | Path) -> None:
    """
    Write a data set as a compressed ``.h5ad`` file, whole or not at all.

    Parameters
    ----------
    data : AnnData
    path : path
        The folder is made if it does not exist. A file that is there is replaced once the new one is complete.

    Raises
    ------
    ValueError
        If the name does not end in ``.h5ad``, or a column or an entry has a name that the format cannot hold.
    OSError
        If the file cannot be written, as on a full disk; a file that was there stays as it was.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(AnnData(np.ones((2, 3), "float32")), f"{folder}/ones.h5ad")
    ...     read(f"{folder}/ones.h5ad").shape
    (2, 3)
    """
    check_name(path)
    check_names_in(data)
    with whole_file(path) as part:
        write_part(data, part, compression="gzip")


def check_name(path: str | Path) -> None:
    """Raise a ValueError if :func:`write` cannot write to a file of that name."""
    if Path(path).suffix != ".h5ad":
        raise ValueError(f"path={str(path)!r} must end in .h5ad, the format that is written")


def check_names_in(data: AnnData) -> None:
    """
    Raise a ValueError if a column or an entry of a data set has a name that an ``.h5ad`` file cannot hold.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> check_names_in(AnnData(np.ones((1, 1), "float32"), obs=pd.DataFrame({"mg/l": [5]}, index=["s1"])))
    Traceback (most recent call last):
    ValueError: obs['mg/l']: an .h5ad file cannot hold the name 'mg/l'; rename it, without '/' and neither empty nor '.'
    """
    parts = {part: getattr(data, part) for part in ("obs", "var", "uns", "obsm", "varm", "obsp", "varp", "layers")}
    for part, entries in parts.items():
        for place, name in _names(part, entries):
            if name in ("", ".") or "/" in name or "\0" in name:
                raise ValueError(
                    f"{place}: an .h5ad file cannot hold the name {name!r}; rename it, without '/' and neither empty "
                    f"nor '.'"
                )


def _names(place: str, entries: Mapping | pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the place and the name of each entry that has a text for a name, also of those inside others."""
    for name in entries:
        if isinstance(name, str):
            yield f"{place}[{name!r}]", name
        if not isinstance(entries, pd.DataFrame) and isinstance(entries[name], Mapping | pd.DataFrame):
            yield from _names(f"{place}[{name!r}]", entries[name])


def write_part(data: AnnData, path: Path, compression: str | None = None, **attributes: str) -> None:
    """
    Write an ``.h5ad`` file with further attributes, and raise an OSError if it cannot be written.

    If a write fails in HDF5, the process dies of a segmentation fault, at once or when it ends. So HDF5 writes to a
    Python file here. That file hides the first failure from HDF5 until it is closed.
    """
    data = _writable(data)
    data.strings_to_categoricals()
    with path.open("wb+", buffering=0) as raw:
        file = _UnfailingFile(raw)
        try:
            with h5py.File(file, "w") as h5:
                anndata.io.write_elem(h5, "/", data, dataset_kwargs={"compression": compression})
                h5.attrs.update(attributes)
        finally:
            if file.failure is not None:  # whether or not HDF5 has noticed
                raise file.failure


def _writable(data: AnnData) -> AnnData:
    """Return the data, or a copy if obs or var have columns of objects that HDF5 does not take as they are."""
    tables = {"obs": data.obs, "var": data.var}
    odd = {table: [name for name, column in frame.items() if _is_odd(column)] for table, frame in tables.items()}
    if any(odd.values()):
        data = data.copy()  # the caller's own columns stay as they are
        for table, names in odd.items():
            frame = getattr(data, table)
            setattr(data, table, frame.assign(**{name: _plain(frame[name]) for name in names}))
    return data


def _is_odd(column: pd.Series) -> bool:
    """Return whether the values or the levels of a column are objects that are not all text, or all are missing."""
    values = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    return values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) != "string"


def _plain(column: pd.Series) -> pd.Series:
    """Return a column of objects as numbers or as truth values if all of it are these, and as text otherwise."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(object).map(str, na_action="ignore").astype("category")
    known = column.dropna().infer_objects()
    if len(known) == len(column) and known.dtype.kind in "biuf":
        return known
    if len(known) and known.dtype.kind in "iuf":
        return column.astype(float)
    return column.map(str, na_action="ignore").astype(object).astype("category")


class _UnfailingFile:
    """A file for HDF5 that seems to accept every write, and remembers the first failure."""

    def __init__(self, raw: BinaryIO) -> None:
        self.raw, self.failure = raw, None
        self.tell, self.seek, self.read = raw.tell, raw.seek, raw.read

    def write(self, content: memoryview) -> int:
        done = self._try(self.raw.write, content) or 0
        while 0 < done < len(content) and self.failure is None:  # a disk that is nearly full takes only a part
            done += self._try(self.raw.write, content[done:]) or 0
        return len(content)

    def truncate(self, size: int | None = None) -> None:
        self._try(self.raw.truncate, size)

    def flush(self) -> None:
        self._try(self.raw.flush)

    def readinto(self, buffer: memoryview) -> int:
        done = self.raw.readinto(buffer)
        buffer[done:] = bytes(len(buffer) - done)  # zeros in the place of content that was not written
        return len(buffer)

    def _try(self, step: Callable, *arguments) -> int | None:
        if self.failure is None:
            try:
                return step(*arguments)
            except OSError as error:
                self.failure = error
        return None
