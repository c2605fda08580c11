"""Membership inference: attacks that find out whose samples were in the training data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_columns, listing, whole_number
from gexlib.explained import explained
from gexlib.metrics.attack import attack_success
from gexlib.metrics.expression import DataSet, Expression
from gexlib.metrics.neighbours import nearest, nearest_squared
from gexlib.metrics.space import PrincipalSpace, Space, coordinates
from gexlib.preprocess.kinds import Kinds


@explained
def gan_leaks(
    train: DataSet,
    synthetic: DataSet,
    test: DataSet,
    reference: DataSet | None = None,
    space: Space | None = None,
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
    space : PrincipalSpace or ScaledGenes, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    Series
        ``AUC``: the area under the ROC curve of training against test records. 0.5: the attacker learns nothing.
        ``TPR at 10 % FPR`` and ``TPR at 1 % FPR``: the largest share of training records that are found while at most
        10 % or 1 % of test records are taken for training records. 0.1 and 0.01: the attacker learns nothing. With
        fewer than 100 test records, none of them may be taken for a training record in the second.
        ``AUC error``: the standard error of the area :cite:p:`delong1988comparing`, which takes records as independent;
        NaN if there is only one training or test record.

    Raises
    ------
    ValueError
        If most test records are in the reference too.

    Notes
    -----
    This is the full black-box attack of :cite:t:`chen2020ganleaks`. The score of a record x is
    :math:`-\min_j \|x - z_j\|`, and with a reference :math:`\min_j \|x - r_j\| - \min_j \|x - z_j\|`. The rates
    follow :cite:t:`carlini2022membership`.

    Examples
    --------
    >>> train, fresh, test = np.random.default_rng(0).normal(size=(3, 300, 5))
    >>> [gan_leaks(train, data, test).round(1).tolist() for data in (fresh, train)]
    [[0.5, 0.1, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]
    """
    train, synthetic, test, *reference = _coordinates(space, train, synthetic, test, reference)
    usual = [nearest(records, reference[0]) if reference else 0.0 for records in (train, test)]
    if reference:
        _check_apart(usual[1])
    return attack_success(usual[0] - nearest(train, synthetic), usual[1] - nearest(test, synthetic))


@explained
def domias(
    train: DataSet,
    synthetic: DataSet,
    test: DataSet,
    reference: DataSet,
    k: int = 1,
    space: Space | None = None,
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
    space : PrincipalSpace or ScaledGenes, optional
        The space in which densities are estimated. Default: 50 principal components of the reference, or as many as it
        has.

    Returns
    -------
    Series
        ``AUC``, ``TPR at 10 % FPR``, ``TPR at 1 % FPR`` and ``AUC error``, as for :func:`gan_leaks`.

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
    [[0.5, 0.1, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]
    """
    return attack_success(*_domias_scores(train, synthetic, test, reference, k, space))


@explained
def domias_by_size(
    train: AnnData,
    synthetic: DataSet,
    test: AnnData,
    reference: DataSet,
    within: Sequence[str],
    small: int = 10,
    k: int = 1,
    space: Space | None = None,
) -> pd.Series:
    """
    Measure DOMIAS for training records of small kinds and for the others apart.

    A generator that learns each kind of sample from few records can give these away while the rest is safe. Records of
    small kinds are told from test records of the same kinds, and so are the others. So a kind that is unlike all others
    is no success of the attack in itself.

    Parameters
    ----------
    train, test : AnnData, n_samples x n_genes
        As for :func:`gan_leaks`, with the columns in `within`.
    synthetic, reference, k, space
        As for :func:`domias`.
    within : sequence of str
        Columns of ``obs`` whose combinations are the kinds of samples.
    small : int
        A kind is small if it has this many training records or fewer.

    Returns
    -------
    Series
        Those of :func:`domias`, and ``AUC, small kinds`` and ``AUC, other kinds``: the area for the records of each
        alone, NaN if there are no such training or test records; each with its standard error, such as ``AUC, small
        kinds error``. ``records of small kinds`` and ``test records of small
        kinds``: how many there are.

    Raises
    ------
    TypeError, ValueError
        As for :func:`domias`, or if a column is absent.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> obs = pd.DataFrame({"tissue": ["lung"] * 90 + ["liver"] * 10}, index=[f"s{i}" for i in range(100)])
    >>> train, test, fresh = (AnnData(rng.normal(size=(100, 5)), obs=obs) for _ in range(3))
    >>> fresh.X[90:] = train.X[90:]  # copies of the small kind alone
    >>> found = domias_by_size(train, fresh, test, rng.normal(size=(100, 5)), ["tissue"])
    >>> found[["AUC, other kinds", "AUC, small kinds"]].round(1).tolist()
    [0.5, 1.0]
    """
    for argument, data in (("train", train), ("test", test)):
        if not isinstance(data, AnnData):
            raise TypeError(f"{argument} must be an AnnData with {listing(within)} in obs, not {type(data).__name__}")
        check_columns("within", within, data.obs, f"{argument}.obs", complete=True)
    small = whole_number("small", small, 1)
    scores = _domias_scores(train, synthetic, test, reference, k, space)
    kinds = Kinds(within, unseen="unknown").fit(train.obs)
    codes = kinds.codes_, kinds.codes(test.obs)
    few = [kinds.counts_[code] <= small for code in codes]
    found = attack_success(*scores)
    for name, chosen in (
        ("AUC, small kinds", few),
        ("AUC, other kinds", [~some for some in few]),
    ):
        some = [score[mask & (code >= 0)] for score, mask, code in zip(scores, chosen, codes, strict=True)]
        success = attack_success(*some) if all(map(len, some)) else {}
        found[name], found[f"{name} error"] = (success.get(entry, np.nan) for entry in ("AUC", "AUC error"))
    found["records of small kinds"] = few[0].sum()
    found["test records of small kinds"] = (few[1] & (codes[1] >= 0)).sum()
    return found


def _domias_scores(
    train: DataSet, synthetic: DataSet, test: DataSet, reference: DataSet, k: int, space: Space | None
) -> list[np.ndarray]:
    """Return the scores of training and of test records."""
    k = whole_number("k", k, 1)
    if space is None:
        checked = Expression(reference, "reference")
        space = PrincipalSpace(min(50, checked.n_samples, checked.n_genes)).fit(reference)
    train, synthetic, test, reference = _coordinates(space, train, synthetic, test, reference)
    for argument, data in (("synthetic", synthetic), ("reference", reference)):
        if len(data) < k:
            raise ValueError(f"k={k} is more than the {len(data)} samples of {argument}; choose a smaller k")
    _check_apart(nearest(test, reference))

    def log_distance(records, data):
        return np.log(np.maximum(nearest_squared(records, data, k)[:, -1], np.finfo(float).tiny))

    return [log_distance(records, reference) - log_distance(records, synthetic) for records in (train, test)]


@explained
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
        ``AUC``, ``TPR at 10 % FPR``, ``TPR at 1 % FPR`` and ``AUC error``, as for :func:`gan_leaks`.

    Notes
    -----
    This is the white-box attack of :cite:t:`hayes2019logan`.

    Examples
    --------
    >>> logan([3.0, 4.0, 5.0], [1.0, 2.0]).tolist()
    [1.0, 1.0, 1.0, 0.0]
    """
    return attack_success(train_scores, test_scores)


def _coordinates(
    space: Space | None, train: DataSet, synthetic: DataSet, test: DataSet, reference: DataSet | None
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
