"""How good synthetic validation samples are: the number by which training keeps the best networks, and stops."""

from __future__ import annotations

import numpy as np

from gexlib.metrics import prdc, s_dist


def balanced_score(real: np.ndarray, synthetic: np.ndarray) -> float:
    """
    The mean of S_dist, coverage, and the harmonic mean of precision and recall.

    `synthetic` has some samples in a row for each real one; the last two are averaged over these draws, as they depend
    on the number of samples.
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
"""Scores by the name that the settings give them: functions of real samples and of some synthetic ones for each."""
