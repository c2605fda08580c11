"""Files that are written completely or not at all."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PART = ".writing-"  # prefix of folders of unfinished files; a killed process may leave one


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """
    Yield a path to write to, and rename the file there to `path` once it is complete and on the disk.

    Parameters
    ----------
    path : path
        The final path; its folder is made if it does not exist, and a file that exists is replaced. If the block raises
        an error, nothing at `path` changes. If the process is killed, a hidden folder stays beside it; the next process
        that writes `path` on this machine removes it.

    Yields
    ------
    pathlib.Path
        A path in a folder beside `path`, with the same name.

    Raises
    ------
    OSError
        If the file cannot be written, as on a full disk; the message names it.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "new" / "greeting.txt") as part:
    ...         _ = part.write_text("hello")
    ...     (Path(folder) / "new" / "greeting.txt").read_text()
    'hello'
    """
    path = Path(path)
    new_folder = not path.parent.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prefix = f"{PART}{platform.node()}."
        _clear(path, prefix)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=prefix) as folder, _locked(folder):
            part = Path(folder) / path.name
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        if new_folder:
            with suppress(OSError):
                path.parent.rmdir()
        why = error.strerror or str(error)
        raise OSError(error.errno or errno.EIO, f"could not write {path} ({why}); nothing there has changed") from error


def _clear(path: Path, prefix: str) -> None:
    """Remove the folders left by processes of this machine that were killed while they wrote `path`."""
    for folder in path.parent.glob(f"{prefix}*"):
        if (folder / path.name).exists():  # a process that still writes holds the lock
            with _locked(folder) as free:
                if free:
                    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: str | Path) -> Iterator[bool]:
    """Lock a folder until the block or the process ends, if the system can; yield whether it could."""
    handle, locked = None, False
    with suppress(ImportError, OSError):
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        locked = True
    try:
        yield locked
    finally:
        if handle is not None:
            os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Write the new names in a folder to the disk as well, if the system can."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
