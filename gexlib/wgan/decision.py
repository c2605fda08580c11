"""What a training kept, and why, in words."""

from __future__ import annotations

import pandas as pd


def decision(adversarial: str, history: pd.DataFrame, best_epoch: int) -> str:
    """
    Say what a training kept, and why.

    Parameters
    ----------
    adversarial : {"auto", "always", "never"}
        The setting of this name, see :class:`gexlib.wgan.Settings`.
    history : DataFrame, one row an epoch
        With the columns ``epoch`` and ``score``, which is missing where none was computed.
    best_epoch : int
        The epoch that was kept; 0 for the fitted factor model.

    Returns
    -------
    str

    Examples
    --------
    >>> decision("auto", pd.DataFrame({"epoch": [0, 1], "score": [0.8, 0.9]}), best_epoch=1)
    'The networks of epoch 1 were kept: adversarial training raised the score of the validation samples from 0.8000 to \
0.9000.'
    """
    scores = history.dropna(subset="score").set_index("epoch")["score"]
    if adversarial == "always":
        why = (
            f"it has the best score of the validation samples, {scores[best_epoch]:.4f}" if len(scores) else "the last"
        )
        return f"The networks of epoch {best_epoch} were kept: {why}."
    if best_epoch:
        return (
            f"The networks of epoch {best_epoch} were kept: adversarial training raised the score of the validation "
            f"samples from {scores[0]:.4f} to {scores[best_epoch]:.4f}."
        )
    if adversarial == "never":
        why = "the settings ask for no adversarial training"
    elif not len(scores):
        why = "without validation samples, nothing shows whether adversarial training helps"
    elif len(scores) == 1:
        why = f"no epoch of adversarial training has a score beside that of the start, {scores[0]:.4f}"
    else:
        why = (
            f"in {history['epoch'].max()} epochs, adversarial training did not raise the score of the "
            f"validation samples by more than its noise ({scores[0]:.4f} at the start, at most {scores[1:].max():.4f} "
            f"later)"
        )
    return f"The fitted factor model was kept: {why}."
