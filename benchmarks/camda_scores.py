"""
Scores of the CAMDA health privacy challenge, as its code has them (PMBio/Health-Privacy-Challenge, src/evaluation).

They are here because their definitions differ from those of gexlib.metrics, and published numbers need them.
"""

from __future__ import annotations

import numpy as np
from anndata import AnnData
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import StandardScaler

from gexlib import metrics


def accuracy(train: AnnData, synthetic: AnnData, test: AnnData, label: str) -> float:
    """Return the share of test samples whose class is right, learned from synthetic ones."""
    scale = StandardScaler().fit(train.X)
    model = OneVsRestClassifier(LogisticRegression(max_iter=1000))
    model.fit(scale.transform(synthetic.X), synthetic.obs[label].astype(str))
    return float((model.predict(scale.transform(test.X)) == test.obs[label].astype(str)).mean())


def discriminative_f1(train: AnnData, synthetic: AnnData, test: AnnData, seed: int) -> float:
    """Return the F1, for real samples, of a logistic regression that tells real from synthetic ones."""
    x, real = np.concatenate([train.X, synthetic.X]), np.repeat([1, 0], [train.n_obs, synthetic.n_obs])
    x, held_out, real, held_out_real = train_test_split(x, real, test_size=0.3, random_state=seed)
    scale = StandardScaler().fit(x)
    model = LogisticRegression(max_iter=1000).fit(scale.transform(x), real)
    found = model.predict(scale.transform(np.concatenate([test.X, held_out])))
    return float(f1_score(np.concatenate([np.ones(test.n_obs), held_out_real]), found))


def edges(reference: AnnData, synthetic: AnnData, threshold: float = 0.3) -> dict[str, float]:
    """
    Return the shares of the co-expressed pairs of synthetic data that real data has, and the other way round.

    Only positive correlations count, other than in :func:`gexlib.metrics.coexpression_edges`.
    """
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
