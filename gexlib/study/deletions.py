"""Strains with a deleted regulator: does a model that never saw the deletion point at the regulator's targets?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import stats
from sklearn.linear_model import RidgeCV
from sklearn.metrics import roc_auc_score

from gexlib.checks import check_columns, expression_matrix, listing, share
from gexlib.datasets import ECOLI_COVARIATES
from gexlib.explained import explained
from gexlib.numerals import numeral
from gexlib.wgan import WGANGP, Settings

WILD_TYPE, DELETED = "wild type", "del_"
MARKS = ("strain", "antibiotic")  # covariates that tell a deletion by themselves: the strain, and the marker kanamycin
AMOUNT = "carbon_source_g_per_l"
GROWTH = {kind: [name for name in names if name not in MARKS] for kind, names in ECOLI_COVARIATES.items()}
LEAST = 5  # targets that a regulon must have
PENALTIES = np.geomspace(1, 1e5, 11)  # of the ridge regression: the choices
DRAWS = 8  # synthetic samples for each training sample
SETTINGS = Settings(adversarial="never")
REAL, NOTHING, OTHERS, ELSEWHERE = "real change", "no change", "mean of other deletions", "mean of deletions elsewhere"
OWN, RIDGE = "correlation with own gene", "ridge on all regulators"
SWITCH, LOW, LEVEL = "GAN: a deletion", "GAN: own gene low", "GAN: own gene's level"
METHODS = (REAL, NOTHING, OTHERS, ELSEWHERE, OWN, RIDGE, SWITCH, LOW, LEVEL)
MEASURES = ("correlation", "beyond the shift", "relative error", "AUROC")


class Deletion(NamedTuple):
    """The rows of the samples without one regulator, and for each the rows of its wild-type samples."""

    rows: np.ndarray
    references: list[np.ndarray]

    @property
    def wild_type(self) -> np.ndarray:
        """The rows of all wild-type samples, each once."""
        return np.unique(np.concatenate(self.references))


class Answer(NamedTuple):
    """A predicted change of each gene, and the score that ranks the genes; both of shape (n_genes,)."""

    change: np.ndarray
    score: np.ndarray


@explained
def find_deletions(data: AnnData) -> dict[str, Deletion]:
    """
    Find the strains that lack one regulator, each with wild-type samples that grew alike.

    A sample is of such a strain if its ``genotype`` is ``del_`` and the symbol of a gene of `data`. Its wild-type
    samples agree with it in all that was done to the cells (``gexlib.datasets.ECOLI_COVARIATES`` and the amount of
    the carbon source), but for ``strain`` and ``antibiotic``, which in PRECISE tell the deletion itself. They are those
    of the same project where it has some, or else of all others. A sample without any is left out.

    Parameters
    ----------
    data : AnnData
        What :func:`gexlib.datasets.load_ecoli` returns.

    Returns
    -------
    dict of str to Deletion
        By the symbol of the regulator, sorted.

    Raises
    ------
    ValueError
        If a column is absent.

    Examples
    --------
    >>> from gexlib.datasets import load_ecoli
    >>> found = find_deletions(load_ecoli())
    >>> len(found), len(found["fur"].rows), len(found["fur"].wild_type)
    (25, 4, 4)
    """
    alike = [*GROWTH["categorical"], *GROWTH["numerical"], AMOUNT]
    check_columns("column", ["genotype", "project", *alike], data.obs, "data.obs")
    grown = data.obs[alike].astype(str).agg("|".join, axis=1).to_numpy()
    project, genotype = (data.obs[name].astype(str).to_numpy() for name in ("project", "genotype"))
    wild = genotype == WILD_TYPE
    found: dict[str, tuple[list, list]] = {}
    for row in np.flatnonzero([name.startswith(DELETED) for name in genotype]):
        regulator = genotype[row].removeprefix(DELETED)
        same = wild & (grown == grown[row])
        near = same & (project == project[row])
        if regulator in data.var_names and same.any():
            rows, references = found.setdefault(regulator, ([], []))
            rows.append(row)
            references.append(np.flatnonzero(near if near.any() else same))
    return {name: Deletion(np.array(found[name][0]), found[name][1]) for name in sorted(found)}


def real_change(data: AnnData, deletion: Deletion) -> np.ndarray:
    """Return the mean over the samples of a deletion of sample minus mean of its wild type, shape (n_genes,)."""
    x = expression_matrix(data, "data").astype(np.float64)
    return np.mean([x[a] - x[b].mean(axis=0) for a, b in zip(*deletion, strict=True)], axis=0)


@explained
def deletion_test(
    data: AnnData,
    regulons: Mapping[str, Sequence[str]],
    regulator: str,
    regulators: Sequence[str] = (),
    settings: Settings | str = SETTINGS,
    n: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    r"""
    Predict the change that the deletion of one regulator makes, without any sample of a strain whose regulator it is.

    All other samples train. The methods:

    - *real change* itself, which says how far the known regulon can be found in this experiment at all;
    - *no change*;
    - *mean of other deletions*: the mean change over all other regulators; *elsewhere*: over those that share no
      wild-type sample with this one, and so not its noise either;
    - *correlation with own gene*: genes are ranked by the absolute correlation with the regulator's gene over the
      training samples, and change with the slope on it, as it falls from its wild-type level to 0;
    - *ridge on all regulators*: a ridge regression of all genes on the genes of all regulators (penalty by leaving out
      one sample at a time), in which the regulator's own gene falls to 0;
    - *GAN: a deletion*: the covariate "some regulator is deleted" is switched on for the wild-type samples;
    - *GAN: own gene low*: as for the correlation, among samples that the same model draws;
    - *GAN: own gene's level*: the level of the regulator's gene is a covariate, and is switched to 0.

    The GANs are conditioned on the project and on how the cells were grown, without ``strain`` and ``antibiotic``. A
    model that has the genotype as a covariate cannot be asked at all: the level was never seen.

    Parameters
    ----------
    data : AnnData
        What :func:`gexlib.datasets.load_ecoli` returns.
    regulons : mapping of str to sequence of str
        The known targets of each regulator (:func:`gexlib.grn.regulons`).
    regulator : str
        One of :func:`find_deletions`.
    regulators : sequence of str
        Genes on which the ridge regression is; by default those with a regulon.
    settings : Settings or str
        Of the GANs. By default they keep their fitted factor models.
    n : int
        Runs of each switch.
    seed : int
        Of the trainings and the draws.

    Returns
    -------
    DataFrame, one row a method
        ``correlation``: of predicted and real change over genes. ``beyond the shift``: the partial correlation given
        the mean of other deletions, without a meaning for such a mean itself. ``relative error``: the squared error
        over genes, that of no change being 1. ``AUROC``: how well the method's score tells the regulon from other
        genes; NaN if the regulon has fewer than five genes. The regulator's own gene takes no part. A correlation
        without a meaning is NaN.

    Raises
    ------
    ValueError
        If `data` has no such deletion.

    Examples
    --------
    Two models learn from the samples in which the regulator *fur* is not deleted, in some seconds:

    >>> from gexlib.study import prepared_ecoli
    >>> data, _, regulons, _ = prepared_ecoli()
    >>> table = deletion_test(data, regulons, "fur")  # doctest: +SKIP
    >>> table["AUROC"].round(2)[["real change", "mean of other deletions"]].tolist()  # doctest: +SKIP
    [0.73, 0.73]
    """
    found = find_deletions(data)
    if regulator not in found:
        raise ValueError(f"regulator={regulator!r} has no deletion with a wild type; those that have: {listing(found)}")
    deletion, own = found[regulator], data.var_names.get_loc(regulator)
    changes = {name: real_change(data, d) for name, d in found.items()}
    real = changes.pop(regulator)
    shift = np.mean(list(changes.values()), axis=0)
    others = np.arange(data.n_vars) != own
    member = data.var_names.isin(list(regulons.get(regulator, ())))[others]
    target = member if LEAST <= member.sum() < len(member) else None
    apart = [changes[k] for k in changes if not np.isin(found[k].wild_type, deletion.wild_type).any()]
    known = {REAL: real, NOTHING: np.zeros(data.n_vars), OTHERS: shift, ELSEWHERE: np.mean(apart, axis=0)}
    answers = {method: Answer(change, change) for method, change in known.items()}
    answers |= _learned(data, deletion, regulator, list(regulators) or list(regulons), settings, n, seed)
    parts = {m: Answer(*(part[others] for part in a)) for m, a in answers.items()}
    judged = {m: judge(part, real[others], shift[others], target) for m, part in parts.items()}
    judged[ELSEWHERE]["beyond the shift"] = np.nan  # a part of the shift is not beyond it
    return pd.DataFrame(judged).T.rename_axis("method")


def judge(answer: Answer, real: np.ndarray, shift: np.ndarray, member: np.ndarray | None) -> dict[str, float]:
    """
    Compare a predicted change with the real one, and its score with the members of the regulon.

    Parameters
    ----------
    answer : Answer
    real, shift : ndarray of shape (n_genes,)
        The real change, and the mean of other deletions.
    member : ndarray of bool, shape (n_genes,), optional
        Whether a gene is in the regulon.

    Returns
    -------
    dict
        The columns of :func:`deletion_test`.
    """
    beyond = (_without(x, shift) for x in (answer.change, real))
    return {
        "correlation": _correlation(answer.change, real),
        "beyond the shift": _correlation(*beyond),
        "relative error": float(np.square(answer.change - real).sum() / np.square(real).sum()),
        "AUROC": np.nan if member is None else float(roc_auc_score(member, np.abs(answer.score))),
    }


@explained
def summarise_deletions(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """
    Return the mean over regulators of each measure, with its interval by Student's *t*.

    Parameters
    ----------
    table : DataFrame
        Rows of :func:`deletion_test` of several regulators, with the column ``method`` and the measures.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, one row a method
        Two levels of columns: the measure, and ``mean``, ``low``, ``high`` and ``regulators``, the number that counts.

    Examples
    --------
    >>> from gexlib.datasets.registry import embedded
    >>> found = summarise_deletions(pd.read_csv(embedded("effects/deletions.csv")))
    >>> found.loc["mean of other deletions", "correlation"].round(2).to_dict()
    {'mean': 0.24, 'low': 0.12, 'high': 0.37, 'regulators': 25.0}
    """
    share("level", level)
    parts = {}
    for measure in MEASURES:
        groups = table.groupby("method", sort=False)[measure]
        mean, n = groups.mean(), groups.count()
        half = stats.t.ppf((1 + level) / 2, np.maximum(n - 1, 1)) * groups.std() / np.sqrt(n)
        parts[measure] = pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half, "regulators": n})
    return pd.concat(parts, axis=1)


@explained
def deletions_in_words(table: pd.DataFrame, foretold: float = 0.1) -> list[str]:
    """
    Return sentences on a test of deletions: which methods rank targets, and which foretell the change.

    Parameters
    ----------
    table : DataFrame
        As for :func:`summarise_deletions`, with ``regulator`` and ``shares a wild type`` too.
    foretold : float
        The least correlation, over regulators that share no wild type with others, of a method that foretells a change.

    Returns
    -------
    list of str

    Examples
    --------
    >>> from gexlib.datasets.registry import embedded
    >>> deletions_in_words(pd.read_csv(embedded("effects/deletions.csv")))[0]
    '25 regulators were left out in turn; 22 of them have a known regulon of 5 genes or more.'
    """
    means = summarise_deletions(table)
    own = table.groupby(["shares a wild type", "method"])["correlation"].mean()
    methods = [method for method in METHODS if method != REAL and method in means.index]
    truth = means.loc[REAL, "AUROC"]
    ranking = [m for m in methods if means.loc[m, ("AUROC", "low")] > 0.5]
    beyond = [m for m in methods if means.loc[m, ("beyond the shift", "low")] > 0 and own[False, m] > foretold]
    return [
        f"{table['regulator'].nunique()} regulators were left out in turn; {truth['regulators']:.0f} of them have a "
        f"known regulon of {LEAST} genes or more.",
        f"**Rankings** (AUROC; the real change itself reaches {numeral(truth['mean'], 2)}): {_race(means, 'AUROC')}",
        f"Rankings above chance: {'; '.join(ranking) or 'none'}.",
        f"**Changes** (correlation with the real one): {_race(means, 'correlation')}",
        "But deletions of one project share their wild-type samples, and so the noise of these. The mean of deletions "
        f"elsewhere shares none: {numeral(means.loc[ELSEWHERE, ('correlation', 'mean')], 2)}.",
        f"The switch of a deletion correlates {numeral(own[False, SWITCH], 2)} for regulators that share no wild type "
        f"with others, and {numeral(own[True, SWITCH], 2)} for those that do.",
        "Methods that foretell more than the common shift, without a shared wild type too: "
        f"**{'; '.join(beyond) or 'none, simple or not'}**.",
    ]


def _race(means: pd.DataFrame, measure: str) -> str:
    """The best simple method and the best GAN by a measure."""
    values = means[measure]["mean"].drop(REAL)
    is_gan = values.index.str.startswith("GAN")
    simple, gan = values[~is_gan].idxmax(), values[is_gan].idxmax()
    ahead = "The simple method wins" if values[simple] >= values[gan] else "The GAN leads"
    return f"{simple} {numeral(values[simple], 2)}, {gan} {numeral(values[gan], 2)}. {ahead}."


def _learned(
    data: AnnData, deletion: Deletion, regulator: str, regulators: list, settings: Settings | str, n: int, seed: int
) -> Iterator[tuple[str, Answer]]:
    """Yield the methods that learn from the samples of all strains but those of a regulator, and their answers."""
    genotype = data.obs["genotype"].astype(str)
    level = expression_matrix(data, "data")[:, data.var_names.get_loc(regulator)].astype(np.float64)
    deleted = genotype.isin([DELETED + gene for gene in data.var_names]).map({True: "yes", False: "no"})
    obs = data.obs.assign(level=level, deleted=deleted)
    train = data[~genotype.str.contains(regulator, regex=False).to_numpy()].copy()
    train.obs = obs.loc[train.obs_names]
    wild = obs.iloc[deletion.wild_type]
    fall = -float(wild["level"].mean())
    x = train.X.astype(np.float64)
    yield OWN, _from_own(x, train.obs["level"].to_numpy(), fall)

    inputs = [gene for gene in regulators if gene in data.var_names]
    z = x[:, data.var_names.get_indexer(inputs)]
    sd = z.std(axis=0) + 1e-9
    model = RidgeCV(PENALTIES).fit((z - z.mean(axis=0)) / sd, x - x.mean(axis=0))
    at = inputs.index(regulator) if regulator in inputs else None
    slope = np.zeros(data.n_vars) if at is None else model.coef_[:, at] / sd[at]
    yield RIDGE, Answer(fall * slope, slope)

    def trained(covariates: dict[str, list[str]]) -> WGANGP:
        gan = WGANGP(**covariates, settings=settings, seed=seed, unseen="unknown", device="cpu")
        return gan.fit(train, progress=False)

    categorical, numerical = ["project", *GROWTH["categorical"]], GROWTH["numerical"]
    gan = trained({"categorical": [*categorical, "deleted"], "numerical": numerical})
    effect = gan.counterfactual(wild, "deleted", "yes", "no", n=n, seed=seed)["effect"].to_numpy()
    yield SWITCH, Answer(effect, effect)
    drawn = gan.sample(train.obs.iloc[np.tile(np.arange(len(train)), DRAWS)], seed=seed).X.astype(np.float64)
    yield LOW, _from_own(drawn, drawn[:, data.var_names.get_loc(regulator)], fall)
    gan = trained({"categorical": categorical, "numerical": [*numerical, "level"]})
    effect = gan.counterfactual(wild, "level", 0.0, -fall, n=n, seed=seed)["effect"].to_numpy()
    yield LEVEL, Answer(effect, effect)


def _from_own(x: np.ndarray, level: np.ndarray, fall: float) -> Answer:
    """Return the change of all genes as one gene falls, from slopes; the score is the correlation with that gene."""
    z, centred = level - level.mean(), x - x.mean(axis=0)
    covariance = z @ centred
    scale = np.sqrt((z @ z) * np.square(centred).sum(axis=0)) + 1e-12
    return Answer(fall * covariance / (z @ z), covariance / scale)


def _without(x: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return what a linear regression on the shift leaves of a change."""
    a, b = x - x.mean(), shift - shift.mean()
    return a - b * (a @ b) / (b @ b)


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.corrcoef(x, y)[0, 1]) if min(x.std(), y.std()) > 1e-9 else np.nan
