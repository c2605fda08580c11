"""Does synthetic data keep its distance from the records that it was learned from? Against held-out records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.checks import whole_number
from gexlib.metrics.expression import DataSet
from gexlib.metrics.neighbours import nearest
from gexlib.metrics.space import PrincipalSpace, coordinates


def dcr(train: DataSet, synthetic: DataSet, space: PrincipalSpace | None = None) -> np.ndarray:
    """
    Distance from each synthetic sample to the closest training record.

    Parameters
    ----------
    train : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that the generator was trained on.
    synthetic : AnnData, ndarray or scipy sparse matrix of shape (m_samples, n_genes)
        Synthetic samples over the same genes, in the same units; or held-out real ones, for what is usual.
    space : PrincipalSpace, optional
        Where distances are taken. Default: all genes.

    Returns
    -------
    ndarray of shape (m_samples,)
        Euclidean distances; exactly 0 for a copy.

    Notes
    -----
    :cite:t:`platzer2021holdout`.

    Examples
    --------
    >>> train = np.array([[0.0, 0.0], [9.0, 9.0]])
    >>> dcr(train, np.array([[9.0, 9.0], [3.0, 4.0]])).tolist()
    [0.0, 5.0]
    """
    x, z = coordinates(space, train=train, synthetic=synthetic)
    return nearest(z, x)


def closest_records(
    train: DataSet, synthetic: DataSet, holdout: DataSet, seed: int = 0, space: PrincipalSpace | None = None
) -> pd.Series:
    """
    Is synthetic data closer to its training records than held-out records are, and closer than to those?

    Parameters
    ----------
    train, synthetic, holdout : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that the generator was trained on, its samples, and real samples of other donors that it has not
        seen. Other real samples as ``synthetic`` give the bound.
    seed : int
        Of the draw that makes training and held-out records equally many for the share.
    space : PrincipalSpace, optional
        Where distances are taken. Default: all genes.

    Returns
    -------
    Series
        ``median``, the median distance of synthetic samples to the closest training record; ``median ratio`` and
        ``5 % ratio``, this median and the 5th percentile over those of held-out records, whose closest training
        records are as far as chance has it (below 1: too close; NaN where those are 0); ``closer to train``, the
        share of synthetic samples that are closer to a training than to a held-out record, of as many of both (0.5 is
        best; equal distances count half); and ``copies``, the share of synthetic samples that equal a training record
        in all genes.

    Notes
    -----
    :cite:t:`platzer2021holdout`. Where there are more training than held-out records, those drawn for the share are
    some of the training records only, and copies of the others count as chance has it; so they do in
    :func:`privacy_loss`. The ratios and the copies use all.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> train, fresh, holdout = rng.normal(size=(3, 200, 5))
    >>> of = ["median ratio", "closer to train", "copies"]
    >>> [closest_records(train, data, holdout)[of].round(1).tolist() for data in (fresh, train)]
    [[1.0, 0.5, 0.0], [0.0, 1.0, 1.0]]
    """
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    x, z, h = coordinates(space, train=train, synthetic=synthetic, holdout=holdout)
    to_train, usual = nearest(z, x), nearest(h, x)
    copies = _copies(train, synthetic)
    x, h = _equally_many(rng, x, h)
    near, far = nearest(z, x), nearest(z, h)
    found = {"median": np.median(to_train)}
    for name, share in (("median ratio", 0.5), ("5 % ratio", 0.05)):
        reference = np.quantile(usual, share)
        found[name] = np.quantile(to_train, share) / reference if reference > 0 else np.nan
    found["closer to train"] = (near < far).mean() + (near == far).mean() / 2
    found["copies"] = copies
    return pd.Series(found, name="value", dtype=float)


def adversarial_accuracy(
    real: DataSet, synthetic: DataSet, seed: int = 0, space: PrincipalSpace | None = None
) -> float:
    r"""
    Nearest-neighbour adversarial accuracy: how well nearest neighbours tell real from synthetic samples.

    With :math:`d_{RS}(i)` the distance of real sample i to the nearest synthetic one, :math:`d_{RR}(i)` to the nearest
    other real one, and :math:`d_{SR}, d_{SS}` likewise for synthetic samples,

    .. math:: AA = \frac{1}{2n} \sum_i 1[d_{RS}(i) > d_{RR}(i)] + \frac{1}{2n} \sum_j 1[d_{SR}(j) > d_{SS}(j)].

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes, in the same units.
    seed : int
        Of the draw from the larger one that makes both equally large, as the measure supposes.
    space : PrincipalSpace, optional
        Where distances are taken. Default: all genes.

    Returns
    -------
    float
        0.5: indistinguishable; 1: all told apart; below 0.5: too alike, 0 for copies.

    Notes
    -----
    :cite:t:`yale2020generation`. Samples of one donor or replicates among the real ones are closer to each other than
    chance has it, and raise the accuracy.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, same = rng.normal(size=(2, 200, 5))
    >>> [round(adversarial_accuracy(real, data), 1) for data in (same, same + 9, real)]
    [0.5, 1.0, 0.0]
    """
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    return _adversarial_accuracy(*_equally_many(rng, *coordinates(space, real=real, synthetic=synthetic)))


def privacy_loss(
    train: DataSet, synthetic: DataSet, holdout: DataSet, seed: int = 0, space: PrincipalSpace | None = None
) -> float:
    """
    Adversarial accuracy on held-out less that on training records: what synthetic data gives away of the latter.

    Parameters
    ----------
    train, synthetic, holdout, seed, space
        As for :func:`closest_records`; all three data sets are drawn down to the smallest.

    Returns
    -------
    float
        0: training records are no easier to find than others; 0.5 for copies of them.

    Notes
    -----
    :cite:t:`yale2020generation`; see :func:`adversarial_accuracy`.

    Examples
    --------
    >>> train, fresh, holdout = np.random.default_rng(0).normal(size=(3, 200, 5))
    >>> [abs(round(privacy_loss(train, data, holdout), 1)) for data in (fresh, train)]
    [0.0, 0.5]
    """
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    sets = coordinates(space, train=train, synthetic=synthetic, holdout=holdout)
    x, z, h = _equally_many(rng, *sets)
    return _adversarial_accuracy(h, z) - _adversarial_accuracy(x, z)


def _adversarial_accuracy(x: np.ndarray, z: np.ndarray) -> float:
    return float((np.mean(nearest(x, z) > nearest(x)) + np.mean(nearest(z, x) > nearest(z))) / 2)


def _copies(train: DataSet, synthetic: DataSet) -> float:
    """Share of synthetic samples that equal a training record in all genes."""
    x, z = (data + 0.0 for data in coordinates(None, train=train, synthetic=synthetic))  # -0.0 becomes 0.0
    records = {record.tobytes() for record in x}
    return float(np.mean([record.tobytes() in records for record in z]))


def _equally_many(rng: np.random.Generator, *sets: np.ndarray) -> list[np.ndarray]:
    """Random rows of each data set, as many as the smallest has, in their order."""
    n = min(map(len, sets))
    return [data if len(data) == n else data[np.sort(rng.choice(len(data), n, replace=False))] for data in sets]
