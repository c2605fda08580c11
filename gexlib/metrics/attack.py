"""The success of an attack that scores records: area under the ROC curve, and true positives at low false positives."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score, roc_curve

from gexlib.explained import explained

#: False positive rates at which the true positive rate is reported, by the name of the entry.
RATES = {"TPR at 10 % FPR": 0.1, "TPR at 1 % FPR": 0.01}


@explained
def attack_success(train_scores: np.ndarray, test_scores: np.ndarray) -> pd.Series:
    """
    Measure an attack: how well a score that is higher for training records tells them from test records.

    Parameters
    ----------
    train_scores, test_scores : ndarray of shape (n_samples,)
        The attacker's scores of training and of test records.

    Returns
    -------
    Series
        ``AUC``, ``TPR at 10 % FPR``, ``TPR at 1 % FPR`` and ``AUC error``, as for :func:`gexlib.metrics.gan_leaks`.

    Raises
    ------
    ValueError
        If there are no scores, or some are NaN or infinite.

    Examples
    --------
    >>> attack_success([0, 1, 1, 2], [0, 1]).round(4).tolist()
    [0.6875, 0.25, 0.25, 0.2447]
    """
    scores = []
    for argument, values in (("train_scores", train_scores), ("test_scores", test_scores)):
        values = np.asarray(values, dtype=float)
        if values.ndim != 1 or not len(values):
            raise ValueError(f"{argument} must be one score for each record; its shape is {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError(f"{argument} has {np.sum(~np.isfinite(values))} values that are NaN or infinite")
        scores.append(values)
    member = np.repeat([1, 0], [len(values) for values in scores])
    score = np.concatenate(scores)
    false, true, _ = roc_curve(member, score)
    found = {"AUC": roc_auc_score(member, score)}
    found |= {name: true[false <= rate].max() for name, rate in RATES.items()}
    found["AUC error"] = _area_error(*scores)
    return pd.Series(found, name="value", dtype=float)


def _area_error(members: np.ndarray, others: np.ndarray) -> float:
    """Return the standard error of the area under the ROC curve, from the share of pairs that each record wins."""
    if min(len(members), len(others)) < 2:
        return np.nan
    ranks = rankdata(np.concatenate([members, others]))
    n, m = len(members), len(others)
    wins = (ranks[:n] - rankdata(members)) / m, 1 - (ranks[n:] - rankdata(others)) / n
    return float(np.sqrt(wins[0].var(ddof=1) / n + wins[1].var(ddof=1) / m))
