"""
Quality against the number of training samples: where does adversarial training pay, and where a simple baseline?

    python benchmarks/learning_curve.py DATA                                  # all data sets, rows and numbers
    python benchmarks/learning_curve.py DATA --data "known truth" --n 300     # a part; the others stay as they are
    python benchmarks/learning_curve.py DATA --tables                         # only the tables and the figure

DATA holds, at any depth, RNAseqDB's files, ``camda_brca/expression_vst.csv.gz`` and ``tcga_pairs/``. Data sets:

known truth   samples of a non-linear model (known_truth.py), 500 genes; 500 other samples of it are the test part
BRCA          the challenge's 1,089 breast tumours; seed s tests on fold s + 1
tcga_pairs    602 patients, tumour and normal tissue, eleven cohorts; 25 % of the patients are the test part
human         notebook 04's cohort; 25 % of the donors are the test part

The n samples are what a user has. Models that need validation samples learn from 80 % of them and are judged by the
others; the rest learn from all. Smaller numbers are parts of larger ones, whole donors as long as there is room. Each
seed draws test part, samples, and training anew; all rows of a seed have the same samples.

As many synthetic as test samples, of their kinds, are compared with these: see judges.py. F1: of the kind's label, from
as many synthetic as training samples. The bound, "Real": other real samples of the same kinds (of the truth itself, if
it is known).

Rows are kept in results/learning_curve.csv. Tables of the book: learning_curve.csv (the curves' means and spreads) and
learning_curve_wins.csv (what wins from which number on); its figure is book/images/learning_curve.svg.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from anndata import AnnData
from camda_brca import tumours
from generators import GENERATORS, REAL, Columns, check, learn, whole
from judges import label_f1, likeness, real_likeness
from kept import ROOT, Kept, add_options, mean_sd
from known_truth import Truth
from matplotlib import rc_context
from wins import wins

from gexlib import plots
from gexlib.atomic import whole_file
from gexlib.preprocess import prepare, split_groups
from gexlib.study import prepared_human

RESULT = ROOT / "benchmarks/results/learning_curve.csv"
PAGE, PAGE_WINS = ROOT / "book/when_to_use/learning_curve.csv", ROOT / "book/when_to_use/learning_curve_wins.csv"
FIGURE = ROOT / "book/images/learning_curve.svg"
KEYS = ["data", "n", "generator", "seed"]
SCORES = ["S_dist", "precision", "recall", "density", "coverage", "forest AUC", "rfx", "F1"]
DRAWN = {"S_dist": "S_dist", "precision": "precision", "recall": "recall", "rfx": "forest AUC, independent draw"}
FAMILIES = {  # variants by dashes of one colour
    ("default", "default, never adversarial", "default, always adversarial"): plots.GAN,
    ("the paper's",): plots.BASELINES[3],
    ("Gaussian copula", "copula, mixture head", "copula, flow head"): plots.BASELINES[0],
    ("Gaussian",): plots.BASELINES[1],
    ("SMOTE",): plots.BASELINES[2],
    ("Bootstrap",): plots.BASELINES[4],
}
DASHES = ("-", "--", "-.")
GENES = 1000
TEST = 500  # samples of the known truth
TRUTH = "known truth"


class Problem(NamedTuple):
    """Samples to learn from, in an order whose first n are taken; test samples; the columns that matter."""

    pool: AnnData
    test: AnnData
    columns: Columns
    label: str
    by: str  # the column whose groups are not cut between training and validation


def known_truth(folder: Path, seed: int) -> Problem:
    """Samples of the known truth; each one is its own group."""
    truth, most = Truth(), max(SIZES[TRUTH])
    pool = truth.sample(most, seed)
    pool.obs["sample"] = pool.obs_names
    return Problem(pool, truth.sample(TEST, 10**6), Columns(["kind"], [], ["kind"]), "kind", "sample")


def brca(folder: Path, seed: int) -> Problem:
    """Breast tumours; fold seed + 1 is the test part."""
    data = tumours(found(folder, "expression_vst.csv.gz"))
    data.obs["sample"] = data.obs_names
    test = (data.obs["fold"] == seed % data.obs["fold"].max() + 1).to_numpy()
    return Problem(*_ordered(data, test, "sample", seed), Columns(["Subtype"], [], ["Subtype"]), "Subtype", "sample")


def tcga_pairs(folder: Path, seed: int) -> Problem:
    """Tumour and normal tissue of the same patients."""
    data = pairs(folder)
    fractions = {"train": 0.75, "test": 0.25}
    data = prepare(data, by="patient", fractions=fractions, most_variable=min(GENES, data.n_vars), seed=seed)
    columns = Columns(["cohort", "condition", "sex"], [], ["cohort", "condition"])
    return Problem(
        *_ordered(data, (data.obs["split"] == "test").to_numpy(), "patient", seed), columns, "cohort", "patient"
    )


def human(folder: Path, seed: int) -> Problem:
    """The human cohort of the book."""
    data = prepared_human(folder=found(folder, "rnaseqdb"), most_variable=GENES, seed=seed)
    columns = Columns(["tissue", "condition", "sex"], [], ["tissue", "condition"])
    return Problem(*_ordered(data, (data.obs["split"] == "test").to_numpy(), "donor", seed), columns, "tissue", "donor")


DATA: dict[str, Callable[[Path, int], Problem]] = {
    TRUTH: known_truth,
    "BRCA": brca,
    "tcga_pairs": tcga_pairs,
    "human": human,
}
SIZES = {TRUTH: [300, 1000, 3000, 10000, 30000], "BRCA": [100, 200, 400, 800]}
SIZES |= {"tcga_pairs": [100, 200, 400, 800], "human": [100, 200, 400, 800]}


def found(folder: Path, name: str) -> Path:
    """Return the file or folder of a name at any depth; the first of them in alphabetical order."""
    if not (there := sorted(folder.rglob(name))):
        raise FileNotFoundError(f"{folder} has no {name}, at any depth; give the folder that holds the data sets")
    return there[0]


def pairs(folder: Path) -> AnnData:
    """Read tumours and normal tissue of the same patients, without the genes that have missing values."""
    where = found(folder, "tcga_pairs")
    obs = pd.read_csv(where / "samples.tsv", sep="\t", index_col="sample")
    table = pd.read_csv(where / "expression_log2.tsv.gz", sep="\t", index_col=0).dropna()
    table = table[~table.index.duplicated()]
    return AnnData(table[obs.index].T.to_numpy(np.float32), obs=obs, var=table[[]])


def _ordered(data: AnnData, test: np.ndarray, by: str, seed: int) -> tuple[AnnData, AnnData]:
    """Return the samples that are not for the test, group after group in random order, and those that are."""
    groups = data.obs[by].astype(str)[~test]
    place = pd.Series(np.random.default_rng(seed).permutation(groups.nunique()), index=sorted(set(groups)))
    order = np.flatnonzero(~test)[np.argsort(place[groups].to_numpy(), kind="stable")]
    return data[order].copy(), data[test].copy()


@cache
def problem(folder: Path, data: str, seed: int) -> Problem:
    """Return a problem, which is loaded once."""
    return DATA[data](folder, seed)


def row(folder: Path, changes: dict, data: str, n: int, generator: str, seed: int) -> dict:
    """Return the scores of a generator that learned from n samples."""
    pool, test, columns, label, by = problem(folder, data, seed)
    if n > pool.n_obs:
        raise ValueError(f"n={n} is more than the {pool.n_obs} samples of {data!r} that are not for the test")
    if generator == REAL:
        fresh = Truth().sample(40 * TEST, 10**6 + 1 + seed) if data == TRUTH else pool
        return real_likeness(test, fresh, columns.within, seed) | {
            "F1": label_f1(test, pool[:n], label),
            "seconds": 0.0,
        }
    part = pool[:n]
    split = split_groups(part.obs, by, {"train": 0.8, "validation": 0.2}, seed)
    train, validation = (part[(split == name).to_numpy()].copy() for name in ("train", "validation"))
    learned = learn(generator, train, validation, columns, seed, **changes)
    draw, other = (learned.model.sample(test.obs, seed=seed + add) for add in (0, 1000))
    many = learned.model.sample(whole(train, validation).obs, seed=seed)
    return likeness(test, draw, other, seed) | {"F1": label_f1(test, many, label)} | learned.facts


def style_of(generator: str) -> dict[str, str]:
    """Return the colour of a generator's family, as in the other figures, and a dash for each variant in it."""
    if generator == REAL:
        return {"color": plots.REAL, "ls": ":"}
    family, colour = next((names, colour) for names, colour in FAMILIES.items() if generator in names)
    return {"color": colour, "ls": DASHES[family.index(generator)]}


def draw_curves(table: pd.DataFrame, path: Path) -> None:
    """Draw scores against the number of samples: a row of panels for each data set, a band of one deviation."""
    data = [name for name in DATA if name in set(table["data"])]
    shape, size = (len(data), len(DRAWN)), (2.6 * len(DRAWN), 2.1 * len(data) + 0.6)
    with rc_context():
        plots.use_style()
        figure, axes = plt.subplots(*shape, figsize=size, squeeze=False, layout="constrained")
        for name, panels in zip(data, axes, strict=True):
            for (score, words), ax in zip(DRAWN.items(), panels, strict=True):
                for generator in [REAL, *GENERATORS]:
                    of = table[(table["data"] == name) & (table["generator"] == generator)]
                    if len(of):
                        groups = of.groupby("n")[score]
                        mean, sd = groups.mean(), groups.std().fillna(0)
                        style = style_of(generator)
                        ax.plot(mean.index, mean, marker=".", lw=1, label=generator, **style)
                        ax.fill_between(mean.index, mean - sd, mean + sd, alpha=0.15, lw=0, color=style["color"])
                numbers = sorted(set(table.loc[table["data"] == name, "n"]))
                numbers = numbers[:: 1 if len(numbers) < 4 else 2]
                ax.set(xscale="log", title=f"{name}: {words}" if score == next(iter(DRAWN)) else words)
                ax.set_xticks(numbers, [f"{n:,}" for n in numbers])
                ax.minorticks_off()
            panels[0].set_ylabel("score")
        for ax in axes[-1]:
            ax.set_xlabel("samples to learn from")
        handles = {
            text: handle for ax in axes.flat for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)
        }
        figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
        with whole_file(path) as part:
            figure.savefig(part, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Make the missing rows, the tables and the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the data sets")
    add_options(parser, [REAL, *GENERATORS], RESULT)
    parser.add_argument("--data", nargs="+", choices=list(DATA), default=list(DATA), help="data sets")
    parser.add_argument("--n", type=int, nargs="+", help="numbers of samples; default: those of each data set")
    parser.add_argument("--epochs", type=int, help="of the models, for a quick try; give another --result too")
    parser.add_argument("--device", default="cpu", help="where models are trained; with a GPU, one row at a time")
    parser.add_argument("--tables", action="store_true", help="make no rows, only tables and figure")
    parser.add_argument("--pages", type=Path, nargs=3, default=[PAGE, PAGE_WINS, FIGURE], help="tables and figure")
    options = parser.parse_args(arguments)
    kept = Kept(options.result, KEYS)
    numbers = {data: options.n or SIZES[data] for data in options.data}
    tasks = [
        (data, n, name, seed)
        for data in options.data
        for seed in options.seeds
        for n in numbers[data]
        for name in options.only
    ]
    changes = {"device": options.device} | ({"epochs": options.epochs} if options.epochs else {})
    if not options.tables:
        check(options.only)
        kept.make(tasks, partial(row, options.folder, changes), options.jobs, options.again)
    table = kept.table.sort_values("n", kind="stable")
    shown = mean_sd(table, ["data", "generator", "n"], [*SCORES, "seconds"]).sort_index(
        level="data", sort_remaining=False
    )
    found_wins = wins(table, [name for name in GENERATORS if name in set(table["generator"])])
    for path, made in zip(options.pages, (shown.reset_index(), found_wins), strict=False):
        with whole_file(path) as part:
            made.to_csv(part, index=False, encoding="utf-8")
    draw_curves(table, options.pages[2])
    print(shown.to_string(), found_wins.to_string(), sep="\n\n")


if __name__ == "__main__":
    main()
