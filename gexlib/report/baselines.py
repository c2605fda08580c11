"""Simple simulators that any generator should beat."""

from __future__ import annotations

from collections.abc import Sequence

from gexlib.checks import listing
from gexlib.report.bounds import NO_TRAIN
from gexlib.report.candidates import Candidate, generated
from gexlib.report.inputs import Inputs
from gexlib.report.numbers import Omission
from gexlib.simulators import SMOTE, Bootstrap, Gaussian, GaussianCopula

BASELINES = {
    "Gaussian": lambda within, most: Gaussian(most, within=within, unseen="unknown"),
    "copula": lambda within, most: GaussianCopula(within=within, unseen="unknown"),
    "SMOTE": lambda within, most: SMOTE(within=within, unseen="unknown"),
    "bootstrap": lambda within, most: Bootstrap(within=within, unseen="unknown"),
}
"""Baselines by name: functions of the columns whose combinations are kinds, and the largest number of components."""


def make_baselines(inputs: Inputs, names: Sequence[str], draws: int = 1) -> tuple[list[Candidate], list[Omission]]:
    """
    Fit baselines to training data, and draw a sample of each for every test sample.

    Parameters
    ----------
    inputs : Inputs
    names : sequence of str
        Names in `BASELINES`, in upper or lower case.
    draws : int
        How many times each draws; each draw is a run.

    Returns
    -------
    candidates : list of Candidate
    left_out : list of Omission
        Baselines that cannot be fitted, and why.

    Raises
    ------
    ValueError
        If a name is unknown, or a synthetic data set has the same name.
    """
    names = _known([names] if isinstance(names, str) else names)
    if inputs.train is None:
        return [], [Omission("all", "all", name, NO_TRAIN) for name in names]
    taken = {candidate.name for candidate in inputs.candidates}
    within = list(inputs.within)
    groups = len(inputs.train.obs[within].drop_duplicates()) if within else 1
    most = max(1, min(inputs.space.n_components, inputs.train.n_obs - groups))
    made, left_out = [], []
    for name in names:
        if name in taken:
            raise ValueError(
                f"{name!r} is the name of a synthetic data set and of a baseline; rename one, or leave it out"
            )
        try:
            simulator = BASELINES[name](within, most).fit(inputs.train)
            made += generated(name, simulator, inputs.test, None, draws, inputs.seed, f"baseline {name}")
        except ValueError as error:
            left_out.append(Omission("all", "all", name, str(error)))
    return made, left_out


def _known(names: Sequence[str]) -> list[str]:
    known = {name.lower(): name for name in BASELINES}
    for name in names:
        if name.lower() not in known:
            raise ValueError(f"baselines has {name!r}; there are: {listing(list(BASELINES))}")
    return [known[name.lower()] for name in names]
