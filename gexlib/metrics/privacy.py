"""Distances of synthetic samples to the training records, against those of test records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.checks import whole_number
from gexlib.explained import explained
from gexlib.metrics.expression import DataSet
from gexlib.metrics.neighbours import nearest
from gexlib.metrics.space import PrincipalSpace, coordinates


@explained
def dcr(train: DataSet, synthetic: DataSet, space: PrincipalSpace | None = None) -> np.ndarray:
    """
    Return the distance from each synthetic sample to the closest training record.

    Parameters
    ----------
    train : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that the generator was trained on.
    synthetic : AnnData, ndarray or scipy sparse matrix of shape (m_samples, n_genes)
        Synthetic samples over the same genes, in the same units. Real test samples in their place show which distances
        are usual.
    space : PrincipalSpace, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    ndarray of shape (m_samples,)
        Euclidean distances; exactly 0 for a copy.

    Notes
    -----
    Proposed by :cite:t:`platzer2021holdout`.

    Examples
    --------
    >>> train = np.array([[0.0, 0.0], [9.0, 9.0]])
    >>> dcr(train, np.array([[9.0, 9.0], [3.0, 4.0]])).tolist()
    [0.0, 5.0]
    """
    train, synthetic = coordinates(space, train=train, synthetic=synthetic)
    return nearest(synthetic, train)


@explained
def closest_records(
    train: DataSet, synthetic: DataSet, test: DataSet, seed: int = 0, space: PrincipalSpace | None = None
) -> pd.Series:
    """
    Measure how close synthetic samples are to the training records, compared with test records.

    Parameters
    ----------
    train, synthetic, test : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that the generator was trained on, its samples, and real samples of other donors that it has not
        seen. Other real samples as ``synthetic`` give the bound.
    seed : int
        Seed of the draw that makes training and test records equally many for the share.
    space : PrincipalSpace, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    Series
        ``median``: the median distance of synthetic samples to the closest training record.
        ``median ratio`` and ``5 % ratio``: this median and the 5th percentile, over those of test records. Below 1 is
        too close; NaN if those of the test records are 0.
        ``closer to train``: the share of synthetic samples that are closer to a training than to a test record, among
        as many of both. 0.5 is best; equal distances count half.
        ``copies``: the share of synthetic samples that equal a training record in all genes.

    Notes
    -----
    Proposed by :cite:t:`platzer2021holdout`. If there are more training than test records, only some of the training
    records are drawn for the share, and copies of the others do not raise it. The same holds for
    :func:`privacy_loss`. The ratios and the copies use all records.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> train, fresh, test = rng.normal(size=(3, 200, 5))
    >>> of = ["median ratio", "closer to train", "copies"]
    >>> [closest_records(train, data, test)[of].round(1).tolist() for data in (fresh, train)]
    [[1.0, 0.5, 0.0], [0.0, 1.0, 1.0]]
    """
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    copies = _copies(train, synthetic)
    train, synthetic, test = coordinates(space, train=train, synthetic=synthetic, test=test)
    to_train, usual = nearest(synthetic, train), nearest(test, train)
    some_train, some_test = _equally_many(rng, train, test)
    near, far = nearest(synthetic, some_train), nearest(synthetic, some_test)
    found = {"median": np.median(to_train)}
    for name, share in (("median ratio", 0.5), ("5 % ratio", 0.05)):
        reference = np.quantile(usual, share)
        found[name] = np.quantile(to_train, share) / reference if reference > 0 else np.nan
    found["closer to train"] = (near < far).mean() + (near == far).mean() / 2
    found["copies"] = copies
    return pd.Series(found, name="value", dtype=float)


@explained
def adversarial_accuracy(
    real: DataSet, synthetic: DataSet, seed: int = 0, space: PrincipalSpace | None = None
) -> float:
    r"""
    Compute the adversarial accuracy: how well nearest neighbours tell real from synthetic samples.

    With :math:`d_{RS}(i)` the distance of real sample i to the nearest synthetic one, :math:`d_{RR}(i)` to the nearest
    other real one, and :math:`d_{SR}, d_{SS}` likewise for synthetic samples,

    .. math:: AA = \frac{1}{2n} \sum_i 1[d_{RS}(i) > d_{RR}(i)] + \frac{1}{2n} \sum_j 1[d_{SR}(j) > d_{SS}(j)].

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes, in the same units.
    seed : int
        Seed of the draw from the larger data set that makes both equally large, as the measure requires.
    space : PrincipalSpace, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    float
        0.5: cannot be told apart. 1: all are told apart. Below 0.5: too alike; 0 for copies.

    Notes
    -----
    Proposed by :cite:t:`yale2020generation`. Replicates, or several samples of one donor, among the real samples are
    closer to each other than other samples are. They raise the accuracy.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, same = rng.normal(size=(2, 200, 5))
    >>> [round(adversarial_accuracy(real, data), 1) for data in (same, same + 9, real)]
    [0.5, 1.0, 0.0]
    """
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    return _adversarial_accuracy(*_equally_many(rng, *coordinates(space, real=real, synthetic=synthetic)))


@explained
def privacy_loss(
    train: DataSet, synthetic: DataSet, test: DataSet, seed: int = 0, space: PrincipalSpace | None = None
) -> float:
    """
    Subtract the adversarial accuracy on training records from that on test records.

    The difference tells how much synthetic data reveals of the training records.

    Parameters
    ----------
    train, synthetic, test, seed, space
        As for :func:`closest_records`. As many records as the smallest data set has are drawn from the others.

    Returns
    -------
    float
        0: training records are no easier to find than others. 0.5: synthetic samples are copies of them.

    Notes
    -----
    Proposed by :cite:t:`yale2020generation`; see :func:`adversarial_accuracy`.

    Examples
    --------
    >>> train, fresh, test = np.random.default_rng(0).normal(size=(3, 200, 5))
    >>> [abs(round(privacy_loss(train, data, test), 1)) for data in (fresh, train)]
    [0.0, 0.5]
    """
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    sets = coordinates(space, train=train, synthetic=synthetic, test=test)
    train, synthetic, test = _equally_many(rng, *sets)
    return _adversarial_accuracy(test, synthetic) - _adversarial_accuracy(train, synthetic)


def _adversarial_accuracy(real: np.ndarray, synthetic: np.ndarray) -> float:
    told = [np.mean(nearest(a, b) > nearest(a)) for a, b in ((real, synthetic), (synthetic, real))]
    return float((told[0] + told[1]) / 2)


def _copies(train: DataSet, synthetic: DataSet) -> float:
    """Return the share of synthetic samples that equal a training record in all genes."""
    train, synthetic = (data + 0.0 for data in coordinates(None, train=train, synthetic=synthetic))  # -0.0 becomes 0.0
    records = {record.tobytes() for record in train}
    return float(np.mean([sample.tobytes() in records for sample in synthetic]))


def _equally_many(rng: np.random.Generator, *sets: np.ndarray) -> list[np.ndarray]:
    """Return random rows of each data set, as many as the smallest has, in their order."""
    n = min(map(len, sets))
    return [data if len(data) == n else data[np.sort(rng.choice(len(data), n, replace=False))] for data in sets]
