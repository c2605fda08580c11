"""
What the book's page *When to use a GAN* says in numbers, from the kept rows of four benchmarks.

    python benchmarks/when_to_use.py

Reads results/learning_curve.csv, camda_brca.csv, unseen_combinations.csv and peers.csv, and writes the sentences of
book/when_to_use.md, a file for each, and its table of the learning curves into book/when_to_use/. Nothing is trained.
Run it after any of the four.

Two generators are compared by the score's loss (wins.LOSS), means over seeds or folds. A difference of `TIE` or less is
called level.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from additive import Additive
from camda_brca import PUBLISHED
from generators import GENERATORS, REAL
from kept import ROOT, for_readers, interval
from learning_curve import SIZES, TRUTH
from peer_training import PEERS
from wins import LOSS, from_which_n

from gexlib.atomic import whole_file
from gexlib.numerals import number_table, numeral

RESULTS, PAGES = ROOT / "benchmarks/results", ROOT / "book/when_to_use"
TIE = 0.02
ADDITIVE = Additive.__name__
COPULA, START, TRAINED, DEFAULT, PAPER = (
    "Gaussian copula",
    "default, never adversarial",
    "default, always adversarial",
    "default",
    "the paper's",
)
HEADS = ["copula, mixture head", "copula, flow head"]


class Tally(NamedTuple):
    """In how many comparisons one generator is better than another by more than `TIE`, and worse; of how many."""

    better: int
    worse: int
    total: int

    def __str__(self) -> str:
        level = self.total - self.better - self.worse
        return f"better in {self.better} of {self.total} comparisons, worse in {self.worse} and level in {level}"


def gains(table: pd.DataFrame, one: str, other: str, cells: list[str]) -> pd.DataFrame:
    """Return by how much less one generator loses than another, in each cell where both are: mean over common seeds."""
    values = table.set_index(["generator", *cells, "seed"])[list(LOSS)].sort_index()
    loss = values.apply(lambda column: LOSS[column.name](column))
    of = [loss[loss.index.get_level_values("generator") == name].droplevel("generator") for name in (other, one)]
    return (of[0] - of[1]).dropna(how="all").groupby(level=cells, sort=False).mean()


def tally(found: pd.DataFrame) -> Tally:
    """Count the gains that are more than `TIE`, those that are less than minus `TIE`, and all."""
    return Tally(int((found > TIE).sum().sum()), int((found < -TIE).sum().sum()), int(found.notna().sum().sum()))


def pays_from(found: pd.DataFrame) -> int | None:
    """
    Return the n from which on, to the largest, a generator pays on one data set; None if there is none.

    It pays where more scores gain than lose, and a forest does not find its samples more easily (rfx).
    """
    more = ((found > TIE).sum(axis=1) > (found < -TIE).sum(axis=1)) & (found["rfx"] >= -TIE)
    return from_which_n(
        pd.DataFrame({"verdict": np.where(more, "better", "not")}, index=found.index.get_level_values(-1))
    )


def answer(curve: pd.DataFrame) -> str:
    """Say first whether a simple model is as good."""
    of = tally(gains(curve, DEFAULT, COPULA, ["data", "n"]))
    simple = of.worse >= of.better
    learned = [(name, gains(curve, name, COPULA, ["data", "n"])) for name in (TRAINED, *HEADS)]
    pays = [
        f"*{name}* on {_name(data)} from {since:,} samples on"
        for name, found in learned
        for data, rows in found.groupby(level="data", sort=False)
        if (since := pays_from(rows.sort_index())) is not None
    ]
    said = [
        f"If a simple model is as good, take the simple model; {'mostly it is' if simple else 'here it is not'}.",
        "The rival is a Gaussian copula of each kind of sample: each gene's own distribution, and correlated ranks. It "
        "is fitted in about a second.",
        f"Against it, this book's default model is {of}. Trained adversarially in any case, it is "
        f"{tally(learned[0][1])}. (A comparison is one score, on one data set, with one number of samples to learn "
        f"from; *level* is a difference of {TIE} or less.)",
        f"Learned models that pay, as they beat the copula on more scores than not: {'; '.join(pays) or 'none'}.",
    ]
    return "\n".join(["**In short**", "", *(f"- {sentence}" for sentence in said)])


def adversarial(curve: pd.DataFrame) -> str:
    """Say what adversarial training adds to the fitted start, and from which n on."""
    found = gains(curve, TRAINED, START, ["data", "n"])
    lines = [
        f"Always adversarial training of the default, beside the fitted start that it begins from, is {tally(found)}."
    ]
    for data, rows in found.groupby(level="data", sort=False):
        lines.append(f"On {_name(data)}, {_pays(rows)}: {tally(rows)}.")
    auto = curve[curve["generator"] == DEFAULT]
    kept = int((auto["best epoch"] == 0).sum())
    seconds = auto["seconds"].max()
    lines.append(
        f"The default decides by itself whether to train: in {kept} of its {len(auto)} trainings it kept the start, "
        f"and the longest of them took {seconds:.0f} seconds."
    )
    return " ".join(lines)


def paper(curve: pd.DataFrame) -> str:
    """Say how the paper's model does beside the copula."""
    rows = curve[curve["generator"] == PAPER]
    real = curve[(curve["generator"] == REAL) & curve["data"].isin(rows["data"]) & curve["n"].isin(rows["n"])]
    minutes = rows["seconds"] / 60
    where = "; ".join(
        f"{_name(data)} with {', '.join(f'{n:,}' for n in sorted(set(of['n'])))} samples"
        for data, of in rows.groupby("data", sort=False)
    )
    return (
        f"The paper's model was trained on {where}. Against the copula it is "
        f"{tally(gains(curve, PAPER, COPULA, ['data', 'n']))}; its recall is {_span(rows['recall'])} (real samples "
        f"{_span(real['recall'])}). A forest that learned from one draw tells another draw from real samples with an "
        f"AUC of {_span(rows['rfx'])} (other real samples {_span(real['rfx'])}). A training took "
        f"{_span(minutes, '{:.1f}')} minutes."
    )


def heads(curve: pd.DataFrame) -> str:
    """Say whether other learned models of the leading components beat the copula that they replace, and where."""
    lines = []
    for name in HEADS:
        found = gains(curve, name, COPULA, ["data", "n"])
        groups = found.groupby(level="data", sort=False)
        said = "; ".join(f"on {_name(data)}, {_pays(rows)}, {tally(rows)}" for data, rows in groups)
        lines.append(f"- *{name}* beside the copula without it: {said}.")
    return "\n".join(lines)


def camda(table: pd.DataFrame) -> str:
    """Say how the challenge's accuracy is reached, and what it does not see."""
    mean = table.groupby("generator")[["accuracy", "recall", "rfx", "membership AUC"]].mean()
    real, default, copula, smote = (mean.loc[name] for name in (REAL, DEFAULT, COPULA, "SMOTE"))
    said = [f"{name} {mean.loc[name, 'accuracy']:.3f}" for name in (DEFAULT, COPULA, "Gaussian", "SMOTE")]
    published = PUBLISHED["accuracy"]
    folds = gains(table.assign(F1=table["accuracy"]), DEFAULT, COPULA, ["fold"])
    lines = [
        f"*Accuracy*, mean over the folds: real samples {real['accuracy']:.3f}, {', '.join(said)}; published are "
        f"{published['challenge: WGAN-GP']:.3f} for a WGAN-GP and {published['challenge: MVN']:.3f} for a multivariate "
        "normal.",
        f"It does not see copies and missing variety: SMOTE has the recall {smote['recall']:.2f} (real "
        f"{real['recall']:.2f}), and an attack finds its training samples with an AUC of {smote['membership AUC']:.2f} "
        f"(default {default['membership AUC']:.2f}, copula {copula['membership AUC']:.2f}; 0.5 is best).",
        f"A random forest tells samples of the default from real ones with an AUC of {default['rfx']:.2f}, those of "
        f"the copula with {copula['rfx']:.2f}, and other real samples with {real['rfx']:.2f}.",
        f"Beside the copula, the default is {tally(folds)}; here a comparison is one score in one fold.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def unseen(table: pd.DataFrame) -> str:
    """Say by how much each generator's mean profile is nearer than the additive model's."""
    lines = []
    for (data, given), rows in table.groupby(["data", "given"], sort=False):
        per = rows.groupby(["generator", "left out"], sort=False)["relative error"].mean()
        errors = np.exp(np.log(per).groupby(level="generator", sort=False).mean())
        also = {START: "the default's start has", REAL: "the given samples, repeated, have"}
        others = [f"; {words} {errors[name]:.2f}" for name, words in also.items() if name in errors]
        errors = errors.drop([ADDITIVE, REAL], errors="ignore").sort_values()
        best, value = errors.index[0], errors.iloc[0]
        better = int((per.loc[best] < 1).sum())
        what = "no sample" if not given else f"{given} samples"
        verdict = "nearer than" if interval(np.log(per.loc[best]))[2] < 0 else "not surely nearer than"
        lines.append(
            f"{_name(data)}, {what} given: the best is *{best}*, {verdict} the additive model (relative "
            f"error {value:.2f}; below 1 in {better} of {len(per.loc[best])} combinations){''.join(others)}."
        )
    return "\n".join(f"- {line[0].upper()}{line[1:]}" for line in lines)


def peers(table: pd.DataFrame) -> str:
    """Say which peers ran, and how many of them the copula is level with or better than."""
    ran = [name for name in PEERS if name in set(table.dropna(subset="rfx")["generator"])]
    rest = table[~table["generator"].isin(ran) & table["generator"].isin(PEERS)].drop_duplicates("generator")
    late = [f"{name} ({why})" for name, why in rest[["generator", "settings"]].to_numpy()]
    said = [f"*{name}* is {tally(gains(table, name, COPULA, ['data']))}" for name in ran]
    text = f"Against the copula, {'; '.join(said)}."
    if late:
        text += f" Without scores: {', '.join(late)}."
    if never := [name for name in PEERS if name not in set(table["generator"])]:
        text += f" Not run: {', '.join(never)}."
    return text


def what_ran(curve: pd.DataFrame, camda: pd.DataFrame, unseen: pd.DataFrame, peers: pd.DataFrame) -> str:
    """Say how much of each benchmark was run."""
    asked = 3 * (1 + len(GENERATORS)) * sum(map(len, SIZES.values()))
    lines = [
        f"Learning curves: {len(curve)} of the {asked} rows that `benchmarks/learning_curve.py` makes: "
        + "; ".join(
            f"{_name(data)}, {', '.join(f'{n:,}' for n in sorted(set(rows['n'])))} samples, {_seeds(rows)}"
            for data, rows in curve.groupby("data", sort=False)
        ),
        f"Breast tumours: {camda['fold'].nunique()} folds, {_seeds(camda)}, {camda['generator'].nunique()} rows",
        "Combinations: "
        + "; ".join(
            f"{_name(data)}, {rows['left out'].nunique()} left out in turn, {_seeds(rows)}"
            for data, rows in unseen.groupby("data", sort=False)
        ),
        f"Peers: {', '.join(map(_name, dict.fromkeys(peers['data'])))}, {_seeds(peers)}",
    ]
    return "\n".join(f"- {line}." for line in lines)


def curve_table(curve: pd.DataFrame) -> pd.DataFrame:
    """Return fidelity with variety and detection of each generator by n, over seeds, and the time of the largest n."""
    both = 2 * curve["precision"] * curve["recall"] / (curve["precision"] + curve["recall"])
    curve = curve.assign(**{"precision and recall": both})
    groups = curve.groupby(["data", "generator", "n"], sort=False)
    seconds = groups["seconds"].mean().unstack("n").sort_index(axis=1).ffill(axis=1).iloc[:, -1]
    order = [name for name in [REAL, *GENERATORS] if name in set(curve["generator"])]
    parts = {}
    for score, title in {"precision and recall": "precision and recall", "rfx": "forest AUC, new draw"}.items():
        mean, sd = (found.unstack("n").sort_index(axis=1) for found in (groups[score].mean(), groups[score].std()))
        text = number_table(mean, sd, digits=2).rename(columns=lambda n: f"n = {n:,}")
        text["seconds"] = [numeral(value, 1) for value in seconds.reindex(text.index)]
        for data in dict.fromkeys(curve["data"]):
            rows = [(data, name) for name in order if (data, name) in text.index]
            parts[title, data] = text.loc[rows].droplevel("data")
    return for_readers(pd.concat(parts, names=["score", "data"]))


def enough(curve: pd.DataFrame) -> pd.DataFrame:
    """Return recall and detection (rfx) of the default, beside those of real samples, by data set and n."""
    means = curve.groupby(["data", "n", "generator"])[["recall", "rfx"]].mean()
    found = means.unstack("generator").loc[:, pd.IndexSlice[:, [DEFAULT, REAL]]].dropna()
    found.columns = [f"{score}, {'default model' if name == DEFAULT else 'real'}" for score, name in found.columns]
    found.index = found.index.set_levels([_name(data) for data in found.index.levels[0]], level=0)
    return found.rename_axis(["data", "samples to learn from"])


def enough_in_words(curve: pd.DataFrame) -> str:
    """Say what more samples change."""
    lines = []
    for data, rows in enough(curve).groupby(level="data", sort=False):
        less, more = rows.droplevel("data").iloc[0], rows.droplevel("data").iloc[-1]
        recall, rfx = "recall, default model", "rfx, default model"
        lines.append(
            f"{data[0].upper()}{data[1:]}: from {less.name:,} to {more.name:,} samples, recall goes from "
            f"{less[recall]:.2f} to {more[recall]:.2f} (real samples: {more['recall, real']:.2f}), and a forest's AUC "
            f"from {less[rfx]:.2f} to {more[rfx]:.2f} (real: {more['rfx, real']:.2f})."
        )
    return "\n".join(f"- {line}" for line in lines)


def _pays(found: pd.DataFrame) -> str:
    """Say from which number of samples on one data set's gains are more than its losses, of those that were tried."""
    numbers, since = found.index.get_level_values("n"), pays_from(found.sort_index())
    tried = f"{numbers.min():,} to {numbers.max():,}" if len(numbers) > 1 else f"{numbers[0]:,}"
    return f"it pays {'at none' if since is None else f'from {since:,} on'} of the numbers tried ({tried} samples)"


def _name(data: str) -> str:
    names = {TRUTH: "the known truth", "BRCA": "breast tumours", "human": "the human cohort"}
    names |= {"tcga_pairs": "TCGA's pairs", "ages": "ages in TCGA's pairs"}
    return names.get(data, data)


def _seeds(rows: pd.DataFrame) -> str:
    n = rows["seed"].nunique()
    return "1 seed" if n == 1 else f"up to {n} seeds"


def _span(values: pd.Series, form: str = "{:.2f}") -> str:
    low, high = form.format(values.min()), form.format(values.max())
    return low if low == high else f"{low} to {high}"


def pages(results: Path) -> dict[str, str]:
    """Return the text of each file of the page, by name."""
    names = ("learning_curve", "camda_brca", "unseen_combinations", "peers")
    curve, tumours, left_out, others = (pd.read_csv(results / f"{name}.csv", dtype={"commit": str}) for name in names)
    said: dict[str, Callable[[], str]] = {
        "answer.md": lambda: answer(curve),
        "adversarial.md": lambda: adversarial(curve),
        "enough.md": lambda: enough_in_words(curve),
        "paper.md": lambda: paper(curve),
        "heads.md": lambda: heads(curve),
        "camda.md": lambda: camda(tumours),
        "unseen.md": lambda: unseen(left_out),
        "peers.md": lambda: peers(others),
        "what_ran.md": lambda: what_ran(curve, tumours, left_out, others),
    }
    known = curve["data"] == TRUTH
    tables = {
        "curve_truth.csv": curve_table(curve[known]).droplevel("data").to_csv(),
        "curve_real.csv": curve_table(curve[~known]).to_csv(),
    }
    return {name: make() + "\n" for name, make in said.items()} | tables


def main(arguments: list[str] | None = None) -> None:
    """Write the files of the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder of kept rows")
    parser.add_argument("--pages", type=Path, default=PAGES, help="the folder to write into")
    options = parser.parse_args(arguments)
    for name, text in pages(options.results).items():
        with whole_file(options.pages / name) as part:
            part.write_text(text, encoding="utf-8")
        if name.endswith(".md"):
            print(name, text, sep="\n")


if __name__ == "__main__":
    main()
