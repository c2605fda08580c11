"""The data sets that a report judges, by name and run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from anndata import AnnData

from gexlib.checks import listing
from gexlib.report.sets import aligned
from gexlib.wgan import WGANGP

RESERVED = ("bound", "best", "best possible", "train", "validation", "test")
ROUNDING = 1e-3  # of expression values that were drawn twice from one seed, on other hardware


@dataclass(frozen=True)
class Candidate:
    """
    One data set that is judged: a run of a generator, a baseline, or real data in the place of synthetic data.

    Parameters
    ----------
    name : str
        Name of its column in the table.
    data : AnnData
        Its samples, over the genes of the test data.
    run : int
        Number of the run of its generator, from 0.
    model : WGANGP, optional
        The model that made it.
    again : function, optional
        Draws the same samples once more, independently: returns an AnnData with the covariates of `data`, row by row.
    """

    name: str
    data: AnnData
    run: int = 0
    model: WGANGP | None = None
    again: Callable[[], AnnData] | None = None


def named_runs(
    synthetic,
    models,
    test: AnnData,
    genes: Sequence[str] | None = None,
    second_draws=None,
    draws: int = 1,
    seed: int = 0,
) -> tuple[Candidate, ...]:
    """
    Return the synthetic data sets with their models, each over the genes of `test`.

    Parameters
    ----------
    synthetic : data set or fitted generator, list of these, or mapping of str to either
        One data set is named ``synthetic``; a list holds runs. A generator has a method ``sample(obs, seed)``, and
        draws a sample for each test sample.
    models : WGANGP, list of WGANGP, mapping of str to either, or None
        One for each data set of `synthetic`, in the same form.
    test : AnnData
        Gives the genes and the covariates.
    genes : sequence of str, optional
        As for :func:`gexlib.report.sets.aligned`.
    second_draws : data set, list of data sets, mapping of str to either, or None
        An independent draw of each data set of `synthetic`, in the same form.
    draws : int
        How many times each generator draws. Each draw is a run.
    seed : int
        Seed of the first draw.

    Raises
    ------
    ValueError, TypeError
        If there is no data set, a name is not usable, a data set does not fit `test`, or the models or second draws do
        not fit the data sets.
    """
    named = dict(synthetic) if isinstance(synthetic, Mapping) else {"synthetic": synthetic}
    if not named:
        raise ValueError("synthetic is empty; give a data set, a list of runs, or a dict of these by name")
    models = _by_name("models", models, list(named))
    others = _by_name("second_draws", second_draws, list(named))
    found = []
    for name, data in named.items():
        if not isinstance(name, str) or name in RESERVED:
            raise ValueError(f"synthetic has the name {name!r}; names are strings other than {listing(RESERVED)}")
        runs = _listed(data)
        fitted = _beside(runs, models.get(name), name, "models")
        again = _beside(runs, others.get(name), name, "second draws")
        place = 0
        for one, model, other in zip(runs, fitted, again, strict=True):
            argument = f"synthetic[{name!r}]" + (f"[{place}]" if len(runs) > 1 else "")
            if is_generator(one):
                some = generated(name, one, test, genes, draws, seed, argument, place)
            else:
                one = aligned(one, argument, test, genes)
                some = [Candidate(name, one, place, model, _again(one, model, other, argument, test, genes, seed))]
            found += some
            place += len(some)
    return tuple(found)


def is_generator(value) -> bool:
    """Return whether a value can draw samples of given covariates: it has a method ``sample``, and is no table."""
    return callable(getattr(value, "sample", None)) and not isinstance(value, pd.DataFrame)


def generated(
    name: str,
    generator,
    test: AnnData,
    genes: Sequence[str] | None,
    draws: int,
    seed: int,
    argument: str,
    first: int = 0,
) -> list[Candidate]:
    """Return draws of a fitted generator for the covariates of the test samples, as runs from `first` on."""

    def draw(seed: int) -> AnnData:
        return aligned(generator.sample(test.obs, seed=seed), argument, test, genes)

    model = generator if hasattr(generator, "critic_scores") else None
    return [
        Candidate(name, draw(seed + i), first + i, model, lambda other=seed + draws + i: draw(other))
        for i in range(draws)
    ]


def _again(data: AnnData, model, other, argument: str, test: AnnData, genes, seed: int) -> Callable | None:
    """Return what gives the second draw of a data set: the one that is given, or a draw of its model."""
    if other is not None:
        other = aligned(other, f"second_draws for {argument}", test, genes)
        if _same(other, data):
            raise ValueError(f"second_draws for {argument} equals {argument}; draw it with another seed")
        return lambda: other
    if not is_generator(model):
        return None

    def draw() -> AnnData:
        for tried in (seed + 1, seed + 2):  # the user's own draw may have had the first of these seeds
            drawn = aligned(model.sample(test.obs, seed=tried), argument, test, genes)
            if not _same(drawn, data):
                return drawn
        raise ValueError("its model draws the same samples from every seed")

    return draw


def _same(one: AnnData, other: AnnData) -> bool:
    """Return whether two data sets have the same values, up to rounding."""
    return one.shape == other.shape and bool(abs(one.X - other.X).max() < ROUNDING)


def _by_name(argument: str, values, names: list[str]) -> dict:
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        if len(names) > 1:
            raise ValueError(f"{argument} must be a dict with names of synthetic, which has several: {listing(names)}")
        return {names[0]: values}
    for name in values:
        if name not in names:
            raise ValueError(f"{argument} has {name!r}, which is no name of synthetic: {listing(names)}")
    return dict(values)


def _beside(runs: list, values, name: str, what: str) -> list:
    """Return one value for each run."""
    values = [None] * len(runs) if values is None else _listed(values)
    if not runs or len(values) != len(runs):
        raise ValueError(f"synthetic[{name!r}] has {len(runs)} runs and {len(values)} {what}; give one for each run")
    return values


def _listed(values) -> list:
    return list(values) if isinstance(values, list | tuple) else [values]
