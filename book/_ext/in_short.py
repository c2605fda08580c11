"""What pages say in short: sentences whose numbers come from the tables of the page."""

from pathlib import Path

import numpy as np
import pandas as pd

SIMPLE = ["Gaussian", "Gaussian copula"]  # baselines that give no training samples away
START = "with a factor model, not trained"


def generator(_: str, book: Path) -> str:
    """Return what the tables of the page on the generator show, as Markdown."""
    tables = [
        pd.read_csv(book / f"howto/generator_{name}.csv", index_col="data", dtype=str) for name in ("fidelity", "use")
    ]
    text = pd.concat(tables, axis=1)
    models = text.index[: text.index.get_loc(SIMPLE[0])].drop("Real")

    def score(row: str, column: str) -> str:
        return text.loc[row, column]

    low, high = (f(mean(text.loc[models, "S_dist"])) for f in (min, max))
    gained = [
        name
        for name, sign in (("recall", 1), ("coverage", 1), ("two-sample AUC", -1))
        if sign * gap(text, name, "with a factor model", START) > noise(text, name, "with a factor model", START)
    ]
    forest = mean(text.loc[SIMPLE, "two-sample AUC"]).idxmin()
    apart = gap(text, "two-sample AUC", "default", forest)
    near = abs(apart) <= noise(text, "two-sample AUC", "default", forest)
    judged = "as often as" if near else "less often than" if apart < 0 else "more often than"
    forests = {name: score(name, "two-sample AUC") for name in ("paper", "default", "Real", "with both", START, forest)}
    recalls = {name: score(name, "recall") for name in ("paper", "default", "Real")}
    improved = " and ".join(gained) if gained else "neither recall, coverage nor the forest's AUC"
    said = [
        f"*S_dist*, the paper's score, is {low:.2f} to {high:.2f} for all models, and {score('Real', 'S_dist')} for "
        "real samples.",
        "Variety differs more. The *recall*, the share of real samples that have a synthetic one near them, is "
        f"{recalls['paper']} for the paper's model, {recalls['default']} for the default, and {recalls['Real']} for "
        "other real samples.",
        "A random forest learns to tell synthetic from real samples. On those of the paper's model it has an AUC of "
        f"{forests['paper']}, with the default {forests['default']}, with other real samples {forests['Real']}. 0.5 is "
        "best: it cannot tell them apart.",
        f"With noise of each gene and normal scores added to the paper's model, that AUC is {forests['with both']}. "
        f"With the fitted factor model, before any adversarial training, it is {forests[START]}. Adversarial training "
        f"from there on improves {improved} by more than its spread.",
        f"The forest finds samples of the default {judged} those of the simple model *{forest}* ({forests[forest]}).",
    ]
    return "\n".join(["**In short** (mean ± standard deviation over three trainings)", "", *(f"- {s}" for s in said)])


def mean(cells: pd.Series) -> pd.Series:
    """Return the means of cells such as ``0.38 ± 0.07``."""
    return cells.str.split("±").str[0].astype(float)


def spread(cells: pd.Series) -> pd.Series:
    """Return the standard deviations of cells such as ``0.38 ± 0.07``; a cell without one has less than 0.005."""
    return cells.str.split("±").str[1].astype(float).fillna(0.005)


def gap(text: pd.DataFrame, column: str, one: str, other: str) -> float:
    """Return by how much one row is larger than another."""
    found = mean(text.loc[[one, other], column])
    return float(found[one] - found[other])


def noise(text: pd.DataFrame, column: str, one: str, other: str) -> float:
    """Return the standard deviation of the difference of two rows."""
    return float(np.hypot(*spread(text.loc[[one, other], column])))
