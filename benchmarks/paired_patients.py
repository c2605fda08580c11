"""
Is a counterfactual the same patient? Patients whose tumour and normal tissue were both measured, predicted held out.

    python benchmarks/paired_patients.py DATA [--folds 5] [--seed 0]

DATA is the folder of the pairs table (gexlib.datasets.load_tcga_pairs), or one with files of RNAseqDB. In each fold,
the generator and every other method learn from the other patients (gexlib.study.paired_test), and each study is also
predicted with a coupling that other studies taught. The table is data/paired/results.csv; its
first line names the settings, the commit and the machine. It takes about half an hour of one core.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from anndata import AnnData
from kept import ROOT, commit, machine

from gexlib.atomic import whole_file
from gexlib.datasets import load_rnaseqdb, load_tcga_pairs
from gexlib.study import paired_test

RESULT = ROOT / "data/paired/results.csv"


def load(folder: Path) -> AnnData:
    """Return the pairs table if the folder has one, or else the samples of RNAseqDB."""
    try:
        return load_tcga_pairs(folder)
    except FileNotFoundError:
        return load_rnaseqdb(folder)


def main(arguments: list[str] | None = None, result: Path = RESULT) -> None:
    """Run the test, and write the table where the book takes it from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    data, start = load(given.data), time.process_time()
    table = paired_test(data, given.folds, given.seed, transfer=True)
    minutes = (time.process_time() - start) / 60
    about = (
        f"# {data.uns['provenance']['name']}: {data.n_obs} samples, {data.n_vars} genes, settings default, "
        f"{given.folds} folds, seed {given.seed}; commit {commit()}; {minutes:.0f} minutes; {machine()}\n"
    )
    with whole_file(result) as part:
        part.write_text(about + table.round(4).to_csv(), encoding="utf-8")
    print(about + table.round(3).to_string())


if __name__ == "__main__":
    main()
