"""The families of metrics."""

from __future__ import annotations

from collections.abc import Sequence

from gexlib.checks import listing
from gexlib.report.fidelity import fidelity
from gexlib.report.marginals import marginals
from gexlib.report.privacy import privacy
from gexlib.report.structure import grn, structure
from gexlib.report.utility import utility

FAMILIES = {
    "structure": structure,
    "GRN": grn,
    "fidelity": fidelity,
    "marginals": marginals,
    "utility": utility,
    "privacy": privacy,
}
"""The families of metrics, in the order of the table: functions of inputs that yield metrics, by name."""


def chosen_families(names: Sequence[str] | None) -> list[str]:
    """
    Return names of families as `FAMILIES` has them, in its order; all if `names` is None.

    Examples
    --------
    >>> chosen_families(["grn", "structure"])
    ['structure', 'GRN']
    """
    wanted = list(FAMILIES) if names is None else [names] if isinstance(names, str) else list(names)
    known = {name.lower() for name in FAMILIES}
    if not wanted:
        raise ValueError(f"families is empty; name some of {listing(list(FAMILIES))}, or leave it out for all")
    for name in wanted:
        if str(name).lower() not in known:
            raise ValueError(f"families has {name!r}; there are: {listing(list(FAMILIES))}")
    return [name for name in FAMILIES if name.lower() in {str(w).lower() for w in wanted}]
