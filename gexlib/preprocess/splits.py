"""Splits by group, a data set ready for training, and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_columns, listing, on_disk, whole_number
from gexlib.explained import explained
from gexlib.grn import hierarchy
from gexlib.preprocess.genes import most_variable_genes

PARTS = ("train", "validation", "test")


class Parts(NamedTuple):
    """
    The training, validation and test samples of a data set; None for validation or test samples that it lacks.

    Examples
    --------
    >>> found = Parts(AnnData(np.ones((3, 2), "float32")), None, None)
    >>> found.train.n_obs, found.test is None
    (3, True)
    """

    train: AnnData
    validation: AnnData | None
    test: AnnData | None


@explained
def split_groups(
    obs: pd.DataFrame,
    by: str,
    fractions: Mapping[str, float] | None = None,
    seed: int = 0,
) -> pd.Series:
    """
    Assign samples to splits so that no group is in two of them.

    Replicates of one condition, or several tissues of one donor, are nearly copies of each other. A split that
    draws samples at random puts such copies on both sides, and every score on the test samples is then too good.
    This function puts the groups, not the samples, in random order. It deals them to the splits one after the other
    until each holds its fraction of the samples.

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
        If the column is absent or has missing values, the fractions do not add up to 1, there are fewer
        groups than splits, or the seed is negative.

    Examples
    --------
    >>> obs = pd.DataFrame({"condition": list("aabbccdd")})
    >>> split = split_groups(obs, by="condition", fractions={"train": 0.75, "test": 0.25})
    >>> split.value_counts().to_dict()
    {'train': 6, 'test': 2}
    """
    seed = whole_number("seed", seed, 0)
    fractions = dict(fractions or {"train": 0.60, "validation": 0.15, "test": 0.25})
    check_columns("by", [by], obs)
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


@explained
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
    Make a data set ready for training: select its genes, and write the split of each sample to ``obs["split"]``.

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
        How many genes to keep: those of the largest variance among the training samples, in the order of `data`.
        Validation and test samples have no influence on the choice.
    keep : sequence of str
        Genes that are among these whatever their variance.

    Returns
    -------
    AnnData
        A copy; :func:`parts` takes it apart.

    Raises
    ------
    ValueError
        As :func:`split_groups`, or if `data` lacks genes that are asked for.

    Examples
    --------
    >>> obs = pd.DataFrame({"donor": list("abcdefgh")}, [f"s{i}" for i in range(8)])
    >>> data = AnnData(np.random.default_rng(0).normal(size=(8, 3)).astype("float32"), obs=obs)
    >>> prepare(data, by="donor", most_variable=2).shape
    (8, 2)
    """
    if not isinstance(data, AnnData):
        raise TypeError(f"data must be an AnnData, not {type(data).__name__}; wrap it: AnnData(x, obs=covariates)")
    if on_disk(data):
        raise ValueError(
            "data are on the disk, and prepare makes a copy; read them into memory, or write the split alone: "
            "data.obs['split'] = split_groups(data.obs, by=...)"
        )
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


@explained
def check_split(obs: pd.DataFrame, by: str) -> None:
    """
    Raise a ValueError if a group has samples in two parts of ``obs["split"]``.

    Parameters
    ----------
    obs : DataFrame, n_samples rows
        With the column ``split``.
    by : str
        The column that names the groups.

    Raises
    ------
    ValueError
        If the column is absent or has missing values, or a group is divided; the message names some that are.

    Examples
    --------
    >>> check_split(pd.DataFrame({"donor": ["a", "a", "b"], "split": ["train", "test", "test"]}), by="donor")
    Traceback (most recent call last):
    ValueError: obs['split'] divides 1 of 2 groups of by='donor' ('a'): ... by='donor' would divide anew
    """
    check_columns("by", [by], obs, complete=True)
    parts_of = obs["split"].astype(object).groupby(obs[by].astype(object)).nunique()
    if (cut := parts_of.index[parts_of > 1]).size:
        raise ValueError(
            f"obs['split'] divides {len(cut)} of {len(parts_of)} groups of by={by!r} ({listing(cut, 5)}): their "
            f"samples are on two sides, and scores on the test samples would be too good. Remove the column 'split', "
            f"which by={by!r} would divide anew"
        )


@explained
def parts(data: AnnData) -> Parts:
    """
    Take a data set apart by ``obs["split"]``, as :func:`prepare` or :func:`split_groups` wrote it.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        ``obs["split"]`` is ``"train"``, ``"validation"`` or ``"test"`` for each sample. There must be training samples.
        A data set may have no validation samples or no test samples.

    Returns
    -------
    Parts
        The tuple ``(train, validation, test)``. Each part is a copy of its samples in their order, and is None if there
        are no such samples. If the expression values are on the disk, parts are views instead, which read them when
        they are needed.

    Raises
    ------
    ValueError
        If there is no column ``split``, no sample is ``"train"`` there, or a value is missing or is another word.

    Examples
    --------
    >>> obs = pd.DataFrame({"split": ["train", "test", "train"]}, index=["s0", "s1", "s2"])
    >>> train, validation, test = parts(AnnData(np.ones((3, 2), "float32"), obs=obs))
    >>> train.obs_names.tolist(), validation, test.n_obs
    (['s0', 's2'], None, 1)
    """
    if "split" not in data.obs:
        raise ValueError(
            f"obs has no column 'split'; columns: {listing(data.obs.columns)}. Make it with gexlib.preprocess.prepare, "
            "or data.obs['split'] = split_groups(data.obs, by=...)"
        )
    split = data.obs["split"].astype(object)
    if strange := [value for value in split.unique() if value not in PARTS]:
        raise ValueError(
            f"obs['split'] must be 'train', 'validation' or 'test' for each sample, but has {listing(strange)}; "
            "rename these, or leave the samples out"
        )
    if not (split == "train").any():
        raise ValueError("obs['split'] is 'train' for none of the samples; a model needs samples to learn from")
    found = [data[(split == name).to_numpy()] if (split == name).any() else None for name in PARTS]
    return Parts(*(part if part is None or on_disk(data) else part.copy() for part in found))
