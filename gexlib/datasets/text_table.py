"""Tables of text whose separator, comments and header are found by looking at the first lines."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from gexlib.checks import listing

SEPARATORS = "\t,;"
NOTHING = ["", "NA", "NaN", "nan", "N/A", "NULL", "null"]  # what stands for a missing value
LOOKED_AT = 20  # lines from the beginning


class Layout(NamedTuple):
    """How a table is written: its separator, the lines before the header, and the names of its columns."""

    separator: str
    before: int
    names: list[str]


def read_text(path: str | Path, as_text: bool = True) -> pd.DataFrame:
    r"""
    Read a table of text.

    Cells are separated by tabs, commas or semicolons; a file that ends in ``.gz`` is compressed. The header is the
    first line that has as many cells as the one below it, or one fewer, as R writes tables with names of rows.

    Parameters
    ----------
    path : path
    as_text : bool
        Whether to return each cell as it stands there; otherwise columns of numbers become numbers, which is faster.

    Returns
    -------
    DataFrame
        NaN where nothing, ``NA`` or ``NaN`` stands. The index is the first column, as text.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no such table, or a row has no name.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "counts.tsv")
    >>> _ = path.write_text("# made by a program\ns1\ts2\nb0001\t3\t\nb0002\t90\t41\n")
    >>> read_text(path)
           s1   s2
    b0001   3  NaN
    b0002  90   41
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; give a table of text, such as .csv or .tsv")
    try:
        layout = _layout(path)
        table = pd.read_csv(
            path,
            sep=layout.separator,
            header=None,
            names=range(len(layout.names)),
            skiprows=layout.before + 1,
            dtype=str if as_text else {0: str},
            low_memory=False,
            na_values=NOTHING,
            keep_default_na=False,
            encoding="utf-8-sig",
        )
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ValueError(
            f"{path} is not a table of text with tabs, commas or semicolons between cells: {error}. Save a sheet of "
            f"Excel as 'CSV UTF-8' first"
        ) from error
    if (nameless := table[0].isna()).any():
        raise ValueError(f"{path}: {nameless.sum()} rows have no name in the first column; name them or remove them")
    index = pd.Index(table[0].str.strip().to_numpy(), name=layout.names[0] or None, dtype=object)
    return table.iloc[:, 1:].set_axis(index).set_axis(layout.names[1:], axis=1)


def _layout(path: Path) -> Layout:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        lines = list(islice(file, LOOKED_AT))
    rows = {mark: list(csv.reader(lines, delimiter=mark)) for mark in SEPARATORS}
    mark = max(SEPARATORS, key=lambda mark: min((len(row) for row in rows[mark][-3:]), default=0))
    found = rows[mark]
    first = 2 if lines and lines[0].startswith("#1.") else 0  # a GCT file: its version, its size
    for number in range(first, len(found) - 1):
        here, below = len(found[number]), len(found[number + 1])
        if below > 1 and here in (below, below - 1) and (here > 1 or number == len(found) - 2):
            names = [name.strip() for name in found[number]]
            return Layout(mark, number, names if here == below else ["", *names])
    raise csv.Error("no line of names with a line of as many cells below it")


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """
    Turn columns of text into numbers where each cell is one.

    Numbers with zeros in front, as in ``01``, stay text: they are codes.

    Examples
    --------
    >>> typed(pd.DataFrame({"age": ["30", None], "batch": ["01", "02"]})).dtypes.astype(str).to_dict()
    {'age': 'float64', 'batch': 'object'}
    """
    found = {}
    for name, column in table.items():
        cells = column.dropna().astype(str).str.strip()
        number = pd.to_numeric(column, errors="coerce")
        codes = cells.str.fullmatch(r"[+-]?0\d+.*").any()
        is_number = len(cells) > 0 and not codes and number.notna().sum() == len(cells)
        found[name] = number if is_number else column.where(column.isna(), column.astype(str).str.strip())
    return pd.DataFrame(found, index=table.index)


def numbers(
    path: str | Path, table: pd.DataFrame, describing: Sequence[str], surely: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Divide a table of text into its numbers, and the columns that describe its rows.

    Columns describe rows if they are among `describing`, or if fewer than half of their cells are numbers.

    Parameters
    ----------
    path : path
        For the error.
    table : DataFrame
        From :func:`read_text`.
    describing, surely : sequence of str
        Columns that describe rows, and columns that hold numbers.

    Returns
    -------
    values : DataFrame of float32
    about : DataFrame
        Text, and numbers of `describing`.

    Raises
    ------
    ValueError
        If a column of numbers has other cells; the message names the first.

    Examples
    --------
    >>> table = pd.DataFrame({"product": ["ThrA", "ThrB"], "s1": ["3", "4"]}, index=["b0002", "b0003"], dtype=object)
    >>> values, about = numbers("counts.csv", table, [])
    >>> list(values), list(about)
    (['s1'], ['product'])
    """
    columns, about, surely = [], [], set(surely)
    for place, name in enumerate(table.columns):
        cells = table.iloc[:, place]
        value = cells if cells.dtype.kind in "iuf" else pd.to_numeric(cells.astype(object), errors="coerce")
        wrong = value.isna() & cells.notna()
        if name in describing or (name not in surely and wrong.sum() > cells.notna().sum() / 2):
            about.append(place)
            continue
        if wrong.any():
            cell, row = cells[wrong].iloc[0], cells.index[wrong][0]
            comma = "; write decimals with a point" if "," in str(cell) else ""
            raise ValueError(f"{path}: {cell!r} in row {row!r}, column {name!r} is not a number{comma}")
        columns.append(value.to_numpy(np.float32))
    if not columns:
        raise ValueError(f"{path} has no column of numbers; columns: {listing(table.columns, 8)}")
    names = [name for place, name in enumerate(table.columns) if place not in set(about)]
    values = pd.DataFrame(np.column_stack(columns), index=table.index, columns=pd.Index(names, dtype=object))
    return values, typed(table.iloc[:, about])
