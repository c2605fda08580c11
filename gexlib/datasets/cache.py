"""A second load of a slow source: the data set it gave, kept as an .h5ad file."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import anndata
import h5py
from anndata import AnnData

from gexlib.atomic import whole_file
from gexlib.datasets.files import write_part
from gexlib.datasets.registry import cache_folder

KEY = "gexlib_key"


def state_of(files: Iterable[Path], version: int) -> str:
    """Digest of names, sizes and times of change of files, and of the `version` of what reads them."""
    states = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)]
    return hashlib.sha256(repr((version, states)).encode()).hexdigest()


def cached(folder: Path, name: str, key: str, make: Callable[[], AnnData]) -> AnnData:
    """
    Read the data set that was kept under `key`, or make it and keep it.

    It is kept uncompressed in ``folder/cache``, or, where that cannot be or must not be written, in the cache of
    the user (``$GEXLIB_DATA``, see `gexlib.datasets.registry.cache_folder`). What is there under another key, or
    damaged, is replaced. Where nothing can be kept, nothing is, without a complaint.

    Parameters
    ----------
    folder : pathlib.Path
        Where the source is.
    name : str
        Of the file, without ``.h5ad``; in the user's cache a digest of `folder` follows it.
    key : str
        See `state_of`.
    make : callable
        Loads the source.

    Returns
    -------
    AnnData
    """
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    places = [folder / "cache" / f"{name}.h5ad", cache_folder("cache") / f"{name}-{digest}.h5ad"]
    for path in places:
        try:
            return _read(path, key)
        except (OSError, KeyError, ValueError):
            continue
    adata = make()
    for path in places if _writable(folder) else places[1:]:
        try:
            with whole_file(path) as part:
                write_part(adata, part, **{KEY: key})
        except OSError:
            continue
        break
    return adata


def _read(path: Path, key: str) -> AnnData:
    """Read a kept data set; KeyError if it is another."""
    with h5py.File(path) as file:
        if file.attrs[KEY] != key:
            raise KeyError(key)
    return anndata.read_h5ad(path)


def _writable(folder: Path) -> bool:
    """Whether the user may and should write there: a superuser may, even where the owner forbids it to all."""
    return os.access(folder, os.W_OK) and bool(folder.stat().st_mode & 0o222)
