"""Bounds: the numbers of real data that takes the place of synthetic data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.report.candidates import Candidate
from gexlib.report.draws import halves
from gexlib.report.inputs import Inputs
from gexlib.report.metric import Bound, Values

IN_PLACE = "train, as many samples as synthetic has and of the same groups, in its place"
NO_TRAIN = "train is not given"


def in_place(inputs: Inputs, of: Callable[[Candidate], Values]) -> Bound:
    """Return the bound of a metric that compares with test data: training samples in the place of synthetic ones."""
    return Bound(IN_PLACE, None if inputs.drawn is None else lambda: of(inputs.drawn))


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

    return Bound("one half of test in the place of synthetic, the other as test, and in turn; mean", in_turn)


def average(found: Sequence[pd.Series]) -> pd.Series:
    """Return the mean of each entry."""
    return pd.Series(np.mean(found, axis=0), index=found[0].index)
