"""Distributions of single genes in real and synthetic data: distances, quantiles, zeros, standard deviations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_columns, column_names, whole_number
from gexlib.explained import explained
from gexlib.metrics.expression import DataSet, Expression, checked_pair, slices


@explained
def wasserstein(real: DataSet, synthetic: DataSet) -> pd.Series:
    r"""
    Compute each gene's Wasserstein-1 distance: how far values must move to turn one distribution into the other.

    .. math:: W_1 = \int_0^1 |F_X^{-1}(u) - F_Z^{-1}(u)| \, du

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes; the numbers of samples may differ. Genes of two AnnData are matched by
        ``var_names``.

    Returns
    -------
    Series of shape (n_genes,)
        In the units of the data, by gene; 0 is best.

    Notes
    -----
    :cite:t:`ramdas2017wasserstein`; equal to :func:`scipy.stats.wasserstein_distance` of each gene.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(9, 2))
    >>> wasserstein(x, x + [0, 3]).round(6).tolist()
    [0.0, 3.0]
    """
    real, synthetic = checked_pair(real, synthetic)
    n, m = real.n_samples, synthetic.n_samples
    borders = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)  # of both quantile functions, times n * m
    length, left = np.diff(borders) / (n * m), borders[:-1]
    distance = np.empty(real.n_genes)
    for part in slices(real.n_genes):
        a, b = (np.sort(data.columns(part), axis=0) for data in (real, synthetic))
        distance[part] = length @ np.abs(a[left // m] - b[left // n])
    return _by_gene(distance, real, "wasserstein")


@explained
def quantile_agreement(real: DataSet, synthetic: DataSet, n: int = 99) -> pd.Series:
    r"""
    Compute the concordance of each gene's real and synthetic quantiles.

    It is Lin's coefficient of `n` evenly spaced quantiles :math:`q` (the 1st to the 99th percentile if n is 99),

    .. math:: \rho_c = \frac{2 s_{XZ}}{s_X^2 + s_Z^2 + (\bar{q}_X - \bar{q}_Z)^2}.

    Any difference in location, scale or shape lowers it. It does not depend on the gene's unit.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        As for :func:`wasserstein`. Exact zeros count like other values, so their share changes the quantiles.
    n : int
        Number of quantiles, at least 2.

    Returns
    -------
    Series of shape (n_genes,)
        In [0, 1], by gene; 1 is best. A gene that is constant in one data set only has 0. A gene that is the same
        constant in both has 1.

    Notes
    -----
    The coefficient of :cite:t:`lin1989concordance`, applied to quantiles.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(1000, 3))
    >>> quantile_agreement(x, x * [1, 2, 1] + [0, 0, 3]).round(1).tolist()
    [1.0, 0.8, 0.2]
    """
    real, synthetic = checked_pair(real, synthetic)
    levels = np.arange(1, whole_number("n", n, 2) + 1) / (n + 1)
    rho = np.empty(real.n_genes)
    for part in slices(real.n_genes):
        a, b = (np.quantile(data.columns(part), levels, axis=0) for data in (real, synthetic))
        apart = a.var(axis=0) + b.var(axis=0) + (a.mean(axis=0) - b.mean(axis=0)) ** 2
        shared = 2 * ((a - a.mean(axis=0)) * (b - b.mean(axis=0))).mean(axis=0)
        rho[part] = np.where((a == b).all(axis=0), 1.0, shared / np.where(apart > 0, apart, 1.0))
    return _by_gene(rho, real, "quantile agreement")


@explained
def zero_shares(real: DataSet, synthetic: DataSet) -> pd.DataFrame:
    """
    Return the share of samples in which each gene is exactly 0, in real and in synthetic data.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        As for :func:`wasserstein`, in a unit in which 0 means no expression, such as log(1 + FPKM), not z-scores.

    Returns
    -------
    DataFrame of shape (n_genes, 2)
        Columns ``real`` and ``synthetic``.

    Examples
    --------
    >>> real = np.array([[0.0, 1.0], [2.0, 3.0]])
    >>> zero_shares(real, real + 0.001).to_numpy().tolist()
    [[0.5, 0.0], [0.0, 0.0]]
    """
    real, synthetic = checked_pair(real, synthetic)
    shares = np.empty((real.n_genes, 2))
    for part in slices(real.n_genes):
        shares[part] = np.column_stack([(data.columns(part) == 0).mean(axis=0) for data in (real, synthetic)])
    return pd.DataFrame(shares, index=_genes(real), columns=["real", "synthetic"])


@explained
def sd_ratio(real: DataSet, synthetic: DataSet, within: Sequence[str] = ()) -> pd.Series:
    r"""
    Divide each gene's standard deviation in synthetic data by that in real data, in all samples or within kinds.

    Kinds of real samples differ in their means. So a generator that gives each kind its mean already has most of the
    total variance. A lack of variety shows in the variance within kinds.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        As for :func:`wasserstein`; AnnData if `within` is given.
    within : list of str
        Columns of ``obs`` whose combinations are the kinds of samples. Variances within kinds are averaged over the
        kinds that have at least two samples in both data sets. The weights are the degrees of freedom of the real data,
        for both data sets, so that different proportions of the kinds do not matter. Default: all samples are of one
        kind.

    Returns
    -------
    Series of shape (n_genes,)
        By gene; 1 is best, below 1 is a lack of variety, NaN if the real standard deviation is 0. The median over
        genes sums it up.

    Raises
    ------
    ValueError
        If a column is absent, or no kind has two samples in both data sets.
    TypeError
        If `within` is a string, or a data set is not an AnnData although `within` is given.

    Notes
    -----
    With :math:`s_g^2` the variance (n - 1) of a data set in kind g of :math:`n_g` real samples, a pooled variance
    is :math:`\sum_g (n_g - 1) s_g^2 / \sum_g (n_g - 1)`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> obs = pd.DataFrame({"tissue": ["lung", "liver"] * 50}, index=[str(i) for i in range(100)])
    >>> centre = 9.0 * (obs["tissue"] == "lung").to_numpy()[:, None]
    >>> real, narrow = (AnnData(centre + sd * rng.normal(size=(100, 50)), obs=obs) for sd in (1, 0.2))
    >>> [round(float(sd_ratio(real, narrow, within).median()), 1) for within in ([], ["tissue"])]
    [1.0, 0.2]
    """
    within = column_names("within", within)
    checked = checked_pair(real, synthetic)
    groups = _groups(real, synthetic, within) if within else [tuple(np.arange(data.n_samples) for data in checked)]
    weight = np.array([len(i) - 1 for i, _ in groups]) / sum(len(i) - 1 for i, _ in groups)
    ratio = np.empty(checked[0].n_genes)
    for part in slices(len(ratio)):
        a, b = (data.columns(part) for data in checked)
        variance = np.zeros((2, a.shape[1]))
        varies = np.zeros(a.shape[1], dtype=bool)
        for w, (i, j) in zip(weight, groups, strict=True):
            variance += w * np.stack([a[i].var(axis=0, ddof=1), b[j].var(axis=0, ddof=1)])
            varies |= a[i].min(axis=0) < a[i].max(axis=0)  # a constant may have a variance of rounding errors
        ratio[part] = np.sqrt(variance[1] / np.where(varies, variance[0], np.nan))
    return _by_gene(ratio, checked[0], "sd ratio")


def _groups(real: DataSet, synthetic: DataSet, within: list[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the rows of each kind in real and in synthetic data."""
    rows = []
    for argument, data in (("real", real), ("synthetic", synthetic)):
        if not isinstance(data, AnnData):
            raise TypeError(
                f"{argument} must be an AnnData to have groups within={within!r}, not {type(data).__name__}"
            )
        check_columns("within", within, data.obs, f"{argument}.obs")
        rows.append(data.obs[within].astype(str).reset_index(drop=True).groupby(within).indices)
    shared = [(i, rows[1][g]) for g, i in rows[0].items() if len(i) > 1 and len(rows[1].get(g, ())) > 1]
    if not shared:
        raise ValueError(f"no group of within={within!r} has two samples or more in both real and synthetic")
    return shared


def _genes(data: Expression) -> pd.Index:
    return pd.RangeIndex(data.n_genes, name="gene") if data.names is None else pd.Index(data.names, name="gene")


def _by_gene(values: np.ndarray, data: Expression, name: str) -> pd.Series:
    return pd.Series(values, index=_genes(data), name=name)
