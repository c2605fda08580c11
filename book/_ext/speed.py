"""The page on speed: its tables by what a user does, and its sentences, from the files that benchmarks wrote."""

import csv
import io
import re
from pathlib import Path

import pandas as pd

GROUPS = {  # the file, the beginnings of its rows, and the caption
    "train": ("benchmarks.csv", ("Training, an iteration, ",), "Training: an iteration, on one core"),
    "gpu": ("gpu_benchmarks.csv", ("Training on a GPU, ",), "Training on a GPU"),
    "score": ("benchmarks.csv", ("All four scores, ", "One score, "), "Scores, on one core"),
    "sample": ("benchmarks.csv", ("Sample: ", "Simulate: "), "Drawing samples, on one core"),
    "load": ("benchmarks.csv", ("Load: ",), "Loading and writing data sets"),
}
SECONDS = {"s": 1.0, "ms": 1e-3}


def rows(group: str, book: Path) -> pd.DataFrame:
    """Return the rows of a group, as text; columns without an entry are left out."""
    file, beginnings, _ = GROUPS[group]
    found = pd.read_csv(book / "howto" / file, dtype=str, keep_default_na=False)
    found = found[found["Task"].str.startswith(beginnings)]
    return found.loc[:, (found != "").any()]


def table(group: str, book: Path) -> str:
    """Return the table of a group, as Markdown."""
    found, text = rows(group, book), io.StringIO()
    beginnings = GROUPS[group][1]
    if len(beginnings) == 1:
        found = found.assign(Task=found["Task"].str.removeprefix(beginnings[0]))
    csv.writer(text, lineterminator="\n").writerows([list(found), *found.to_numpy().tolist()])
    widths = ", ".join("46" if name == "Task" else "24" if name == "Also" else "10" for name in found)
    options = [f":name: tab-speed-{group}", ":header-rows: 1", ":class: scores", f":widths: {widths}"]
    return "\n".join([f"```{{csv-table}} {GROUPS[group][2]}", *options, "", text.getvalue() + "```"])


def sentences(_: str, book: Path) -> str:
    """Return what the tables show, as Markdown."""
    train, gpu, score, sample = (rows(group, book) for group in ("train", "gpu", "score", "sample"))
    full = seconds(_of(train, "18,154 genes", "gexlib"))
    replayed = gpu[gpu["Task"].str.endswith("replayed from a graph")]
    rate = replayed["Also"].str.extract(r"iterations a second: ([\d.]+)")[0].astype(float)
    least = [
        seconds(_of(score, size, "gexlib")) / seconds(_of(score, size, "alone"))
        for size in ("1,076 genes", "2,000 genes")
    ]
    drawn = each(sample, "Sample: ecoli")
    weaver, syntren = each(sample, "GeneNetWeaver") / drawn, each(sample, "SynTReN") / drawn
    said = [
        f"*Train.* On a CPU an iteration is {span(train)} times as fast as with plain automatic differentiation. With "
        f"all 18,154 human genes it takes {full * 1e3:.0f} ms on one core.",
        f"*Train on a GPU.* Iterations that are replayed from a graph are {span(gpu)} times as fast as those that "
        f"Python starts one by one: {rate.min():.0f} to {rate.max():.0f} a second.",
        f"*Score.* The paper's four scores are computed {span(score)} times as fast as by a plain formulation, in "
        f"{min(least):.1f} to {max(least):.1f} times the time that correlations and clustering alone take.",
        f"*Draw samples.* A trained model of *E. coli* needs {drawn * 1e3:.2f} ms for a sample. SynTReN needs "
        f"{syntren:.0f} times as long, GeneNetWeaver {weaver:.0f} times.",
    ]
    return "\n".join(["**In short** (ratios of median times)", "", *(f"- {sentence}" for sentence in said)])


def span(found: pd.DataFrame) -> str:
    """Return the range of the ratios of a group, without those of the references and of what cannot be spared."""
    kept = found[~found["Task"].str.contains("alone$")]
    ratios = [float(one) for one in kept["Times faster"] if one not in ("", "1.0")]
    return f"{min(ratios):.1f} to {max(ratios):.1f}"


def each(found: pd.DataFrame, what: str) -> float:
    """Return the seconds for one sample."""
    row = _of(found, what, "samples")
    number = re.search(r"([\d,]+) samples", row["Task"])[1]
    return seconds(row) / int(number.replace(",", ""))


def seconds(row: pd.Series) -> float:
    """Return the median time of a row."""
    number, unit = row["Median"].split(" ")
    return float(number) * SECONDS[unit]


def _of(found: pd.DataFrame, *words: str) -> pd.Series:
    """Return the first row whose task has all words."""
    has = [all(word in task for word in words) for task in found["Task"]]
    return found[has].iloc[0]
