"""Rankings of genes by an effect: do two agree, do they find known genes, what do several models say together?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score


def rank_genes(effects: pd.DataFrame, by: str = "effect") -> pd.DataFrame:
    """
    Genes in the order of their absolute effect, the largest first.

    Parameters
    ----------
    effects : DataFrame, one row a gene
        What :meth:`gexlib.wgan.WGANGP.counterfactual`, :func:`differential_expression` or :func:`combine` returns.
    by : str
        The column to rank by, as a rule ``"effect"``; its sign does not count.

    Returns
    -------
    DataFrame
        `effects` sorted, with ``rank`` from 1 as first column. Ties keep their order.

    Examples
    --------
    >>> effects = pd.DataFrame({"effect": [0.5, -2.0, 1.0]}, index=["TP53", "VIM", "APC"])
    >>> rank_genes(effects)["rank"].to_dict()
    {'VIM': 1, 'APC': 2, 'TP53': 3}
    """
    if by not in effects:
        raise ValueError(f"by={by!r} is not a column of effects; columns: {', '.join(effects)}")
    order = effects[by].abs().sort_values(ascending=False, kind="stable").index
    ranked = effects.loc[order].copy()
    ranked.insert(0, "rank", np.arange(1, len(ranked) + 1))
    ranked.attrs = dict(effects.attrs)
    return ranked


def agreement(estimate: pd.DataFrame, reference: pd.DataFrame, top: int = 100, fdr: float = 0.05) -> pd.Series:
    """
    How well do estimated effects agree with those of a reference, such as a test on held-out samples?

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
        ``Pearson`` and ``Spearman`` correlation of the effects; ``slope``, the least-squares slope of the estimated on
        the reference effects, less than 1 if they are too small; ``same sign``, the share of the differential genes
        whose sign agrees; ``top N``, the share of the top genes that both have, and ``by chance``, what two
        unrelated rankings would share; ``AUROC`` of the absolute effect for the differential genes; and
        ``differential``, how many those are. NaN where a number has no meaning.

    Examples
    --------
    >>> de = pd.DataFrame({"effect": [3.0, -2.0, 0.1, 0.0], "fdr": [0.01, 0.02, 0.8, 0.9]})
    >>> agreement(de[["effect"]] / 2, de, top=2).to_dict()["top 2"]
    1.0
    """
    if set(estimate.index) != set(reference.index):
        raise ValueError("estimate and reference have other genes; take those that both have")
    if not 1 <= top <= len(reference):
        raise ValueError(f"top={top} must be from 1 to the number of genes, {len(reference)}")
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


def recovery(scores: pd.Series, truth: pd.Series) -> pd.Series:
    """
    How well does a score find genes that are known to respond?

    Parameters
    ----------
    scores : Series, one value a gene
        An effect or a test statistic; its sign does not count.
    truth : Series of bool, one value a gene
        Which genes respond; some must, and some must not.

    Returns
    -------
    Series
        ``AUROC`` (0.5 by chance), ``AUPRC``, the average precision, and ``chance``, the average precision of a random
        order, which is the share of responders.

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


def combine(effects: Iterable[pd.DataFrame] | Mapping[object, pd.DataFrame]) -> pd.DataFrame:
    r"""
    The effects of models that were trained from several seeds, with both kinds of spread.

    One model's runs show how much the effect depends on the latent vector, but not how much another training would
    have changed it. For :math:`m` models with means :math:`\bar\delta_k` and standard deviations :math:`s_k` over
    runs, the variance of one run of any model is
    :math:`\frac{1}{m}\sum_k s_k^2 + \operatorname{var}_k \bar\delta_k` (law of total variance).

    Parameters
    ----------
    effects : DataFrames, one a model, or a mapping whose values they are
        Each with the columns ``effect`` and ``sd``, for the same genes (:meth:`gexlib.wgan.WGANGP.counterfactual`).
        Two or more.

    Returns
    -------
    DataFrame, one row a gene
        ``effect``, the mean of the models; ``sd latents`` (root mean square of :math:`s_k`) and ``sd models`` (of
        the means, with divisor m - 1); ``sd``, both together; ``low`` and ``high``, effect ± 1.96 sd; ``z``, effect
        over sd; ``same sign``, the share of the models whose effect has the sign of the mean.
    """
    tables = list(effects.values() if isinstance(effects, Mapping) else effects)
    if len(tables) < 2:
        raise ValueError(f"effects has {len(tables)} table; the spread between models needs two or more")
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
