"""Differential expression between two groups: its agreement in real and in synthetic data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.differential import agreement, differential_expression
from gexlib.explained import explained


@explained
def differential_agreement(
    real: AnnData,
    synthetic: AnnData,
    by: str,
    value: str,
    reference: str,
    adjust: Sequence[str] = (),
    top: int = 100,
    fdr: float = 0.05,
) -> pd.Series:
    """
    Measure how well differential expression in synthetic data agrees with that in real data.

    Both data sets are tested in the same way, and the two lists of effects are compared gene by gene.

    Parameters
    ----------
    real, synthetic : AnnData, n_samples x n_genes
        Two data sets over the same genes, on the same log scale. Other real samples as ``synthetic`` give the bound.
    by, value, reference : str
        The contrast: a column of ``obs`` and two of its levels, as for
        :func:`gexlib.analysis.differential_expression`.
    adjust : list of str
        Columns of ``obs`` to adjust for.
    top, fdr
        As for :func:`gexlib.analysis.agreement`. If there are fewer genes than `top`, all are taken.

    Returns
    -------
    Series
        As from :func:`gexlib.analysis.agreement`, with real data as the reference. ``Pearson`` and ``Spearman``
        correlation of the effects over all genes (1 is best), ``slope`` of the synthetic on the real effects (1 is
        best), ``same sign`` among the genes that differ in real data, share of ``top N`` genes that both have, and so
        on. Beside these, a *discovery* is a gene below the false discovery rate, with the sign of its effect:
        ``true positives``, the share of the real discoveries that synthetic data make too; ``precision``, the share of
        the synthetic discoveries that real data make too; ``false positives``, the share of the genes without a real
        discovery that have a synthetic one; ``discoveries``, the number of synthetic discoveries. NaN if there are none
        to take a share of. They depend on the numbers of samples, which should be alike.

    Raises
    ------
    ValueError
        If a column or level is absent in one of the data sets, a group has fewer than two samples, the genes differ, or
        a gene comes twice.

    Notes
    -----
    The share of genes of large absolute effect that both lists have is the concordance of
    :cite:t:`squair2021confronting`. A data set with less variety within groups than real data has smaller p-values.
    Effects do not depend on the variety, so effects are compared here. Discoveries do: the shares of true and false
    positives of :cite:t:`chen2024towards` show it. They count genes that are up and down apart; here one number is
    over both.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(40, 9))
    >>> x[:20] += np.arange(9)
    >>> obs = pd.DataFrame({"condition": ["cancer"] * 20 + ["normal"] * 20}, index=[f"s{i}" for i in range(40)])
    >>> real, flat = (AnnData(values, obs=obs) for values in (x, x / 2))
    >>> differential_agreement(real, flat, "condition", "cancer", "normal")[["Pearson", "slope"]].round(6).tolist()
    [1.0, 0.5]
    """
    tables = []
    for argument, data in (("real", real), ("synthetic", synthetic)):
        if not isinstance(data, AnnData):
            raise TypeError(f"{argument} must be an AnnData with {by!r} in obs, not {type(data).__name__}")
        if not data.var_names.is_unique:
            twice = data.var_names[data.var_names.duplicated()][0]
            raise ValueError(f"{argument} has the gene {twice!r} twice; keep one, or make the names unique")
        try:
            tables.append(differential_expression(data, by, value, reference, adjust))
        except ValueError as error:
            raise ValueError(f"{argument}: {error}") from None
    found = agreement(tables[1], tables[0], top=min(top, real.n_vars), fdr=fdr)
    return pd.concat([found, _discoveries(tables[0], tables[1], fdr)])


def _discoveries(real: pd.DataFrame, synthetic: pd.DataFrame, fdr: float) -> pd.Series:
    want, got = (np.sign(table["effect"]).where(table["fdr"] < fdr, 0.0) for table in (real, synthetic.loc[real.index]))
    right, wanted, made = ((want == got) & (want != 0)).sum(), (want != 0).sum(), (got != 0).sum()
    false, none = ((want == 0) & (got != 0)).sum(), (want == 0).sum()
    return pd.Series(
        {
            "true positives": right / wanted if wanted else np.nan,
            "precision": right / made if made else np.nan,
            "false positives": false / none if none else np.nan,
            "discoveries": made,
        }
    )
