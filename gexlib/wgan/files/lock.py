"""The lock of a folder: one process at a time writes a model or the checkpoints of a training there."""

from __future__ import annotations

import errno
import json
import os
import platform
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from gexlib.atomic import make_folder, remove_empty

LOCK = ".gexlib-lock"


class FolderLock:
    """
    The lock of a folder, a file that the system locks for this process and releases when the process ends.

    So the lock that a killed process left is free, and that of a living one is not. The file says who holds it.

    Parameters
    ----------
    folder : path
        Made if it does not exist.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, FolderLock(folder):
    ...     FolderLock(folder).acquire()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    BlockingIOError: [Errno ...] process ... (since ...) writes to ...; wait for its end, or give another folder
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder, self.path = Path(folder), Path(folder) / LOCK
        self._lock, self._mine, self._made = FileLock(self.path), "", []

    def acquire(self) -> None:
        """
        Take the lock.

        Raises
        ------
        BlockingIOError
            If another process has it; the message names that process.
        FileExistsError
            If something else has the name of the lock's file.
        OSError
            If the folder cannot be written.
        """
        self._check_own()
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        owner = {"process": os.getpid(), "host": platform.node(), "since": now, "id": uuid4().hex}
        try:
            self._made = make_folder(self.folder) or self._made
            self._lock.acquire(blocking=False)
            self._mine = json.dumps(owner)
            self.path.write_text(self._mine)
        except Timeout:
            raise BlockingIOError(
                errno.EWOULDBLOCK,
                f"{self._owner()} writes to {self.folder}; wait for its end, or give another folder",
            ) from None
        except OSError as error:
            self.release()
            raise OSError(error.errno, f"could not write to the folder {self.folder} ({error.strerror})") from error

    def keep(self) -> None:
        """Take the lock again if its file was removed, as with the whole folder; another process may have it then."""
        if not self.path.exists() or self.path.read_text() != self._mine:
            self._lock.release(force=True)
            self.acquire()

    def release(self) -> None:
        """Give the lock back if it was taken; remove its file, and those of the folders that it made that are empty."""
        if self._lock.is_locked:
            with suppress(OSError):
                self.path.unlink()  # while it is locked: who waits for the old file sees that it is gone
            self._lock.release(force=True)
        remove_empty(self._made)

    def __enter__(self) -> FolderLock:
        self.acquire()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()

    def _check_own(self) -> None:
        """Raise a FileExistsError if something else has the name of the lock's file, which is emptied when locked."""
        if not os.path.lexists(self.path):
            return
        with suppress(OSError, ValueError, TypeError):
            if self.path.is_file() and not self.path.is_symlink():
                text = self.path.read_text()
                if not text or {"process", "host", "since", "id"} == set(json.loads(text)):
                    return
        if os.path.lexists(self.path):  # its owner may have removed it meanwhile
            raise FileExistsError(
                errno.EEXIST, f"{self.path} is there already and is not of gexlib; remove it, or give another folder"
            )

    def _owner(self) -> str:
        try:
            owner = json.loads(self.path.read_text())
            return f"process {owner['process']} on {owner['host']} (since {owner['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"
