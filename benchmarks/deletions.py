"""
Deleted regulators of E. coli, one left out at a time: do switches and rankings point at the known regulon?

    python benchmarks/deletions.py [--regulators fur crp] [--again]

The data are PRECISE, all its genes, and the regulatory network that comes with it. Each regulator's deletion is
predicted by what learned from all other samples (gexlib.study.deletion_test). Rows are kept in
data/effects/deletions.csv, where the book takes them from. It takes about six minutes of one core.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from kept import ROOT, Kept

from gexlib.datasets import load_ecoli, load_ecoli_grn
from gexlib.grn import regulons
from gexlib.study.deletions import METHODS, deletion_test, find_deletions, summarise_deletions

RESULT = ROOT / "data/effects/deletions.csv"
KEYS = ["regulator", "method"]


@cache
def loaded() -> tuple[AnnData, dict[str, list[str]]]:
    """Return the samples and the regulons."""
    data = load_ecoli()
    return data, regulons(load_ecoli_grn(), data.var_names)


@cache
def of_regulator(regulator: str) -> pd.DataFrame:
    """Return the measures of all methods for one regulator, and what they rest on."""
    data, known = loaded()
    found = find_deletions(data)
    own = found[regulator]
    shared = any(np.isin(found[name].wild_type, own.wild_type).any() for name in found if name != regulator)
    about = {"samples": len(own.rows), "targets": len(known.get(regulator, ())), "shares a wild type": shared}
    return deletion_test(data, known, regulator).assign(**about)


def row(regulator: str, method: str) -> dict:
    """Return the row of a task."""
    return of_regulator(regulator).loc[method].to_dict()


def main(arguments: list[str] | None = None, result: Path = RESULT) -> None:
    """Make the rows that are missing, and print their summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regulators", nargs="+", default=list(find_deletions(loaded()[0])))
    parser.add_argument("--again", action="store_true", help="make rows anew that the result has")
    given = parser.parse_args(arguments)
    tasks = [(regulator, method) for regulator in given.regulators for method in METHODS]
    table = Kept(result, KEYS).make(tasks, row, again=given.again)
    print(summarise_deletions(table).round(3).to_string())


if __name__ == "__main__":
    main()
