"""Rows of a benchmark that are kept in a CSV file: a run that was interrupted goes on, and rows can be made alone."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy import stats

from gexlib.atomic import whole_file
from gexlib.numerals import number_table
from gexlib.wgan.device import limited_threads

ROOT = Path(__file__).resolve().parents[1]
NBSP = "\N{NO-BREAK SPACE}"


class Kept:
    """
    A table of rows in a CSV file, one for each task.

    Parameters
    ----------
    path : path
        The file; it need not exist.
    keys : sequence of str
        The columns that name the task of a row. Their values are compared as text.
    """

    def __init__(self, path: Path, keys: Sequence[str]) -> None:
        self.path, self.keys = Path(path), list(keys)
        self.table = pd.DataFrame(columns=self.keys)
        if self.path.exists():
            self.table = pd.read_csv(self.path, dtype={"commit": str})  # some look like numbers: 75e6712
            if missing := [key for key in self.keys if key not in self.table]:
                raise ValueError(f"{path} has no column {missing[0]!r}; it is of another benchmark, give another file")

    def has(self, task: Sequence) -> bool:
        """Return whether the row of a task, its values of the keys, is there."""
        return bool(self._is(task).any())

    def add(self, task: Sequence, row: dict) -> None:
        """Add the row of a task, or put it in the place of the one that is there, and write the file."""
        new = pd.DataFrame([dict(zip(self.keys, task, strict=True)) | row])
        there = self._is(task).to_numpy()
        old, at = self.table[~there], int(there.argmax()) if there.any() else len(there)
        self.table = pd.concat([old[:at], new, old[at:]], ignore_index=True) if len(old) else new
        with whole_file(self.path) as part:
            self.table.to_csv(part, index=False, encoding="utf-8", float_format="%.5g")

    def _is(self, task: Sequence) -> pd.Series:
        same = pd.Series(True, index=self.table.index)
        for key, value in zip(self.keys, task, strict=True):
            same &= self.table[key].astype(str) == str(value)
        return same

    def make(self, tasks: Sequence[tuple], of: Callable[..., dict], jobs: int = 1, again: bool = False) -> pd.DataFrame:
        """
        Make the rows that are missing, each in one thread, and return the rows of all tasks.

        Parameters
        ----------
        tasks : sequence of tuple
            The values of the keys.
        of : callable
            ``of(*task)`` returns the other columns of the row. With more than one job it must be importable.
        jobs : int
            Tasks at a time.
        again : bool
            Make rows anew that are there.
        """
        wanted = [task for task in tasks if again or not self.has(task)]
        what = {"commit": commit(), "machine": machine()}
        for task, row in zip(wanted, _each(partial(_alone, of), wanted, jobs), strict=True):
            self.add(task, row | what)
            print(*task, *(f"{k} {v:.3g}" for k, v in row.items() if isinstance(v, float)), sep=", ", flush=True)
        asked = pd.Series(False, index=self.table.index)
        for task in tasks:
            asked |= self._is(task)
        return self.table[asked]


def _each(of: Callable, tasks: list, jobs: int):
    if jobs == 1:
        yield from map(of, tasks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(of, tasks)


def _alone(of: Callable[..., dict], task: tuple) -> dict:
    with limited_threads(1):
        return of(*task)


def add_options(parser: argparse.ArgumentParser, generators: Sequence[str], result: Path) -> None:
    """Add the options that all benchmarks with kept rows have."""
    parser.add_argument("--only", nargs="+", choices=list(generators), default=list(generators), help="generators")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=1, help="rows at a time, of one thread each")
    parser.add_argument("--again", action="store_true", help="make rows anew that the result has")
    parser.add_argument("--result", type=Path, default=result, help="the table in which rows are kept")


def for_readers(shown: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the book with the names that its readers know, and a dash where there is no number."""
    columns = {"rfx": "forest AUC, new draw"}
    names = {"BRCA": "breast tumours", "human": "human cohort", "tcga_pairs": "TCGA's pairs", "ages": "ages"}
    return shown.rename(index=names, columns=columns).replace("", "–").fillna("–")


def mean_sd(table: pd.DataFrame, by: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """
    Return texts 'mean ± standard deviation' of columns over the rows of each group, groups as they first occur.

    A group of one row has no deviation, and its text is the value alone.
    """
    groups = table.groupby(list(by), sort=False)[list(columns)]
    mean, sd = groups.mean(), groups.std()
    return number_table(mean, sd, absent="")


def interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float, float]:
    """
    Return the mean of values and its confidence interval, from Student's t distribution.

    Examples
    --------
    >>> [round(v, 2) for v in interval([1.0, 2.0, 3.0])]
    [2.0, -0.48, 4.48]
    """
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        mean = float(values.mean()) if len(values) else np.nan
        return mean, np.nan, np.nan
    margin = stats.t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(values.mean() - margin), float(values.mean() + margin)


def machine() -> str:
    """Return what it ran on, in words."""
    build = "CUDA" if torch.version.cuda else "CPU"
    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return (
        f"{os.cpu_count()} virtual cores, one used{gpu}; Python {platform.python_version()}, {build} build of PyTorch "
        f"{torch.__version__}"
    )


def clock(device: str, threads: int = 1) -> Callable[[], float]:
    """Return the clock of a training: the processor's on one core, the wall's on a GPU or several threads."""
    return time.process_time if (device, threads) == ("cpu", 1) else time.perf_counter


def commit() -> str:
    """Return the commit of the code, and whether files of the library differed from it."""
    git = ["git", "-C", str(ROOT)]
    found = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run([*git, "status", "--porcelain", "gexlib"], capture_output=True, text=True).stdout
    return found.stdout.strip() + (" with changes" if changed else "") if found.returncode == 0 else "unknown"
