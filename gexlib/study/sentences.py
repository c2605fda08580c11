"""Results in words, for the chapters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.numerals import numeral, with_spread
from gexlib.study.claims import BOUND, CLAIMS, DEFAULT, OF_ALL, OF_EACH_KIND, PAPERS, Claim, judge, runs_of

LEAST = 0.005  # the smallest difference of scores of which a verdict speaks
MEANT = {  # what the numbers of a claim are, where the measure's name alone does not tell
    "correlation sd": "spread of the correlations, 1 for that of test samples",
    "matched genes": "share of the genes in matched clusters",
    "shared terms": "share of the terms that both clusters of a pair have",
    "map": "share of neighbours that are of the other sort, one half where both mix",
    "cancer effect": "correlation with the effect among test samples",
    "age effect": "correlation with the effect among test donors",
}


@explained
def terms_in_short(scores: bool = True) -> str:
    """
    Return what the words of :func:`in_short` mean, in short.

    Parameters
    ----------
    scores : bool
        Whether the paper's scores are among them.

    Examples
    --------
    >>> terms_in_short().split(" tell ")[0]
    '*S_dist* and *S_dend*'
    >>> terms_in_short(scores=False).split(" are ")[0]
    '*Real samples*'
    """
    papers = (
        "*S_dist* and *S_dend* tell how far correlations between genes, and the clusters that genes form by them, "
        "agree with those of real test samples; 1 is best. "
    )
    return (papers if scores else "") + (
        "*Real samples* are others than these, as many and of the "
        "same kinds: no generator can be expected to do better. The simple baselines need seconds: a *Gaussian*, a "
        "*copula* (a Gaussian with each gene's own distribution), and *SMOTE*, which mixes neighbouring real samples; "
        "*of each kind*: fitted to samples of the same covariates. Numbers are mean ± standard deviation over splits."
    )


@explained
def in_short(data: str, measures: Sequence[str] = ()) -> list[str]:
    """
    Return sentences on the claims on a data set: the verdict, and the scores of what was run.

    Claims that differ in the measure or in what is compared share a sentence if their verdict is the
    same, with the scores of the first. Each sentence says what its numbers are.

    Parameters
    ----------
    data : str
        ``"human"``, or a set of *E. coli*.
    measures : sequence of str, optional
        Only claims on these. Default: all.

    Returns
    -------
    list of str

    Examples
    --------
    >>> in_short("PRECISE", ["S_dist"])[0].split(". ")[0]
    'The paper says: S_dist near that of real samples'
    >>> in_short("human", ["age effect"])[0].split("** ")[1].split(": ")[0]
    'Correlation with the effect among test donors'
    """
    together: dict[tuple[str, str], list[tuple[Claim, dict[str, str]]]] = {}
    runs = runs_of(data)
    for claim in CLAIMS:
        if claim.data == data and (not measures or claim.measure in measures):
            said = claim.text.replace(claim.measure, "").replace(claim.rival or " ", "")
            row = judge(claim, runs)
            together.setdefault((said, row["Verdict"]), []).append((claim, row))
    found = []
    for (_, verdict), judged in together.items():
        text = _merged([claim.text.partition(": ")[2] for claim, _ in judged])
        numbers = _numbers(*judged[0])
        what = MEANT.get(judged[0][0].measure, judged[0][0].measure)
        numbers = f"{what[:1].upper()}{what[1:]}: {numbers}"
        found.append(f"The paper says: {text}. **{_as_sentence(verdict)}** {numbers}.")
    return found


def _as_sentence(verdict: str) -> str:
    """
    Return a verdict as a sentence.

    Examples
    --------
    >>> [_as_sentence(one) for one in ("holds, but SMOTE does too", "does not hold here, but does for the default")]
    ['It holds here, but SMOTE does as well.', 'It does not hold here, but it does for the default.']
    """
    if verdict.startswith("not judged"):
        return f"It is {verdict}."
    text = verdict.replace("here, but does", "here, but it does").replace(" does too", " does as well")
    return f"It {text}.".replace("It holds", "It holds here")


def _numbers(claim: Claim, row: dict[str, str]) -> str:
    """Return the scores of a judged claim with the names of what they are of."""
    shown = {"paper's model": row["The paper's model here"], "this book's default": row["The default"]}
    if claim.rule == "like random":
        shown = {claim.rival: row["The paper's model here"]}
    numbers = [f"{name} {score}" for name, score in shown.items() if score not in ("–", "not run")]
    numbers.append(row["Compared with"].replace(": ", " "))
    name, _, score = row["Best simple baseline"].partition(": ")
    if score and score != "not run":
        numbers.append(f"best simple baseline ({name}) {score}")
    return ", ".join(numbers)


def _merged(texts: Sequence[str]) -> str:
    """
    Return texts that differ in one word as one.

    Examples
    --------
    >>> _merged(["the height of oaks", "the width of oaks"])
    'the height and width of oaks'
    """
    if len(texts) == 1:
        return texts[0]
    columns = zip(*(text.split(" ") for text in texts), strict=True)
    words = [list(dict.fromkeys(column)) for column in columns]
    (parts,) = (each for each in words if len(each) > 1)
    return " ".join(_listed(parts) if each is parts else each[0] for each in words)


def _listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@explained
def reference_verdict(name: str, scores: Sequence[str]) -> str:
    """
    Say of scores of the reference run what share of the bound the models and the best simple baseline reach.

    Parameters
    ----------
    name : str
        A data set: ``"human"``, or a set of *E. coli* such as ``"PRECISE"``.
    scores : sequence of str
        Columns of :func:`gexlib.study.reference` of which more is better.

    Returns
    -------
    str
        Markdown: a table with a row for each score, mean ± standard deviation over splits, and a sentence. A model is
        ahead if the difference is larger than its standard deviation over splits, and than 0.005.

    Examples
    --------
    >>> print(reference_verdict("PRECISE", ["S_dist"]).splitlines()[2].replace("\N{NO-BREAK SPACE}", " "))
    | Score | Paper's model | Default | Best simple baseline |
    """
    runs = runs_of(name).pivot(index="seed", columns="data", values=list(scores))
    simple = [row for row in (*OF_EACH_KIND, *OF_ALL) if (scores[0], row) in runs]
    rows, ahead = [], []
    for score in scores:
        of, bound = runs[score], runs[score][BOUND]
        best = of[simple].mean().idxmax()
        shares = [_percent(of[row] / bound) for row in (PAPERS, DEFAULT, best)]
        rows.append(f"| {score} | {shares[0]} | {shares[1]} | {shares[2]}, {best} |")
        gaps = [of[row] - of[best] for row in (PAPERS, DEFAULT)]
        if any(gap.mean() > max(gap.std(), LEAST) for gap in gaps):
            ahead.append(score)
    than = "ahead of the best simple baseline by more than the spread over splits"
    won = f"A model is {than} only in {_listed(ahead)}." if ahead else f"Neither model is {than}."
    table = ["| Score | Paper's model | Default | Best simple baseline |", "| --- | --- | --- | --- |", *rows]
    return "\n".join(
        [
            "Shares of the score that other real samples reach (100\N{NO-BREAK SPACE}%):",
            "",
            *table,
            "",
            won,
        ]
    )


def _percent(shares: pd.Series) -> str:
    return f"{with_spread(100 * shares.mean(), 100 * shares.std(), 0)}\N{NO-BREAK SPACE}%"


@explained
def verdicts(
    mean: pd.DataFrame, sd: pd.DataFrame | None, model: str, bound: str, baselines: Sequence[str], digits: int = 3
) -> list[str]:
    """
    Say of each score how a model compares with the bound and with the best simple baseline.

    Parameters
    ----------
    mean : DataFrame of shape (n_rows, n_scores)
        Scores of which more is better.
    sd : DataFrame of the same shape, optional
        Their standard deviations over runs. The noise of a difference is the root of the sum of both squares. Without
        them nothing is said of noise.
    model, bound : str
        Rows of `mean`: the model that is judged, and real samples in its place.
    baselines : sequence of str
        Rows of `mean`: the simple baselines. The best one of each score is named.
    digits : int
        Decimal places.

    Returns
    -------
    list of str
        One text for each score.

    Examples
    --------
    >>> mean = pd.DataFrame({"recall": [0.8, 0.9, 0.5]}, index=["GAN", "Real", "Gaussian"])
    >>> verdicts(mean, mean * 0.1, "GAN", "Real", ["Gaussian"], digits=1)
    ['**recall**: GAN 0.8, real samples 0.9, best simple baseline 0.5 (Gaussian). The GAN is better than the baseline.']
    """
    said = []
    for score in mean:
        best = mean.loc[list(baselines), score].idxmax()
        ours, real, theirs = (mean.loc[row, score] for row in (model, bound, best))
        noise = 0.0 if sd is None else np.hypot(*sd.loc[[model, best], score])
        gap = ours - theirs
        word = "better than" if gap > noise else "worse than" if gap < -noise else "as good as"
        shown = [numeral(value, digits) for value in (ours, real, theirs)]
        within = f", within their noise of {numeral(noise, digits)}" if word == "as good as" and noise else ""
        said.append(
            f"**{score}**: {model} {shown[0]}, real samples {shown[1]}, best simple baseline {shown[2]} ({best}). "
            f"The {model} is {word} the baseline{within}."
        )
    return said
