"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".writing-"  # how folders of files in the making begin; a killed process may leave one


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """
    Give a path to write to; the file takes its name, replacing what is there, once it is complete and on the disk.

    Parameters
    ----------
    path : path
        Its folder is made if it does not exist. If the block raises, nothing at `path` changes.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "new" / "greeting.txt") as part:
    ...         _ = part.write_text("hello")
    ...     (Path(folder) / "new" / "greeting.txt").read_text()
    'hello'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=PART) as folder:
        part = Path(folder) / path.name
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
