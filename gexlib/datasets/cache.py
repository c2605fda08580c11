"""Cache of data sets that are slow to load, as .h5ad files."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import anndata
import h5py
from anndata import AnnData

from gexlib.atomic import whole_file
from gexlib.checks import existing_file
from gexlib.datasets.files import write_part
from gexlib.datasets.registry import cache_folder

KEY = "gexlib_key"
DIGEST = 64  # bytes at the end of a file of the cache, behind what HDF5 reads: the SHA-256 of those before


def state_of(files: Iterable[Path], version: int) -> str:
    """
    Return a digest of the names, sizes and times of change of files, and of the version of their loader.

    Parameters
    ----------
    files : iterable of pathlib.Path
    version : int
        The version of the loader; with a new version the cache is made anew.

    Returns
    -------
    str
        Hexadecimal digits; the order of the files does not matter.
    """
    states = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)]
    return hashlib.sha256(repr((version, states)).encode()).hexdigest()


def cached(folder: Path, name: str, key: str, make: Callable[[], AnnData]) -> AnnData:
    """
    Read a data set from the cache, or make it and write it there.

    The file is uncompressed and lies in ``folder/cache``. If the user may not write there, it lies in the user's cache
    (``$GEXLIB_DATA``, see :func:`gexlib.datasets.registry.cache_folder`). A file of the cache that has another key, or
    is damaged, is replaced; each ends with its SHA-256. Anything else stays, and its place counts as one that cannot
    be written. If neither place can be written, the data set is returned, but not cached.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the source.
    name : str
        Name of the file, without ``.h5ad``; in the user's cache a digest of `folder` follows it.
    key : str
        A digest of what the data set depends on, see :func:`state_of`.
    make : callable
        A function that loads the source.

    Returns
    -------
    AnnData
    """
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    places = [folder / "cache" / f"{name}.h5ad", cache_folder("cache") / f"{name}-{digest}.h5ad"]
    for path in places:
        try:
            return _read(path, key)
        except Exception:  # HDF5 and anndata raise errors of many types on a damaged file
            continue
    data = make()
    for path in places if _writable(folder) else places[1:]:
        try:
            if os.path.lexists(path) and not _is_ours(path):
                continue
            with whole_file(path) as part:
                write_part(data, part, **{KEY: key})
                _seal(part)
        except OSError:
            continue
        break
    return data


def _read(path: Path, key: str) -> AnnData:
    """Read a data set from the cache; raise a KeyError if it has another key, a ValueError if it has changed."""
    with h5py.File(existing_file(path, "")) as file:
        if file.attrs[KEY] != key:
            raise KeyError(key)
    with path.open("rb") as file:
        file.seek(-DIGEST, os.SEEK_END)
        if file.read() != _digest(path, file.tell() - DIGEST):
            raise ValueError(f"{path} has changed since it was written")
    return anndata.read_h5ad(path)


def _is_ours(path: Path) -> bool:
    """Return whether a file is of the cache, though it may be damaged: the name of the key is in each of its files."""
    if path.is_symlink() or not path.is_file():
        return False
    name, rest = KEY.encode(), b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            if name in rest + piece:
                return True
            rest = piece[-len(name) :]
    return False


def _seal(path: Path) -> None:
    """Append the digest of a file to it."""
    digest = _digest(path, path.stat().st_size)
    with path.open("ab") as file:
        file.write(digest)


def _digest(path: Path, size: int) -> bytes:
    """Return the SHA-256 of the first `size` bytes of a file, as hexadecimal digits."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while size and (piece := file.read(min(size, 1 << 20))):
            sha.update(piece)
            size -= len(piece)
    return sha.hexdigest().encode()


def _writable(folder: Path) -> bool:
    """Return whether the user may and should write there; a superuser may, but should not in a read-only folder."""
    return os.access(folder, os.W_OK) and bool(folder.stat().st_mode & 0o222)
