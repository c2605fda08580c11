"""How strong a cause that nobody measured would have to be to explain an effect away."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from gexlib.checks import share
from gexlib.explained import explained


@explained
def robustness_value(t: ArrayLike, freedom: float, level: float | None = None) -> np.ndarray:
    r"""
    Return the strength of an unmeasured confounder that would explain an effect away.

    With the partial correlation :math:`f = |t| / \sqrt{d}` it is :math:`\frac{1}{2}(\sqrt{f^4 + 4 f^2} - f^2)`
    (:cite:t:`cinelli2020making`, equation 15). A confounder that explains this share of the variance that is left of
    the condition, and of that of the gene, brings the effect to 0. One that explains less of both cannot.

    Parameters
    ----------
    t : array_like
        The *t* statistics of the effects in a linear model.
    freedom : float
        Its residual degrees of freedom :math:`d`.
    level : float, optional
        Return the strength that brings the effect to the edge of the confidence interval of this level, such as 0.95,
        in place of 0.

    Returns
    -------
    ndarray
        Shares from 0 to 1, one for each *t*.

    Raises
    ------
    ValueError
        If `freedom` is 1 or less, or `level` is not between 0 and 1.

    Examples
    --------
    >>> float(robustness_value(4.18, 783).round(3))  # the effect of the paper's example
    0.139
    >>> float(robustness_value(4.18, 783, level=0.95).round(3))
    0.076
    """
    if not freedom > 1:
        raise ValueError(f"freedom={freedom} must be above 1; take the residual degrees of freedom of the model")
    f = np.abs(np.asarray(t, np.float64)) / np.sqrt(freedom)
    if level is not None:
        share("level", level)
        f = np.maximum(f - stats.t.ppf((1 + level) / 2, freedom - 1) / np.sqrt(freedom - 1), 0)
    return (np.sqrt(f**4 + 4 * f**2) - f**2) / 2


@explained
def confounder_bias(se: ArrayLike, freedom: float, of_condition: ArrayLike, of_gene: ArrayLike) -> np.ndarray:
    r"""
    Return how far an unmeasured confounder of a given strength moves an effect, at most.

    It is :math:`\mathrm{se} \sqrt{d\, R_y^2 R_c^2 / (1 - R_c^2)}` (:cite:t:`cinelli2020making`, equation 10).

    Parameters
    ----------
    se : array_like
        Standard errors of the effects.
    freedom : float
        The residual degrees of freedom of the linear model, :math:`d`.
    of_condition, of_gene : array_like
        Shares of the residual variance of the condition, :math:`R_c^2`, and of the gene, :math:`R_y^2`, that the
        confounder explains; from 0 to 1, that of the condition below 1.

    Returns
    -------
    ndarray
        In the unit of the effects.

    Raises
    ------
    ValueError
        If a share is out of its range.

    Examples
    --------
    >>> confounder_bias(0.1, 100, 0.1, 0.1).round(3).item()
    0.105
    """
    of_condition, of_gene = np.asarray(of_condition, np.float64), np.asarray(of_gene, np.float64)
    if not ((of_condition >= 0) & (of_condition < 1)).all() or not ((of_gene >= 0) & (of_gene <= 1)).all():
        raise ValueError("of_condition must be from 0 to less than 1, and of_gene from 0 to 1; they are shares")
    return np.asarray(se) * np.sqrt(freedom * of_gene * of_condition / (1 - of_condition))
