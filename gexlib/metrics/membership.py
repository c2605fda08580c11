"""Membership inference: attacks that find out whose samples were in the training data."""

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
    test: DataSet,
    reference: DataSet | None = None,
    space: PrincipalSpace | None = None,
) -> pd.Series:
    r"""
    Measure GAN-Leaks: an attack that takes records close to a synthetic sample for training records.

    Parameters
    ----------
    train, synthetic, test : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that the generator was trained on, its samples, and real samples of other donors that it has not
        seen. Other real samples as ``synthetic`` give the bound: the success that is due to chance, and to any
        difference between training and test records.
    reference : data set, optional
        Samples from a model that saw neither training nor test records, or real samples that are in no other data set.
        Records that are close to these are close because they are typical. The distance to them is subtracted (the
        calibrated attack).
    space : PrincipalSpace, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    Series
        ``AUC``: the area under the ROC curve of training against test records. 0.5: the attacker learns nothing.
        ``TPR at 1 % FPR``: the largest share of training records that are found while at most 1 % of test records are
        taken for training records. 0.01: the attacker learns nothing. With fewer than 100 test records, none of them
        may be taken for a training record.

    Raises
    ------
    ValueError
        If most test records are in the reference too.

    Notes
    -----
    This is the full black-box attack of :cite:t:`chen2020ganleaks`. The score of a record x is
    :math:`-\min_j \|x - z_j\|`, and with a reference :math:`\min_j \|x - r_j\| - \min_j \|x - z_j\|`. The rate at 1 %
    follows :cite:t:`carlini2022membership`.

    Examples
    --------
    >>> train, fresh, test = np.random.default_rng(0).normal(size=(3, 300, 5))
    >>> [gan_leaks(train, data, test).round(1).tolist() for data in (fresh, train)]
    [[0.5, 0.0], [1.0, 1.0]]
    """
    train, synthetic, test, *reference = _coordinates(space, train, synthetic, test, reference)
    usual = [nearest(records, reference[0]) if reference else 0.0 for records in (train, test)]
    if reference:
        _check_apart(usual[1])
    return attack_success(usual[0] - nearest(train, synthetic), usual[1] - nearest(test, synthetic))


def domias(
    train: DataSet,
    synthetic: DataSet,
    test: DataSet,
    reference: DataSet,
    k: int = 1,
    space: PrincipalSpace | None = None,
) -> pd.Series:
    r"""
    Measure DOMIAS: an attack that takes records where synthetic samples are dense for training records.

    Parameters
    ----------
    train, synthetic, test : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        As for :func:`gan_leaks`.
    reference : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that are in no other data set. They tell how dense real data is: a record is taken for a training
        record if synthetic samples are denser around it than these.
    k : int
        The densities are estimated from the distance to the k-th nearest neighbour. 1 finds copies best.
    space : PrincipalSpace, optional
        The space in which densities are estimated. Default: 50 principal components of the reference, or as many as it
        has.

    Returns
    -------
    Series
        ``AUC`` and ``TPR at 1 % FPR``, as for :func:`gan_leaks`.

    Raises
    ------
    ValueError
        If there are fewer than `k` synthetic or reference samples, or most test records are in the reference too.

    Notes
    -----
    The attack of :cite:t:`vanbreugel2023membership` scores a record x by :math:`p_Z(x) / p_R(x)`. Here densities are
    estimated by the k-th nearest neighbour :cite:p:`loftsgaarden1965nonparametric`: they are inversely proportional to
    the distance :math:`\rho(x)` to the power of the dimension. So :math:`\log \rho_R(x) - \log \rho_Z(x)` puts the
    records in the same order.

    Examples
    --------
    >>> train, fresh, test, reference = np.random.default_rng(0).normal(size=(4, 300, 5))
    >>> [domias(train, data, test, reference).round(1).tolist() for data in (fresh, train)]
    [[0.5, 0.0], [1.0, 1.0]]
    """
    k = whole_number("k", k, 1)
    if space is None:
        space = PrincipalSpace(min(50, *reference.shape)).fit(reference)
    train, synthetic, test, reference = _coordinates(space, train, synthetic, test, reference)
    for argument, data in (("synthetic", synthetic), ("reference", reference)):
        if len(data) < k:
            raise ValueError(f"k={k} is more than the {len(data)} samples of {argument}; choose a smaller k")
    _check_apart(nearest(test, reference))

    def log_distance(records, data):
        return np.log(np.maximum(nearest_squared(records, data, k)[:, -1], np.finfo(float).tiny))

    scores = (log_distance(records, reference) - log_distance(records, synthetic) for records in (train, test))
    return attack_success(*scores)


def logan(train_scores: np.ndarray, test_scores: np.ndarray) -> pd.Series:
    """
    Measure LOGAN: an attack that takes records with high scores of the critic for training records.

    An overtrained critic knows the training records. The attack needs the model itself; its samples are not enough.

    Parameters
    ----------
    train_scores, test_scores : ndarray of shape (n_samples,)
        The critic's scores of training records and of real records of other donors, each with its own covariates.

    Returns
    -------
    Series
        ``AUC`` and ``TPR at 1 % FPR``, as for :func:`gan_leaks`.

    Notes
    -----
    This is the white-box attack of :cite:t:`hayes2019logan`.

    Examples
    --------
    >>> logan([3.0, 4.0, 5.0], [1.0, 2.0]).tolist()
    [1.0, 1.0]
    """
    return attack_success(train_scores, test_scores)


def attack_success(train_scores: np.ndarray, test_scores: np.ndarray) -> pd.Series:
    """
    Measure an attack: how well a score that is higher for training records tells them from test records.

    Parameters
    ----------
    train_scores, test_scores : ndarray of shape (n_samples,)
        The attacker's scores of training and of test records.

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
    for argument, values in (("train_scores", train_scores), ("test_scores", test_scores)):
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


def _coordinates(
    space: PrincipalSpace | None, train: DataSet, synthetic: DataSet, test: DataSet, reference: DataSet | None
) -> list[np.ndarray]:
    named = {"train": train, "synthetic": synthetic, "test": test}
    return coordinates(space, **named | ({} if reference is None else {"reference": reference}))


def _check_apart(distances: np.ndarray) -> None:
    """Raise a ValueError if the reference holds test records, which would make these easy to find."""
    if (same := np.mean(distances < 1e-9)) > 0.5:
        raise ValueError(
            f"reference holds {same:.0%} of the test records, which tells them from training records whatever the "
            "generator does; give samples that are in neither, such as a validation split"
        )
