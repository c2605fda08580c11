"""Activity of transcription factors (TF) in each sample, from the ranks of their targets among all genes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats

from gexlib.explained import explained
from gexlib.metrics.expression import DataSet, Expression, slices
from gexlib.metrics.regulons import Regulons, find_regulons
from gexlib.metrics.unit_genes import UnitGenes

#: Up to this number of targets p-values are exact, as in SciPy.
SMALL = 8


@explained
def tf_activity(
    data: DataSet, regulons: Regulons, genes: Sequence[str] | None = None, *, constant: str = "raise"
) -> pd.DataFrame:
    r"""
    Test in each sample whether the targets of each TF differ from all other genes, by rank sums.

    Genes are z-scored over the samples. In each sample the two-sided test of Wilcoxon, Mann and Whitney compares the
    z-scores of a TF's targets with those of all other genes. The p-values of a TF are adjusted over the samples for the
    false discovery rate :cite:p:`benjamini1995controlling`.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons : mapping of str to iterable of str
        Target genes of each TF. TFs and targets that are not in the data are left out, and so is a TF whose targets are
        all genes of the data. A TF that regulates itself counts among its targets.
    genes, constant
        As for :func:`s_tf_tg`. With ``constant="zero"`` constant genes have the z-score 0.

    Returns
    -------
    DataFrame of shape (n_samples, n_tfs)
        Adjusted p-values. ``(p < 0.05).mean()`` is the share of samples in which each TF is active, and
        ``(p < 0.05).mean(axis=1)`` is the share of TFs that are active in each sample.

    Raises
    ------
    ValueError, TypeError
        As for :func:`s_tf_tg`; also if every TF regulates all genes.

    Notes
    -----
    The p-values are those of :func:`scipy.stats.mannwhitneyu`. They are exact for up to 8 targets if all z-scores of
    the sample differ. Otherwise they come from the normal distribution with corrections for continuity and ties. Each
    sample is ranked once for all TFs.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(10, 100))
    >>> x[:5, :20] += 9
    >>> names = [f"g{i}" for i in range(100)]
    >>> p = tf_activity(x, {"g80": names[:20], "g90": names[20:40]}, names)
    >>> (p < 0.05).mean().to_dict()
    {'g80': 1.0, 'g90': 0.0}
    """
    x = Expression(data, "data", genes)
    found = [regulon for regulon in find_regulons(regulons, x) if len(regulon.targets) < x.n_genes]
    if not found:
        raise ValueError(
            "regulons: every transcription factor regulates all genes of data, so there are no other genes to compare "
            "its targets with"
        )
    ranks, ties = _ranks(UnitGenes(x, constant=constant))
    p = np.column_stack([_rank_sum_p(ranks[:, t].sum(axis=1), len(t), x.n_genes - len(t), ties) for _, t in found])
    return pd.DataFrame(
        stats.false_discovery_control(p, axis=0),
        index=data.obs_names if hasattr(data, "obs_names") else None,
        columns=[str(x.label(tf)) for tf, _ in found],
    )


def _ranks(units: UnitGenes) -> tuple[np.ndarray, np.ndarray]:
    """Return ranks of the z-scores in each sample (samples x genes; ties have their mean rank), and each tie term."""
    scores = np.concatenate([units[part] for part in slices(units.n)], axis=1)  # z-scores over the root of n_samples
    ranks = stats.rankdata(scores, axis=1)
    scores.sort(axis=1)
    ties = np.zeros(len(scores))
    for i in np.nonzero((np.diff(scores, axis=1) == 0).any(axis=1))[0]:
        counts = np.unique(scores[i], return_counts=True)[1].astype(np.float64)
        ties[i] = (counts**3 - counts).sum()
    return ranks, ties


def _rank_sum_p(rank_sum: np.ndarray, n: int, others: int, ties: np.ndarray) -> np.ndarray:
    """Return two-sided p-values, one a sample, for the rank sums of `n` genes against `others` more."""
    u = rank_sum - n * (n + 1) / 2
    u = np.maximum(u, n * others - u)
    total = n + others
    variance = n * others / 12 * (total + 1 - ties / (total * (total - 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.norm.sf((u - n * others / 2 - 0.5) / np.sqrt(variance))
    p = np.where(variance > 0, p, 1.0)  # all genes tied
    if min(n, others) <= SMALL:
        exact = ties == 0
        p[exact] = 2 * _exact_tail(min(n, others), max(n, others))[u[exact].astype(np.int64)]
    return np.minimum(p, 1.0)


@lru_cache(maxsize=64)
def _exact_tail(n: int, others: int) -> np.ndarray:
    r"""
    Return P(U >= u) for u = 0, 1, ..., n * others, if all orders of distinct values are equally likely.

    The numbers of orders with U = u are the coefficients of the Gaussian binomial
    :math:`\prod_{i=1}^{n} (1 - q^{m+i}) / (1 - q^i)` with m = `others`, in exact integers.
    """
    size = n * others + 1
    counts = [1] + [0] * (size - 1)
    for i in range(1, n + 1):
        for u in range(size - 1, others + i - 1, -1):
            counts[u] -= counts[u - others - i]
        for u in range(i, size):
            counts[u] += counts[u - i]
    total, tail, tails = sum(counts), 0, np.empty(size)
    for u in range(size - 1, -1, -1):
        tail += counts[u]
        tails[u] = tail / total
    return tails
