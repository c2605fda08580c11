"""The paper's claims beside what the reference run found, with a verdict on each by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gexlib.datasets.registry import embedded
from gexlib.explained import explained
from gexlib.numerals import number_table, numeral, with_spread
from gexlib.study.paper import HUMAN, TABLE_1

PAPERS, DEFAULT, BOUND = "GAN, the paper's", "GAN, default", "Real, matched"
OF_ALL = ("Gaussian", "Gaussian copula", "SMOTE")
OF_EACH_KIND = ("Gaussian of each kind", "Copula of each kind", "SMOTE of each kind")
ORDER = (
    "Real, all of training", BOUND, "Random", "Bootstrap", *OF_ALL, "SMOTE of each kind", *OF_EACH_KIND[:2],
    "SynTReN", "SynTReN, 680 samples", "GeneNetWeaver", "GeneNetWeaver, 680 samples",
)  # fmt: skip
"""The rows of a table that are not ours, in the order to show them."""
NEAR = 0.9
"""Share of the bound that counts as near to it where the paper prints no number of its own."""


NOT_YET = "not judged: the paper's model was not run on two splits"


@dataclass(frozen=True)
class Claim:
    """
    One claim of :cite:t:`vinas2022adversarial`, and how it is judged.

    Parameters
    ----------
    text : str
        The claim in words.
    data : str
        Data set of :func:`reference` on which it is judged: ``"human"``, or a set of ``"ecoli"``.
    measure : str
        The column that is judged; larger is better.
    rule : {"near", "above", "like random", "narrower", "no gain"}
        ``"near"``: as near to the bound as `share`. ``"above"``: above `rival`. ``"like random"``: `rival` is nearer to
        random numbers than to the bound. ``"narrower"``: below the bound. ``"no gain"``: `rival` is not above.
    share : float
        The score over its bound that is to be reached: the paper's own where it prints one.
    rival : str
        The row that is compared.
    said : str
        The paper's own numbers, as text.
    """

    text: str
    data: str
    measure: str
    rule: str = "near"
    share: float = NEAR
    rival: str = ""
    said: str = "no number"

    @property
    def baselines(self) -> tuple[str, ...]:
        """Simple baselines that know as much of a sample as the models do."""
        return OF_ALL if self.data.startswith("M3D") else OF_EACH_KIND


def _printed(text: str, data: str, measure: str, paper: pd.DataFrame) -> Claim:
    ours, bound = paper.loc[["GAN", "Real (train)"], measure]
    return Claim(text, data, measure, share=ours / bound, said=f"{ours:.3f} of {bound:.3f}")


M3D, PRECISE = "M3D, 524 chips", "PRECISE"
CLAIMS = (
    *(_printed(f"E. coli: {m} near that of real samples", d, m, TABLE_1) for d in (M3D, PRECISE) for m in TABLE_1),
    *(
        Claim(
            f"E. coli: S_dist far above that of {name}",
            M3D,
            "S_dist",
            "above",
            rival=name,
            said=f"{numeral(TABLE_1.loc['GAN', 'S_dist'])} against {numeral(TABLE_1.loc[name, 'S_dist'])}",
        )
        for name in ("SynTReN", "GeneNetWeaver")
    ),
    *(
        Claim(
            f"E. coli: {name} much like random numbers",
            M3D,
            "S_dist",
            "like random",
            rival=name,
            said=f"{numeral(TABLE_1.loc[name, 'S_dist'])} against {numeral(TABLE_1.loc['Random', 'S_dist'])}",
        )
        for name in ("SynTReN", "GeneNetWeaver")
    ),
    Claim("E. coli: more hidden layers do not help", M3D, "S_dist", "no gain", rival="GAN, the paper's, three layers"),
    *(_printed(f"Human: {m} near that of real samples", "human", m, HUMAN) for m in ("S_dist", "S_dend")),
    Claim("Human: correlations slightly flatter than real ones", "human", "correlation sd", "narrower"),
    Claim("Human: gene clusters match one to one, most genes shared", "human", "matched genes"),
    Claim("Human: the same terms enriched in matched clusters", "human", "shared terms"),
    *(
        _printed(f"Human: {label} learned from synthetic samples, {m}", "human", f"{column} {m}", HUMAN)
        for column, label in {"tissue": "tissue", "cancer": "cancer or normal"}.items()
        for m in ("AUC", "F1")
    ),
    Claim("Human: synthetic and real samples mix on a UMAP", "human", "map"),
    Claim("Human: switching cancer on changes genes as tumours do", "human", "cancer effect"),
    Claim("Human: the effect of age is learned", "human", "age effect"),
)


@explained
def reference(name: str) -> pd.DataFrame:
    """
    Read what the study's reference run found.

    Parameters
    ----------
    name : {"ecoli", "human"}

    Returns
    -------
    DataFrame
        A row for each ``set`` (``"human"``, or one of *E. coli*), row of the tables (``data``) and ``seed``, which made
        a split, a training and draws of its own. The columns are scores, ``commit`` and ``machine``. The commands
        ``benchmarks/m3d_table_1.py`` and ``benchmarks/human_reference.py`` say what each score is.

    Examples
    --------
    >>> "S_dist" in reference("ecoli")
    True
    """
    if name not in ("ecoli", "human"):
        raise ValueError(f"name={name!r} is not known; choose 'ecoli' or 'human'")
    table = pd.read_csv(embedded(f"reference/{name}.csv"), dtype={"commit": str})  # some look like numbers
    return table if name == "ecoli" else table[table["genes"].astype(str) == "2000"].assign(set="human")


@explained
def reference_embeddings() -> pd.DataFrame:
    """
    Read the embeddings of tissues in the paper's models of the reference run on GTEx and TCGA.

    Returns
    -------
    DataFrame of shape (n_seeds * n_tissues, n_dimensions)
        A row for each ``seed`` and ``tissue``, the levels of the index (:func:`gexlib.analysis.level_embeddings`).

    Examples
    --------
    >>> reference_embeddings().index.names
    FrozenList(['seed', 'tissue'])
    """
    return pd.read_csv(embedded("reference/embeddings.csv"), index_col=["seed", "tissue"]).drop(columns="commit")


@explained
def reference_table(name: str, columns: Sequence[str], digits: int = 3) -> pd.DataFrame:
    """
    Show scores of the reference run: mean ± standard deviation over splits.

    Parameters
    ----------
    name : str
        A data set: ``"human"``, or a set of *E. coli* such as ``"PRECISE"``.
    columns : sequence of str
        Scores.
    digits : int
        Decimals.

    Returns
    -------
    DataFrame of str
        Real samples first, then simple baselines, simulators, and the models. ``seconds`` have no decimals.

    Examples
    --------
    >>> list(reference_table("PRECISE", ["S_dist"]))
    ['S_dist']
    """
    groups = runs_of(name).reindex(columns=["data", *columns]).groupby("data", sort=False)
    mean, sd = groups.mean(), groups.std()
    text = number_table(mean, sd, digits)
    if "seconds" in text:
        text["seconds"] = number_table(mean[["seconds"]], sd[["seconds"]], 0)["seconds"]
    known = [row for row in ORDER if row in text.index]
    return text.loc[[*known, *text.index.difference(known, sort=False)]].rename_axis(None)


def runs_of(name: str) -> pd.DataFrame:
    """Return the runs of the reference on a data set."""
    table = reference("human" if name == "human" else "ecoli")
    return table[table["set"] == name]


def holds(claim: Claim, scores: pd.DataFrame, row: str) -> bool:
    """
    Return whether a claim holds for a row, with the noise taken into account.

    The noise is the standard deviation, over splits, of what is compared within each split.

    Parameters
    ----------
    claim : Claim
    scores : DataFrame, splits x rows
        The claim's measure. At least two splits.
    row : str
        The row that is judged: the paper's model, or another in its place.
    """
    if len(scores) < 2:
        raise ValueError(f"{claim.text}: {len(scores)} split is no measure of noise; give two or more")
    ours = scores[row]
    if claim.rule == "near":
        share = ours / scores[BOUND]
        return bool(share.mean() >= claim.share - share.std())
    if claim.rule == "like random":
        return bool((2 * scores[claim.rival] < scores["Random"] + scores[BOUND]).all())
    gap = ours - scores[claim.rival or BOUND]
    if claim.rule == "above":
        return bool(gap.mean() > 2 * gap.std())
    if claim.rule == "narrower":
        return bool(gap.mean() < -gap.std())
    if claim.rule == "no gain":
        return bool(gap.mean() >= -2 * gap.std())
    raise ValueError(f"rule={claim.rule!r} is not known")


def judge(claim: Claim, runs: pd.DataFrame) -> dict[str, str]:
    """
    Judge a claim by the runs on its data set.

    Parameters
    ----------
    claim : Claim
    runs : DataFrame
        Rows of :func:`reference` of one set.

    Returns
    -------
    dict of str
        A row of :func:`claims_table`.
    """
    wanted = [PAPERS, BOUND, *([claim.rival] if claim.rival else [])]
    scores = runs.pivot(index="seed", columns="data", values=claim.measure)
    scores = scores.reindex(columns=scores.columns.union([*wanted, DEFAULT, "Random"]))
    splits = scores.dropna(subset=wanted)
    simple = [name for name in claim.baselines if name in splits and splits[name].notna().all()]
    best = max(simple, key=lambda name: splits[name].mean(), default=None)
    compared = claim.rule in ("near", "above")
    return {
        "Claim": claim.text,
        "Data": "GTEx and TCGA" if claim.data == "human" else claim.data,
        "In the paper": claim.said,
        "The paper's model here": _mean_sd(scores[claim.rival if claim.rule == "like random" else PAPERS]),
        "The default": _mean_sd(scores[DEFAULT]) if claim.rule in ("near", "above", "narrower") else "–",
        "Compared with": f"{claim.rival or 'real samples'}: {_mean_sd(scores[claim.rival or BOUND])}"
        if claim.rule != "like random"
        else f"Random: {_mean_sd(scores['Random'])}",
        "Best simple baseline": f"{best}: {_mean_sd(scores[best])}" if best and compared else "–",
        "Verdict": verdict(
            holds(claim, splits, PAPERS),
            best if compared and best and holds(claim, splits, best) else None,
            compared and holds(claim, splits, DEFAULT),
        )
        if len(splits) > 1
        else NOT_YET,
    }


def verdict(ours: bool, baseline: str | None, default: bool) -> str:
    """
    Put into words whether a claim holds for the paper's model, a simple baseline, and the default model.

    Examples
    --------
    >>> verdict(True, "Gaussian of each kind", True)
    'holds, but a Gaussian of each kind does too'
    >>> verdict(False, None, False)
    'does not hold here'
    """
    named = baseline and (baseline if baseline.startswith("SMOTE") else f"a {baseline[0]}{baseline[1:]}")
    named = named and named.replace("a Copula", "a copula")
    if ours:
        return f"holds, but {named} does too" if named else "holds"
    others = [*(["for the default"] if default else []), *([f"for {named}"] if named else [])]
    return "does not hold here" + (f", but does {' and '.join(others)}" if others else "")


@explained
def claims_table() -> pd.DataFrame:
    """
    Return all claims with the paper's numbers, ours, and a verdict on each.

    Returns
    -------
    DataFrame of str
        Columns ``Claim``, ``Data``, ``In the paper``, ``The paper's model here``, ``The default``, ``Compared with``,
        ``Best simple baseline`` and ``Verdict``. Scores are mean ± standard deviation over splits.

    Examples
    --------
    >>> "Verdict" in claims_table()
    True
    """
    return pd.DataFrame([judge(claim, runs_of(claim.data)) for claim in CLAIMS])


def _mean_sd(values: pd.Series) -> str:
    found = values.dropna()
    if found.empty:
        return "not run"
    return with_spread(found.mean(), found.std()).replace("\N{NO-BREAK SPACE}", " ")
