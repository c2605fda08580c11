"""Summaries of the covariates of a data set."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gexlib.checks import check_columns, column_names
from gexlib.preprocess import UNKNOWN


def summarise_covariates(obs: pd.DataFrame, covariates: Sequence[str], within: Sequence[str] = ()) -> pd.DataFrame:
    """
    Summarise each covariate: its number of levels, its most frequent level and its unknown values.

    Parameters
    ----------
    obs : DataFrame, one row a sample
    covariates : sequence of str
        Columns of `obs`, categorical or numerical.
    within : sequence of str
        Columns of `obs`; samples that agree in all of them form a group, such as the replicates of a condition. If
        there are any, ``levels in one group`` counts the levels that only one group has. If a split puts that group
        on one side, the other side has never seen these levels.

    Returns
    -------
    DataFrame, one row a covariate
        ``levels`` (the number of distinct known values), ``most frequent`` (missing if no value is known), ``its
        share`` and ``unknown`` (shares of the samples) and, with `within`, ``levels in one group``.

    Raises
    ------
    ValueError
        If a column is absent.

    Examples
    --------
    >>> obs = pd.DataFrame({"medium": ["LB", "M9", "M9", "unknown"], "condition": list("abcd")})
    >>> summarise_covariates(obs, ["medium"], within=["condition"])[["levels", "most frequent", "unknown"]]
               levels most frequent  unknown
    covariate
    medium          2            M9     0.25
    """
    covariates, within = column_names("covariates", covariates), column_names("within", within)
    check_columns("covariates", covariates, obs)
    check_columns("within", within, obs)
    group = obs.groupby(within, observed=True).ngroup().replace(-1, pd.NA) if within else None
    rows = {}
    for name in covariates:
        values = obs[name].astype(object)
        known = values[values.notna() & (values != UNKNOWN)]
        counts = known.value_counts()
        rows[name] = {
            "levels": len(counts),
            "most frequent": str(counts.index[0]) if len(counts) else None,
            "its share": float(counts.iloc[0] / len(obs)) if len(counts) else 0.0,
            "unknown": 1 - len(known) / len(obs),
        }
        if group is not None:
            groups = group.loc[known.index].groupby(known).nunique()
            rows[name]["levels in one group"] = int((groups == 1).sum())
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("covariate")
