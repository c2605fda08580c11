"""
The long runs that the chapters show, on the data that ``gexlib fetch m3d`` and ``gexlib fetch gtex-tcga`` have.

    python benchmarks/reference_runs.py

Runs m3d_table_1.py, human_reference.py with 2,000 and with all genes, and claims.py, one after the other. Rows that
data/reference has are not made again, so a run that was interrupted goes on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gexlib.datasets.registry import cache_folder
from gexlib.study import find_metadata


def main() -> None:
    """Run the benchmarks, or tell which data are missing."""
    m3d, metadata = cache_folder("m3d"), find_metadata()
    if not m3d.is_dir():
        sys.exit(f"{m3d} is not there; run 'gexlib fetch m3d', or set GEXLIB_DATA to the folder above it")
    if metadata is None:
        sys.exit("the tables of donors are not there: the folder metadata beside that of 'gexlib fetch gtex-tcga'")
    human = ["human_reference.py", "--metadata", str(metadata)]
    for command in (["m3d_table_1.py", str(m3d)], human, [*human, "--genes", "0", "--structure"], ["claims.py"]):
        subprocess.run([sys.executable, str(Path(__file__).parent / command[0]), *command[1:]], check=True)


if __name__ == "__main__":
    main()
