"""Numbers as a reader of a table needs them."""

from __future__ import annotations

import numpy as np
import pandas as pd

BESIDE = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"


def numeral(value: float, digits: int = 3) -> str:
    """
    Return a number with so many decimals; what would show as nothing but zeros is "0", or "< 0.001".

    Examples
    --------
    >>> [numeral(value) for value in (0.51234, 0.0, 0.0004, -0.0004, -1.2, float("nan"))]
    ['0.512', '0', '< 0.001', '> −0.001', '−1.200', '']
    >>> numeral(12345.678, 1)
    '12,345.7'
    """
    if value is None or np.isnan(value):
        return ""
    if value == 0:
        return "0"
    least = 10.0**-digits
    if abs(value) < least / 2:
        return f"< {least:.{digits}f}" if value > 0 else f"> −{least:.{digits}f}"
    return f"{value:,.{digits}f}".replace("-", "−")


def with_spread(mean: float, spread: float, digits: int = 3) -> str:
    r"""
    Return "mean ± spread" with so many decimals, which does not break over lines; the mean alone without a spread.

    Examples
    --------
    >>> with_spread(0.5123, 0.0101), with_spread(-0.0002, 0.0012), with_spread(0.7, float("nan"))
    ('0.512\xa0±\xa00.010', '0\xa0±\xa00.001', '0.700')
    """
    if np.isnan(mean) or spread is None or np.isnan(spread):
        return numeral(mean, digits)
    center = "0" if abs(mean) < 0.5 * 10.0**-digits else numeral(mean, digits)
    return f"{center}{BESIDE}{numeral(spread, digits)}"


def number_table(
    mean: pd.DataFrame, spread: pd.DataFrame | None = None, digits: int = 3, absent: str = "–"
) -> pd.DataFrame:
    r"""
    Return a table of numbers as text, for a reader: :func:`with_spread` of each cell.

    Parameters
    ----------
    mean : DataFrame
        Columns of floating-point numbers become text; whole numbers and text stay as they are.
    spread : DataFrame of float, optional
        Shaped as `mean`, NaN where there is none.
    digits : int
        Decimals.
    absent : str
        What stands for NaN in `mean`.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> mean, sd = (pd.DataFrame({"S_dist": values}) for values in ([0.66, None], [0.0001, None]))
    >>> number_table(mean, sd, digits=2)["S_dist"].tolist()
    ['0.66\xa0±\xa0< 0.01', '–']
    """
    found = mean.copy()
    for place, name in enumerate(mean.columns):
        values = mean.iloc[:, place]
        if values.dtype.kind != "f":
            continue
        spreads = np.full(len(values), np.nan) if spread is None else spread.reindex_like(mean).iloc[:, place]
        cells = [absent if np.isnan(m) else with_spread(m, s, digits) for m, s in zip(values, spreads, strict=True)]
        found = found.astype({name: object})
        found.iloc[:, place] = cells
    return found
