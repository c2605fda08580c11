"""Numbers as a reader of a table needs them."""

from __future__ import annotations

import numpy as np


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
    """
    Return "mean ± spread" with so many decimals; the mean alone if there is no spread.

    Examples
    --------
    >>> with_spread(0.5123, 0.0101), with_spread(-0.0002, 0.0012), with_spread(0.7, float("nan"))
    ('0.512 ± 0.010', '0 ± 0.001', '0.700')
    """
    if np.isnan(mean) or spread is None or np.isnan(spread):
        return numeral(mean, digits)
    center = "0" if abs(mean) < 0.5 * 10.0**-digits else numeral(mean, digits)
    return f"{center} ± {numeral(spread, digits)}"
