"""Differential expression between two groups of samples, and the agreement of two such comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import stats
from sklearn.metrics import roc_auc_score

from gexlib.checks import check_anndata, check_columns, column_names, expression_matrix, listing, share
from gexlib.explained import explained
from gexlib.moderation import moderate

LEAST = 2  # samples in each group


class Contrast(NamedTuple):
    """
    Two groups of samples that are compared: those with a level of a column, and those with another.

    Parameters
    ----------
    by : str
        The column of ``obs`` that names the group.
    value, reference : str
        The group of interest, and what it is compared with: two levels of `by`.

    Examples
    --------
    >>> Contrast("condition", "cancer", "normal")
    Contrast(by='condition', value='cancer', reference='normal')
    """

    by: str
    value: str
    reference: str


@explained
def contrast_sizes(obs: pd.DataFrame, contrast: Contrast, least: int = 1) -> dict[str, int]:
    """
    Count the samples of both groups of a contrast.

    Parameters
    ----------
    obs : DataFrame, one row a sample
    contrast : Contrast
    least : int
        The number of samples that each group must have.

    Returns
    -------
    dict of str to int
        The number of samples with ``value`` and with ``reference``, by level.

    Raises
    ------
    ValueError
        If the column is absent, the two levels are the same, or a group has fewer than `least` samples.

    Examples
    --------
    >>> obs = pd.DataFrame({"condition": ["cancer", "normal", "normal"]})
    >>> contrast_sizes(obs, Contrast("condition", "cancer", "normal"))
    {'cancer': 1, 'normal': 2}
    >>> contrast_sizes(obs, Contrast("condition", "tumour", "normal"))
    Traceback (most recent call last):
    ValueError: value='tumour' has 0 samples in by='condition', fewer than 1; levels and their samples: 'cancer' (1),
    'normal' (2)
    """
    by, value, reference = contrast
    check_columns("by", [by], obs)
    if value == reference:
        raise ValueError(f"value and reference are both {value!r}; give two levels of by={by!r}")
    group = obs[by].astype(object)
    sizes = {level: int((group == level).sum()) for level in (value, reference)}
    for argument, level in {"value": value, "reference": reference}.items():
        if sizes[level] < least:
            counts = group.value_counts()
            levels = ", ".join(f"{name!r} ({counts[name]})" for name in sorted(counts.index, key=str))
            raise ValueError(
                f"{argument}={level!r} has {sizes[level]} samples in by={by!r}, fewer than {least}; levels and their "
                f"samples: {levels or 'none'}"
            )
    return sizes


@explained
def differential_expression(
    data: AnnData, by: str, value: str, reference: str, adjust: Sequence[str] = (), moderated: bool = False
) -> pd.DataFrame:
    r"""
    Test each gene for a difference between two groups of samples.

    The default is Welch's *t* test, which does not need equal variances. With `adjust`, each gene is modelled linearly
    on the group and on these columns (categories become indicator variables), and the test is the *t* test of the
    group's coefficient. This compares samples that are alike in these columns. With `moderated`, each gene is modelled
    so too, and its residual variance is shrunk to that of the other genes, as in limma
    (:func:`gexlib.moderation.moderate`). The false discovery rate is that of :cite:t:`benjamini1995controlling`. The
    test takes samples as independent; several samples of one donor are not.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Expression on a log scale.
    by : str
        The column of ``obs`` that names the group.
    value, reference : str
        Two levels of `by`; other samples are left out.
    adjust : sequence of str
        Columns of ``obs`` to adjust for.
    moderated : bool
        Whether variances are moderated.

    Returns
    -------
    DataFrame, one row a gene
        ``effect`` (mean of `value` minus mean of `reference`, or the coefficient), ``t``, ``p`` and ``fdr``. A gene
        that is constant has ``t`` 0 and ``p`` 1. ``attrs`` holds the numbers of samples and, but for Welch's test, the
        degrees of freedom of ``t``.

    Raises
    ------
    ValueError
        If a column or a level is absent, a group has fewer than two samples, or the columns of `adjust` determine the
        group, so that the two effects cannot be told apart.

    Examples
    --------
    >>> x = np.array([[1, 5], [2, 5], [3, 5], [7, 5], [8, 5], [9, 5]], dtype="float32")
    >>> data = AnnData(x, obs=pd.DataFrame({"condition": list("nnnccc")}, index=list("abcdef")))
    >>> differential_expression(data, "condition", "c", "n").round(4)
       effect       t       p     fdr
    0     6.0  7.3485  0.0018  0.0037
    1     0.0  0.0000  1.0000  1.0000
    """
    adjust = column_names("adjust", adjust)
    check_anndata("data", data)
    check_columns("adjust", adjust, data.obs)
    counts = contrast_sizes(data.obs, Contrast(by, value, reference), LEAST)
    kept = data[data.obs[by].astype(object).isin(counts).to_numpy()]
    x = expression_matrix(kept, "data").astype(np.float64)
    treated = (kept.obs[by].astype(object) == value).to_numpy()
    linear = adjust or moderated
    effect, t, p, freedom = _linear(x, treated, kept.obs[adjust], by, moderated) if linear else _welch(x, treated)
    table = pd.DataFrame({"effect": effect, "t": t, "p": p, "fdr": stats.false_discovery_control(p)}, data.var_names)
    table.attrs = {"value": value, "reference": reference, "n_value": counts[value], "n_reference": counts[reference]}
    table.attrs |= {"freedom": freedom} if linear else {}
    return table


@explained
def effect_intervals(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """
    Return the effects of :func:`differential_expression` with standard errors and confidence intervals.

    Parameters
    ----------
    table : DataFrame
        What that function returns.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, one row a gene
        ``effect``, ``se``, ``low`` and ``high``. The interval is by Student's *t* with the degrees of freedom of the
        linear model; for Welch's test, with those of the smaller group. A gene that is constant has an ``se`` of 0.

    Examples
    --------
    >>> obs = pd.DataFrame({"state": list("iiiwww")}, index=list("ABCDEF"))
    >>> data = AnnData(np.array([[5.0], [6], [7], [1], [2], [3]]), obs=obs)
    >>> effect_intervals(differential_expression(data, "state", "i", "w")).round(1).to_numpy().tolist()
    [[4.0, 0.8, 0.5, 7.5]]
    """
    share("level", level)
    check_columns("column", ["effect", "t"], table, "table")
    se = (table["effect"] / table["t"]).abs().where(table["t"] != 0, 0.0)
    freedom = table.attrs.get("freedom", min(table.attrs["n_value"], table.attrs["n_reference"]) - 1)
    half = stats.t.ppf((1 + level) / 2, freedom) * se
    return table[["effect"]].assign(se=se, low=table["effect"] - half, high=table["effect"] + half)


@explained
def agreement(estimate: pd.DataFrame, reference: pd.DataFrame, top: int = 100, fdr: float = 0.05) -> pd.Series:
    """
    Measure how well estimated effects agree with those of a reference, such as differential expression of test samples.

    Parameters
    ----------
    estimate : DataFrame, one row a gene
        With the column ``effect``.
    reference : DataFrame, one row a gene
        With the columns ``effect`` and ``fdr`` (:func:`differential_expression`), for the same genes.
    top : int
        How many genes at the top of both rankings by absolute effect are compared.
    fdr : float
        Genes below this false discovery rate in `reference` count as differential.

    Returns
    -------
    Series
        ``Pearson`` and ``Spearman``: the correlations of the effects.
        ``slope``: the least-squares slope of the estimated on the reference effects, less than 1 if the estimates are
        too small.
        ``same sign``: the share of the differential genes whose two effects have the same sign.
        ``top N``: the share of the top genes that both rankings have. ``by chance``: the share that two unrelated
        rankings would have.
        ``AUROC``: how well the absolute estimated effect tells the differential genes from the others (0.5 is chance).
        ``differential``: the number of differential genes.
        A number without a meaning is NaN.

    Raises
    ------
    ValueError
        If a table lacks a column, the two have different genes, or `top` is not from 1 to their number.

    Examples
    --------
    >>> de = pd.DataFrame({"effect": [3.0, -2.0, 0.1, 0.0], "fdr": [0.01, 0.02, 0.8, 0.9]})
    >>> agreement(de[["effect"]] / 2, de, top=2).to_dict()["top 2"]
    1.0
    """
    check_columns("column", ["effect"], estimate, "estimate")
    check_columns("column", ["effect", "fdr"], reference, "reference")
    for argument, table in (("estimate", estimate), ("reference", reference)):
        if not table.index.is_unique:
            twice = table.index[table.index.duplicated()][0]
            raise ValueError(f"{argument} has the gene {twice!r} twice; keep one, or make the names unique")
    if set(estimate.index) != set(reference.index):
        only = sorted(set(estimate.index) ^ set(reference.index), key=str)
        raise ValueError(f"estimate and reference have different genes; only one of them has {listing(only, 5)}")
    if not 1 <= top <= len(reference):
        raise ValueError(f"top={top} must be from 1 to the number of genes, {len(reference)}")
    share("fdr", fdr)
    x, y = estimate["effect"].reindex(reference.index), reference["effect"]
    found = reference["fdr"] < fdr
    best = [set(v.abs().sort_values(ascending=False, kind="stable").index[:top]) for v in (x, y)]
    flat = x.nunique() < 2 or y.nunique() < 2
    return pd.Series(
        {
            "Pearson": np.nan if flat else float(stats.pearsonr(x, y).statistic),
            "Spearman": np.nan if flat else float(stats.spearmanr(x, y).statistic),
            "slope": np.nan if flat else float(np.polyfit(y, x, 1)[0]),
            "same sign": float((np.sign(x) == np.sign(y))[found].mean()) if found.any() else np.nan,
            f"top {top}": len(best[0] & best[1]) / top,
            "by chance": top / len(reference),
            "AUROC": float(roc_auc_score(found, x.abs())) if 0 < found.sum() < len(found) else np.nan,
            "differential": int(found.sum()),
        }
    )


def _welch(x: np.ndarray, treated: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    moments = [
        f(part, axis=0, **k) for part in (x[treated], x[~treated]) for f, k in ((np.mean, {}), (np.std, {"ddof": 1}))
    ]
    mean, sd, mean_0, sd_0 = moments
    varies = (sd > 0) | (sd_0 > 0) | (mean != mean_0)
    n, n_0 = int(treated.sum()), int((~treated).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        t, p = stats.ttest_ind_from_stats(mean, sd, n, mean_0, sd_0, n_0, equal_var=False)
    return mean - mean_0, *_without_constant(t, p, varies), np.nan


def _linear(
    x: np.ndarray, treated: np.ndarray, others: pd.DataFrame, by: str, moderated: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    categories = others.select_dtypes(exclude="number").astype(object).astype(str)
    columns = others.assign(**categories)
    columns["(intercept)"] = 1.0
    nuisance = pd.get_dummies(columns, drop_first=True, dtype=float).to_numpy(float)
    q = _basis(nuisance)
    group = treated - q @ (q.T @ treated)  # the part that no other column explains (Frisch and Waugh)
    freedom: float = len(x) - q.shape[1] - 1
    if group @ group < 1e-8 * len(x) or freedom < 1:
        raise ValueError(
            f"adjust={list(others)} determines {by!r} (or leaves no degrees of freedom), so the effects of the two "
            f"cannot be told apart; leave a column out"
        )
    residual = x - q @ (q.T @ x)
    effect = group @ residual / (group @ group)
    residual -= np.outer(group, effect)
    variance = np.einsum("ij,ij->j", residual, residual) / freedom
    varies = x.min(axis=0) != x.max(axis=0)
    if moderated and varies.any():
        found = moderate(variance[varies], freedom)
        variance[varies], freedom = found.variance, found.freedom
    with np.errstate(divide="ignore", invalid="ignore"):
        t = effect / np.sqrt(variance / (group @ group))
    return effect, *_without_constant(t, 2 * stats.t.sf(np.abs(t), freedom), varies), float(freedom)


def _basis(matrix: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the columns; columns that repeat others add nothing to it."""
    u, s, _ = np.linalg.svd(matrix, full_matrices=False)
    return u[:, s > 1e-10 * s[0]]


def _without_constant(t: np.ndarray, p: np.ndarray, varies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.where(varies, t, 0.0), np.where(varies, p, 1.0)
