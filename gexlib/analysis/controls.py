"""Comparisons of two groups whose samples come from several sources, such as studies or projects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import stats

from gexlib.checks import check_columns, column_names, expression_matrix, share, whole_number
from gexlib.differential import Contrast, contrast_sizes, differential_expression
from gexlib.explained import explained

LEAST = 3  # controls that a source must have to be compared


@explained
def compare_controls(
    data: AnnData,
    by: str,
    value: str,
    reference: str,
    source: str,
    fdr: float = 0.05,
    draws: int = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """
    Compare the control samples of each source with those of the other sources.

    Controls of several sources (studies, laboratories) should give the same answer. If they do not, the answer
    contains differences between the sources. If the group's own source has no controls, group and source are
    confounded, and no method can tell the two apart from these samples alone.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Expression on a log scale; as a rule the samples of one tissue.
    by : str
        The column of ``obs`` that names the group.
    value, reference : str
        Two levels of `by`: the group of interest, and the controls.
    source : str
        The column of ``obs`` that says where a sample comes from.
    fdr : float
        False discovery rate below which a gene counts as different.
    draws : int
        Bootstrap draws of the samples for the standard error of a correlation.
    seed : int
        Seed of these draws.

    Returns
    -------
    DataFrame, one row a source with three controls or more
        ``controls``: the number of controls.
        ``own``: whether samples of `value` come from this source too.
        ``differ from other controls``: the number of genes that differ between these controls and those of all other
        sources; samples of `value` take no part.
        ``Spearman``: the correlation of two sets of effects of `value`, against these controls and against the others.
        ``Spearman sd``: its standard error, from samples of each of the three groups drawn with replacement.
        The last three are missing if the other sources have fewer than three controls.

    Raises
    ------
    ValueError
        If a column is absent, or no sample has `value` or `reference`.

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
    share("fdr", fdr)
    contrast_sizes(data.obs, Contrast(by, value, reference))
    check_columns("source", [source], data.obs)
    whole_number("draws", draws, 2)
    x, rng = expression_matrix(data, "data").astype(np.float64), np.random.default_rng(seed)
    group, origin = (data.obs[name].astype(object) for name in (by, source))
    control, treated = (group == reference).to_numpy(), (group == value).to_numpy()
    counts = origin[control].value_counts()
    rows = {}
    for name in sorted(counts.index[counts >= LEAST]):
        here = (origin == name).to_numpy()
        rows[name] = {"controls": int(counts[name]), "own": bool((treated & here).any())}
        if (control & ~here).sum() < LEAST:
            rows[name] |= dict.fromkeys(["differ from other controls", "Spearman", "Spearman sd"], np.nan)
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
            "Spearman sd": _standard_error(x[treated], x[control & here], x[control & ~here], draws, rng),
        }
    columns = ["controls", "own", "differ from other controls", "Spearman", "Spearman sd"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("source")
    return table.astype({"differ from other controls": "Int64"})


def _standard_error(
    treated: np.ndarray, here: np.ndarray, elsewhere: np.ndarray, draws: int, rng: np.random.Generator
) -> float:
    """Return the standard deviation, over bootstrap draws, of the rank correlation of effects against two controls."""
    found = []
    for _ in range(draws):
        means = [x[rng.integers(len(x), size=len(x))].mean(axis=0) for x in (treated, here, elsewhere)]
        found.append(stats.spearmanr(means[0] - means[1], means[0] - means[2]).statistic)
    return float(np.std(found, ddof=1))


@explained
def observed_effect(data: AnnData, by: str, value: str, reference: str, within: Sequence[str] = ()) -> pd.Series:
    """
    Compute the mean difference of each gene between two groups of samples, within kinds such as projects.

    Only kinds with samples of both groups count. Each is weighted by its number of samples with `value`. Differences
    between kinds cancel. The samples are measured ones, so the two groups may differ in other covariates as well.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Expression on a log scale.
    by : str
        The column of ``obs`` that names the group.
    value, reference : str
        Two levels of `by`; other samples are left out.
    within : sequence of str
        Columns of ``obs``; samples that agree in all of them are of one kind. By default all samples are of one kind.

    Returns
    -------
    Series, one value a gene
        In the unit of the data; ``attrs`` holds the numbers of samples that count, ``n_value`` and ``n_reference``.

    Raises
    ------
    ValueError
        If a column is absent or has missing values, no sample has `value` or `reference`, or no kind has samples of
        both.

    Examples
    --------
    >>> obs = pd.DataFrame({"oxygen": list("ynyn"), "project": list("aabb")}, index=list("pqrs"))
    >>> data = AnnData(np.array([[3], [1], [14], [10]], dtype="float32"), obs=obs)
    >>> observed_effect(data, "oxygen", "y", "n", within=["project"]).tolist()
    [3.0]
    """
    within = column_names("within", within)
    check_columns("within", within, data.obs, complete=True)
    contrast_sizes(data.obs, Contrast(by, value, reference))
    x = expression_matrix(data, "data").astype(np.float64)
    level = data.obs[by].astype(object).to_numpy()
    kind = data.obs.groupby(within, observed=True, sort=False).ngroup().to_numpy() if within else np.zeros(len(x), int)
    total, n_value, n_reference = np.zeros(x.shape[1]), 0, 0
    for code in dict.fromkeys(kind[level == value]):
        these, others = (kind == code) & (level == value), (kind == code) & (level == reference)
        if others.any():
            total += these.sum() * (x[these].mean(axis=0) - x[others].mean(axis=0))
            n_value, n_reference = n_value + int(these.sum()), n_reference + int(others.sum())
    if not n_value:
        raise ValueError(
            f"within={within}: no kind of sample has both {value!r} and {reference!r} in by={by!r}; name fewer columns"
        )
    effect = pd.Series(total / n_value, index=data.var_names, name="effect")
    effect.attrs = {"n_value": n_value, "n_reference": n_reference}
    return effect
