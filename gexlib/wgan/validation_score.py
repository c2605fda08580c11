"""The score of synthetic validation samples, by which training keeps the best networks and stops."""

from __future__ import annotations

import numpy as np

from gexlib.metrics import prdc, s_dist


def balanced_score(real: np.ndarray, synthetic: np.ndarray) -> float:
    """
    Return the mean of S_dist, coverage, and the harmonic mean of precision and recall.

    Coverage, precision and recall depend on the number of samples. So they compare as many synthetic samples as real
    ones at a time, one for each real one, and are averaged over these draws.

    Parameters
    ----------
    real : ndarray, shape (n_samples, n_genes)
    synthetic : ndarray, shape (n_draws * n_samples, n_genes)
        The draws for the first real sample, then those for the second, and so on.
    """
    draws = len(synthetic) // len(real)
    k = min(5, len(real) - 1)
    found = [prdc(real, synthetic[draw::draws], k=k) for draw in range(draws)]
    precision, recall, coverage = (np.mean([f[name] for f in found]) for name in ("precision", "recall", "coverage"))
    harmonic = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return float(s_dist(real, synthetic, constant="zero") + coverage + harmonic) / 3


SCORES = {
    "S_dist": lambda real, synthetic: s_dist(real, synthetic, constant="zero"),
    "balanced": balanced_score,
}
"""Scores by their names in the settings; each takes arguments as :func:`balanced_score` does."""
