"""
Effects of cancer from unpaired samples against the paired differences of held-out patients: who is right, and how sure?

    python benchmarks/cancer_effects.py DATA [--genes 1000 --draws 30 --again]

DATA is the folder with tcga_pairs (the pairs table) and rnaseqdb (files of RNAseqDB), or one of the two. Half of the
patients who were measured twice are held out, and then the other half; the remaining ones lose one of their two samples
(gexlib.study.effect_test). The genes are evenly spaced ones of those that vary. Rows are kept in
data/effects/cancer.csv. It takes about a quarter of an hour of one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from anndata import AnnData
from kept import ROOT, Kept, commit, machine

from gexlib.datasets import load_rnaseqdb, load_tcga_pairs
from gexlib.study.effects import effect_test

RESULT = ROOT / "data/effects/cancer.csv"
KEYS = ["data", "fold", "study", "method"]
LOADERS = {"tcga_pairs": load_tcga_pairs, "rnaseqdb": load_rnaseqdb}


def load(folder: Path, name: str, genes: int) -> AnnData:
    """Return the samples of a data set with evenly spaced genes of those that vary."""
    data = LOADERS[name](folder / name)
    varies = np.flatnonzero(data.X.max(axis=0) > data.X.min(axis=0))
    return data[:, varies[np.unique(np.linspace(0, len(varies) - 1, genes).astype(int))]].copy()


def main(arguments: list[str] | None = None, result: Path = RESULT) -> None:
    """Make the rows that are missing, and print their means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--genes", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=30, help="how often donors are drawn for the intervals of the GAN")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--again", action="store_true", help="make rows anew that the result has")
    given = parser.parse_args(arguments)
    kept, about = Kept(result, KEYS), {"genes": given.genes, "draws": given.draws, "seed": given.seed}
    about |= {"commit": commit(), "machine": machine()}
    there = [name for name in LOADERS if (given.data / name).is_dir()]
    if not there:
        raise FileNotFoundError(f"folder {str(given.data)!r} has none of the folders {', '.join(LOADERS)}")
    for name in there:
        data = load(given.data, name, given.genes)
        for fold in (0, 1):
            if (
                not given.again
                and len(kept.table)
                and ((kept.table["data"] == name) & (kept.table["fold"] == fold)).any()
            ):
                continue
            for row in effect_test(data, given.draws, given.seed, fold).to_dict("records"):
                task = (name, fold, row.pop("study"), row.pop("method"))
                kept.add(task, row | about)
    columns = ["error", "Spearman", "slope", "coverage", "width", "controls effect", "controls called"]
    print(kept.table.groupby(["data", "method"], sort=False)[columns].mean().round(3).to_string())


if __name__ == "__main__":
    main()
