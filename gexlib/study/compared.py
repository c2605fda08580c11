"""The samples that the chapters' tables compare: real ones, those of simple baselines, and those of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import listing
from gexlib.explained import explained
from gexlib.report.baselines import BASELINES
from gexlib.report.draws import matched
from gexlib.simulators import Random
from gexlib.simulators.base import DataSimulator
from gexlib.wgan import WGANGP

Runs = dict[str, dict[int, AnnData]]
"""Data sets by the name of their row and by seed."""

SIMPLE = {
    "Random": lambda within, most: Random(),
    "Bootstrap": BASELINES["bootstrap"],
    "SMOTE": BASELINES["SMOTE"],
    "Gaussian": BASELINES["Gaussian"],
    "Gaussian copula": BASELINES["copula"],
}
"""Simple models by the names of the chapters' rows; but for *Random*, those of a report."""


@explained
def simple_models(
    train: AnnData, names: Sequence[str], within: Sequence[str] = (), each: str = "each kind", components: int = 50
) -> dict[str, DataSimulator]:
    """
    Fit simple baselines to training samples.

    Parameters
    ----------
    train : AnnData of shape (n_samples, n_genes)
    names : sequence of {"Random", "Bootstrap", "SMOTE", "Gaussian", "Gaussian copula"}
    within : sequence of str, optional
        Columns of ``train.obs``. Each combination of their levels is a kind of sample with a model of its own; for a
        kind without training samples there is one of all. *Random* knows no kinds.
    each : str
        What stands behind the names of models of each kind: "SMOTE of each kind".
    components : int
        Principal components of the Gaussian.

    Returns
    -------
    dict of str to simulator
        The fitted models, by name.

    Raises
    ------
    ValueError
        If a name is not known, or a model does not suit the data.

    Examples
    --------
    >>> data = AnnData(np.random.default_rng(0).normal(size=(20, 4)))
    >>> list(simple_models(data, ["SMOTE", "Gaussian"], components=2))
    ['SMOTE', 'Gaussian']
    """
    if unknown := [name for name in names if name not in SIMPLE]:
        raise ValueError(f"names has {unknown[0]!r}; choose of {listing(list(SIMPLE))}")
    of = f" of {each}" if len(within) else ""
    return {name + of: SIMPLE[name](list(within), components).fit(train) for name in names}


@explained
def real_samples(train: AnnData, test: AnnData, covariates: Sequence[str], seeds: Sequence[int]) -> Runs:
    """
    Draw training samples to set beside synthetic ones: as many as there are test samples.

    Parameters
    ----------
    train, test : AnnData of shape (n_samples, n_genes)
    covariates : sequence of str
        Columns of ``obs``. Matched samples have their levels as far as possible
        (``gexlib.report.draws.matched``).
    seeds : sequence of int
        Each makes draws of its own.

    Returns
    -------
    dict of str to dict of int to AnnData
        ``"Real (train, N)"``, drawn at random, and ``"Real (train, N matched)"``, for each seed.

    Examples
    --------
    >>> obs = pd.DataFrame({"sex": ["f", "m"] * 10}, index=[f"s{i}" for i in range(20)])
    >>> data = AnnData(np.zeros((20, 4)), obs=obs)
    >>> found = real_samples(data, data[:6], ["sex"], seeds=[0])
    >>> list(found)
    ['Real (train, 6)', 'Real (train, 6 matched)']
    >>> found["Real (train, 6 matched)"][0].obs["sex"].tolist()
    ['f', 'm', 'f', 'm', 'f', 'm']
    """
    n = test.n_obs
    alike = {s: matched(train.obs, test.obs, covariates, np.random.default_rng(s)) for s in seeds}
    return {
        f"Real (train, {n})": {s: train[train.obs.sample(n, random_state=s).index].copy() for s in seeds},
        f"Real (train, {n} matched)": {s: alike[s].of(train) for s in seeds},
    }


@explained
def samples_of(
    models: Mapping[str, WGANGP | DataSimulator | Mapping[int, WGANGP | DataSimulator]],
    obs: pd.DataFrame,
    seeds: Sequence[int],
) -> Runs:
    """
    Draw one sample for each row of a covariate table, from each model and with each seed.

    Parameters
    ----------
    models : mapping of str to a model, or to models by seed
        A model draws with all seeds; of models by seed, each draws with its own.
    obs : DataFrame
        One row a sample.
    seeds : sequence of int

    Returns
    -------
    dict of str to dict of int to AnnData

    Examples
    --------
    >>> data = AnnData(np.random.default_rng(0).normal(size=(20, 4)))
    >>> found = samples_of(simple_models(data, ["SMOTE"]), data.obs[:3], seeds=[0, 1])
    >>> {name: {s: d.shape for s, d in runs.items()} for name, runs in found.items()}
    {'SMOTE': {0: (3, 4), 1: (3, 4)}}
    """
    by_seed = {name: m if isinstance(m, Mapping) else dict.fromkeys(seeds, m) for name, m in models.items()}
    return {name: {s: of[s].sample(obs, seed=s) for s in seeds} for name, of in by_seed.items()}
