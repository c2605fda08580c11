"""Can an attacker find out who was in the training data? Membership inference, from samples or from the critic."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score, roc_curve

from gexlib.checks import whole_number
from gexlib.metrics.expression import DataSet
from gexlib.metrics.neighbours import nearest, nearest_squared
from gexlib.metrics.space import PrincipalSpace, coordinates

#: False positive rate at which the true positive rate is reported.
FPR = 0.01


def gan_leaks(
    train: DataSet,
    synthetic: DataSet,
    holdout: DataSet,
    reference: DataSet | None = None,
    space: PrincipalSpace | None = None,
) -> pd.Series:
    r"""
    GAN-Leaks: records that have a synthetic sample close by are taken for training records.

    Parameters
    ----------
    train, synthetic, holdout : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that the generator was trained on, its samples, and real samples of other donors that it has not
        seen. Other real samples as ``synthetic`` give the bound: what the attack has from chance, and from any
        difference between training and held-out records.
    reference : data set, optional
        Samples from a model that saw neither, or real samples apart from all others. Records that are close to these
        as well are close because they are typical, and the distance to them is taken off (the calibrated attack).
    space : PrincipalSpace, optional
        Where distances are taken. Default: all genes.

    Returns
    -------
    Series
        ``AUC``, the area under the ROC curve of training against held-out records (0.5: the attacker learns nothing),
        and ``TPR at 1 % FPR``, the largest share of training records found while at most 1 % of held-out records are
        taken for them (0.01: nothing). With fewer than 100 held-out records this means none of them.

    Raises
    ------
    ValueError
        If most held-out records are in the reference too.

    Notes
    -----
    The full black-box attack of :cite:t:`chen2020ganleaks`: the score of a record x is
    :math:`-\min_j \|x - z_j\|`, calibrated :math:`\min_j \|x - r_j\| - \min_j \|x - z_j\|`. The rate at 1 % is after
    :cite:t:`carlini2022membership`.

    Examples
    --------
    >>> train, fresh, holdout = np.random.default_rng(0).normal(size=(3, 300, 5))
    >>> [gan_leaks(train, data, holdout).round(1).tolist() for data in (fresh, train)]
    [[0.5, 0.0], [1.0, 1.0]]
    """
    x, z, h, *r = _coordinates(space, train, synthetic, holdout, reference)
    scores = []
    for records in (x, h):
        usual = nearest(records, r[0]) if r else 0.0
        scores.append(usual - nearest(records, z))
        if records is h and r:
            _check_apart(usual)
    return attack_success(*scores)


def domias(
    train: DataSet,
    synthetic: DataSet,
    holdout: DataSet,
    reference: DataSet,
    k: int = 1,
    space: PrincipalSpace | None = None,
) -> pd.Series:
    r"""
    A density-ratio attack: records where synthetic data is denser than real data should be are taken for training ones.

    Parameters
    ----------
    train, synthetic, holdout : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        As for :func:`gan_leaks`.
    reference : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples apart from all others, which tell how dense real data is.
    k : int
        Which nearest neighbour's distance estimates the densities. The first is the keenest on copies.
    space : PrincipalSpace, optional
        Where densities are estimated. Default: 50 principal components of the reference, or as many as it has.

    Returns
    -------
    Series
        ``AUC`` and ``TPR at 1 % FPR``, as for :func:`gan_leaks`.

    Raises
    ------
    ValueError
        If there are fewer than `k` synthetic or reference samples, or most held-out records are in the reference too.

    Notes
    -----
    After :cite:t:`vanbreugel2023membership`, whose attack scores a record x by :math:`p_Z(x) / p_R(x)`. Densities are
    those of the k-th nearest neighbour :cite:p:`loftsgaarden1965nonparametric`, inversely proportional to the distance
    :math:`\rho(x)` to the power of the dimension, so the score is as good as :math:`\log \rho_R(x) - \log \rho_Z(x)`.

    Examples
    --------
    >>> train, fresh, holdout, reference = np.random.default_rng(0).normal(size=(4, 300, 5))
    >>> [domias(train, data, holdout, reference).round(1).tolist() for data in (fresh, train)]
    [[0.5, 0.0], [1.0, 1.0]]
    """
    k = whole_number("k", k, 1)
    if space is None:
        space = PrincipalSpace(min(50, *reference.shape)).fit(reference)
    x, z, h, r = _coordinates(space, train, synthetic, holdout, reference)
    for argument, data in (("synthetic", z), ("reference", r)):
        if len(data) < k:
            raise ValueError(f"k={k} is more than the {len(data)} samples of {argument}; choose a smaller k")
    _check_apart(nearest(h, r))

    def log_distance(records, data):
        return np.log(np.maximum(nearest_squared(records, data, k)[:, -1], np.finfo(float).tiny))

    return attack_success(*(log_distance(records, r) - log_distance(records, z) for records in (x, h)))


def logan(train_scores: np.ndarray, holdout_scores: np.ndarray) -> pd.Series:
    """
    LOGAN: records to which the critic gives high scores are taken for training records.

    An overtrained critic knows the training records. The attack needs the model itself, not its samples alone.

    Parameters
    ----------
    train_scores, holdout_scores : ndarray of shape (n_samples,)
        The critic's scores of training records and of real records of other donors, with their own covariates.

    Returns
    -------
    Series
        ``AUC`` and ``TPR at 1 % FPR``, as for :func:`gan_leaks`.

    Notes
    -----
    The white-box attack of :cite:t:`hayes2019logan`.

    Examples
    --------
    >>> logan([3.0, 4.0, 5.0], [1.0, 2.0]).tolist()
    [1.0, 1.0]
    """
    return attack_success(train_scores, holdout_scores)


def attack_success(train_scores: np.ndarray, holdout_scores: np.ndarray) -> pd.Series:
    """
    How well any score that should be higher for training records tells them from held-out ones.

    Parameters
    ----------
    train_scores, holdout_scores : ndarray of shape (n_samples,)
        The attacker's scores of training and of held-out records.

    Returns
    -------
    Series
        ``AUC`` and ``TPR at 1 % FPR``, as for :func:`gan_leaks`.

    Raises
    ------
    ValueError
        If there are no scores, or some are NaN or infinite.

    Examples
    --------
    >>> attack_success([0, 1, 1, 2], [0, 1]).tolist()
    [0.6875, 0.25]
    """
    scores = []
    for argument, values in (("train_scores", train_scores), ("holdout_scores", holdout_scores)):
        values = np.asarray(values, dtype=float)
        if values.ndim != 1 or not len(values):
            raise ValueError(f"{argument} must be one score for each record; its shape is {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError(f"{argument} has {np.sum(~np.isfinite(values))} values that are NaN or infinite")
        scores.append(values)
    member = np.repeat([1, 0], [len(values) for values in scores])
    score = np.concatenate(scores)
    false, true, _ = roc_curve(member, score)
    found = {"AUC": roc_auc_score(member, score), "TPR at 1 % FPR": true[false <= FPR].max()}
    return pd.Series(found, name="value", dtype=float)


def _coordinates(space, train, synthetic, holdout, reference) -> list[np.ndarray]:
    named = {"train": train, "synthetic": synthetic, "holdout": holdout}
    return coordinates(space, **named | ({} if reference is None else {"reference": reference}))


def _check_apart(distances: np.ndarray) -> None:
    """Refuse a reference that holds the held-out records, which would give them away instead."""
    if (same := np.mean(distances < 1e-9)) > 0.5:
        raise ValueError(
            f"reference holds {same:.0%} of the held-out records, which tells them from training records whatever the "
            "generator does; give samples that are in neither, such as a validation split"
        )
