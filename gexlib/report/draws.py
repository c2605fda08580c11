"""Real samples that are drawn to stand in the place of synthetic ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData


def matched(train: AnnData, n: int, obs: pd.DataFrame, within: Sequence[str], rng: np.random.Generator) -> AnnData:
    """
    Draw `n` training samples without replacement, as many of each kind as `obs` has.

    If `train` has too few samples of a kind, samples of other kinds are drawn at random in their place.

    Parameters
    ----------
    train : AnnData
        Returned as it is if it has no more than `n` samples.
    n : int
        Number of samples to draw.
    obs : DataFrame
        Covariates whose kinds are matched. If it does not have `n` rows, the shares of the kinds are matched.
    within : sequence of str
        Columns of both tables whose combinations are the kinds. Empty: all samples are of one kind.
    rng : numpy.random.Generator
        Draws the samples.
    """
    if n >= train.n_obs:
        return train
    order = rng.permutation(train.n_obs)
    if within:
        wanted = _groups(obs, within).value_counts() * (n / len(obs))
        groups = _groups(train.obs, within).iloc[order]
        rank = groups.groupby(groups.to_numpy()).cumcount().to_numpy()  # of a sample in its kind, in random order
        excess = np.maximum(rank + 1 - groups.map(wanted).fillna(0).to_numpy(), 0)
        order = order[np.argsort(excess, kind="stable")]
    return train[np.sort(order[:n])].copy()


def halves(data: AnnData, seed: int) -> tuple[AnnData, AnnData]:
    """Return a random half of the samples, and the other half."""
    order = np.random.default_rng(seed).permutation(data.n_obs)
    middle = data.n_obs // 2
    return data[np.sort(order[:middle])].copy(), data[np.sort(order[middle:])].copy()


def _groups(obs: pd.DataFrame, within: Sequence[str]) -> pd.Series:
    return obs[list(within)].astype(str).agg("\x1f".join, axis=1)
