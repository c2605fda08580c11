"""What is known about the samples of a data set."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gexlib.preprocess import UNKNOWN


def summarise_covariates(obs: pd.DataFrame, covariates: Sequence[str], by: str | None = None) -> pd.DataFrame:
    """
    One row for each covariate: how many levels it has, and how far it can tell samples apart.

    Parameters
    ----------
    obs : DataFrame, one row a sample
    covariates : sequence of str
        Columns of `obs`, categorical or numerical.
    by : str, optional
        A column that names groups, such as the condition. With it, ``levels in one group`` counts the levels
        that a single group has: wherever that group goes in a split, the other side has never seen them.

    Returns
    -------
    DataFrame
        ``levels`` (distinct known values), ``most frequent``, ``its share`` and ``unknown`` (shares of the
        samples), and ``levels in one group``.

    Examples
    --------
    >>> obs = pd.DataFrame({"medium": ["LB", "M9", "M9", "unknown"], "condition": list("abcd")})
    >>> summarise_covariates(obs, ["medium"], by="condition")[["levels", "most frequent", "unknown"]]
               levels most frequent  unknown
    covariate
    medium          2            M9     0.25
    """
    rows = {}
    for name in covariates:
        values = obs[name].astype(object)
        known = values[values.notna() & (values != UNKNOWN)]
        counts = known.value_counts()
        rows[name] = {
            "levels": len(counts),
            "most frequent": str(counts.index[0]),
            "its share": float(counts.iloc[0] / len(obs)),
            "unknown": 1 - len(known) / len(obs),
        }
        if by is not None:
            groups = obs.loc[known.index].groupby(known, observed=True)[by].nunique()
            rows[name]["levels in one group"] = int((groups == 1).sum())
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("covariate")
