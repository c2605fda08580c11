"""
Is a counterfactual the same patient? Patients whose tumour and normal tissue were both measured, predicted held out.

    python benchmarks/paired_patients.py DATA [--folds 5] [--seed 0]

DATA is the folder of the pairs table (gexlib.datasets.load_tcga_pairs), or one with files of RNAseqDB. In each fold,
the generator and every other method learn from the other patients (gexlib.study.paired_test), and each study is also
predicted with a coupling that other studies taught. Then each study is predicted by what never saw it
(gexlib.study.new_study_test). The tables are data/paired/results.csv and new_studies.csv; their first lines name the
settings, the commit and the machine. It takes about half an hour of one core.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from anndata import AnnData
from kept import ROOT, commit, machine

from gexlib.atomic import whole_file
from gexlib.datasets import load_rnaseqdb, load_tcga_pairs
from gexlib.study import new_study_test, paired_test

RESULTS = ROOT / "data/paired"
TESTS = ("results", "new_studies")


def load(folder: Path) -> AnnData:
    """Return the pairs table if the folder has one, or else the samples of RNAseqDB."""
    try:
        return load_tcga_pairs(folder)
    except FileNotFoundError:
        return load_rnaseqdb(folder)


def main(arguments: list[str] | None = None, results: Path = RESULTS) -> None:
    """Run the tests, and write the tables where the book takes them from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=TESTS, default=TESTS, metavar="TABLE")
    given = parser.parse_args(arguments)
    data = load(given.data)
    for name in given.only:
        start = time.process_time()
        if name == "results":
            table, how = paired_test(data, given.folds, given.seed, transfer=True), f"{given.folds} folds"
        else:
            table, how = new_study_test(data, given.seed), "each study left out"
        minutes = (time.process_time() - start) / 60
        about = (
            f"# {data.uns['provenance']['name']}: {data.n_obs} samples, {data.n_vars} genes, settings default, "
            f"{how}, seed {given.seed}; commit {commit()}; {minutes:.0f} minutes; {machine()}\n"
        )
        with whole_file(results / f"{name}.csv") as part:
            part.write_text(about + table.round(4).to_csv(), encoding="utf-8")
        print(about + table.round(3).to_string())


if __name__ == "__main__":
    main()
