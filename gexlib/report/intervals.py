"""Standard errors of numbers: how far a number would be off with other samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

RESAMPLES = 200


class Estimate(NamedTuple):
    """A number and its standard error, NaN if it is not known."""

    value: float
    error: float


def of_groups(values: np.ndarray, groups: np.ndarray, seed: int) -> Estimate:
    """
    Return a mean over samples, and its standard error by a bootstrap of groups of samples.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        What each sample adds to the mean.
    groups : ndarray of shape (n_samples,)
        The group of each sample, such as its donor. Whole groups are drawn with replacement.
    seed : int
        Seed of the draws.

    Examples
    --------
    >>> values = np.repeat([0.0, 1.0], 50)
    >>> float(np.round(of_groups(values, np.arange(100), seed=0).error, 2))  # 100 samples
    0.05
    >>> float(np.round(of_groups(values, np.arange(100) // 10, seed=0).error, 2))  # 10 donors
    0.15
    """
    codes, names = pd.factorize(groups)
    sums, sizes = np.bincount(codes, values), np.bincount(codes)
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES)
    return Estimate(float(np.mean(values)), float(np.std(drawn @ sums / (drawn @ sizes), ddof=1)))


def of_folds(values: pd.Series) -> Estimate:
    """Return the mean over folds, and its standard error as if the folds were independent."""
    return Estimate(float(values.mean()), float(values.std() / np.sqrt(len(values))))
