"""What in the data of a report may be a mistake, though every metric can be computed."""

from __future__ import annotations

import numpy as np
from anndata import AnnData

from gexlib.checks import expression_matrix, provenance
from gexlib.report.inputs import Inputs

ROWS = 200  # samples, evenly spaced, whose values tell the range
OUTER = (0.01, 0.5, 0.99)
WIDER = 4  # times as wide, or as narrow, is another range


def doubts(inputs: Inputs) -> list[str]:
    """
    Return a sentence for each doubt: units that differ by name or by range, and test samples that are in train too.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    list of str
    """
    parts = {"train": inputs.train, "validation": inputs.validation}
    real = {name: data for name, data in parts.items() if data is not None}
    given = real | {candidate.name: candidate.data for candidate in reversed(inputs.candidates)}
    unit, (low, _, high) = provenance(inputs.test).get("unit"), _range(inputs.test)
    found = []
    for name, data in given.items():
        other, (first, centre, last) = provenance(data).get("unit"), _range(data)
        if unit and other and unit != other:
            found.append(f"The unit of {name} is {other!r}, that of test {unit!r}; values are compared as they are.")
        wide, here = max(high - low, 1e-12), last - first
        if not wide / WIDER <= here <= wide * WIDER or not low - wide <= centre <= high + wide:
            found.append(
                f"98 % of the values of {name} are from {first:.3g} to {last:.3g}, of test from {low:.3g} to "
                f"{high:.3g}: is one of them in another unit? Values are compared as they are."
            )
    if inputs.train is not None and (copies := _common(inputs.test, inputs.train)):
        found.append(
            f"{copies} of {inputs.test.n_obs} test samples have the values of a training sample: the numbers for real "
            f"data in the place of synthetic data, and on privacy, mean little."
        )
    return found


def _range(data: AnnData) -> tuple[float, float, float]:
    """Return the values below which 1 %, half and 99 % of all values are, from at most 200 samples or so."""
    some = data[:: max(data.n_obs // ROWS, 1)]
    return tuple(np.quantile(expression_matrix(some, "data"), OUTER).tolist())


def _common(one: AnnData, other: AnnData) -> int:
    """Return how many samples of a data set have exactly the values of a sample of another."""
    rows, known = (np.ascontiguousarray(expression_matrix(data, "data"), np.float32) for data in (one, other))
    known = {hash(row.tobytes()) for row in known}
    return sum(hash(row.tobytes()) in known for row in rows)
