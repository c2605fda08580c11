"""The paired test: a tumour predicted from the same patient's normal tissue, for patients held out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from anndata import AnnData
from sklearn.linear_model import Ridge

from gexlib.checks import check_columns, expression_matrix, whole_number
from gexlib.explained import explained
from gexlib.wgan import WGANGP, Coupling, Settings
from gexlib.wgan.coupling import LEAST_PAIRS, centred, pair_rows

SWITCH = ("condition", "cancer", "normal")
LEVELS = (0.5, 0.9)  # of the intervals
FEWEST = 8  # pairs of a study that takes part
PENALTIES = np.geomspace(0.1, 1000, 13)  # of the ridge regression, in mean squared lengths of its inputs
MEAN, OURS, ELSEWHERE = "mean tumour", "learned coupling", "learned coupling, other studies"


class Pairs(NamedTuple):
    """Normal tissue and tumour of the same patients, row by row, and the study of each."""

    normal: AnnData
    tumour: AnnData
    study: np.ndarray


class Prediction(NamedTuple):
    """Predicted tumours (n, n_genes), and the ends of their intervals by level (none if a method has no intervals)."""

    x: np.ndarray
    intervals: dict[float, tuple[np.ndarray, np.ndarray]]


@explained
def find_pairs(data: AnnData, fewest: int = FEWEST) -> Pairs:
    """
    Return the donors of whom both normal tissue and a tumour were measured, in studies with enough of them.

    Parameters
    ----------
    data : AnnData
        With ``condition`` (normal, cancer), ``donor`` and ``study`` in ``obs``, as
        :func:`gexlib.datasets.load_tcga_pairs` and :func:`gexlib.datasets.load_rnaseqdb` return it.
    fewest : int
        Studies with fewer pairs are left out.

    Returns
    -------
    Pairs
        Without rows if there are none, as in the demo cohort.

    Raises
    ------
    ValueError
        If a column is absent.

    Examples
    --------
    >>> obs = pd.DataFrame({"donor": [f"p{i}" for i in range(8)] * 2, "study": "kirc"}, [f"s{i}" for i in range(16)])
    >>> obs["condition"] = ["normal"] * 8 + ["cancer"] * 8

    >>> found = find_pairs(AnnData(np.zeros((16, 3)), obs=obs))
    >>> found.normal.obs["donor"].tolist() == found.tumour.obs["donor"].tolist(), set(found.study)
    (True, {'kirc'})
    """
    check_columns("study", ["study"], data.obs)
    rows = pair_rows(data.obs, *SWITCH)
    study = data.obs["study"].astype(str).to_numpy()[rows["value"]]
    counts = pd.Series(study).value_counts()
    kept = pd.Series(study, dtype=object).map(counts).to_numpy(float) >= fewest if len(study) else np.zeros(0, bool)
    rows = rows[kept]
    return Pairs(data[rows["reference"].to_numpy()].copy(), data[rows["value"].to_numpy()].copy(), study[kept])


@explained
def paired_test(
    data: AnnData,
    folds: int = 5,
    seed: int = 0,
    settings: Settings | str = "default",
    transfer: bool = False,
    progress: bool = False,
) -> pd.DataFrame:
    """
    Predict the tumours of held-out patients from their normal tissue, by several methods.

    The patients of each study are divided into `folds` parts. Each part is predicted by what learned from the others,
    and from all samples without a partner. The methods:

    - *mean tumour* of the training samples of the study, with a Gaussian interval;
    - *normal + mean change*: the patient's own normal tissue, and the difference between the study's means;
    - *ridge*: a ridge regression of the tumour on the normal tissue, both around the means of the study, over all
      training pairs together or in each study, whichever has the smaller error in a fifth of the pairs that is left
      out; so is the penalty chosen;
    - *clamped latent* of the paper, *nothing carried over* and *learned coupling*:
      :meth:`gexlib.wgan.WGANGP.counterfactual` with the coupling 1, 0, and that of
      :meth:`gexlib.wgan.WGANGP.fit_coupling`.

    Parameters
    ----------
    data : AnnData
        As for :func:`find_pairs`; on a log scale.
    folds : int
        How many parts, 2 or more.
    seed : int
        Decides the parts, and the training.
    settings : Settings or str
        Of the generator.
    transfer : bool
        Also predict each study with a coupling that was learned from the other studies alone, where these have enough
        pairs. The generator and the means still know the study's training samples, though not who belongs to whom.
    progress : bool
        Show the progress of the trainings.

    Returns
    -------
    DataFrame, one row a method and study, and one a method for ``"all"``
        Indexed by ``method`` and ``study``. ``patients``; ``relative error``: the squared error over patients and genes
        divided by that of the mean tumour. ``own`` and ``strangers``: the mean correlation over genes of the predicted
        and the measured residual from the mean tumour, each gene divided by its standard deviation, where prediction
        and measurement are of one patient, or of two of the same study. ``change error``: the median over genes of the
        root mean squared error of a gene's change from normal tissue to tumour, in the unit of the data. ``cover 50``
        and ``cover 90``: the share of the values in the intervals. NaN where a method has no such number.

    Raises
    ------
    ValueError
        If no study has enough pairs, or a column is absent.

    Examples
    --------
    Trainings in five folds, some minutes; the mean tumour is the measure of the others:

    >>> from gexlib.datasets import load_tcga_pairs
    >>> table = paired_test(load_tcga_pairs())  # doctest: +SKIP
    >>> table.loc[("mean tumour", "all"), "relative error"]  # doctest: +SKIP
    1.0
    """
    pairs = find_pairs(data)
    folds = whole_number("folds", folds, 2)
    if not len(pairs.study):
        raise ValueError(f"no study of data has {FEWEST} donors with a normal and a cancer sample; nothing to test")
    part, rng = np.empty(len(pairs.study), int), np.random.default_rng(whole_number("seed", seed, 0))
    for study in np.unique(pairs.study):
        own = np.flatnonzero(pairs.study == study)
        part[rng.permutation(own)] = np.arange(len(own)) % folds
    rows = []
    for fold in range(folds):
        out = part == fold
        held_out = set(pairs.normal.obs["donor"][out])
        train = data[~data.obs["donor"].isin(held_out).to_numpy()].copy()
        test = Pairs(pairs.normal[out].copy(), pairs.tumour[out].copy(), pairs.study[out])
        gan = WGANGP(["study", "condition"], settings=settings, seed=seed, device="cpu")
        gan.fit(train, progress=progress)
        kinds = kinds_of(train.obs, train)
        for method, chosen, found in _predictions(gan, train, kinds, test, transfer):
            rows += judged(method, kinds, Pairs(*(side[chosen] for side in test)), found)
    return summary(pd.DataFrame(rows))


def ridge_prediction(train: Pairs, normal: np.ndarray, study: np.ndarray, means: dict) -> np.ndarray:
    """
    Predict tumours by a ridge regression on normal tissue, both around the means of the study.

    Parameters
    ----------
    train : Pairs
        The training pairs.
    normal, study : ndarray, shapes (n, n_genes) and (n,)
        The normal tissue of the patients to predict, and their studies.
    means : dict
        The mean profile, shape (n_genes,), of each pair of study and condition.

    Returns
    -------
    ndarray, shape (n, n_genes)
    """

    def around(x: np.ndarray, studies: np.ndarray, condition: str) -> np.ndarray:
        return x - np.array([means[s, condition] for s in studies])

    x, y = around(train.normal.X, train.study, "normal"), around(train.tumour.X, train.study, "cancer")
    new = around(normal, study, "normal")
    everyone = {"all": np.arange(len(x))}
    apart = {s: np.flatnonzero(train.study == s) for s in np.unique(train.study)}
    errors = {name: ridge_errors(x[rows], y[rows], train.study[rows]) for name, rows in (everyone | apart).items()}
    together = errors["all"].min() <= sum(errors[s].min() for s in apart)
    predicted = np.empty(new.shape)
    for name, rows in (everyone if together else apart).items():
        wanted = np.ones(len(new), bool) if together else study == name
        penalty = PENALTIES[errors[name].argmin()] * np.square(x[rows]).sum(axis=1).mean()
        if wanted.any():
            predicted[wanted] = Ridge(penalty, fit_intercept=False).fit(x[rows], y[rows]).predict(new[wanted])
    return predicted + np.array([means[s, "cancer"] for s in study])


def ridge_errors(x: np.ndarray, y: np.ndarray, study: np.ndarray, parts: int = 5) -> np.ndarray:
    """
    Return the squared error of a ridge regression in pairs that are left out, for each of the penalties.

    The means of the studies are taken out of the remaining pairs anew. With means of all pairs, what is left out would
    be known from the others, as the sum of all residuals is 0, and small penalties would look good.
    """
    part = pd.Series(study).groupby(study).cumcount().to_numpy() % parts
    error = np.zeros(len(PENALTIES))
    for out in (part == p for p in range(parts)):
        error += errors_left_out(centred(x, study, ~out), centred(y, study, ~out), out)
    return error


def errors_left_out(x: np.ndarray, y: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return the squared error of a ridge regression of `y` on `x` in the rows `out`, for each of the penalties."""
    values, vectors = np.linalg.eigh(x[~out] @ x[~out].T)
    along, new = vectors.T @ y[~out], x[out] @ x[~out].T @ vectors
    scale = np.square(x[~out]).sum(axis=1).mean()
    shrunk = ((new / (np.maximum(values, 0) + penalty * scale)) @ along for penalty in PENALTIES)
    return np.array([np.square(y[out] - predicted).sum() for predicted in shrunk])


def counterfactual_prediction(gan: WGANGP, normal: AnnData, coupling: float | Coupling) -> Prediction:
    """Return the tumours that a model predicts from normal tissue, with intervals of each level."""
    made = {p: gan.counterfactual(normal, *SWITCH, coupling=coupling, level=p) for p in LEVELS}
    return Prediction(made[max(LEVELS)].X, {p: (a.layers["low"], a.layers["high"]) for p, a in made.items()})


def _predictions(
    gan: WGANGP, train: AnnData, kinds: dict[tuple[str, str], np.ndarray], test: Pairs, transfer: bool
) -> Iterator[tuple[str, np.ndarray, Prediction]]:
    """Yield each method, the rows of the test that it predicts, and its prediction."""
    everyone, known = np.arange(len(test.study)), find_pairs(train, fewest=1)
    means = {kind: x.mean(axis=0) for kind, x in kinds.items()}
    yield MEAN, everyone, gaussian_intervals(kinds, test.study)
    change = np.array([means[s, "cancer"] - means[s, "normal"] for s in test.study])
    yield "normal + mean change", everyone, Prediction(test.normal.X + change, {})
    yield "ridge", everyone, Prediction(ridge_prediction(known, test.normal.X, test.study, means), {})

    def ours(chosen: np.ndarray, coupling: float | Coupling) -> Prediction:
        return counterfactual_prediction(gan, test.normal[chosen], coupling)

    yield "clamped latent", everyone, ours(everyone, 1.0)
    yield "nothing carried over", everyone, ours(everyone, 0.0)
    yield OURS, everyone, ours(everyone, gan.fit_coupling(train, *SWITCH))
    for study in np.unique(test.study) if transfer else ():
        strangers = train.copy()
        own = (train.obs["study"].astype(str) == study).to_numpy()
        strangers.obs["donor"] = train.obs["donor"].astype(object).where(~own)  # its samples stay, its pairs do not
        if len(pair_rows(strangers.obs, *SWITCH)) < LEAST_PAIRS:
            continue
        chosen = np.flatnonzero(test.study == study)
        yield ELSEWHERE, chosen, ours(chosen, gan.fit_coupling(strangers, *SWITCH))


def kinds_of(obs: pd.DataFrame, train: AnnData) -> dict[tuple[str, str], np.ndarray]:
    """Return the profiles of the samples of each study and condition in `obs`."""
    x = expression_matrix(train, "data").astype(np.float64)
    by = obs[["study", "condition"]].astype(str).reset_index(drop=True)
    return {kind: x[rows] for kind, rows in by.groupby(["study", "condition"]).indices.items()}


def gaussian_intervals(kinds: dict[tuple[str, str], np.ndarray], study: np.ndarray) -> Prediction:
    """Return the mean tumour of the study of each patient, with the intervals of a Gaussian."""
    moments = {s: (x.mean(axis=0), x.std(axis=0, ddof=1), len(x)) for (s, c), x in kinds.items() if c == "cancer"}
    mean, sd, n = (np.array([moments[s][i] for s in study]) for i in range(3))
    half = sd * np.sqrt(1 + 1 / n)[:, None]
    return Prediction(mean, {level: (mean - u * half, mean + u * half) for level, u in ((0.5, 0.674), (0.9, 1.645))})


def judged(method: str, kinds: dict[tuple[str, str], np.ndarray], test: Pairs, found: Prediction) -> list[dict]:
    """Return what is measured of each patient; arrays over genes stay whole, to be averaged over patients later."""
    rows = []
    for study in np.unique(test.study):
        own = np.flatnonzero(test.study == study)
        x = kinds[study, "cancer"]
        centre, sd = x.mean(axis=0), x.std(axis=0) + 1e-6
        truth, guess = np.asarray(test.tumour.X[own], np.float64), found.x[own]
        alike = _correlations((guess - centre) / sd, (truth - centre) / sd)
        others = np.where(np.eye(len(own), dtype=bool), np.nan, alike)
        for i in range(len(own)):
            row = {
                "method": method,
                "study": study,
                "square": np.square(truth[i] - guess[i]),
                "base": np.square(truth[i] - centre).sum(),
                "own": alike[i, i],
                "strangers": np.nanmean(others[i]) if np.isfinite(others[i]).any() else np.nan,
            }
            for level, (low, high) in found.intervals.items():
                inside = (low[own[i]] <= truth[i]) & (truth[i] <= high[own[i]])
                row[f"cover {level:.0%}".rstrip("%")] = inside.mean()
            rows.append(row)
    return rows


def _correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the correlation of each row of x with each row of y, (n, n); NaN for a row that is constant."""
    a, b = (rows - rows.mean(axis=1, keepdims=True) for rows in (x, y))
    lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)
    flat = (np.ptp(x, axis=1) <= 1e-9)[:, None] | (np.ptp(y, axis=1) <= 1e-9)
    return np.where(flat, np.nan, a @ b.T / np.where(flat, 1.0, lengths))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return what :func:`paired_test` returns, from what was measured of each patient."""
    whole = pd.concat([table, table.assign(study="all")])

    def measured(rows: pd.DataFrame) -> pd.Series:
        square = np.stack(rows["square"].to_list())
        return pd.Series(
            {
                "patients": len(rows),
                "relative error": square.sum() / rows["base"].sum(),
                "own": rows["own"].mean(),
                "strangers": rows["strangers"].mean(),
                "change error": np.median(np.sqrt(square.mean(axis=0))),
                "cover 50": rows["cover 50"].mean(),
                "cover 90": rows["cover 90"].mean(),
            }
        )

    made = {key: measured(rows) for key, rows in whole.groupby(["method", "study"], sort=False)}
    return pd.DataFrame(made).T.rename_axis(["method", "study"]).astype({"patients": int})
