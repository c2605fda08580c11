"""Splits by group, and a data set ready for training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import listing
from gexlib.grn import hierarchy
from gexlib.preprocess.genes import most_variable_genes


def split_groups(
    obs: pd.DataFrame,
    by: str,
    fractions: Mapping[str, float] | None = None,
    seed: int = 0,
) -> pd.Series:
    """
    Assign samples to splits so that no group stands on both sides of one.

    Replicates of one condition, or several tissues of one donor, are nearly copies of each other. A split that
    draws samples at random puts such copies on both sides, and every score on the test side is then too good.
    Here the groups, not the samples, are put in random order and dealt to the splits one after the other until
    each holds its fraction of the samples.

    Parameters
    ----------
    obs : DataFrame, n_samples rows
        The covariates of the samples.
    by : str
        The column of `obs` that names the group, for instance ``"condition"`` or ``"donor"``.
    fractions : mapping of str to float
        Names of the splits and the fraction of the samples that each should hold; they must add up to 1. By
        default 60 % ``"train"``, 15 % ``"validation"`` and 25 % ``"test"``. Groups are never cut, so the
        fractions are met as nearly as the sizes of the groups allow.
    seed : int
        Seed of the random order of the groups.

    Returns
    -------
    Series of category, indexed like `obs`
        The name of each sample's split.

    Raises
    ------
    ValueError
        If the column is absent or has missing values, the fractions do not add up to 1, or there are fewer
        groups than splits.

    Examples
    --------
    >>> obs = pd.DataFrame({"condition": list("aabbccdd")})
    >>> split = split_groups(obs, by="condition", fractions={"train": 0.75, "test": 0.25})
    >>> split.value_counts().to_dict()
    {'train': 6, 'test': 2}
    """
    fractions = dict(fractions or {"train": 0.60, "validation": 0.15, "test": 0.25})
    if by not in obs:
        raise ValueError(f"by={by!r} is not a column of obs; columns: {listing(obs.columns)}")
    if obs[by].isna().any():
        raise ValueError(f"by={by!r} has {int(obs[by].isna().sum())} missing values; every sample needs a group")
    if min(fractions.values()) <= 0 or not np.isclose(sum(fractions.values()), 1):
        raise ValueError(f"fractions={fractions} must be positive and add up to 1")
    sizes = obs.groupby(by, observed=True, sort=True).size()
    if len(sizes) < len(fractions):
        raise ValueError(f"{len(sizes)} groups in {by!r} cannot fill {len(fractions)} splits; use fewer splits")
    sizes = sizes.iloc[np.random.default_rng(seed).permutation(len(sizes))]
    middle = sizes.cumsum() - sizes / 2  # a group goes where its middle sample falls
    bounds = np.cumsum(list(fractions.values()))[:-1] * sizes.sum()
    slot = np.searchsorted(bounds, middle.to_numpy())
    empty = set(range(len(fractions))) - set(slot)
    if empty:
        names = [list(fractions)[i] for i in sorted(empty)]
        raise ValueError(f"no group fell into {names}: fractions={fractions} of {len(sizes)} groups are too small")
    split_of = pd.Series(np.array(list(fractions))[slot], index=sizes.index)
    split = obs[by].astype(object).map(split_of)
    return pd.Series(pd.Categorical(split, categories=list(fractions)), index=obs.index, name="split")


def prepare(
    data: AnnData,
    by: str,
    network: nx.DiGraph | None = None,
    root: str | None = None,
    fractions: Mapping[str, float] | None = None,
    seed: int = 0,
    most_variable: int | None = None,
    keep: Sequence[str] = (),
) -> AnnData:
    """
    A data set ready for training: the genes of interest, and each sample's split in ``obs["split"]``.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
    by : str
        The column of ``obs`` whose groups must not be cut, see :func:`split_groups`.
    network : DiGraph, optional
        A gene regulatory network. With it, only genes of the hierarchy below `root` are kept, in the order of
        `data` (:func:`gexlib.grn.hierarchy`).
    root : str, optional
        The regulator at the top; None keeps all genes of `network`.
    fractions, seed
        As for :func:`split_groups`.
    most_variable : int, optional
        Keep so many genes: those of the largest variance in the training samples (the others have no say), in the
        order of `data`.
    keep : sequence of str
        Genes that are among these whatever their variance.

    Returns
    -------
    AnnData
        A copy. ``data[data.obs["split"] == "train"]`` is the training part.

    Raises
    ------
    ValueError
        As :func:`split_groups`, or if genes that are asked for are not there.
    """
    if network is not None:
        below = hierarchy(network, root) if root else network
        data = data[:, [gene for gene in data.var_names if gene in below]]
        if data.n_vars == 0:
            raise ValueError("no gene of data is in network; do the two name genes alike?")
    split = split_groups(data.obs, by, fractions, seed)
    if most_variable is not None:
        data = data[:, most_variable_genes(data[(split == "train").to_numpy()], most_variable, keep)]
    data = data.copy()
    data.obs["split"] = split
    return data
