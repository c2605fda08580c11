"""Tests that tell real from synthetic data: a classifier two-sample test and the maximum mean discrepancy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gexlib.checks import whole_number
from gexlib.explained import explained
from gexlib.metrics.expression import DataSet
from gexlib.metrics.neighbours import squared_distances
from gexlib.metrics.space import PrincipalSpace, coordinates

#: Number of real samples whose distances give the bandwidth.
MOST = 2000


@explained
def two_sample_auc(
    real: DataSet,
    synthetic: DataSet,
    classifier: str = "random forest",
    folds: int = 5,
    seed: int = 0,
    space: PrincipalSpace | None = None,
    jobs: int = 1,
) -> pd.Series:
    """
    Compute the area under the ROC curve of a classifier that tells synthetic from real samples.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes, in the same units. Real samples of other donors as ``synthetic`` give the
        bound. Genes of two AnnData are matched by ``var_names``.
    classifier : {"random forest", "logistic regression"}
        A forest of 100 trees, or a logistic regression on z-scores, which sees only differences in means.
    folds : int
        Number of parts of a shuffled cross-validation. Each has the same share of synthetic samples.
    seed : int
        Seed of the shuffling and the forest.
    space : PrincipalSpace, optional
        The space whose coordinates the classifier sees. Default: all genes.
    jobs : int
        Number of processors for the forest, -1 for all. It does not change the result. On one processor, 2,000 + 2,000
        samples of 2,000 genes take about a minute if they are alike, and seconds if they are not.

    Returns
    -------
    Series of shape (folds,)
        The area on each part, from a classifier trained on the others. The mean is the score. 0.5: cannot be told
        apart. 1: all are told apart. Copies of real samples (bootstrap) mislead the classifier, and can score below
        0.5.

    Raises
    ------
    ValueError
        If the classifier is not one of the two, or a data set has fewer samples than there are folds.

    Notes
    -----
    The test of :cite:t:`lopezpaz2017revisiting`, with the area under the ROC curve instead of the accuracy, so that the
    two data sets need not be equally large.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, same, shifted = (rng.normal(shift, size=(100, 5)) for shift in (0, 0, 3))
    >>> bool(two_sample_auc(real, shifted).mean() > 0.99)
    True
    >>> bool(0.35 < two_sample_auc(real, same, "logistic regression").mean() < 0.65)
    True
    """
    model = _classifier(classifier, whole_number("seed", seed, 0), jobs)
    real, synthetic = coordinates(space, real=real, synthetic=synthetic)
    n, m = len(real), len(synthetic)
    if min(n, m) < whole_number("folds", folds, 2):
        raise ValueError(f"folds={folds} needs as many samples, real has {n} and synthetic {m}; choose fewer")
    samples = np.concatenate([real, synthetic]).astype(np.float32)
    label = np.repeat([0, 1], [n, m])
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed).split(samples, label)
    auc = [_area(model.fit(samples[train], label[train]), samples[test], label[test]) for train, test in parts]
    return pd.Series(auc, index=pd.RangeIndex(folds, name="fold"), name=classifier)


@explained
def independent_draw_auc(
    real: DataSet,
    first: DataSet,
    second: DataSet,
    classifier: str = "random forest",
    folds: int = 5,
    seed: int = 0,
    space: PrincipalSpace | None = None,
    jobs: int = 1,
) -> pd.DataFrame:
    """
    Compute the area under the ROC curve of a classifier that learns from one synthetic draw and is tested on another.

    Row by row, the three data sets have the same covariates. The rows are divided into folds. For each, a classifier
    learns to tell real samples of the other folds from the first draw at the same rows. It is tested on the real
    samples of the fold and the second draw at its rows; and, for comparison, on the first draw at its rows.

    A cross-validation within one draw (:func:`two_sample_auc`) can be misled: where the samples of a draw depend on
    each other, such as by a mean that is fixed or by parents that are used once each, the held-out samples differ from
    the others in the opposite way, and the area falls to 0.5 or below for data that are easy to tell from real ones.
    Samples of an independent draw do not depend on those that the classifier has seen.

    Parameters
    ----------
    real, first, second : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples, and two independent draws of a generator for their covariates, over the same genes and in the same
        units. Two disjoint draws of other real samples, matched in covariates, give the bound.
    classifier, seed, space, jobs
        As for :func:`two_sample_auc`.
    folds : int
        Number of parts of the shuffled rows.

    Returns
    -------
    DataFrame of shape (folds, 2)
        The area on each part, in the columns ``independent draw`` and ``same draw``. The mean is the score. 0.5: cannot
        be told apart. 1: all are told apart.

    Raises
    ------
    ValueError
        If the data sets are not equally large, the draws are the same, the classifier is not one of the two, or there
        are fewer samples than folds.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, first, second, *parents = rng.normal(size=(5, 200, 5))
    >>> bool(independent_draw_auc(real, first, second).mean().between(0.4, 0.6).all())
    True
    >>> narrow = [draw / 3 for draw in parents]
    >>> bool((independent_draw_auc(real, *narrow).mean() > 0.9).all())
    True
    """
    model = _classifier(classifier, whole_number("seed", seed, 0), jobs)
    real, first, second = coordinates(space, real=real, first=first, second=second)
    n = len(real)
    if len(first) != n or len(second) != n:
        raise ValueError(
            f"real has {n} samples, first {len(first)} and second {len(second)}; draws need one for each row of real"
        )
    if np.array_equal(first, second):
        raise ValueError("first and second are the same draw; draw the second with another seed")
    if n < whole_number("folds", folds, 2):
        raise ValueError(f"folds={folds} needs as many samples, real has {n}; choose fewer")
    real, first, second = (data.astype(np.float32) for data in (real, first, second))
    areas = []
    for train, test in KFold(folds, shuffle=True, random_state=seed).split(real):
        model.fit(np.concatenate([real[train], first[train]]), np.repeat([0, 1], len(train)))
        asked = [np.concatenate([real[test], draw[test]]) for draw in (second, first)]
        areas.append([_area(model, each, np.repeat([0, 1], len(test))) for each in asked])
    return pd.DataFrame(areas, pd.RangeIndex(folds, name="fold"), ["independent draw", "same draw"])


def _area(model: ClassifierMixin, x: np.ndarray, label: np.ndarray) -> float:
    """Return the area under the ROC curve of a trained classifier."""
    with np.errstate(invalid="ignore"):  # some BLAS raise this flag for products of finite numbers
        return float(roc_auc_score(label, model.predict_proba(x)[:, 1]))


def _classifier(name: str, seed: int, jobs: int) -> ClassifierMixin:
    if name == "random forest":
        return RandomForestClassifier(100, random_state=seed, n_jobs=jobs)
    if name == "logistic regression":
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    raise ValueError(f"classifier must be 'random forest' or 'logistic regression', not {name!r}")


@explained
def mmd(
    real: DataSet,
    synthetic: DataSet,
    bandwidth: float | None = None,
    seed: int = 0,
    space: PrincipalSpace | None = None,
) -> float:
    r"""
    Compute the squared maximum mean discrepancy with a Gaussian kernel: the unbiased estimate.

    With the kernel :math:`k(x, z) = e^{-\|x - z\|^2 / 2 \sigma^2}` and :math:`n` real, :math:`m` synthetic samples,

    .. math::

       \text{MMD}^2 = \frac{\sum_{i \ne i'} k(x_i, x_{i'})}{n (n - 1)}
       + \frac{\sum_{j \ne j'} k(z_j, z_{j'})}{m (m - 1)} - \frac{2 \sum_{ij} k(x_i, z_j)}{n m}.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes, in the same units. Genes of two AnnData are matched by ``var_names``.
    bandwidth : float, optional
        The kernel's :math:`\sigma`. Default: the median distance between real samples (between 2,000 drawn at random if
        there are more). So all data sets that are compared with the same real samples have the same kernel.
    seed : int
        Seed of that draw.
    space : PrincipalSpace, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    float
        0 on average if both come from one distribution, so that about half of such values are negative. At most 2.

    Raises
    ------
    ValueError
        If the bandwidth is not positive, or, by default, if half of the real samples are copies of one.

    Notes
    -----
    See :cite:t:`gretton2012kernel`: equation 3 and, for the bandwidth, section 8.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, same, shifted = (rng.normal(shift, size=(100, 5)) for shift in (0, 0, 1))
    >>> abs(mmd(real, same)) < 0.01 < mmd(real, shifted)
    True
    """
    real, synthetic = coordinates(space, real=real, synthetic=synthetic)
    if bandwidth is None:
        bandwidth = _median_distance(real, whole_number("seed", seed, 0))
        if bandwidth == 0:
            raise ValueError("the median distance between real samples is 0: most are copies; give a bandwidth")
    elif not bandwidth > 0 or not np.isfinite(bandwidth):
        raise ValueError(f"bandwidth must be a positive number, not {bandwidth!r}")
    n, m = len(real), len(synthetic)
    pairs = (real, real), (synthetic, synthetic), (real, synthetic)
    xx, zz, xz = (_kernel_sum(a, b, bandwidth) for a, b in pairs)
    return float((xx - n) / (n * (n - 1)) + (zz - m) / (m * (m - 1)) - 2 * xz / (n * m))


def _kernel_sum(x: np.ndarray, y: np.ndarray, bandwidth: float) -> float:
    return sum(float(np.exp(d2 / (-2 * bandwidth**2)).sum()) for _, d2, _ in squared_distances(x, y))


def _median_distance(x: np.ndarray, seed: int) -> float:
    if len(x) > MOST:
        x = x[np.random.default_rng(seed).choice(len(x), MOST, replace=False)]
    upper = [d2[np.arange(r.start, r.stop)[:, None] < np.arange(len(x))] for r, d2, _ in squared_distances(x, x)]
    return float(np.median(np.sqrt(np.concatenate(upper))))
