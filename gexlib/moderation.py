"""Variances of genes that borrow strength from each other, as limma's moderated t test has them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import digamma, polygamma

from gexlib.explained import explained

SMALLEST = 1e-5  # of the median variance: what smaller variances count as


class Moderation(NamedTuple):
    """
    Moderated variances.

    Parameters
    ----------
    variance : ndarray of shape (n_genes,)
        The posterior mean of each gene's variance.
    prior_variance, prior_freedom : float
        :math:`s_0^2` and :math:`d_0`; infinite degrees of freedom if the variances differ no more than by chance.
    freedom : float
        The degrees of freedom of a moderated *t*.

    Examples
    --------
    >>> found = moderate(np.array([0.5, 1.3, 7.8]), freedom=3)
    >>> found.variance.round(2).tolist(), round(found.freedom, 2)
    ([1.07, 1.48, 4.83], 5.83)
    """

    variance: np.ndarray
    prior_variance: float
    prior_freedom: float
    freedom: float


@explained
def moderate(variance: np.ndarray, freedom: float) -> Moderation:
    r"""
    Shrink the variances of genes towards a common value (empirical Bayes, :cite:t:`smyth2004linear`).

    The variances :math:`s_g^2`, with :math:`d` degrees of freedom each, are taken as a scaled :math:`\chi^2` whose
    inverse scale is a scaled :math:`\chi^2` itself, with :math:`d_0` and :math:`s_0^2`. These two are those that give
    the logarithms of the variances their mean and variance (section 6.2 there). The posterior is
    :math:`(d_0 s_0^2 + d s_g^2) / (d_0 + d)`.

    Parameters
    ----------
    variance : ndarray of shape (n_genes,)
        Residual variances, 0 or more.
    freedom : float
        Their degrees of freedom :math:`d`.

    Returns
    -------
    Moderation

    Raises
    ------
    ValueError
        If a variance is below 0 or no number, all are 0, or `freedom` is not above 0.

    Examples
    --------
    >>> found = moderate(np.array([0.5, 1.3, 7.8]), freedom=3)  # the example of limma's squeezeVar
    >>> round(found.prior_freedom, 4), round(found.prior_variance, 4), found.variance.round(3).tolist()
    (2.8308, 1.6769, [1.071, 1.483, 4.827])
    """
    variance = np.asarray(variance, np.float64)
    if not (variance >= 0).all() or not variance.any() or not freedom > 0:
        raise ValueError(
            f"variance must be numbers of 0 or more, not all 0, and freedom={freedom} above 0; leave genes that are "
            f"constant out"
        )
    if len(variance) == 1:
        return Moderation(variance, float(variance[0]), 0.0, float(freedom))
    logs = np.log(np.maximum(variance, SMALLEST * np.median(variance[variance > 0])))
    e = logs - digamma(freedom / 2) + np.log(freedom / 2)
    spread = float(e.var(ddof=1) - polygamma(1, freedom / 2))
    if spread <= 0:
        prior = float(np.exp(e.mean()))
        return Moderation(np.full(len(variance), prior), prior, np.inf, len(variance) * float(freedom))
    prior_freedom = 2 * inverse_trigamma(spread)
    prior = float(np.exp(e.mean() + digamma(prior_freedom / 2) - np.log(prior_freedom / 2)))
    posterior = (prior_freedom * prior + freedom * variance) / (prior_freedom + freedom)
    return Moderation(posterior, prior, prior_freedom, min(freedom + prior_freedom, len(variance) * float(freedom)))


@explained
def inverse_trigamma(value: float) -> float:
    """
    Return the number whose trigamma function is a value above 0, by Newton's steps (the appendix of Smyth 2004).

    Examples
    --------
    >>> round(inverse_trigamma(5.0), 7)
    0.4961687
    """
    if value > 1e7:
        return float(1 / np.sqrt(value))
    if value < 1e-6:
        return 1 / value
    y = 0.5 + 1 / value
    for _ in range(50):
        trigamma = polygamma(1, y)
        step = float(trigamma * (1 - trigamma / value) / polygamma(2, y))
        y += step
        if -step / y < 1e-8:
            break
    return float(y)
