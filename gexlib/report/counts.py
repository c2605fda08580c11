"""On how many metrics a simple baseline is as good as the synthetic data that are judged: counted, and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.report.metric import HIGHER, LOWER

BETTER, AS_GOOD, WORSE = "better", "as good", "worse"


def shortfall(mean: pd.DataFrame, definitions: pd.DataFrame) -> pd.DataFrame:
    """
    Return how far each number is from the best one; 0 if it is as good as the best or beyond it.

    Parameters
    ----------
    mean : DataFrame, rows are (family, metric), columns data sets
    definitions : DataFrame, one row a metric
        With ``best`` and ``better``.

    Returns
    -------
    DataFrame, shaped as `mean`
    """
    wish = definitions.reindex(mean.index)
    over = mean.sub(wish["best"], axis=0)
    found = over.abs()
    found = found.where(wish["better"] != HIGHER, (-over).clip(lower=0))
    return found.where(wish["better"] != LOWER, over.clip(lower=0))


def compare(
    mean: pd.DataFrame, spread: pd.DataFrame, definitions: pd.DataFrame, synthetic: str, baseline: str
) -> pd.Series:
    r"""
    Say for each metric whether a baseline is better than a synthetic data set, as good, or worse.

    The two are as good if their distances from the best value differ by no more than
    :math:`\sqrt{s^2 + t^2}`, where :math:`s` and :math:`t` are the spreads of the two numbers. If one spread is not
    known, that of the other takes its place. If neither is, the nearer to the best is better.

    Parameters
    ----------
    mean, spread : DataFrame, rows are (family, metric), columns data sets
    definitions : DataFrame, one row a metric
        With ``best`` and ``better``.
    synthetic, baseline : str
        Two columns.

    Returns
    -------
    Series of str
        ``"better"``, ``"as good"`` or ``"worse"``, NaN if one of the two has no number.

    Examples
    --------
    >>> row = pd.MultiIndex.from_tuples([("fidelity", "recall")])
    >>> mean, spread = (pd.DataFrame([x], row, ["GAN", "copula"]) for x in ([0.80, 0.78], [0.02, np.nan]))
    >>> definitions = pd.DataFrame({"best": [1.0], "better": ["higher"]}, row)
    >>> compare(mean, spread, definitions, "GAN", "copula").tolist()
    ['as good']
    """
    far = shortfall(mean, definitions)
    farther = far[baseline] - far[synthetic]
    one, other = spread[synthetic], spread[baseline]
    allowed = np.hypot(one.fillna(other), other.fillna(one)).fillna(0.0)
    found = pd.Series(AS_GOOD, mean.index, dtype=object)
    found[farther < -allowed], found[farther > allowed] = BETTER, WORSE
    return found.where(farther.notna())


def in_words(as_good: pd.DataFrame, spread: pd.DataFrame) -> list[str]:
    """
    Say on how many metrics each baseline is as good as each synthetic data set.

    Parameters
    ----------
    as_good : DataFrame, rows are (family, metric), columns pairs (synthetic, baseline)
        From :func:`compare`.
    spread : DataFrame, rows as `as_good`
        Spreads of the numbers.

    Returns
    -------
    list of str
        A sentence for each pair, and one that says what counts as good. Empty if there is no pair.
    """
    found = []
    for synthetic, baseline in as_good:
        answers = as_good[synthetic, baseline].dropna()
        reached = answers != WORSE
        by_family = ", ".join(
            f"{family} {int(some.sum())} of {len(some)}" for family, some in reached.groupby(level=0, sort=False)
        )
        found.append(
            f"On {int(reached.sum())} of {len(answers)} metrics, {baseline} is as good as {synthetic} or better "
            f"({by_family}); it is better by more than the spread on {int((answers == BETTER).sum())}."
        )
    if not found:
        return []
    known = int(spread.reindex(as_good.index).notna().any(axis=1).sum())
    rule = "Two numbers are as good if they differ by no more than their spread, which is "
    rule += f"known for {known} of {len(as_good)} metrics: the standard deviation over runs, or the standard error. "
    return [*found, rule + "Where it is not known, the better number wins."]
