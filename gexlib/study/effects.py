"""Effects of cancer from unpaired samples, judged by the paired differences of patients who were held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import stats

from gexlib.analysis import agreement, donor_bootstrap
from gexlib.checks import check_columns, whole_number
from gexlib.datasets.rnaseqdb import TISSUE_OF_STUDY
from gexlib.differential import differential_expression, effect_intervals
from gexlib.explained import explained
from gexlib.study.combat import combat
from gexlib.study.paired import Pairs, find_pairs
from gexlib.wgan import WGANGP, Settings

SWITCH = ("condition", "cancer", "normal")
FEWEST = 6  # pairs of a study that is judged
LEAST = 3  # samples of a study and condition in training
MARGIN = 0.25  # in the unit of the data: a gene that held-out patients change by less is a negative control
SETTINGS = Settings(adversarial="never")
RUNS = 64  # of each switch
SEEDS = 3  # trainings of the intervals from seeds alone
WELCH, MODERATED, POOLED = "Welch t, all normals", "moderated t, all normals", "one effect for all studies"
DATA_SET, WITHIN, COMBAT = "data set as covariate", "within the study", "ComBat, all normals"
GAN, GAN_SEEDS, GAN_TISSUE = "GAN, donors drawn", "GAN, seeds alone", "GAN of tissues"
METHODS = (WELCH, MODERATED, DATA_SET, WITHIN, COMBAT, POOLED, GAN, GAN_SEEDS, GAN_TISSUE)


def divide(data: AnnData, seed: int = 0, fold: int = 0) -> tuple[AnnData, Pairs]:
    """
    Divide patients: half of those who were measured twice are held out, the others lose one of their two samples.

    Parameters
    ----------
    data : AnnData
        As for :func:`gexlib.study.find_pairs`.
    seed : int
        Decides the halves, and which sample is lost: normal tissue or tumour in turn.
    fold : {0, 1}
        Which half is held out.

    Returns
    -------
    train : AnnData
        No patient of a study with six pairs or more has both conditions; ``obs`` with ``tissue`` and ``dataset`` added
        where absent.
    held_out : Pairs
        Of these studies.

    Raises
    ------
    ValueError
        If no study has six pairs.
    """
    pairs, rng = find_pairs(data, FEWEST), np.random.default_rng(whole_number("seed", seed, 0))
    if not len(pairs.study):
        raise ValueError(f"no study of data has {FEWEST} donors with a normal and a cancer sample; nothing to judge")
    place = np.empty(len(pairs.study), int)
    for study in np.unique(pairs.study):
        own = np.flatnonzero(pairs.study == study)
        place[rng.permutation(own)] = np.arange(len(own))
    out = place % 2 == fold
    lost = np.where(place // 2 % 2, pairs.normal.obs_names, pairs.tumour.obs_names)[~out]
    gone = data.obs["donor"].isin(set(pairs.normal.obs["donor"][out])) | data.obs_names.isin(lost)
    train = data[~gone.to_numpy()].copy()
    study = train.obs["study"].astype(str)
    known = {"tissue": study.map(TISSUE_OF_STUDY).fillna(study), "dataset": pd.Series("tcga", train.obs.index)}
    train.obs = train.obs.assign(**{name: column for name, column in known.items() if name not in train.obs})
    train.obs["dataset"] = train.obs["dataset"].astype(str).replace("tcga-t", "tcga")
    return train, Pairs(pairs.normal[out].copy(), pairs.tumour[out].copy(), pairs.study[out])


@explained
def effect_test(
    data: AnnData, draws: int = 25, seed: int = 0, fold: int = 0, settings: Settings | str = SETTINGS
) -> pd.DataFrame:
    """
    Estimate the effect of cancer in each study from unpaired samples, and judge it by patients measured twice.

    The methods, for the tumours of a study:

    - *Welch t* and *moderated t, all normals*: against all normal samples of the tissue, whatever their study
      (:func:`gexlib.differential.differential_expression`);
    - *data set as covariate*: the same in a linear model with GTEx or TCGA as a column, where the tissue has both;
    - *within the study*: against the normal samples of the study alone;
    - *ComBat*: all normals, with the studies as batches and the condition kept (``gexlib.study.combat``);
    - *one effect for all studies*, from a linear model with the study as a column;
    - *GAN, donors drawn*: the switch of a GAN with study and condition as covariates, with the intervals of
      :func:`gexlib.analysis.donor_bootstrap`; *seeds alone*: the same effect, with intervals from three trainings that
      differ in their seed; *of tissues*: tissue and condition as covariates, as in the paper.

    Tests other than Welch's have moderated variances.

    Parameters
    ----------
    data : AnnData
        As for :func:`divide`, on a log scale.
    draws : int
        How often donors are drawn for the intervals of the GAN.
    seed, fold : int
        Of :func:`divide`; the seed also of trainings.
    settings : Settings or str
        Of the GAN. By default it keeps its fitted factor model.

    Returns
    -------
    DataFrame, one row a study and method
        ``patients`` held out, ``normals`` and ``tumours`` in training, of the study. ``error``: root mean squared
        difference from the mean paired difference over genes, in the unit of the data. ``Spearman``, ``slope``,
        ``AUROC``: :func:`gexlib.analysis.agreement` with the paired *t* test of the held-out patients. ``coverage``:
        the share of the genes whose mean paired difference is in the 95 % interval; the standard errors of both are
        added. ``width``: the median half width of the interval of the effect alone. ``controls``: the number of
        negative controls, genes whose mean paired difference has a 90 % interval within ±0.25; ``controls effect``: the
        mean absolute effect that they are given; ``controls called``: the share of them whose 95 % interval leaves 0
        out.

    Examples
    --------
    >>> rng, n = np.random.default_rng(0), 12
    >>> obs = pd.DataFrame({"donor": [f"p{i}" for i in range(n)] * 2, "study": "kirc"}, [f"s{i}" for i in range(2 * n)])
    >>> obs["condition"] = ["normal"] * n + ["cancer"] * n
    >>> x = rng.normal(8, 0.2, (2 * n, 6)).astype(np.float32)
    >>> x[n:, :2] += 2  # cancer raises two of the six genes
    >>> settings = Settings(adversarial="never", latent_dim=2, hidden=(4,))
    >>> table = effect_test(AnnData(x, obs=obs), draws=2, settings=settings).set_index("method")
    >>> bool((table["error"] < 0.5).all()), table["patients"].iloc[0].item()  # half of them are held out
    (True, 6)
    """
    check_columns("study", ["study"], data.obs)
    train, held_out = divide(data, seed, fold)
    kinds = train.obs.groupby(["study", "condition"], observed=True).size().unstack(fill_value=0)
    judged = [s for s in np.unique(held_out.study) if (kinds.loc[s, ["cancer", "normal"]] >= LEAST).all()]
    truth = {s: paired_differences(held_out, s) for s in judged}
    rows = []
    for study, method, found in estimates(train, judged, draws, seed, settings):
        sizes = {"patients": int((held_out.study == study).sum())}
        sizes |= {
            f"{name}s": int(kinds.loc[study, level]) for name, level in (("normal", "normal"), ("tumour", "cancer"))
        }
        rows.append({"study": study, "method": method} | sizes | judge(found, truth[study]))
    return pd.DataFrame(rows)


def paired_differences(pairs: Pairs, study: str) -> pd.DataFrame:
    """
    Test the differences of the patients of a study, gene by gene.

    Returns
    -------
    DataFrame, one row a gene
        ``effect``: the mean difference, tumour minus normal; ``se``, ``p``, ``fdr``, and ``freedom``.
    """
    own = pairs.study == study
    difference = np.asarray(pairs.tumour.X[own], np.float64) - np.asarray(pairs.normal.X[own], np.float64)
    mean, n = difference.mean(axis=0), len(difference)
    se = difference.std(axis=0, ddof=1) / np.sqrt(n) + 1e-9
    p = 2 * stats.t.sf(np.abs(mean / se), n - 1)
    table = {"effect": mean, "se": se, "p": p, "fdr": stats.false_discovery_control(p), "freedom": n - 1}
    return pd.DataFrame(table, pairs.tumour.var_names)


def judge(found: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """Compare effects (``effect``, ``se``, ``low``, ``high``) with paired differences, see :func:`effect_test`."""
    shared = agreement(found, truth, top=min(100, len(truth)))
    both = np.hypot(found["se"], truth["se"])
    t90, t95 = (stats.t.ppf(q, truth["freedom"].iloc[0]) for q in (0.95, 0.975))
    control = truth["effect"].abs() + t90 * truth["se"] < MARGIN
    called = (found["low"] > 0) | (found["high"] < 0)
    known = bool(found["se"].notna().all())
    return {
        "error": float(np.sqrt(np.square(found["effect"] - truth["effect"]).mean())),
        **shared[["Spearman", "slope", "AUROC"]].to_dict(),
        "coverage": float(((found["effect"] - truth["effect"]).abs() <= t95 * both).mean()) if known else np.nan,
        "width": float(((found["high"] - found["low"]) / 2).median()) if known else np.nan,
        "controls": int(control.sum()),
        "controls effect": float(found["effect"][control].abs().mean()) if control.any() else np.nan,
        "controls called": float(called[control].mean()) if known and control.any() else np.nan,
    }


def estimates(
    train: AnnData, studies: Sequence[str], draws: int, seed: int, settings: Settings | str
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield a study, a method, and the effects of all genes with ``se``, ``low`` and ``high`` (NaN: no interval)."""
    study, tissue = train.obs["study"].astype(str), train.obs["tissue"].astype(str)
    cancer = (train.obs["condition"] == "cancer").to_numpy()
    shared = _tested(train, adjust=["study"])
    for s in studies:
        here = (tissue == tissue[study == s].iloc[0]).to_numpy()
        every = train[here & (~cancer | (study == s).to_numpy())].copy()
        yield s, WELCH, _tested(every, moderated=False)
        yield s, MODERATED, _tested(every)
        if every.obs["dataset"].nunique() > 1:
            yield s, DATA_SET, _tested(every, adjust=["dataset"])
        yield s, WITHIN, _tested(train[(study == s).to_numpy()])
        counts = every.obs["study"].astype(str).value_counts()
        batches = every[every.obs["study"].astype(str).map(counts).to_numpy() > 1].copy()
        if batches.obs["study"].astype(str).nunique() > 1:
            yield s, COMBAT, _tested(combat(batches, "study", ["condition"]))
        yield s, POOLED, shared
    switched = _switches(studies, ["study", "condition"], settings)
    drawn = donor_bootstrap(lambda d: switched(d, seed), train, ["study", "condition"], n=draws, seed=seed)
    seeds = [drawn["effect"], *(switched(train, seed + 1 + i) for i in range(SEEDS - 1))]
    spread = pd.DataFrame(np.std(seeds, axis=0, ddof=1), *seeds[0].axes)
    of_tissue = _switches(studies, ["tissue", "condition"], settings)(train, seed)
    for s in studies:
        yield s, GAN, drawn.xs(s, axis=1, level=1)
        half = stats.norm.ppf(0.975) * spread[s]
        effect = drawn["effect"][s]
        yield (
            s,
            GAN_SEEDS,
            pd.DataFrame({"effect": effect, "se": spread[s], "low": effect - half, "high": effect + half}),
        )
        yield s, GAN_TISSUE, pd.DataFrame({"effect": of_tissue[s], "se": np.nan, "low": np.nan, "high": np.nan})


def _switches(
    studies: Sequence[str], covariates: list[str], settings: Settings | str
) -> Callable[[AnnData, int], pd.DataFrame]:
    """Return a function that fits a GAN to samples and returns its effects, a row a gene and a column a study."""

    def switched(data: AnnData, seed: int) -> pd.DataFrame:
        gan = WGANGP(covariates, settings=settings, seed=seed, device="cpu").fit(data, progress=False)
        rows = {s: data.obs[(data.obs["study"].astype(str) == s).to_numpy()] for s in studies}
        return pd.DataFrame({s: gan.counterfactual(r, *SWITCH, n=RUNS)["effect"] for s, r in rows.items()})

    return switched


def _tested(data: AnnData, adjust: Sequence[str] = (), moderated: bool = True) -> pd.DataFrame:
    """Return effects and intervals of a *t* test."""
    return effect_intervals(differential_expression(data, *SWITCH, adjust=adjust, moderated=moderated))
