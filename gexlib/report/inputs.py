"""What a report is made of, checked once: real data in three parts, what is to be judged, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.metrics import PrincipalSpace
from gexlib.metrics.expression import DataSet, Expression
from gexlib.wgan import WGANGP

RESERVED = ("bound", "best")


@dataclass
class Candidate:
    """A data set that is judged: one run of a generator, a baseline, or real data in the place of one."""

    name: str
    data: AnnData
    run: int = 0
    model: WGANGP | None = None


@dataclass
class Inputs:
    """Everything that the measures need; `space` is None where there are no training data to fit it on."""

    train: AnnData | None
    test: AnnData
    validation: AnnData | None
    candidates: list[Candidate]
    within: list[str]
    labels: list[str]
    contrast: tuple[str, str, str] | None
    regulons: Mapping | None
    space: PrincipalSpace | None
    seed: int
    jobs: int
    notes: list[str] = field(default_factory=list)

    @property
    def has_models(self) -> bool:
        """Whether any candidate comes with its model."""
        return any(c.model is not None for c in self.candidates)


def real_data(data: DataSet, argument: str, genes: Sequence[str] | None) -> AnnData:
    """A real data set as AnnData, finite, its genes named `genes` if these are given."""
    found = _anndata(data, argument)
    if genes is not None:
        Expression(found, argument, genes)  # says what is wrong with them
        found = found.copy()
        found.var_names = [str(gene) for gene in genes]
    return found


def like(data: DataSet, argument: str, reference: AnnData, genes: Sequence[str] | None) -> AnnData:
    """A data set over the genes of `reference`, which is real_test, in its order; arrays have that order already."""
    if isinstance(data, AnnData) and genes is None:
        mine, theirs = Expression(data, argument), Expression(reference, "real_test")
        mine.align(theirs)
        return data if mine.order is None else data[:, reference.var_names].copy()
    found = _anndata(data, argument)
    if found.n_vars != reference.n_vars:
        raise ValueError(
            f"real_test has {reference.n_vars} genes and {argument} has {found.n_vars}; both need the same"
        )
    found = found.copy()
    found.var_names = reference.var_names
    return found


def named_runs(synthetic, models, reference: AnnData, genes: Sequence[str] | None) -> list[Candidate]:
    """The synthetic data sets with their models: one, a list of runs, or either by name."""
    named = dict(synthetic) if isinstance(synthetic, Mapping) else {"synthetic": synthetic}
    if not named:
        raise ValueError("synthetic is empty; give a data set, a list of runs, or a dict of these by name")
    if models is None or not isinstance(models, Mapping):
        models = {} if models is None else {next(iter(named)): models}
        if models and len(named) > 1:
            raise ValueError("models must be a dict with names of synthetic, as there are several of these")
    if extra := [name for name in models if name not in named]:
        raise ValueError(f"models has {extra[0]!r}, which is no name of synthetic: {', '.join(map(repr, named))}")
    found = []
    for name, data in named.items():
        if not isinstance(name, str) or name in RESERVED:
            raise ValueError(f"synthetic has the name {name!r}; names are strings other than 'bound' and 'best'")
        runs = list(data) if isinstance(data, list | tuple) else [data]
        fitted = models.get(name, [None] * len(runs))
        fitted = list(fitted) if isinstance(fitted, list | tuple) else [fitted]
        if not runs or len(fitted) != len(runs):
            raise ValueError(
                f"synthetic[{name!r}] has {len(runs)} runs and {len(fitted)} models; give one for each run"
            )
        for run, (one, model) in enumerate(zip(runs, fitted, strict=True)):
            argument = f"synthetic[{name!r}]" + (f"[{run}]" if len(runs) > 1 else "")
            found.append(Candidate(name, like(one, argument, reference, genes), run, model))
    return found


def columns(argument: str, names: str | Sequence[str] | None, *sets: AnnData | None) -> list[str]:
    """Names of obs columns as a list; real data must have them, without missing values."""
    names = [names] if isinstance(names, str) else list(names or [])
    for name in names:
        for data in sets:
            if data is None:
                continue
            if name not in data.obs:
                have = ", ".join(map(repr, data.obs)) or "none"
                raise ValueError(f"{argument} has {name!r}, which is not a column of real data's obs; columns: {have}")
            if missing := int(data.obs[name].isna().sum()):
                raise ValueError(f"{argument} has {name!r}, which has {missing} missing values; make them a level")
    return names


def matched(train: AnnData, n: int, obs: pd.DataFrame, within: Sequence[str], rng: np.random.Generator) -> AnnData:
    """
    As many training samples as `n`, in the groups of `obs` where `train` has enough of each, without replacement.

    Groups of which it has too few are filled up with samples of others, drawn at random.
    """
    if n >= train.n_obs:
        return train
    order = rng.permutation(train.n_obs)
    if within:
        wanted = _groups(obs, within).value_counts() * (n / len(obs))
        groups = _groups(train.obs, within).iloc[order]
        rank = groups.groupby(groups.to_numpy()).cumcount().to_numpy()  # of a sample in its group, in random order
        excess = np.maximum(rank + 1 - groups.map(wanted).fillna(0).to_numpy(), 0)
        order = order[np.argsort(excess, kind="stable")]
    return train[np.sort(order[:n])].copy()


def halves(data: AnnData, seed: int) -> tuple[AnnData, AnnData]:
    """A random half of the samples, and the other."""
    order = np.random.default_rng(seed).permutation(data.n_obs)
    middle = data.n_obs // 2
    return data[np.sort(order[:middle])].copy(), data[np.sort(order[middle:])].copy()


def _groups(obs: pd.DataFrame, within: Sequence[str]) -> pd.Series:
    return obs[list(within)].astype(str).agg("\x1f".join, axis=1)


def _anndata(data: DataSet, argument: str) -> AnnData:
    Expression(data, argument)  # a matrix of real, finite numbers, with two samples and two genes at least
    if not isinstance(data, AnnData):
        data = AnnData(data, obs=pd.DataFrame(index=[f"{argument}-{i}" for i in range(data.shape[0])]))
    return data.to_memory() if data.isbacked else data
