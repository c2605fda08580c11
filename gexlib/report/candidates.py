"""The data sets that a report judges, by name and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anndata import AnnData

from gexlib.checks import listing
from gexlib.report.sets import aligned
from gexlib.wgan import WGANGP

RESERVED = ("bound", "best", "train", "validation", "test")


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
    """

    name: str
    data: AnnData
    run: int = 0
    model: WGANGP | None = None


def named_runs(synthetic, models, test: AnnData, genes: Sequence[str] | None = None) -> tuple[Candidate, ...]:
    """
    Return the synthetic data sets with their models, each over the genes of `test`.

    Parameters
    ----------
    synthetic : data set, list of data sets, or mapping of str to either
        One data set is named ``synthetic``; a list holds runs.
    models : WGANGP, list of WGANGP, mapping of str to either, or None
        One for each data set of `synthetic`, in the same form.
    test : AnnData
        Gives the genes.
    genes : sequence of str, optional
        As for :func:`gexlib.report.sets.aligned`.

    Raises
    ------
    ValueError, TypeError
        If there is no data set, a name is not usable, a data set does not fit `test`, or the models do not fit the
        data sets.
    """
    named = dict(synthetic) if isinstance(synthetic, Mapping) else {"synthetic": synthetic}
    if not named:
        raise ValueError("synthetic is empty; give a data set, a list of runs, or a dict of these by name")
    models = _by_name(models, list(named))
    found = []
    for name, data in named.items():
        if not isinstance(name, str) or name in RESERVED:
            raise ValueError(f"synthetic has the name {name!r}; names are strings other than {listing(RESERVED)}")
        runs = _listed(data)
        fitted = _listed(models.get(name, [None] * len(runs)))
        if not runs or len(fitted) != len(runs):
            raise ValueError(
                f"synthetic[{name!r}] has {len(runs)} runs and {len(fitted)} models; give one for each run"
            )
        for run, (one, model) in enumerate(zip(runs, fitted, strict=True)):
            argument = f"synthetic[{name!r}]" + (f"[{run}]" if len(runs) > 1 else "")
            found.append(Candidate(name, aligned(one, argument, test, genes), run, model))
    return tuple(found)


def _by_name(models, names: list[str]) -> dict:
    if models is None:
        return {}
    if not isinstance(models, Mapping):
        if len(names) > 1:
            raise ValueError(f"models must be a dict with names of synthetic, which has several: {listing(names)}")
        return {names[0]: models}
    for name in models:
        if name not in names:
            raise ValueError(f"models has {name!r}, which is no name of synthetic: {listing(names)}")
    return dict(models)


def _listed(values) -> list:
    return list(values) if isinstance(values, list | tuple) else [values]
