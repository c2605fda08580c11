"""Files that are written completely or not at all."""

from __future__ import annotations

import errno
import glob
import os
import platform
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
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
        that writes `path` on this machine removes it, and if it is empty, the next that writes anything there.

    Yields
    ------
    pathlib.Path
        A path in a folder beside `path`, with the same name.

    Raises
    ------
    FileExistsError
        If there is a folder, a pipe or a device at `path`.
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
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, f"{path} is no regular file, so it is not replaced; give another name")
    try:
        with made_folder(path.parent):
            clear_unfinished(path.parent, re.escape(path.name))
            with _own_folder(path.parent) as folder:
                part = folder / path.name
                yield part
                with part.open("rb+") as file:
                    os.fsync(file.fileno())
                os.replace(part, path)
            _sync_folder(path.parent)
    except OSError as error:
        if isinstance(error, ConnectionError):  # of a server that the content comes from
            raise
        why = error.strerror or str(error)
        raise OSError(error.errno or errno.EIO, f"could not write {path} ({why}); nothing there has changed") from error


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """
    Let the signals that ask a process to end raise a SystemExit in the block, so that nothing unfinished stays.

    Examples
    --------
    >>> import signal
    >>> with ended_by_signals():
    ...     os.kill(os.getpid(), signal.SIGTERM)
    Traceback (most recent call last):
    SystemExit: 143
    """

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {}
    if threading.current_thread() is threading.main_thread():  # Python sets handlers there only
        before = {n: signal.signal(n, end) for n in numbers if signal.getsignal(n) == signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def made_folder(folder: str | Path) -> Iterator[None]:
    """
    Make a folder and those above it; if the block fails, remove those that are new, as far as they are empty.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as there:
    ...     with suppress(ValueError), made_folder(Path(there, "a", "b")):
    ...         raise ValueError
    ...     os.listdir(there)
    []
    """
    new = make_folder(folder)
    try:
        yield
    except BaseException:
        remove_empty(new)
        raise


def make_folder(folder: str | Path) -> list[Path]:
    """Make a folder and those above it; return those that are new, the innermost first."""
    folder = Path(folder)
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except BaseException:
        remove_empty(new)
        raise
    return new


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of some folders that are empty, the innermost first."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def check_output(path: str | Path, overwrite: bool = False, others: Iterable[str | Path] = ()) -> None:
    """
    Raise an error if a file or a folder cannot be written at `path`: to know that before hours of work.

    Parameters
    ----------
    path : path
    overwrite : bool
        Whether a file that is there may be replaced.
    others : iterable of path
        The inputs, and other outputs. `path` may be none of them, nor lie in one.

    Raises
    ------
    ValueError
        If `path` is one of `others`.
    FileExistsError
        If something is there, unless it is a file and `overwrite` is true.
    OSError
        If nothing can be written there.

    Examples
    --------
    >>> check_output("made.h5ad", others=["data.h5ad", "./made.h5ad"])
    Traceback (most recent call last):
    ValueError: made.h5ad is an input, or another output, too; give each a name of its own
    """
    path = Path(path)
    for other in map(Path, others):
        if resolved(path) == resolved(other) or resolved(other) in resolved(path).parents:
            raise ValueError(f"{path} is an input, or another output, too; give each a name of its own")
    if os.path.lexists(path) and not (overwrite and path.is_file()):
        ask = "give --overwrite to replace it, or another name" if path.is_file() else "give another name"
        raise FileExistsError(errno.EEXIST, f"{path} is there already; {ask}")
    try_writing(path)


def resolved(path: Path) -> Path:
    """Return the absolute path without links; raise an OSError if the links are a loop."""
    try:
        return Path(os.path.realpath(path, strict=True))
    except OSError as error:  # what does not exist, for one
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, f"{path} is a loop of symbolic links; give another name") from None
        return Path(os.path.realpath(path))


def try_writing(path: Path) -> None:
    """Raise an OSError if no file of that name can be written; try it in a folder that is removed again."""
    try:
        there = next(folder for folder in path.absolute().parents if folder.exists())
        with _own_folder(there) as folder:
            trial = folder / path.absolute().relative_to(there)
            trial.parent.mkdir(parents=True, exist_ok=True)
            trial.touch()
    except (OSError, ValueError) as error:  # a name with a zero byte is a ValueError
        why = getattr(error, "strerror", None) or str(error)
        code = getattr(error, "errno", None) or errno.EINVAL
        raise OSError(code, f"nothing can be written to {path} ({why}); give another name or folder") from error


def clear_unfinished(folder: Path, names: str) -> None:
    """
    Remove what processes of this machine that were killed have left in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        A folder with files that :func:`whole_file` wrote.
    names : str
        A regular expression of the names of these files. A folder of unfinished files goes if it has only such names,
        or nothing. It stays while a process writes there.
    """
    for left in folder.glob(f"{glob.escape(_prefix())}*"):
        with suppress(FileNotFoundError, NotADirectoryError):  # another process has cleared it, or it is a file
            if all(re.fullmatch(names, file.name) for file in left.iterdir()):
                with locked(left, wait=False) as free:  # a process that still writes holds the lock
                    if free:
                        shutil.rmtree(left, ignore_errors=True)


def _prefix() -> str:
    return f"{PART}{platform.node()}."


@contextmanager
def _own_folder(parent: Path) -> Iterator[Path]:
    """Yield a new, locked folder; before it is locked, another process may clear it as one that was left."""
    for _ in range(100):
        with (
            tempfile.TemporaryDirectory(dir=parent, prefix=_prefix(), ignore_cleanup_errors=True) as folder,
            locked(folder, wait=True),
        ):
            if Path(folder).is_dir():  # the lock is ours now, so nobody else clears it
                yield Path(folder)
                return
    raise OSError(errno.EAGAIN, f"another process clears the folder {parent}")


@contextmanager
def locked(folder: str | Path, wait: bool) -> Iterator[bool]:
    """Lock a folder until the block or the process ends, `wait` for other owners; yield whether the system could."""
    handle, locked = None, False
    with suppress(ImportError, OSError):
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
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
