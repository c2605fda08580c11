"""Judges that the benchmarks share: detection by an independent draw, co-expression, membership, use for a label."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score, roc_curve
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gexlib import metrics
from gexlib.metrics.neighbours import nearest

FALSE_POSITIVES = 0.1


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
    return {
        "S_dist": metrics.s_dist(test, draw, constant="zero"),
        **metrics.prdc(test, draw),
        "forest AUC": float(metrics.two_sample_auc(test, draw, seed=seed).mean()),
        "rfx": rfx(test, draw, other, seed=seed),
    }


def rfx(test: AnnData, draw: AnnData, other: AnnData, folds: int = 5, seed: int = 0) -> float:
    """
    Return the AUC of a forest that tells synthetic from real samples, trained on one draw and tested on another.

    In each fold of the test samples, the forest learns from the other test samples and the samples of the first draw at
    their places. It is tested on the fold and the samples of the second draw at its places. So draws whose samples
    depend on each other cannot mislead it, as they can in a cross-validation.

    Parameters
    ----------
    test, draw, other : AnnData
        As for `likeness`.
    folds : int
    seed : int
        Of the folds and the forest.
    """
    x, a, b = (np.asarray(data.X, dtype=np.float32) for data in (test, draw, other))
    if not len(x) == len(a) == len(b):
        raise ValueError(f"test, draw and other have {len(x)}, {len(a)} and {len(b)} samples; they must have as many")
    found = []
    for learn, held_out in KFold(folds, shuffle=True, random_state=seed).split(x):
        forest = RandomForestClassifier(100, random_state=seed)
        forest.fit(np.concatenate([x[learn], a[learn]]), np.repeat([0, 1], len(learn)))
        chance = forest.predict_proba(np.concatenate([x[held_out], b[held_out]]))[:, 1]
        found.append(roc_auc_score(np.repeat([0, 1], len(held_out)), chance))
    return float(np.mean(found))


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
    real = np.concatenate([seen.X, test.X]).astype(np.float64)
    mean, sd = real.mean(axis=0), real.std(axis=0)
    sd[sd == 0] = np.inf
    real, made = (real - mean) / sd, (np.asarray(synthetic.X, dtype=np.float64) - mean) / sd
    score = nearest(real) / np.maximum(nearest(real, made), 1e-9)
    member = np.arange(len(real)) < seen.n_obs
    false, true, _ = roc_curve(member, score)
    return {
        "membership AUC": float(roc_auc_score(member, score)),
        "membership TPR at 10 %": float(true[false <= FALSE_POSITIVES].max()),
    }


def label_f1(test: AnnData, synthetic: AnnData, label: str) -> float:
    """Return the weighted F1 of a logistic regression of a label that learns from synthetic and is tested on real."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter here
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
        model.fit(synthetic.X, synthetic.obs[label].astype(str))
    found = model.predict(test.X)
    return float(f1_score(test.obs[label].astype(str), found, average="weighted", zero_division=0))


def halves(data: AnnData, label: pd.Series, seed: int) -> tuple[AnnData, AnnData]:
    """Return two halves of a data set with the same shares of each class."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(data.n_obs)
    order = order[np.argsort(label.astype(str).to_numpy()[order], kind="stable")]
    return data[np.sort(order[::2])].copy(), data[np.sort(order[1::2])].copy()
