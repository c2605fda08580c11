"""Numbers as a reader of a table needs them."""

from __future__ import annotations

import numpy as np
import pandas as pd

BESIDE = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MORE = 1  # decimals that a small spread may have more than its table


def numeral(value: float, digits: int = 3) -> str:
    """
    Return a number with so many decimals; what would show as nothing but zeros is "< 0.001", or "0" if not above 0.

    Examples
    --------
    >>> [numeral(value) for value in (0.51234, 0.0, 0.0004, -0.0004, -1.2, float("nan"))]
    ['0.512', '0', '< 0.001', '0', '−1.200', '']
    >>> numeral(12345.678, 1)
    '12,345.7'
    """
    if value is None or np.isnan(value):
        return ""
    least = 10.0**-digits
    if abs(value) < least / 2:
        return f"< {least:.{digits}f}" if value > 0 else "0"
    return f"{value:,.{digits}f}".replace("-", "−")


def probability(p: float, least: float = 0.0) -> str:
    """
    Return a p value or a false discovery rate: three decimals, or one digit and a power of ten.

    Parameters
    ----------
    p : float
    least : float
        The smallest value that a test of few draws can tell from 0.

    Examples
    --------
    >>> [probability(p).replace("\N{NO-BREAK SPACE}", " ") for p in (0.0234, 4e-9, 0.0, float("nan"))]
    ['0.023', '4 × 10⁻⁹', '0', '']
    >>> probability(0.0, least=1 / 1000)
    '< 0.001'
    """
    if np.isnan(p):
        return ""
    if p < least:
        return f"< {least:g}"
    if p >= 0.001 or p == 0:
        return numeral(p)
    digit, power = f"{p:.0e}".split("e-")
    return f"{digit} × 10⁻{str(int(power)).translate(RAISED)}".replace(" ", "\N{NO-BREAK SPACE}")


def with_spread(mean: float, spread: float, digits: int = 3) -> str:
    r"""
    Return "mean ± spread" with so many decimals, which does not break over lines; the mean alone without a spread.

    A spread that so many decimals do not show gets one more, and the mean too. A smaller one is 0.

    Examples
    --------
    >>> with_spread(0.5123, 0.0101), with_spread(-0.0002, 0.0012), with_spread(0.7, float("nan"))
    ('0.512\xa0±\xa00.010', '0\xa0±\xa00.001', '0.700')
    >>> with_spread(0.51234, 0.0003), with_spread(0.51234, 1e-9)
    ('0.5123\xa0±\xa00.0003', '0.512\xa0±\xa00')
    """
    if np.isnan(mean) or spread is None or np.isnan(spread):
        return numeral(mean, digits)
    shown = next((d for d in range(digits, digits + MORE + 1) if spread >= 0.5 * 10.0**-d), None)
    digits = digits if shown is None else shown
    center = "0" if abs(mean) < 0.5 * 10.0**-digits else numeral(mean, digits)
    return f"{center}{BESIDE}{'0' if shown is None else numeral(spread, digits)}"


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
    >>> mean, sd = (pd.DataFrame({"S_dist": values}) for values in ([0.66, None], [0.001, None]))
    >>> number_table(mean, sd, digits=2)["S_dist"].tolist()
    ['0.660\xa0±\xa00.001', '–']
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
