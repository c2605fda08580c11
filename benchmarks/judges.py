"""Judges that the benchmarks share: likeness to test samples, membership in all genes, use for a label."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from anndata import AnnData
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
    return _near(test, draw, seed) | {"rfx": float(apart["independent draw"].mean())}


def real_likeness(test: AnnData, pool: AnnData, within: Sequence[str], seed: int = 0) -> dict[str, float]:
    """Return the bound of `likeness`: other real samples of the same kinds in the place of synthetic ones."""
    rng = np.random.default_rng(seed)
    draw = matched(pool.obs, test.obs, within, rng).of(pool)
    places, *rows = disjoint(pool.obs, test.obs, within, rng)
    apart = metrics.independent_draw_auc(test[places], *(pool[one] for one in rows), seed=seed)
    return _near(test, draw, seed) | {"rfx": float(apart["independent draw"].mean())}


def _near(test: AnnData, draw: AnnData, seed: int) -> dict[str, float]:
    return {
        "S_dist": metrics.s_dist(test, draw, constant="zero"),
        **metrics.prdc(test, draw),
        "forest AUC": float(metrics.two_sample_auc(test, draw, seed=seed).mean()),
    }


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
