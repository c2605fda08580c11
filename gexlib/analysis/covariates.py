"""Covariates of a data set: summaries, and what a model has learned of their levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial.distance import pdist, squareform

from gexlib.checks import check_columns, column_names, listing
from gexlib.explained import explained
from gexlib.preprocess import UNKNOWN
from gexlib.wgan import WGANGP


@explained
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
    if obs.empty:
        raise ValueError("obs has no rows or no columns; give the covariates of one sample or more")
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


@explained
def level_embeddings(gan: WGANGP, covariate: str) -> pd.DataFrame:
    """
    Return the vectors by which a model's generator knows the levels of a covariate.

    Parameters
    ----------
    gan : WGANGP
        A fitted model. Without adversarial training (``gan.best_epoch_`` is 0) its vectors are the random first ones.
    covariate : str
        One of its categorical covariates.

    Returns
    -------
    DataFrame of shape (n_levels, n_dimensions)
        A row for each level: :math:`e_j` of the paper :cite:p:`vinas2022adversarial`. There are floor(sqrt(n_levels)) +
        1 dimensions. Only distances between levels have a meaning, since a network can rotate its inputs.

    Raises
    ------
    ValueError
        If the covariate is not one of the model's.

    Examples
    --------
    >>> gan = WGANGP.load_pretrained("ecoli")
    >>> covariate = list(gan.encoder_.vocabularies_)[0]
    >>> len(level_embeddings(gan, covariate)) == len(gan.encoder_.vocabularies_[covariate])
    True
    """
    known = list(gan.encoder_.vocabularies_)
    if covariate not in known:
        raise ValueError(f"covariate={covariate!r} is not a categorical one of the model; choose of {listing(known)}")
    table = gan.generator_.embedding.tables[known.index(covariate)].detach().cpu().numpy()
    levels = pd.Index(gan.encoder_.vocabularies_[covariate], name=covariate)
    return pd.DataFrame(table, index=levels, columns=[f"e{i + 1}" for i in range(table.shape[1])])


@explained
def distance_agreement(one: pd.DataFrame, other: pd.DataFrame, shuffles: int = 1000, seed: int = 0) -> pd.Series:
    """
    Ask whether levels that are near to one another in one space are so in another one, too: a Mantel test.

    Parameters
    ----------
    one, other : DataFrame of shape (n_levels, n_dimensions)
        Coordinates of levels, such as their embeddings and their mean profiles. Levels of one table alone are left
        out.
    shuffles : int
        How many times the levels of one table are shuffled.
    seed : int
        Seed of the shuffles.

    Returns
    -------
    Series
        ``r``, the rank correlation of the Euclidean distances between levels; ``limit``, which 95 % of the shuffles
        lie below; ``p``, the share of shuffles, the true order counted among them, that reach ``r``; ``n``, the number
        of levels.

    Raises
    ------
    ValueError
        If fewer than four levels are in both.

    Notes
    -----
    See :cite:t:`mantel1967detection`.

    Examples
    --------
    >>> places = pd.DataFrame(np.random.default_rng(0).normal(size=(9, 3)), index=list("abcdefghi"))
    >>> distance_agreement(places, 2 * places)[["r", "n"]].tolist()
    [1.0, 9.0]
    """
    both = one.index.intersection(other.index)
    if len(both) < 4:
        raise ValueError(f"one and other share {len(both)} levels; four or more are needed")
    near, distances = pdist(one.loc[both]), squareform(pdist(other.loc[both]))
    rng, upper = np.random.default_rng(seed), np.triu_indices(len(both), 1)

    def correlation(order: np.ndarray) -> float:
        return stats.spearmanr(near, distances[np.ix_(order, order)][upper]).statistic

    r = correlation(np.arange(len(both)))
    chance = np.array([correlation(rng.permutation(len(both))) for _ in range(shuffles)])
    p = (1 + (chance >= r).sum()) / (1 + shuffles)
    return pd.Series({"r": r, "limit": np.quantile(chance, 0.95), "p": p, "n": len(both)})
