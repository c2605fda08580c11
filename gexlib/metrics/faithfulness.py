"""Alpha-precision, beta-recall and authenticity: typical, varied and new, sample by sample."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.metrics.expression import DataSet
from gexlib.metrics.neighbours import nearest, nearest_place
from gexlib.metrics.space import Space, coordinates

LEVELS = 30


@explained
def alpha_precision(real: DataSet, synthetic: DataSet, space: Space | None = None) -> pd.Series:
    r"""
    Compute alpha-precision and beta-recall of synthetic data, each as one number over all levels.

    For a level :math:`\alpha`, :math:`P_\alpha` is the share of synthetic samples in the smallest ball around the mean
    of real data that holds the share :math:`\alpha` of it. :math:`R_\beta` is the share of real samples that a
    synthetic one covers and whose nearest synthetic sample is among the share :math:`\beta` nearest to the mean of
    synthetic data. For equal distributions :math:`P_\alpha = \alpha` and, if all real samples are covered,
    :math:`R_\beta = \beta`. The numbers are

    .. math:: 1 - \frac{\sum_\alpha |P_\alpha - \alpha|}{\sum_\alpha \alpha}

    over 30 levels from 0 to 1, and the same with :math:`R_\beta`.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes, in the same units.
    space : PrincipalSpace or ScaledGenes, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    Series
        ``alpha-precision`` and ``beta-recall``; 1 is best. Real data in the place of synthetic data has a beta-recall
        of about 0.5: a sample is covered if its nearest synthetic sample is no farther than its nearest real one, and
        that is so for half of the samples.

    Notes
    -----
    Proposed by :cite:t:`alaa2022faithful`. The computation is that of their published code, without their embedding of
    the samples by a network, and with the normalised sum of the library *synthcity*.

    Examples
    --------
    >>> real, same = np.random.default_rng(0).normal(size=(2, 500, 3))
    >>> alpha_precision(real, same).round(1).tolist(), alpha_precision(real, same / 9).round(1).tolist()
    ([1.0, 0.5], [0.0, 0.0])
    """
    real, synthetic = coordinates(space, real=real, synthetic=synthetic)
    levels = np.linspace(0, 1, LEVELS)
    from_centre = [np.linalg.norm(data - real.mean(axis=0), axis=1) for data in (real, synthetic)]
    precise = [np.mean(from_centre[1] <= radius) for radius in np.quantile(from_centre[0], levels)]
    place, distance = nearest_place(real, synthetic)
    covered = distance <= nearest(real)
    depth = np.linalg.norm(synthetic - synthetic.mean(axis=0), axis=1)[place]
    recalled = [np.mean(covered & (depth <= radius)) for radius in np.quantile(depth, levels)]
    values = {"alpha-precision": precise, "beta-recall": recalled}
    found = {name: 1 - np.abs(curve - levels).sum() / levels.sum() for name, curve in values.items()}
    return pd.Series(found, name="value", dtype=float)


@explained
def authenticity(train: DataSet, synthetic: DataSet, space: Space | None = None) -> float:
    """
    Compute the share of synthetic samples that are no near-copies of a training record.

    A synthetic sample is a near-copy if it is closer to its nearest training record than any other training record is.

    Parameters
    ----------
    train : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real samples that the generator was trained on.
    synthetic : AnnData, ndarray or scipy sparse matrix of shape (m_samples, n_genes)
        Synthetic samples over the same genes, in the same units. Real test samples in their place show what is usual.
    space : PrincipalSpace or ScaledGenes, optional
        The space in which distances are computed. Default: all genes.

    Returns
    -------
    float
        0 for copies. About 0.5 for new samples of the same distribution.

    Notes
    -----
    Proposed by :cite:t:`alaa2022faithful`. Here each synthetic sample is asked, as they define it. Their published code
    goes through the real samples.

    Examples
    --------
    >>> train = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]])
    >>> authenticity(train, np.array([[0.1, 0.0], [4.0, 0.0]]))  # 4 is 3 from 1, whose neighbour 0 is nearer
    0.5
    """
    train, synthetic = coordinates(space, train=train, synthetic=synthetic)
    place, distance = nearest_place(synthetic, train)
    return float(np.mean(distance > nearest(train)[place]))
