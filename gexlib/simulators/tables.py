"""Tables of text as the original simulators write them: cells, names, numbers, and the AnnData made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import SINGLE_MAX, whole_text


def lines_of(path: str | Path, commas: bool = False) -> Iterator[tuple[int, list[str]]]:
    """
    Yield the number and the cells, without quotes, of every line of a text file.

    Cells are separated by tabs, or, with `commas`, by commas if the first line has no tab. A blank line is one empty
    cell. Raises a FileNotFoundError if there is no such file, and a ValueError if it is not text.
    """
    text = whole_text(path, "give a file that the simulator wrote")
    separator = "," if commas and "\t" not in text.partition("\n")[0] else "\t"
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, [cell.strip().strip('"') for cell in line.rstrip("\r").split(separator)] if line.strip() else [""]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= SINGLE_MAX else None


def are_names(cells: list[str]) -> bool:
    """Return whether cells can be a line of names, each of which comes once."""
    return bool(cells) and "" not in cells and len(set(cells)) == len(cells) and _number(cells[0]) is None


def parse_numbers(cells: list[str], columns: list[str], where: str) -> list[float]:
    """Return the values of a line; `where` and the names of the columns are for the error."""
    values = [_number(cell) for cell in cells]
    if None in values:
        j = values.index(None)
        raise ValueError(f"{where}: {cells[j]!r} for {columns[j]!r} is not a finite number")
    return values


def as_anndata(x: np.ndarray, obs: pd.DataFrame, genes: list[str], tool: str, path: str | Path) -> AnnData:
    """Return the values of a file as AnnData that says which tool wrote them, and into which file."""
    provenance = {"source": f"{tool}, {Path(path).name}", "unit": f"that of {tool}'s file"}
    return AnnData(x, obs=obs, var=pd.DataFrame(index=genes), uns={"provenance": provenance})
