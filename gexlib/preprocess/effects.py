"""Linear effects of covariates on scores, deviations of kinds, and scores below a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from gexlib.explained import explained
from gexlib.preprocess.covariates import Covariates
from gexlib.preprocess.kinds import CodedKinds

SMALLEST_KIND = 3  # fewest training samples that make a combination of covariates a kind of its own
PRIOR = 0.5  # the weight of shrinkage, in samples
ROUNDS = 8  # how often censored scores are drawn and the estimates made anew
GENES = 512  # genes that are fitted at a time, to bound the memory
PRIOR_SD = 10.0  # the standard deviation of all kinds weighs as much as this many samples of a kind
LEAST_SD = 0.001  # the smallest standard deviation of a gene in a kind, in scores


@explained
def design_matrix(covariates: Covariates, n_levels: Sequence[int]) -> np.ndarray:
    """
    Return the design matrix of a linear model: ones, the numerical covariates, an indicator of each level.

    Parameters
    ----------
    covariates : Covariates
        Encoded covariates of n samples.
    n_levels : sequence of int
        Levels of each categorical covariate.

    Returns
    -------
    ndarray of float64, shape (n, 1 + n_numerical + sum of levels)

    Examples
    --------
    >>> design_matrix(Covariates(np.array([[1], [0]]), np.array([[0.5], [-0.5]])), [2])
    array([[ 1. ,  0.5,  0. ,  1. ],
           [ 1. , -0.5,  1. ,  0. ]])
    """
    codes, values = covariates
    levels = [codes[:, [j]] == np.arange(n) for j, n in enumerate(n_levels)]
    return np.concatenate([np.ones((len(codes), 1)), values, *levels], axis=1, dtype=np.float64)


def row_by_row(design: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """
    Return the product of a design matrix and effects; the bits of a row do not depend on the other rows.

    A product of BLAS adds up in an order that depends on the number of rows.

    Examples
    --------
    >>> row_by_row(np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([[3.0], [4.0]])).tolist()
    [[3.0], [11.0]]
    """
    total = np.zeros((len(design), effects.shape[1]), np.result_type(design, effects))
    for column, effect in zip(design.T, effects, strict=True):
        rows = np.flatnonzero(column)  # few: an indicator of a level is mostly zero
        total[rows] += column[rows, None] * effect
    return total


def ridge(design: np.ndarray) -> np.ndarray:
    """Return what gives shrunk effects from scores, shape (n_columns, n_samples); the mean of all is not shrunk."""
    penalty = np.full(design.shape[1], PRIOR)
    penalty[0] = 1e-6
    return np.linalg.solve(design.T @ design + np.diag(penalty), design.T)


@dataclass(frozen=True)
class Effects:
    """
    A linear model of scores, fitted by ridge regression, with the deviations of kinds.

    Attributes
    ----------
    kinds : CodedKinds
        The combinations of levels that three training samples or more share.
    effects : ndarray of float64, shape (n_columns, n_genes)
        The effect of each column of the design matrix.
    deviations : ndarray of float64, shape (n_kinds, n_genes)
        How far the mean of each kind is from the sum of the effects, shrunk towards 0 with the weight of half a sample.
    completed : ndarray of float32, shape (n_samples, n_genes)
        The scores; those at the floor are replaced by draws from below it.
    free : float
        Samples less the degrees of freedom that the effects take; at least 1.
    """

    kinds: CodedKinds
    effects: np.ndarray
    deviations: np.ndarray
    completed: np.ndarray
    free: float


class EffectsFit:
    """
    The fit of effects and deviations, some genes at a time; :func:`fit_effects` fits those of all genes.

    Parameters
    ----------
    covariates : Covariates
        Of n samples, encoded.
    n_levels : sequence of int
        Levels of each categorical covariate.
    seed : int
        Decides the draws of censored scores, of one call after the other.
    kind_levels : sequence of int, optional
        The same, but 0 for a covariate that makes no kinds. Default: all make kinds.

    Attributes
    ----------
    kinds : CodedKinds
    design : ndarray of float64, shape (n_samples, n_columns)
    """

    def __init__(
        self, covariates: Covariates, n_levels: Sequence[int], seed: int, kind_levels: Sequence[int] | None = None
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.kinds = CodedKinds.of(covariates.codes, n_levels if kind_levels is None else kind_levels, SMALLEST_KIND)
        code = self.kinds.codes(covariates.codes)
        self.member = (code[:, None] == np.arange(-1, len(self.kinds))).astype(float)  # first: samples of no kind
        self.size = self.member.sum(axis=0)[:, None]
        self.design = h = design_matrix(covariates, n_levels)
        self.solve = ridge(h)
        self.free = max(1.0, len(h) - float(np.trace(self.solve @ h)))

    def __call__(self, scores: np.ndarray, floor: np.ndarray) -> Effects:
        """Fit some genes: `scores` (n_samples, n_genes) and their lowest ones, (n_genes,)."""
        h, known, y = self.design, self.member[:, 1:], scores.astype(np.float64)
        censored = y <= floor
        mean, sd = np.broadcast_to(y.mean(axis=0), y.shape), np.broadcast_to(y.std(axis=0), y.shape)
        for _ in range(ROUNDS if censored.any() else 1):
            y[censored] = _below(np.broadcast_to(floor, y.shape)[censored], mean[censored], sd[censored], self.rng)
            b = self.solve @ y
            d = (known.T @ (y - h @ b)) / (self.size[1:] + PRIOR)
            mean = h @ b + known @ d
            square = (y - mean) ** 2
            own = (self.member.T @ square + PRIOR * square.mean(axis=0)) / (self.size + PRIOR)
            sd = np.sqrt(self.member @ own + LEAST_SD**2)
        return Effects(self.kinds, b, d, y.astype(np.float32), self.free)


@explained
def fit_effects(
    scores: np.ndarray, covariates: Covariates, n_levels: Sequence[int], floor: np.ndarray, seed: int
) -> Effects:
    """
    Fit the effects of covariates, and the deviations of kinds from them.

    A score at the floor is censored: its true value is at most the floor. It is drawn from there, given the mean and
    the standard deviation of the gene in its kind. Draws and estimates take turns (stochastic EM,
    :cite:t:`celeux1985sem`). Effects are shrunk as in :cite:t:`robinson1991blup`.

    Parameters
    ----------
    scores : ndarray of float32, shape (n_samples, n_genes)
    covariates : Covariates
    n_levels : sequence of int
        Levels of each categorical covariate.
    floor : ndarray, shape (n_genes,)
        The lowest score of each gene; minus infinity for a gene without one.
    seed : int
        Decides the draws of censored scores.

    Returns
    -------
    Effects

    Examples
    --------
    >>> codes = np.array([[0]] * 50 + [[1]] * 50)
    >>> scores = np.random.default_rng(0).normal(2.0 * codes, 0.1, (100, 1)).astype(np.float32)
    >>> covariates = Covariates(codes, np.zeros((100, 0), np.float32))
    >>> found = fit_effects(scores, covariates, n_levels=[2], floor=np.array([-np.inf]), seed=0)
    >>> fitted = (design_matrix(covariates, [2]) @ found.effects + found.deviations[found.kinds.codes(codes)])[:, 0]
    >>> fitted[[0, 99]].round(1).tolist()
    [0.0, 2.0]
    """
    fit = EffectsFit(covariates, n_levels, seed)
    effects, deviations = (np.empty((n, scores.shape[1])) for n in (fit.design.shape[1], len(fit.kinds)))
    completed = np.empty(scores.shape, np.float32)
    for start in range(0, scores.shape[1], GENES):
        genes = np.s_[:, start : start + GENES]
        found = fit(scores[genes], floor[genes[1]])
        effects[genes], deviations[genes], completed[genes] = found.effects, found.deviations, found.completed
    return Effects(fit.kinds, effects, deviations, completed, fit.free)


def no_effects(
    scores: np.ndarray, covariates: Covariates, n_levels: Sequence[int], kind_levels: Sequence[int]
) -> Effects:
    """Return effects and deviations of 0, for scores that covariates have no effect on; see :func:`fit_effects`."""
    kinds = CodedKinds.of(covariates.codes, kind_levels, SMALLEST_KIND)
    n_columns, n_genes = 1 + covariates.values.shape[1] + sum(n_levels), scores.shape[1]
    return Effects(kinds, np.zeros((n_columns, n_genes)), np.zeros((len(kinds), n_genes)), scores, float(len(scores)))


def _below(low: np.ndarray, mean: np.ndarray, sd: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw from Gaussians given that the value is below `low`, and at most 3 below it."""
    u = ndtr((low - mean) / sd) * rng.uniform(size=low.shape)
    return np.clip(mean + sd * ndtri(np.clip(u, 1e-9, 1 - 1e-9)), low - 3, low)
