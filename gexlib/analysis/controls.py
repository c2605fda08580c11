"""Where do the two groups of a comparison come from? Differences that the groups do not make."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import expression_matrix
from gexlib.differential import differential_expression

LEAST = 3  # samples of a source below which nothing is said about it


def compare_controls(
    data: AnnData, by: str, value: str, reference: str, source: str, fdr: float = 0.05
) -> pd.DataFrame:
    """
    Does it matter which control samples a group is compared with?

    Controls of several sources (studies, laboratories) should give the same answer. Where they do not, the answer
    holds differences between the sources. Where the group's own source has no controls at all, group and source
    are confounded, and no method can tell the two from these samples alone.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        As a rule the samples of one tissue.
    by : str
        The column of ``obs`` with the groups.
    value, reference : str
        The group of interest, and the controls.
    source : str
        The column of ``obs`` that says where a sample comes from.
    fdr : float
        False discovery rate below which a gene counts as different.

    Returns
    -------
    DataFrame, one row a source with three controls or more
        ``controls``, how many; ``own``, whether samples of `value` come from it too; ``differ from other controls``,
        how many genes differ between these controls and those of all other sources, with no `value` sample
        involved; ``Spearman``, the correlation of the effects of `value` against these controls and against the
        others. The last two are missing where there are no others.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> obs = pd.DataFrame({"state": ["ill"] * 4 + ["well"] * 8, "lab": list("aaaaaaaabbbb")})
    >>> obs.index = [f"s{i}" for i in range(12)]
    >>> data = AnnData(rng.normal(size=(12, 5)).astype("float32"), obs=obs)
    >>> compare_controls(data, "state", "ill", "well", source="lab")[["controls", "own"]]
            controls    own
    source
    a              4   True
    b              4  False
    """
    group, origin = (data.obs[name].astype(object) for name in (by, source))
    control, treated = (group == reference).to_numpy(), (group == value).to_numpy()
    counts = origin[control].value_counts()
    rows = {}
    for name in sorted(counts.index[counts >= LEAST]):
        here = (origin == name).to_numpy()
        rows[name] = {"controls": int(counts[name]), "own": bool((treated & here).any())}
        if (control & ~here).sum() < LEAST:
            rows[name] |= {"differ from other controls": np.nan, "Spearman": np.nan}
            continue
        labelled = data[control].copy()
        labelled.obs["_source"] = np.where(here[control], "here", "elsewhere")
        apart = differential_expression(labelled, "_source", "here", "elsewhere")
        effects = [
            differential_expression(data[treated | side], by, value, reference)["effect"]
            for side in (control & here, control & ~here)
        ]
        rows[name] |= {
            "differ from other controls": int((apart["fdr"] < fdr).sum()),
            "Spearman": float(effects[0].corr(effects[1], method="spearman")),
        }
    columns = ["controls", "own", "differ from other controls", "Spearman"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("source")
    return table.astype({"differ from other controls": "Int64"})


def observed_effect(data: AnnData, covariate: str, value: str, reference: str, within: str) -> pd.Series:
    """
    Mean difference between samples of two levels of a covariate, within groups such as projects.

    Only groups with samples of both levels count, each by its number of samples with `value`; what differs between
    projects cancels. It is a difference of real samples, which may differ in other covariates as well.

    Returns
    -------
    Series, one value a gene
        In the unit of the data; ``attrs`` holds the numbers of samples ``n_value`` and ``n_reference``.

    Raises
    ------
    ValueError
        If no group has both levels.
    """
    x = expression_matrix(data, "data").astype(np.float64)
    level, group = (data.obs[name].astype(object).to_numpy() for name in (covariate, within))
    total, n_value, n_reference = np.zeros(x.shape[1]), 0, 0
    for name in dict.fromkeys(group[level == value]):
        these, others = (group == name) & (level == value), (group == name) & (level == reference)
        if others.any():
            total += these.sum() * (x[these].mean(axis=0) - x[others].mean(axis=0))
            n_value, n_reference = n_value + int(these.sum()), n_reference + int(others.sum())
    if not n_value:
        raise ValueError(f"no {within} has samples of both {value!r} and {reference!r} in {covariate!r}")
    effect = pd.Series(total / n_value, index=data.var_names, name="effect")
    effect.attrs = {"n_value": n_value, "n_reference": n_reference}
    return effect
