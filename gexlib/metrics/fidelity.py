"""Precision, recall, density and coverage: whether synthetic data lies where real data lies, and in all such places."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.checks import whole_number
from gexlib.explained import explained
from gexlib.metrics.expression import DataSet
from gexlib.metrics.neighbours import compared, exact_squared, nearest_squared, squared_distances
from gexlib.metrics.space import PrincipalSpace, coordinates


@explained
def prdc(real: DataSet, synthetic: DataSet, k: int = 5, space: PrincipalSpace | None = None) -> pd.Series:
    r"""
    Compute precision, recall, density and coverage of synthetic data.

    Each of :math:`n` real samples :math:`x_i` has a ball whose radius :math:`r_i` is the distance to its k-th nearest
    other real sample. Together the balls estimate where real data lies. In the same way, each of :math:`m` synthetic
    samples :math:`z_j` has a ball of radius :math:`s_j` among the synthetic samples:

    .. math::

       \text{precision} &= \frac{1}{m} \sum_j 1[\exists i: \|z_j - x_i\| \le r_i] \\
       \text{recall} &= \frac{1}{n} \sum_i 1[\exists j: \|x_i - z_j\| \le s_j] \\
       \text{density} &= \frac{1}{k m} \sum_j \sum_i 1[\|z_j - x_i\| < r_i] \\
       \text{coverage} &= \frac{1}{n} \sum_i 1[\exists j: \|z_j - x_i\| < r_i].

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes, in the same units. The numbers of samples may differ, but recall depends on
        them. So real samples that give the bound should be as many as the synthetic ones. Genes of two AnnData are
        matched by ``var_names``.
    k : int
        The radius of a ball is the distance to the k-th nearest neighbour. A sample is no neighbour of itself.
    space : PrincipalSpace, optional
        The space in which distances are computed. Default: all genes, in the units of the data.

    Returns
    -------
    Series
        ``precision``, ``recall`` and ``coverage`` in [0, 1]; 1 is best. ``density`` is 1 on average if both data sets
        come from one distribution, and above 1 if synthetic samples crowd the middle of real data.

    Raises
    ------
    ValueError
        If a data set has `k` samples or fewer, or the genes differ.

    Notes
    -----
    Precision and recall are those of :cite:t:`kynkaanniemi2019improved`, with closed balls as in their equation 2.
    Density and coverage are those of :cite:t:`naeem2020reliable`, with open balls as in their published code. The
    difference matters only if a distance equals a radius, as with copies: the density of an exact copy of real data is
    1. Such ties are decided exactly. Distances are computed some rows at a time, which takes about 150 MB beyond
    float64 copies of the data.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real = rng.normal(size=(200, 5))
    >>> prdc(real, rng.normal(size=(200, 5)) / 9).round(1).to_dict()  # the middle only
    {'precision': 1.0, 'recall': 0.0, 'density': 2.0, 'coverage': 0.2}
    """
    found = prdc_samples(real, synthetic, k, space)
    return pd.Series({name: values.mean() for name, values in found.items()}, name="value", dtype=float)


@explained
def prdc_samples(
    real: DataSet, synthetic: DataSet, k: int = 5, space: PrincipalSpace | None = None
) -> dict[str, np.ndarray]:
    """
    Compute what each sample adds to :func:`prdc`, for intervals and for subsets of the samples.

    Parameters
    ----------
    real, synthetic, k, space
        As for :func:`prdc`.

    Returns
    -------
    dict of str to ndarray
        ``precision`` (bool) and ``density`` (float) of each synthetic sample, ``recall`` and ``coverage`` (bool) of
        each real one. Their means are the values of :func:`prdc`.

    Examples
    --------
    >>> real, synthetic = np.array([[0.0, 0], [1, 0], [9, 0]]), np.array([[0.5, 0], [30, 0]])
    >>> prdc_samples(real, synthetic, k=1)["precision"].tolist()
    [True, False]
    """
    real, synthetic = coordinates(space, real=real, synthetic=synthetic)
    k = whole_number("k", k, 1)
    for argument, data in (("real", real), ("synthetic", synthetic)):
        if len(data) <= k:
            raise ValueError(f"k={k} needs more than {k} samples, and {argument} has {len(data)}; choose a smaller k")
    real_radius, synthetic_radius = (nearest_squared(data, k=k)[:, -1] for data in (real, synthetic))
    covered, recalled = np.zeros(len(real), bool), np.zeros(len(real), bool)
    precise, inside = np.zeros(len(synthetic), bool), np.zeros(len(synthetic))
    for rows, d2, error in squared_distances(synthetic, real):

        def exact(i: np.ndarray, j: np.ndarray, first: int = rows.start) -> np.ndarray:
            return exact_squared(synthetic, i + first, real, j)

        closed, within = compared(d2, error, real_radius, exact)
        precise[rows], inside[rows] = closed.any(axis=1), within.sum(axis=1)
        covered |= within.any(axis=0)
        recalled |= compared(d2, error, synthetic_radius[rows, None], exact)[0].any(axis=0)
    return {"precision": precise, "recall": recalled, "density": inside / k, "coverage": covered}


@explained
def precision(real: DataSet, synthetic: DataSet, k: int = 5, space: PrincipalSpace | None = None) -> float:
    """
    Return the share of synthetic samples that lie where real data lies; see :func:`prdc`.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(50, 2))
    >>> precision(real, real + 0.01), precision(real, real + 10)
    (1.0, 0.0)
    """
    return float(prdc(real, synthetic, k, space)["precision"])


@explained
def recall(real: DataSet, synthetic: DataSet, k: int = 5, space: PrincipalSpace | None = None) -> float:
    """
    Return the share of real samples that lie where synthetic data lies; see :func:`prdc`.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(50, 2))
    >>> recall(real, real + 0.01), recall(real, real + 10)
    (1.0, 0.0)
    """
    return float(prdc(real, synthetic, k, space)["recall"])


@explained
def density(real: DataSet, synthetic: DataSet, k: int = 5, space: PrincipalSpace | None = None) -> float:
    """
    Return the mean number of real balls around a synthetic sample, over `k`; see :func:`prdc`.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(50, 2))
    >>> density(real, real + 10)
    0.0
    """
    return float(prdc(real, synthetic, k, space)["density"])


@explained
def coverage(real: DataSet, synthetic: DataSet, k: int = 5, space: PrincipalSpace | None = None) -> float:
    """
    Return the share of real samples whose ball holds a synthetic one; see :func:`prdc`.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(50, 2))
    >>> coverage(real, real + 0.01), coverage(real, real + 10)
    (1.0, 0.0)
    """
    return float(prdc(real, synthetic, k, space)["coverage"])
