"""
Combinations of covariates that no training sample has, or few: does a generator beat an additive linear model there?

    python benchmarks/unseen_combinations.py DATA    # all data sets, rows and left-out combinations
    python benchmarks/unseen_combinations.py DATA --data human --only default Additive

DATA is as for learning_curve.py. In turn, the tumours of each tissue (human: four) or cohort (tcga_pairs: eleven) are
taken out of the data. The generators learn from the rest, which has other tissues' tumours and this tissue's normal
samples, and make a sample for each one that was left out. With 3, 5 or 10 of the left-out samples given to the
generators, it is a kind of few samples. Numerical covariates: the samples of an age between two bounds (in between) or
beyond one (extrapolated) are left out of tcga_pairs, and age is a covariate.

Scores, each against the real left-out samples:

relative error   root mean square error of the mean profile over genes, over that of the additive model (``Additive``,
                 additive.py): below 1 is better than additive
effect r         correlation over genes of the effect with the real one. Effect: mean of the left-out samples minus mean
                 of the training samples of the same tissue and the other condition (ages: of the same kinds)
effect slope     least-squares slope of the effect on the real one; below 1: the effect is too small
precision to     prdc of the samples, k = 5
coverage

Real: with 10 samples given, these repeated; the mean of so few samples as a generator. The tables give means over the
left-out combinations, with 95 % intervals over these; the relative error as a geometric mean. Seeds of one combination
are averaged first. Rows are kept in results/unseen_combinations.csv; the table of the book is
book/when_to_use/unseen_combinations.csv.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from additive import Additive
from anndata import AnnData
from generators import GENERATORS, REAL, Columns, check, kind_names, learn, whole
from kept import ROOT, Kept, add_options, for_readers, interval
from learning_curve import found, pairs

from gexlib import metrics
from gexlib.atomic import whole_file
from gexlib.numerals import numeral
from gexlib.preprocess import prepare, split_groups
from gexlib.study import prepared_human

RESULT = ROOT / "benchmarks/results/unseen_combinations.csv"
PAGE = ROOT / "book/when_to_use/unseen_combinations.csv"
KEYS = ["data", "left out", "given", "generator", "seed"]
SCORES = ["relative error", "effect r", "effect slope", "precision", "recall", "density", "coverage"]
ON_PAGE = ["relative error", "effect r", "effect slope", "coverage", "combinations"]
GENES = 1000
GIVEN = [0, 3, 5, 10]
AGES = {"age below 45": (0, 45), "age 55 to 65": (55, 65), "age 75 or more": (75, np.inf)}
ADDITIVE = "Additive"
ROWS = [REAL, ADDITIVE, *(name for name in GENERATORS if name not in ("SMOTE", "Bootstrap"))]


class Cohort(NamedTuple):
    """A data set, its columns, the column whose groups are not cut, and what can be left out: masks by name."""

    data: AnnData
    columns: Columns
    by: str
    left_out: dict[str, np.ndarray]


def human(folder: Path) -> Cohort:
    """The human cohort; the tumours of each tissue in turn."""
    data = prepared_human(folder=found(folder, "rnaseqdb"), most_variable=GENES)
    columns = Columns(["tissue", "condition", "sex"], [], ["tissue", "condition"])
    return Cohort(data, columns, "donor", _tumours(data, "tissue", "cancer"))


def tcga_pairs(folder: Path) -> Cohort:
    """Pairs of tumour and normal tissue; the tumours of each cohort in turn."""
    data = _variable(pairs(folder))
    columns = Columns(["cohort", "condition", "sex"], [], ["cohort", "condition"])
    return Cohort(data, columns, "patient", _tumours(data, "cohort", "tumour"))


def ages(folder: Path) -> Cohort:
    """Pairs whose age is known; the samples of some ages."""
    data = pairs(folder)
    data = _variable(data[data.obs["age"].notna().to_numpy()].copy())
    age = data.obs["age"].to_numpy()
    columns = Columns(["cohort", "condition", "sex"], ["age"], ["cohort", "condition"])
    return Cohort(data, columns, "patient", {name: (age >= a) & (age < b) for name, (a, b) in AGES.items()})


DATA: dict[str, Callable[[Path], Cohort]] = {"human": human, "tcga_pairs": tcga_pairs, "ages": ages}


def _variable(data: AnnData) -> AnnData:
    return prepare(data, by="patient", most_variable=min(GENES, data.n_vars))


def _tumours(data: AnnData, by: str, tumour: str) -> dict[str, np.ndarray]:
    is_tumour = (data.obs["condition"] == tumour).to_numpy()
    of = data.obs[by].astype(str).to_numpy()
    return {f"{name}, {tumour}": is_tumour & (of == name) for name in sorted(set(of[is_tumour]))}


@cache
def cohort(folder: Path, data: str) -> Cohort:
    """Return a cohort, which is loaded once."""
    return DATA[data](folder)


class Task(NamedTuple):
    """What generators learn from, the real samples that were left out, and what their effect is relative to."""

    train: AnnData
    validation: AnnData
    test: AnnData
    given: AnnData | None
    reference: np.ndarray  # profiles, one for each test sample


def task(ready: Cohort, left_out: str, given: int, seed: int) -> Task:
    """
    Take a combination out of the data, but for some samples of it.

    Ages are left out whole. The few samples that are given are drawn by the seed, and are always training samples. The
    reference of a tumour is the mean of the training samples of its tissue in the other condition; that of a sample of
    some age, the mean of the training samples of its kind.
    """
    data, columns, by, masks = ready
    mask = masks[left_out]
    kept = np.random.default_rng(seed).permutation(np.flatnonzero(mask))[:given]
    test = np.setdiff1d(np.flatnonzero(mask), kept)
    if len(test) <= 5:
        raise ValueError(f"{left_out!r} has {mask.sum()} samples; with {given} given, fewer than 6 are left to compare")
    rest = data[~mask].copy()
    split = split_groups(rest.obs, by, {"train": 0.8, "validation": 0.2}, seed)
    train, validation = (rest[(split == name).to_numpy()].copy() for name in ("train", "validation"))
    few = data[np.sort(kept)].copy() if given else None
    train, test = whole(train, few), data[test].copy()
    of = columns.within if columns.numerical else columns.within[:1]
    names, wanted = kind_names(rest.obs, of), kind_names(test.obs, of)
    means = {name: rest.X[names == name].mean(axis=0) for name in np.unique(wanted)}
    return Task(train, validation, test, few, np.stack([means[name] for name in wanted]))


def row(folder: Path, changes: dict, data: str, left_out: str, given: int, generator: str, seed: int) -> dict:
    """Return the scores of a generator for a combination that was left out."""
    ready = cohort(folder, data)
    one = task(ready, left_out, given, seed)
    additive = Additive(ready.columns.categorical, ready.columns.numerical).fit(whole(one.train, one.validation))
    bound = error(one.test, additive.sample(one.test.obs, seed=seed))
    facts = {"settings": "", "seconds": 0.0}
    if generator == REAL:
        drawn = AnnData(np.resize(one.given.X, one.test.shape), obs=one.test.obs, var=one.test.var)
    elif generator == ADDITIVE:
        drawn = additive.sample(one.test.obs, seed=seed)
    else:
        learned = learn(generator, one.train, one.validation, ready.columns, seed, **changes)
        drawn, facts = learned.model.sample(one.test.obs, seed=seed), learned.facts
    return {"relative error": error(one.test, drawn) / bound} | compared(one, drawn) | facts


def error(test: AnnData, drawn: AnnData) -> float:
    """Return the root mean square error, over genes, of the mean profile."""
    return float(np.sqrt(np.square(drawn.X.mean(axis=0) - test.X.mean(axis=0)).mean()))


def compared(one: Task, drawn: AnnData) -> dict[str, float]:
    """Return the agreement of the effect, and precision to coverage."""
    true, effect = ((np.asarray(data.X, float) - one.reference).mean(axis=0) for data in (one.test, drawn))
    return {
        "effect r": float(np.corrcoef(true, effect)[0, 1]),
        "effect slope": float(np.polyfit(true, effect, 1)[0]),
        **metrics.prdc(one.test, drawn),
    }


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return means over the left-out combinations with 95 % intervals over these; their number."""
    per = table.groupby(["data", "given", "generator", "left out"], sort=False)[SCORES].mean()
    rows = {}
    for key, group in per.groupby(["data", "given", "generator"], sort=False):
        logs = np.log(group["relative error"])
        found = {"relative error": np.exp(interval(logs)), **{name: interval(group[name]) for name in SCORES[1:]}}
        rows[key] = {name: _text(*values) for name, values in found.items()} | {"combinations": logs.notna().sum()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["data", "given", "generator"])


def _text(mean: float, low: float, high: float) -> str:
    if np.isnan(mean):
        return ""
    middle, low, high = (numeral(round(value, 2), 2) for value in (mean, low, high))
    return f"{middle} ({low} to {high})" if low else middle


def main(arguments: list[str] | None = None) -> None:
    """Make the missing rows, and write the table of the book's page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the data sets")
    add_options(parser, ROWS, RESULT)
    parser.add_argument("--data", nargs="+", choices=list(DATA), default=list(DATA), help="data sets")
    parser.add_argument("--given", type=int, nargs="+", default=GIVEN, help="left-out samples that are given after all")
    parser.add_argument("--page", type=Path, default=PAGE, help="the table of the book's page to write")
    parser.add_argument("--epochs", type=int, help="of the models, for a quick try; give another --result too")
    options = parser.parse_args(arguments)
    check([name for name in options.only if name in GENERATORS])
    kept = Kept(options.result, KEYS)
    tasks = [
        (data, left_out, given, name, seed)
        for data in options.data
        for left_out in cohort(options.folder, data).left_out
        for given in (options.given if data != "ages" else [0])
        for name in options.only
        for seed in options.seeds
        if name != REAL or given
    ]
    changes = {"epochs": options.epochs} if options.epochs else {}
    kept.make(tasks, partial(row, options.folder, changes), options.jobs, options.again)
    shown = summary(kept.table)
    with whole_file(options.page) as part:
        for_readers(shown[ON_PAGE]).to_csv(part, encoding="utf-8")
    print(shown.to_string())


if __name__ == "__main__":
    main()
