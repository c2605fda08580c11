r"""
Agreement of the correlations within regulons in two data sets: S_TF-TG and S_TG-TG.

The correlations of a transcription factor (TF) with its target genes (TG) form a vector, and so do the correlations of
its targets with each other. The cosine similarity of this vector in real and in synthetic data, averaged over TFs with
more weight on those with more targets, is S_TF-TG or S_TG-TG (Viñas et al. 2022, Bioinformatics 38:730).

The vectors hold Pearson correlations, as they did for the paper's Table 1. The text of the paper writes the
dissimilarity 1 - r instead. With it even random data scores near 1, because all entries are positive. Both are here:
``dissimilarity=True`` follows the text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gexlib.explained import explained
from gexlib.metrics.correlations import Correlations
from gexlib.metrics.expression import DataSet, checked_pair
from gexlib.metrics.regulons import Regulon, Regulons, find_regulons, genes_of


@explained
def s_tf_tg(
    real: DataSet,
    synthetic: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    dissimilarity: bool = False,
    self_regulation: bool = True,
    equal_weights: bool = False,
    constant: str = "raise",
) -> float:
    r"""
    Compute S_TF-TG: how well synthetic data keeps the correlations of TFs with their target genes.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes. The numbers of samples and the units may differ. Genes of two AnnData are
        matched by ``var_names``, those of arrays by position.
    regulons : mapping of str to iterable of str
        Target genes of each TF. TFs and targets that are not in the data are left out. A target that is listed twice
        counts once.
    genes : sequence of str, optional
        Names of the columns of ``real``. Default: its ``var_names``; arrays need it.
    dissimilarity : bool
        Whether to compare 1 - r, as in the paper's text, instead of the correlations r, as in its Table 1.
    self_regulation : bool
        Whether a TF that regulates itself is among its own targets. Its correlation with itself is always 1, so even
        random data scores above 0. The default is that of Table 1.
    equal_weights : bool
        Whether to give each TF the weight 1 instead of its number of targets.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 among TFs and targets are an error, or their correlations count as 0.

    Returns
    -------
    float
        S_TF-TG in [-1, 1]; 1 is best.

    Raises
    ------
    ValueError
        As for :func:`gexlib.metrics.s_dist`; also if no TF has a target in the data, or if ``genes`` is missing or has
        the wrong length.
    TypeError
        If ``regulons`` is not a mapping to collections of names.

    Notes
    -----
    With :math:`G(f)` the targets of TF :math:`f` present in the data,

    .. math:: S_{TF-TG} = \frac{\sum_f w_f \cos(r^X_{f,G(f)}, r^Z_{f,G(f)})}{\sum_f w_f}, \qquad w_f = |G(f)|.

    A TF whose vector is zero in both data sets has no direction and is skipped. (Its genes are constant, or with
    ``dissimilarity`` its only target is itself.) If the vector is zero in one data set, the cosine is 0.

    Examples
    --------
    >>> import numpy as np
    >>> real = np.random.default_rng(0).normal(size=(30, 3))
    >>> round(s_tf_tg(real, -real, {"crp": ["lacZ", "araB"]}, genes=["crp", "lacZ", "araB"]), 6)
    1.0
    """
    real, synthetic, found = _compared(real, synthetic, regulons, genes, self_regulation, constant)
    return tf_tg_score(real, synthetic, found, dissimilarity, equal_weights)


@explained
def s_tg_tg(
    real: DataSet,
    synthetic: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    per_target: bool = False,
    dissimilarity: bool = False,
    self_regulation: bool = True,
    equal_weights: bool = False,
    constant: str = "raise",
) -> float:
    r"""
    Compute S_TG-TG: how well synthetic data keeps the correlations among genes that share a TF.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes. The numbers of samples and the units may differ. Genes of two AnnData are
        matched by ``var_names``, those of arrays by position.
    regulons : mapping of str to iterable of str
        Target genes of each TF. TFs and targets that are not in the data are left out. A target that is listed twice
        counts once. A TF with a single target is skipped.
    genes : sequence of str, optional
        Names of the columns of ``real``. Default: its ``var_names``; arrays need it.
    per_target : bool
        Whether to use the formula as printed in the paper: a cosine for each target with the other targets, summed over
        the targets of a TF. The sum is not divided by their number, so the result grows with the regulons and is not
        bounded by 1. The default is one cosine for each TF, over all pairs of its targets, as in Table 1.
    dissimilarity : bool
        Whether to compare 1 - r, as in the paper's text, instead of the correlations r, as in its Table 1.
    self_regulation : bool
        Whether a TF that regulates itself is among its own targets.
    equal_weights : bool
        Whether to give each TF the weight 1 instead of its number of targets minus 1.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 among TFs and targets are an error, or their correlations count as 0.

    Returns
    -------
    float
        S_TG-TG in [-1, 1] (unbounded with ``per_target``); 1 is best.

    Raises
    ------
    ValueError, TypeError
        As for :func:`s_tf_tg`; also if no TF has two targets in the data.

    Notes
    -----
    With :math:`G(f)` the targets of TF :math:`f` present in the data and :math:`P(f)` its pairs of targets,

    .. math:: S_{TG-TG} = \frac{\sum_f w_f \cos(r^X_{P(f)}, r^Z_{P(f)})}{\sum_f w_f}, \qquad w_f = |G(f)| - 1,

    With ``per_target`` the cosine is replaced by

    .. math:: \sum_{g \in G(f)} \cos(r^X_{g,G(f) \setminus g}, r^Z_{g,G(f) \setminus g}).

    Examples
    --------
    >>> import numpy as np
    >>> real = np.random.default_rng(0).normal(size=(30, 3))
    >>> round(s_tg_tg(real, 3 * real, {"crp": ["lacZ", "araB"]}, genes=["crp", "lacZ", "araB"]), 6)
    1.0
    """
    real, synthetic, found = _compared(real, synthetic, regulons, genes, self_regulation, constant)
    return tg_tg_score(real, synthetic, found, per_target, dissimilarity, equal_weights)


def tf_tg_score(
    real: Correlations,
    synthetic: Correlations,
    regulons: list[Regulon],
    dissimilarity: bool = False,
    equal_weights: bool = False,
) -> float:
    """Compute S_TF-TG of two data sets whose correlations are known; see :func:`s_tf_tg`."""
    sizes = np.array([len(targets) for _, targets in regulons])
    r, s = (data.with_targets(regulons) for data in (real, synthetic))
    if dissimilarity:
        r, s = 1 - r, 1 - s
    rs, rr, ss = (np.add.reduceat(product, np.cumsum(sizes) - sizes) for product in (r * s, r * r, s * s))
    return _weighted_mean(_cosine(rs, rr, ss, sizes), np.ones(len(sizes)) if equal_weights else sizes)


def tg_tg_score(
    real: Correlations,
    synthetic: Correlations,
    regulons: list[Regulon],
    per_target: bool = False,
    dissimilarity: bool = False,
    equal_weights: bool = False,
) -> float:
    """Compute S_TG-TG of two data sets whose correlations are known; see :func:`s_tg_tg`."""
    several = [targets for _, targets in regulons if len(targets) > 1]
    if not several:
        raise ValueError(
            f"regulons: none of the {len(regulons)} transcription factors in the data has two targets there, "
            "so there are no target-target correlations to compare"
        )
    sizes = np.array([len(targets) for targets in several])
    if per_target:
        cosines = np.array([_sum_over_targets(real, synthetic, targets, dissimilarity) for targets in several])
    else:
        products = np.array([_pair_products(real, synthetic, targets, dissimilarity) for targets in several])
        cosines = _cosine(*products.T, sizes * (sizes - 1) // 2)
    return _weighted_mean(cosines, np.ones(len(sizes)) if equal_weights else sizes - 1)


def _compared(
    real: DataSet,
    synthetic: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None,
    self_regulation: bool,
    constant: str,
) -> tuple[Correlations, Correlations, list[Regulon]]:
    """Return the correlations of the genes of the regulons in both data sets, and the regulons found there."""
    real, synthetic = checked_pair(real, synthetic, genes)
    found = find_regulons(regulons, real, self_regulation)
    real, synthetic = (Correlations(data, genes_of(found), constant) for data in (real, synthetic))
    return real, synthetic, found


def _pair_products(
    real: Correlations, synthetic: Correlations, targets: np.ndarray, dissimilarity: bool
) -> tuple[float, float, float]:
    """Return the inner products rs, rr and ss of the correlations r (real) and s (synthetic) of pairs of targets."""
    products = np.zeros(3)
    for r, s in real.paired_among(targets, synthetic):
        if dissimilarity:
            r, s = 1 - r, 1 - s
        products += r @ s, r @ r, s @ s
    return tuple(products)


def _sum_over_targets(real: Correlations, synthetic: Correlations, targets: np.ndarray, dissimilarity: bool) -> float:
    """Sum over targets of the cosine of the correlations of each with the others; NaN if all are undefined."""
    products = np.zeros((3, len(targets)))  # rs, rr and ss of each target
    for (rows, columns, r), (_, _, s) in zip(real.blocks(targets), synthetic.blocks(targets), strict=True):
        if dissimilarity:
            r, s = 1 - r, 1 - s
        if rows == columns:
            np.fill_diagonal(r, 0)
            np.fill_diagonal(s, 0)
        for i, (p, q) in enumerate(((r, s), (r, r), (s, s))):
            products[i, rows] += np.einsum("ij,ij->i", p, q)
            if rows != columns:
                products[i, columns] += np.einsum("ij,ij->j", p, q)
    cosines = _cosine(*products, len(targets) - 1)
    return np.nan if np.isnan(cosines).all() else np.nansum(cosines)


def _cosine(rs: np.ndarray, rr: np.ndarray, ss: np.ndarray, n: int | np.ndarray) -> np.ndarray:
    """Return cosines from inner products of vectors of ``n`` entries: 0 if one is zero (to rounding), NaN if both."""
    zero = 1e-24 * n
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where((rr <= zero) | (ss <= zero), 0.0, rs / np.sqrt(rr * ss))
    return np.where((rr <= zero) & (ss <= zero), np.nan, cosine)


def _weighted_mean(cosines: np.ndarray, weights: np.ndarray) -> float:
    """Return the mean over TFs, without those whose vectors are zero in both data sets."""
    known = ~np.isnan(cosines)
    if not known.any():
        raise ValueError(
            f"regulons: the vectors of all {len(cosines)} transcription factors are zero in both data sets, "
            "so their cosine is undefined; use genes that vary and targets other than the factor itself"
        )
    return float(np.average(cosines[known], weights=weights[known]))
