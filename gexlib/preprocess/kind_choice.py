r"""
Which categorical covariates make kinds of samples: as many as the training samples can tell apart.

A kind is a combination of levels, and has margins and factors of its own. Each further covariate leaves fewer samples
to each kind. If the covariate only shifts genes, and by the same in all kinds, its effect is in the sum of the effects
already. Then the samples are better kept together. Held-out samples decide: a margin says how likely they are,

.. math:: y - h_c \beta \sim N(\delta_k, \sigma_k^2)

with the effects :math:`\beta`, the mean and the standard deviation of the kind as in
:class:`~gexlib.preprocess.KindScores`. The covariates start all in. The one without which held-out samples are
likeliest is left out, as long as the gain is more than twice its standard error. The folds are the same whatever the
seed of the model, so that models of several seeds have the same kinds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from gexlib.preprocess.covariates import Covariates
from gexlib.preprocess.effects import LEAST_SD, PRIOR, PRIOR_SD, SMALLEST_KIND, design_matrix, ridge
from gexlib.preprocess.kinds import key_places

FOLDS = 5
ERRORS = 2.0  # standard errors that a gain must exceed


def chosen_levels(scores: np.ndarray, covariates: Covariates, n_levels: Sequence[int]) -> list[int]:
    """
    Return the levels of the covariates that make kinds, and 0 for a covariate that does not.

    Parameters
    ----------
    scores : ndarray, shape (n_samples, n_genes)
        Normal scores of some genes among all training samples.
    covariates : Covariates
        Of these samples, encoded.
    n_levels : sequence of int
        Levels of each categorical covariate.

    Returns
    -------
    list of int

    Examples
    --------
    Tissues differ in their spread, which no effect describes. Sexes differ by a shift.

    >>> rng = np.random.default_rng(0)
    >>> codes = rng.integers(2, size=(200, 2))
    >>> tissue, sex = codes.T[:, :, None]
    >>> scores = sex + np.where(tissue == 0, 1, 3) * rng.normal(size=(200, 50))
    >>> chosen_levels(scores, Covariates(codes, np.empty((200, 0))), n_levels=[2, 2])
    [2, 0]
    """
    levels = list(n_levels)
    if len(scores) < 2 * FOLDS:
        return levels
    folds = _folds(scores, covariates, n_levels)
    now = _likelihood(folds, covariates.codes, levels)
    while any(levels):
        tried = []
        for j in np.flatnonzero(levels):
            fewer = [0 if i == j else n for i, n in enumerate(levels)]
            tried.append((_likelihood(folds, covariates.codes, fewer), fewer))
        best, fewer = max(tried, key=lambda one: one[0].mean())
        gain = best - now
        if gain.mean() <= ERRORS * gain.std() / np.sqrt(len(gain)):
            break
        now, levels = best, fewer
    return levels


def _folds(scores: np.ndarray, covariates: Covariates, n_levels: Sequence[int]) -> list[tuple]:
    """Return the held-out rows of each fold, and what is left of all scores without the effects of the other rows."""
    part = np.random.default_rng(0).permutation(len(scores)) % FOLDS
    h, folds = design_matrix(covariates, n_levels), []
    for fold in range(FOLDS):
        solve = ridge(h[part != fold])
        folds.append((part == fold, (scores - h @ (solve @ scores[part != fold])).astype(np.float32)))
    return folds


def _likelihood(folds: list[tuple], codes: np.ndarray, levels: Sequence[int]) -> np.ndarray:
    """Return the log-likelihood of each sample by the others' margins, the mean over genes, less a constant."""
    key = np.unique((codes * key_places(levels)).sum(axis=1), return_inverse=True)[1]
    found = np.empty(len(codes))
    for out, residual in folds:
        own = residual[~out]
        member = csr_array((np.ones(len(own), np.float32), (key[~out], np.arange(len(own)))), (key.max() + 1, len(own)))
        n, total, square = member.sum(axis=1)[:, None], member @ own, member @ own**2
        mean, common = total / (n + PRIOR), np.square(own).mean(axis=0)
        variance = (square - 2 * mean * total + n * mean**2 + PRIOR_SD * common) / (n + PRIOR_SD)
        mean, variance = np.where(n < SMALLEST_KIND, 0, mean), np.where(n < SMALLEST_KIND, common, variance)
        variance += LEAST_SD**2
        distance = np.square(residual[out] - mean[key[out]]) / variance[key[out]]
        found[out] = -0.5 * (np.log(variance).mean(axis=1)[key[out]] + distance.mean(axis=1))
    return found
