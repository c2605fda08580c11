"""Rankings of genes by an effect: their order, how well they find known genes, and the effects of several models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score

from gexlib.checks import check_columns
from gexlib.explained import explained


@explained
def rank_genes(effects: pd.DataFrame, column: str = "effect") -> pd.DataFrame:
    """
    Sort genes by their absolute effect, the largest first.

    Parameters
    ----------
    effects : DataFrame, one row a gene
        What :meth:`gexlib.wgan.WGANGP.counterfactual`, :func:`differential_expression` or :func:`combine` returns.
    column : str
        The column to sort by, as a rule ``"effect"``; its sign does not count.

    Returns
    -------
    DataFrame
        `effects` sorted, with ``rank`` from 1 as the first column. Ties keep their order.

    Raises
    ------
    ValueError
        If the column is absent.

    Examples
    --------
    >>> effects = pd.DataFrame({"effect": [0.5, -2.0, 1.0]}, index=["TP53", "VIM", "APC"])
    >>> rank_genes(effects)["rank"].to_dict()
    {'VIM': 1, 'APC': 2, 'TP53': 3}
    """
    check_columns("column", [column], effects, "effects")
    order = effects[column].abs().sort_values(ascending=False, kind="stable").index
    ranked = effects.loc[order].copy()
    ranked.insert(0, "rank", np.arange(1, len(ranked) + 1))
    ranked.attrs = dict(effects.attrs)
    return ranked


@explained
def recovery(scores: pd.Series, truth: pd.Series) -> pd.Series:
    """
    Measure how well a score finds genes that are known to respond.

    Parameters
    ----------
    scores : Series, one value a gene
        An effect or a test statistic; its sign does not count.
    truth : Series of bool, one value a gene
        Whether each gene responds; some must, and some must not.

    Returns
    -------
    Series
        ``AUROC`` (0.5 by chance), ``AUPRC`` (the average precision) and ``chance`` (the average precision of a random
        order, which is the share of responders).

    Raises
    ------
    ValueError
        If all genes respond, or none does.

    Examples
    --------
    >>> recovery(pd.Series([-3.0, 0.1, 2.0, 0.3]), pd.Series([True, False, True, False])).tolist()
    [1.0, 1.0, 0.5]
    """
    truth = truth.reindex(scores.index).astype(bool)
    if truth.all() or not truth.any():
        raise ValueError(f"{int(truth.sum())} of {len(truth)} genes respond; a score needs genes of both kinds")
    score = scores.abs()
    auroc, auprc = roc_auc_score(truth, score), average_precision_score(truth, score)
    return pd.Series({"AUROC": float(auroc), "AUPRC": float(auprc), "chance": float(truth.mean())})


@explained
def combine(effects: Iterable[pd.DataFrame] | Mapping[object, pd.DataFrame]) -> pd.DataFrame:
    r"""
    Combine the effects of models that were trained from several seeds, with the variation of runs and of models.

    One model's runs show how much the effect depends on the latent vector. They do not show how much another training
    would have changed it. For :math:`m` models with means :math:`\bar\delta_k` and standard deviations :math:`s_k` over
    runs, the variance of one run of any model is
    :math:`\frac{1}{m}\sum_k s_k^2 + \operatorname{var}_k \bar\delta_k` (law of total variance).

    Parameters
    ----------
    effects : DataFrames, one a model, or a mapping whose values they are
        At least two, each with the columns ``effect`` and ``sd``, for the same genes in the same order
        (:meth:`gexlib.wgan.WGANGP.counterfactual`).

    Returns
    -------
    DataFrame, one row a gene
        ``effect``: the mean of the models.
        ``sd latents``: the root mean square of :math:`s_k`. ``sd models``: the standard deviation of the means, with
        divisor m - 1. ``sd``: both together.
        ``low`` and ``high``: effect ± 1.96 sd. ``z``: effect over sd.
        ``same sign``: the share of the models whose effect has the sign of the mean.

    Raises
    ------
    ValueError
        If there are fewer than two tables, one lacks a column, or their genes differ.

    Examples
    --------
    >>> one, other = (pd.DataFrame({"effect": [e], "sd": [1.0]}, ["crp"]) for e in (1.0, 3.0))
    >>> combine([one, other])[["effect", "sd latents", "sd models"]].round(2).loc["crp"].tolist()
    [2.0, 1.0, 1.41]
    """
    tables = list(effects.values() if isinstance(effects, Mapping) else effects)
    if len(tables) < 2:
        raise ValueError(f"effects has {len(tables)} table; the variation between models needs two or more")
    for table in tables:
        check_columns("column", ["effect", "sd"], table, "effects")
    genes = tables[0].index
    if any(not table.index.equals(genes) for table in tables):
        raise ValueError("the tables of effects differ in their genes, or in their order")
    means = np.stack([table["effect"].to_numpy(float) for table in tables])
    runs = np.sqrt(np.mean([table["sd"].to_numpy(float) ** 2 for table in tables], axis=0))
    effect, models = means.mean(axis=0), means.std(axis=0, ddof=1)
    sd = np.hypot(runs, models)
    half = stats.norm.ppf(0.975) * sd
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(effect == 0, 0.0, effect / sd)
    columns = {"effect": effect, "sd latents": runs, "sd models": models, "sd": sd}
    columns |= {"low": effect - half, "high": effect + half, "z": z}
    columns["same sign"] = (np.sign(means) == np.sign(effect)).mean(axis=0)
    combined = pd.DataFrame(columns, index=genes)
    combined.attrs = {k: v for k, v in tables[0].attrs.items() if k != "seed"} | {"models": len(tables)}
    return combined
