"""What the status page shows of a run of a notebook: when, how long, on what, with which versions and data."""

import hashlib
import json
import os
import platform
import resource
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from nbfile import write_bytes
from nbformat import NotebookNode

FOLDER = "_runs"  # in the book: a file for each notebook, NAME.json
PACKAGES = ("gexlib", "torch", "numpy", "pandas", "scikit-learn", "anndata", "matplotlib")


def of_run(executed: NotebookNode) -> dict[str, object]:
    """
    Describe a run that has just ended, from the times that papermill wrote into the notebook and from this machine.

    The peak of memory is that of the kernel, the largest process that this one has started.
    """
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(executed.metadata["papermill"]["duration"]),
        "cores": int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count()),
        "memory_mb": round(peak / (2**20 if platform.system() == "Darwin" else 2**10)),
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def data_hashes(paths: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of each file, and for each folder that of its files' names and contents."""
    return {str(path): _sha256(Path(path)) for path in paths}


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        total.update(b"" if file == path else f"{file.relative_to(path).as_posix()}\n".encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def write(run: Mapping[str, object], book: Path, name: str) -> None:
    """Write what is known of a run into the book."""
    text = json.dumps(run, indent=2, ensure_ascii=False) + "\n"
    write_bytes(text.encode(), book / FOLDER / f"{name}.json")
