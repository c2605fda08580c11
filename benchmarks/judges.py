"""Judges that the benchmarks share: detection by an independent draw, co-expression, membership, use for a label."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from anndata import AnnData
from scipy import stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gexlib import metrics
from gexlib.metrics.neighbours import nearest
from gexlib.report.draws import disjoint, matched


def likeness(test: AnnData, draw: AnnData, other: AnnData, seed: int = 0) -> dict[str, float]:
    """
    Compare as many synthetic as test samples, of the same covariates, with the test samples.

    Parameters
    ----------
    test : AnnData
    draw, other : AnnData
        Two independent draws, a sample for each test sample in its order.
    seed : int
        Of the forests.
    """
    apart = metrics.independent_draw_auc(test, draw, other, seed=seed)
    return _near(test, draw, seed) | {"rfx": float(apart.mean())}


def real_likeness(test: AnnData, pool: AnnData, within: Sequence[str], seed: int = 0) -> dict[str, float]:
    """Return the bound of `likeness`: other real samples of the same kinds in the place of synthetic ones."""
    rng = np.random.default_rng(seed)
    draw = matched(pool.obs, test.obs, within, rng).of(pool)
    places, *rows = disjoint(pool.obs, test.obs, within, rng)
    apart = metrics.independent_draw_auc(test[places], *(pool[one] for one in rows), seed=seed)
    return _near(test, draw, seed) | {"rfx": float(apart.mean())}


def _near(test: AnnData, draw: AnnData, seed: int) -> dict[str, float]:
    return {
        "S_dist": metrics.s_dist(test, draw, constant="zero"),
        **metrics.prdc(test, draw),
        "forest AUC": float(metrics.two_sample_auc(test, draw, seed=seed).mean()),
    }


def edges(reference: AnnData, synthetic: AnnData, threshold: float = 0.3) -> dict[str, float]:
    """Return the share of co-expressed pairs of synthetic data that real data has, and the other way round: r above."""
    a, b = (np.triu(metrics.correlation(data, constant="zero") > threshold, 1) for data in (reference, synthetic))
    both = np.count_nonzero(a & b)
    return {
        "edge precision": both / b.sum() if b.any() else np.nan,
        "edge recall": both / a.sum() if a.any() else np.nan,
    }


def differential_genes(data: AnnData, label: str, level: float = 0.05) -> dict[tuple[str, str], np.ndarray]:
    """
    Return which genes are higher in a class than in another: one-sided tests of Wilcoxon, Mann and Whitney.

    Parameters
    ----------
    data : AnnData
    label : str
        The column of ``obs`` with the class.
    level : float
        Genes with a smaller p-value count; it is not adjusted, as the CAMDA challenge does not.

    Returns
    -------
    dict of (str, str) to ndarray of bool
        For each ordered pair of classes.
    """
    of = {name: np.asarray(data.X)[(data.obs[label] == name).to_numpy()] for name in sorted(set(data.obs[label]))}
    return {
        (a, b): stats.mannwhitneyu(of[a], of[b], alternative="greater", method="asymptotic").pvalue < level
        for a in of
        for b in of
        if a != b
    }


def differential_recovery(reference: AnnData, synthetic: AnnData, label: str) -> dict[str, float]:
    """Return the shares of differential and of other genes of real data that are differential in synthetic data."""
    real, made = (differential_genes(data, label) for data in (reference, synthetic))
    true, false = [], []
    for pair in real:
        found = made.get(pair, np.zeros_like(real[pair]))
        if real[pair].any():
            true.append(found[real[pair]].mean())
        if not real[pair].all():
            false.append(found[~real[pair]].mean())
    return {"DE true positives": float(np.mean(true)), "DE false positives": float(np.mean(false))}


def membership(seen: AnnData, synthetic: AnnData, test: AnnData) -> dict[str, float]:
    """
    Attack training samples by the distance to the nearest synthetic sample, in all genes.

    A sample is taken for a training sample if a synthetic one is near it, relative to the nearest other real sample,
    of training or test samples. Genes are z-scored with the means and deviations of all real samples.

    Parameters
    ----------
    seen, test : AnnData
        The samples that the generator was fitted to, and others that it has not seen.
    synthetic : AnnData
        As many as `seen`.
    """
    real, member = np.concatenate([seen.X, test.X]), np.arange(seen.n_obs + test.n_obs) < seen.n_obs
    space = metrics.ScaledGenes().fit(real)
    real, made = space.transform(real), space.transform(np.asarray(synthetic.X))
    score = nearest(real) / np.maximum(nearest(real, made), 1e-9)
    found = metrics.attack_success(score[member], score[~member])
    return {"membership AUC": found["AUC"], "membership TPR at 10 %": found["TPR at 10 % FPR"]}


def label_f1(test: AnnData, synthetic: AnnData, label: str) -> float:
    """Return the weighted F1 of a logistic regression of a label that learns from synthetic and is tested on real."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter here
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
        model.fit(synthetic.X, synthetic.obs[label].astype(str))
    found = model.predict(test.X)
    return float(f1_score(test.obs[label].astype(str), found, average="weighted", zero_division=0))
