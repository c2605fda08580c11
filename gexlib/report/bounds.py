"""Bounds: the numbers of real data that takes the place of synthetic data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.report.candidates import Candidate
from gexlib.report.draws import disjoint, halves
from gexlib.report.inputs import Inputs
from gexlib.report.metric import Bound, Values

HALVES = "one half of test in the place of synthetic, the other as test, and in turn; mean"
NO_TRAIN = "train is not given"


def in_place(inputs: Inputs, of: Callable[[Candidate], Values]) -> Bound:
    """Return the bound of a metric that compares with test data: training samples in the place of synthetic ones."""
    return Bound(drawn_text(inputs), None if inputs.drawn is None else lambda: of(inputs.drawn))


def drawn_text(inputs: Inputs) -> str:
    """Return which training samples stand in the place of synthetic ones, and how many test samples have no match."""
    if not inputs.covariates:
        return "train in the place of synthetic: as many samples as test has, drawn"
    text = f"train in the place of synthetic: for each test sample one of the same {' × '.join(inputs.covariates)}"
    if inputs.matches is None or inputs.matches.same.all():
        return text
    n, none = len(inputs.matches.same), int((~inputs.matches.same).sum())
    return f"{text}; {none} of {n} have none of their own, and the nearest in its place"


def matched_pair(inputs: Inputs, of: Callable[[AnnData, AnnData, AnnData], Values]) -> Bound:
    """
    Return the bound of a metric that needs two draws: two disjoint sets of training samples.

    Test samples that have no two training samples of the same covariates are left out on both sides.

    Parameters
    ----------
    inputs : Inputs
    of : function
        Returns values, given test data and two data sets in the place of synthetic draws, row by row.
    """
    text = "two disjoint sets of train samples in the place of the two draws"
    if inputs.covariates:
        text += f", each with the {' × '.join(inputs.covariates)} of the test samples; test samples without two such "
        text += "train samples are left out"
    if inputs.matches is None:
        return Bound(text)
    rng = np.random.default_rng(inputs.seed)
    places, *rows = disjoint(inputs.train.obs, inputs.test.obs, inputs.covariates, rng)
    text += f"; {len(places)} of {inputs.test.n_obs} test samples have them"
    return Bound(text, lambda: of(inputs.test[places].copy(), *(inputs.train[some].copy() for some in rows)))


def check_rows(inputs: Inputs, obs: pd.DataFrame, what: str) -> None:
    """Raise a ValueError if a data set does not have the covariates of the test samples, row by row."""
    if len(obs) != inputs.test.n_obs:
        raise ValueError(f"{what} has {len(obs)} samples, and test {inputs.test.n_obs}; one for each is needed")
    for name in inputs.covariates:
        if name in obs and (obs[name].astype(str).to_numpy() != inputs.test.obs[name].astype(str).to_numpy()).any():
            raise ValueError(f"{what} does not have the {name} of the test samples, row by row")


def held_out(inputs: Inputs, of: Callable[[AnnData, AnnData], pd.Series]) -> Bound:
    """
    Return the bound of a metric of privacy: samples that no generator has seen, in the place of synthetic ones.

    These are the validation samples. Without them, each half of the test samples takes the place of synthetic data in
    turn, and the other half takes that of test data.

    Parameters
    ----------
    inputs : Inputs
    of : function
        Returns values, given synthetic data and test data.
    """
    if inputs.validation is not None:
        return Bound("validation samples in the place of synthetic ones", lambda: of(inputs.validation, inputs.test))

    def in_turn():
        a, b = halves(inputs.test, inputs.seed)
        return average([of(a, b), of(b, a)])

    return Bound(HALVES, in_turn)


def average(found: Sequence[pd.Series]) -> pd.Series:
    """Return the mean of each entry."""
    return pd.Series(np.mean(found, axis=0), index=found[0].index)
