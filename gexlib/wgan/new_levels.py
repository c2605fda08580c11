r"""
What samples keep of a level that training samples do not have, such as a new study, when a condition is switched.

Training samples tell how much levels differ. So the effect of a new level is a random one
(:cite:t:`robinson1991blup`). Let :math:`z` be a sample's score in its own condition, and :math:`z'` the one in the
other, both within the kind of unknown combinations. Over the levels,

.. math:: \operatorname{Var} z = \tau^2 + v, \qquad \operatorname{Var} z' = \tau^2 + v', \qquad
          \operatorname{Cov}(z, z') = \rho \tau^2

where :math:`\tau^2` is the variance of the effects of the levels, and :math:`v` and :math:`v'` are the variances around
them, in each condition. A level may shift one condition more than the other. So only the share :math:`\rho` of
:math:`\tau^2` is common to both: one number for all genes, from the means of the kinds. Of the score, the share
:math:`k = \rho \tau^2 / (\tau^2 + v)` is expected to stay. The variance that is left is
:math:`\tau^2 (1 + 1 / L) + v' - k \rho \tau^2`, as the mean of the levels is known from :math:`L` of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gexlib.preprocess import UNKNOWN, CovariateEncoder, Covariates, KindScores
from gexlib.preprocess.kind_scores import KNOTS

LEAST_LEVELS = 3  # with samples in both conditions, from which what they share is estimated
DENSITY = np.exp(-np.square(KNOTS) / 2) / np.exp(-np.square(KNOTS) / 2).sum()  # of scores at the knots


class NewLevels(NamedTuple):
    """
    What new levels do to the scores of the samples that have one.

    Attributes
    ----------
    rows : ndarray of bool, shape (n_samples,)
        The samples with a new level.
    share : ndarray, shape (n, n_genes)
        How much of each of their scores stays.
    scale : ndarray, shape (n, n_genes)
        What the variance of the rest is multiplied by.
    variance : ndarray, shape (n, n_genes)
        What is added to it.
    """

    rows: np.ndarray
    share: np.ndarray
    scale: np.ndarray
    variance: np.ndarray


def new_levels(
    transform: KindScores, encoder: CovariateEncoder, covariates: Covariates, by: str, value: str | float
) -> NewLevels:
    """
    Return what the levels that training samples do not have do to scores when a covariate is switched.

    Parameters
    ----------
    transform, encoder
        Those of the fitted model. An encoder without ``unseen="unknown"`` refuses new levels before.
    covariates : Covariates
        Of n samples, before the switch.
    by, value
        The covariate that is switched, and to what.
    """
    n_levels, names = transform.n_levels_.tolist(), encoder.categorical
    starts = len(transform.effects_) - np.cumsum(n_levels[::-1])[::-1]
    effects = [transform.effects_[start : start + n] for start, n in zip(starts, n_levels, strict=True)]
    new = np.zeros(covariates.codes.shape, bool)
    for j, name in enumerate(names):
        levels = encoder.vocabularies_[name]
        if name != by and UNKNOWN in levels and not effects[j][unknown := levels.index(UNKNOWN)].any():
            new[:, j] = covariates.codes[:, j] == unknown
    rows = new.any(axis=1)
    own = covariates.codes[:, names.index(by)] if by in names else np.zeros(len(rows), int)
    there = encoder.vocabularies_[by].index(value) if by in names else 0
    n_genes, found = transform.effects_.shape[1], {}
    made = NewLevels(rows, *(np.empty((int(rows.sum()), n_genes)) for _ in range(3)))
    kinds = _Kinds(transform, names.index(by) if by in names else None)
    for at, row in enumerate(np.flatnonzero(rows)):
        key = (*new[row], own[row])
        if key not in found:
            shared = variance = of_mean = 0.0
            for j in np.flatnonzero(new[row]):
                of_levels = kinds.variance(effects[j])
                variance, of_mean = variance + of_levels, of_mean + of_levels / max(1, effects[j].any(axis=1).sum())
                shared = shared + kinds.shared(j, effects[j], own[row], there) * of_levels
            share = shared / (variance + kinds.rest(own[row]))
            found[key] = share, kinds.rest(there), variance + of_mean - share * shared
        for array, values in zip(made[1:], found[key], strict=True):
            array[at] = values
    return made


class _Kinds:
    """The kinds of the training samples: their levels, and the moments of their margins around the sum of effects."""

    def __init__(self, transform: KindScores, by: int | None) -> None:
        self.levels, self.by = transform.levels_of_kinds(), by
        self.counts = None if by is None else transform.kind_levels_[by]
        self.mean, self.square = (
            np.tensordot(DENSITY, transform.quantiles_[:-1] ** power, axes=(0, 1)) for power in (1, 2)
        )
        self.sd2 = np.square(transform.quantiles_[-1, -1] / KNOTS[-1])

    def variance(self, effects: np.ndarray) -> np.ndarray:
        """Return the variance of the effects of levels, (n_levels, n_genes), between those that samples have."""
        effects = effects[effects.any(axis=1)]
        return effects.var(axis=0, ddof=1) / self.sd2 if len(effects) > 1 else np.zeros(len(self.sd2))

    def rest(self, level: int) -> np.ndarray:
        """Return the variance around the effects in kinds with this level of the switched covariate."""
        own = self.levels[:, self.by] == level if self.counts else np.zeros(len(self.levels), bool)
        return self.square[own].mean(axis=0) / self.sd2 if own.any() else np.ones(len(self.sd2))

    def shared(self, j: int, effects: np.ndarray, here: int, there: int) -> float:
        """Return how much of the differences between levels of covariate `j` both conditions share, from 0 to 1."""
        if not self.counts:
            return 1.0
        sides = []
        for condition in (here, there):
            own = self.levels[:, self.by] == condition
            of = self.levels[own, j]
            sides.append({level: effects[level] + self.mean[own][of == level].mean(axis=0) for level in set(of)})
        both = sorted(set(sides[0]) & set(sides[1]))
        if len(both) < LEAST_LEVELS:
            return 1.0
        a, b = (np.array([side[level] for level in both]) for side in sides)
        a, b = a - a.mean(axis=0), b - b.mean(axis=0)
        middle = np.square(a + b).sum() / 4
        return float(np.clip((a * b).sum() / middle, 0, 1)) if middle else 1.0
