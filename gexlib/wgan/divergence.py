"""Samples that no training data can have."""

from __future__ import annotations

import numpy as np

LARGEST_SCORE = 1e4
"""
The largest score that counts as that of a sample. Among n samples no z-score exceeds the square root of n - 1, so real
data with such a score have a hundred million samples.
"""


def checked_scores(scores: np.ndarray) -> np.ndarray:
    """
    Return generated scores, or raise a FloatingPointError if one is not finite or beyond all data.

    Examples
    --------
    >>> checked_scores(np.array([[0.5, 1e17]]))
    Traceback (most recent call last):
    FloatingPointError: generated samples lie 1e+17 standard deviations from the training data: the training ...
    """
    largest = np.abs(scores).max(initial=0)
    if not largest <= LARGEST_SCORE:
        raise FloatingPointError(
            f"generated samples lie {largest:.3g} standard deviations from the training data: the training diverged, "
            f"or a numerical covariate is far from those of the training. Train anew with a lower learning_rate, or "
            f"mend the covariate"
        )
    return scores
