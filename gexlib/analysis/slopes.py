"""What a numerical covariate, such as age, does to each gene in measured samples."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.explained import explained


@explained
def slopes(x: np.ndarray, values: np.ndarray, others: pd.DataFrame) -> np.ndarray:
    """
    Compute the change of each gene for one unit of a covariate, with others held still: ordinary least squares.

    Parameters
    ----------
    x : ndarray of shape (n_samples, n_genes)
        Expression on a log scale.
    values : ndarray of shape (n_samples,)
        The covariate, such as the age in years. No value is missing.
    others : DataFrame, n_samples rows
        Categories. Each level has an effect of its own, and the effects of columns add up.

    Returns
    -------
    ndarray of shape (n_genes,)
        In the unit of `x`, for one unit of `values`.

    Raises
    ------
    ValueError
        If `values` has a missing value, or `others` tell it altogether.

    Examples
    --------
    >>> age, tissue = np.array([40.0, 60, 40, 60]), pd.DataFrame({"tissue": list("aabb")})
    >>> x = np.array([[1.0], [3], [11], [13]])
    >>> (20 * slopes(x, age, tissue)).round(3).tolist()
    [2.0]
    """
    values = np.asarray(values, dtype=np.float64)
    if np.isnan(values).any():
        raise ValueError(f"values has {np.isnan(values).sum()} missing values; leave these samples out")
    design = np.column_stack([np.ones(len(values)), pd.get_dummies(others.astype(str), dtype=float)])
    rest = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]  # what of it the others do not tell
    if np.allclose(rest, 0, atol=1e-9 * (1 + np.abs(values).max())):
        raise ValueError("values does not vary where all of others are the same; take fewer columns in others")
    return (rest @ x) / (rest @ rest)
