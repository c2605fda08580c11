"""
Where the truth is known: what a confounder that nobody measured does, and whether intervals of 95 % hold the effects.

    python benchmarks/simulated_effects.py [--seeds 10]

The simulation is gexlib.study.Confounded; the experiments are those of gexlib.study.unmeasured. The tables are
data/effects/unmeasured.csv and coverage.csv; their first lines name the commit and the machine. It takes about five
minutes of one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from kept import ROOT, commit, machine

from gexlib.atomic import whole_file
from gexlib.study.unmeasured import coverage_experiment, unmeasured_experiment

FOLDER = ROOT / "data/effects"
STRENGTHS = (0.0, 0.2, 0.4, 0.6, 0.8)  # of the unmeasured confounder
MEASURED = 0.6  # strength of the measured confounder


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> None:
    """Run both experiments, and write the tables where the book takes them from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10, help="how many truths, samples and trainings")
    given = parser.parse_args(arguments)
    seeds = range(given.seeds)
    covered = {seed: coverage_experiment(seed, strength=MEASURED) for seed in seeds}
    tables = {
        "unmeasured": unmeasured_experiment(STRENGTHS, seeds, strength=MEASURED).set_index(["strength", "seed"]),
        "coverage": pd.concat(covered, names=["seed"]),
    }
    about = f"# {given.seeds} seeds, measured confounder of strength {MEASURED}; commit {commit()}; {machine()}\n"
    for name, table in tables.items():
        with whole_file(folder / f"{name}.csv") as part:
            part.write_text(about + table.round(4).to_csv(), encoding="utf-8")
    by = {"unmeasured": ["strength", "required"], "coverage": ["method"]}
    for name, table in tables.items():
        print(table.reset_index().groupby(by[name], sort=False).mean(numeric_only=True).round(3).to_string())


if __name__ == "__main__":
    main()
