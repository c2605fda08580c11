"""The score of synthetic validation samples, by which training keeps the best networks and stops."""

from __future__ import annotations

import numpy as np

from gexlib.metrics import prdc, s_dist


def balanced_score(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """
    Return for each draw the mean of S_dist, coverage, and the harmonic mean of precision and recall.

    Coverage, precision and recall depend on the number of samples. So they compare as many synthetic samples as real
    ones at a time: one draw has a synthetic sample for each real one. S_dist is that of all draws together.

    Parameters
    ----------
    real : ndarray, shape (n_samples, n_genes)
    synthetic : ndarray, shape (n_draws * n_samples, n_genes)
        The draws for the first real sample, then those for the second, and so on.

    Returns
    -------
    ndarray of float64, shape (n_draws,)
    """
    draws = len(synthetic) // len(real)
    k = min(5, len(real) - 1)
    found = [prdc(real, synthetic[draw::draws], k=k) for draw in range(draws)]
    precision, recall, coverage = (np.array([f[name] for f in found]) for name in ("precision", "recall", "coverage"))
    both = precision + recall
    harmonic = 2 * precision * recall / np.where(both > 0, both, 1)
    return (s_dist(real, synthetic, constant="zero") + coverage + harmonic) / 3


SCORES = {
    "S_dist": lambda real, synthetic: np.array([s_dist(real, synthetic, constant="zero")]),
    "balanced": balanced_score,
}
"""Scores by their names in the settings; each takes arguments as :func:`balanced_score` does."""
