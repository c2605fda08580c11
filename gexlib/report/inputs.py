"""The checked inputs from which the metrics of a report are computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import LAST_SEED, check_columns, column_names, listing, provenance, whole_number
from gexlib.differential import Contrast
from gexlib.metrics import PrincipalSpace
from gexlib.report.candidates import Candidate, named_runs
from gexlib.report.draws import Matches, matched
from gexlib.report.sets import DataSet, aligned, as_anndata


@dataclass(frozen=True)
class Inputs:
    """
    Real data in its parts, synthetic data sets, and how to compare them; :func:`gather` checks all and makes it.

    Parameters
    ----------
    train, test, validation : AnnData
        Real data over the same genes. Only `test` is never None.
    candidates : tuple of Candidate
        The synthetic data sets.
    within, labels : tuple of str
        Columns of ``obs`` that all real data have: those whose combinations are kinds of samples, and those that a
        classifier learns.
    contrast : Contrast, optional
        The contrast of differential expression.
    regulons : mapping of str to iterable of str, optional
        Target genes of each transcription factor.
    space : PrincipalSpace, optional
        Principal components of `train`. None without `train`.
    drawn : Candidate, optional
        Samples of `train` that match `test` in number and covariates. None without `train`.
    matches : Matches, optional
        Which training sample stands for each test sample in `drawn`.
    groups : str, optional
        Column of ``test.obs`` whose groups are independent of each other, such as the donor. None: each sample is.
    seed, jobs : int
        Seed of all draws, and processors for random forests.
    """

    train: AnnData | None
    test: AnnData
    validation: AnnData | None
    candidates: tuple[Candidate, ...]
    within: tuple[str, ...]
    labels: tuple[str, ...]
    contrast: Contrast | None
    regulons: Mapping[str, Iterable[str]] | None
    space: PrincipalSpace | None
    drawn: Candidate | None
    matches: Matches | None
    groups: str | None
    seed: int
    jobs: int

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns in which training samples match test samples: `within`, and `labels` that are not in it."""
        return tuple(dict.fromkeys((*self.within, *self.labels)))

    def groups_of(self, n: int) -> np.ndarray:
        """Return the group of each of `n` samples: that of the test sample if there are as many, or its number."""
        if self.groups is None or n != self.test.n_obs:
            return np.arange(n)
        return self.test.obs[self.groups].astype(str).to_numpy()

    @property
    def unit(self) -> str:
        """Unit of the expression values, from the provenance of the test data."""
        return provenance(self.test).get("unit", "units of the data")


def gather(
    train: DataSet | None,
    test: DataSet,
    synthetic,
    *,
    validation: DataSet | None = None,
    within: Sequence[str] = (),
    labels: Sequence[str] = (),
    contrast: Sequence[str] | None = None,
    regulons: Mapping[str, Iterable[str]] | None = None,
    genes: Sequence[str] | None = None,
    models=None,
    second_draws=None,
    draws: int = 1,
    groups: str | None = None,
    space: int = 50,
    seed: int = 0,
    jobs: int = 1,
) -> Inputs:
    """
    Check the arguments of :func:`gexlib.report.evaluate` and return them as :class:`Inputs`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not usable; the message names it and says what to do.
    """
    seed, wanted = whole_number("seed", seed, 0), whole_number("space", space, 1)
    test = as_anndata(test, "test", genes)
    train = None if train is None else aligned(train, "train", test, genes)
    validation = None if validation is None else aligned(validation, "validation", test, genes)
    draws = whole_number("draws", draws, 1)
    if seed > (last := LAST_SEED - max(2 * draws, 3)):  # each draw has a seed of its own
        raise ValueError(f"seed must be at most {last}, not {seed}: further draws take the seeds that follow it")
    if jobs == 0:
        raise ValueError("jobs must be a number of processors, or -1 for all, not 0")
    candidates = named_runs(synthetic, models, test, genes, second_draws, draws, seed)
    parts = {"train": train, "test": test, "validation": validation}
    real = {name: data.obs for name, data in parts.items() if data is not None}
    within, labels = _columns("within", within, real), _columns("labels", labels, real)
    contrast = _contrast(contrast, real)
    if groups is not None:
        check_columns("groups", [groups], test.obs, "test.obs", complete=True)
    if not (regulons is None or isinstance(regulons, Mapping)):
        raise TypeError(f"regulons must be a dict of target genes by transcription factor, not {regulons!r:.60}")
    matches = None
    if train is not None:
        columns = list(dict.fromkeys((*within, *labels)))
        matches = matched(train.obs, test.obs, columns, np.random.default_rng(seed))
    return Inputs(
        train=train,
        test=test,
        validation=validation,
        candidates=candidates,
        within=within,
        labels=labels,
        contrast=contrast,
        regulons=regulons,
        space=None if train is None else _fit_space(train, wanted, seed),
        drawn=None if train is None else Candidate("bound", matches.of(train)),
        matches=matches,
        groups=groups,
        seed=seed,
        jobs=jobs,
    )


def _columns(argument: str, names: Sequence[str], real: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Return names of columns that all parts of the real data have, without missing values."""
    names = column_names(argument, names)
    for part, obs in real.items():
        check_columns(argument, names, obs, f"{part}.obs", complete=True)
    return tuple(names)


def _contrast(contrast: Sequence[str] | None, real: Mapping[str, pd.DataFrame]) -> Contrast | None:
    """Return a contrast whose column the test data have, and whose levels some part of the real data has."""
    if contrast is None:
        return None
    if isinstance(contrast, str) or len(contrast) != 3:
        raise ValueError(f"contrast={contrast!r} must be a column of obs, a level and a reference level")
    contrast = Contrast(*contrast)
    by = contrast.by
    check_columns("contrast", [by], real["test"], "test.obs", complete=True)
    levels = list(dict.fromkeys(level for obs in real.values() if by in obs for level in obs[by].dropna()))
    for level in (contrast.value, contrast.reference):
        if level not in levels:
            raise ValueError(f"contrast has {level!r}, which is no level of {by!r} in real data: {listing(levels)}")
    if contrast.value == contrast.reference:
        raise ValueError(f"contrast has {contrast.value!r} twice; give two levels of {by!r}: {listing(levels)}")
    return contrast


def _fit_space(train: AnnData, wanted: int, seed: int) -> PrincipalSpace:
    return PrincipalSpace(min(wanted, train.n_obs - 1, train.n_vars), seed=seed).fit(train)
