"""The best that a generator can do with so many samples: a model that is fitted to samples of itself."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from gexlib.metrics import PrincipalSpace
from gexlib.report.bounds import NO_TRAIN
from gexlib.report.candidates import Candidate, generated
from gexlib.report.inputs import Inputs

NAME = "best possible"


def refitted(inputs: Inputs, model) -> Inputs:
    """
    Return inputs whose truth is known: a fitted model makes all real data, and is fitted to its own training data.

    This is a parametric bootstrap. The model is fitted to the training data, and draws training, validation and test
    samples with the covariates of the real ones. A copy is fitted to the drawn training samples, and draws the
    synthetic ones. The family of the model is right here, so what its samples lack is due to the number of samples
    alone.

    Parameters
    ----------
    inputs : Inputs
        Of the real data.
    model : simulator
        Has the methods ``fit(train)`` and ``sample(obs, seed)``; it need not be fitted, and is not changed.

    Returns
    -------
    Inputs
        With one candidate, named ``best possible``, and without real data in its place.

    Raises
    ------
    ValueError, TypeError
        If there are no training data, or the model cannot be fitted to them.

    Examples
    --------
    >>> import numpy as np
    >>> from gexlib.report.inputs import gather
    >>> from gexlib.simulators import Gaussian
    >>> x = np.random.default_rng(0).normal(size=(3, 40, 5))
    >>> made = refitted(gather(*x), Gaussian(2))
    >>> made.candidates[0].name, made.candidates[0].data.shape, bool((made.test.X == x[1]).any())
    ('best possible', (40, 5), False)
    """
    if inputs.train is None:
        raise ValueError(NO_TRAIN)
    truth = deepcopy(model).fit(inputs.train)
    parts = {"train": inputs.train, "test": inputs.test, "validation": inputs.validation}
    seeds = {name: inputs.seed + i for i, name in enumerate(parts, 1)}  # a seed of its own for each draw
    drawn = {name: None if part is None else truth.sample(part.obs, seed=seeds[name]) for name, part in parts.items()}
    again = deepcopy(model).fit(drawn["train"])
    candidates = generated(NAME, again, drawn["test"], None, 1, inputs.seed + len(parts) + 1, NAME)
    space = PrincipalSpace(inputs.space.n_components, seed=inputs.seed).fit(drawn["train"])
    return replace(inputs, **drawn, candidates=tuple(candidates), space=space, drawn=None, matches=None)


def describe(candidate: Candidate, model) -> str:
    """Return what the column of the table holds, for readers."""
    return (
        f"{candidate.name}: a {type(model).__name__} that was fitted to train drew train, test and validation samples "
        "anew; a second one learned from the drawn train samples, and its samples are compared with the drawn test "
        "samples. This is what a generator of the right form reaches with so many samples."
    )
