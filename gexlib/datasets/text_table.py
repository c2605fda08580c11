"""Tables of text whose separator, comments and header are found by looking at the first lines."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

import numpy as np
import pandas as pd

from gexlib.checks import existing_file, listing

SEPARATORS = "\t;,"  # of two that fit alike, the first: commas may be those of decimals
NOTHING = ["", "NA", "NaN", "nan", "N/A", "NULL", "null"]  # what stands for a missing value
LOOKED_AT = 20  # lines from the beginning
NAMES_OF_NAMES = ("gene", "genes", "gene_id", "geneid", "gene_name", "symbol", "id", "name", "sample", "sample_id")
CODES = r"[+-]?0\d+.*|\d+[eE]\d+|[+-]?\d{16,}(?:\.0*)?"  # 01; 1E2, a well; what double precision would round
DECIMAL_COMMA = r"\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*"


class Layout(NamedTuple):
    """How a table is written: its separator, the lines before the header, and the names of its columns."""

    separator: str
    before: int
    names: list[str]


def read_text(path: str | Path, as_text: bool = True) -> pd.DataFrame:
    r"""
    Read a table of text.

    Cells are separated by tabs, commas or semicolons; a file that ends in ``.gz`` is compressed. The header is the
    first line that has as many cells as the one below it, or one fewer, as R writes tables with names of rows. A column
    without a name is left out if it is empty, as lines that end in a separator make it.

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
        If it is no such table, the header does not fit the rows, or a row or a column has no name.

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
    path = existing_file(path, "give a table of text, such as .csv or .tsv")
    try:
        check_no_nul(path)
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
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is not a whole gzip file: {error}. Copy or download it again") from error
    except (OSError, UnicodeDecodeError, csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ValueError(
            f"{path} is not a table of text with tabs, commas or semicolons between cells: {error}. Save a sheet of "
            f"Excel as 'CSV UTF-8' first"
        ) from error
    if (nameless := table[0].isna()).any():
        raise ValueError(f"{path}: {nameless.sum()} rows have no name in the first column; name them or remove them")
    index = pd.Index(table[0].str.strip().to_numpy(), name=layout.names[0] or None, dtype=object)
    table = table.iloc[:, 1:].set_axis(index).set_axis(layout.names[1:], axis=1)
    return _named_columns(f"{path}, line {layout.before + 1}", table)


def _named_columns(place: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without the empty columns that have no name; others without a name are an error."""
    nameless = table.columns == ""
    if not nameless.any():
        return table
    if table.loc[:, nameless].notna().any(axis=None):
        number = 2 + int(np.argmax(nameless & table.notna().any().to_numpy()))
        raise ValueError(f"{place}: column {number} has no name, but cells that are not empty; name it or remove it")
    return table.loc[:, ~nameless]


def _open(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def open_text(path: Path) -> TextIO:
    """Open a table of text, in UTF-8 with or without a byte order mark, compressed if its name ends in ``.gz``."""
    opened = gzip.open if path.suffix == ".gz" else open
    return opened(path, "rt", encoding="utf-8-sig", newline="")


def check_no_nul(path: Path) -> None:
    r"""
    Raise a ValueError if a file of text has a NUL byte, at which pandas would end the cell.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "counts.csv")
    >>> _ = path.write_bytes(b"gene,s1\nb0001,2\0.333\n")
    >>> check_no_nul(path)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: ...counts.csv, line 2 has a NUL byte: it is damaged, or not UTF-8. Copy it again, ...
    """
    lines = 1
    with _open(path) as file:
        while block := file.read(1 << 20):
            if (place := block.find(0)) >= 0:
                raise ValueError(
                    f"{path}, line {lines + block.count(10, 0, place)} has a NUL byte: it is damaged, or not UTF-8. "
                    f"Copy it again, or save it anew as text. Save a sheet of Excel as 'CSV UTF-8' first"
                )
            lines += block.count(10)


def check_once(path: str | Path, names: Sequence[str]) -> None:
    """
    Raise a ValueError if two columns of a table have one name.

    Examples
    --------
    >>> check_once("samples.csv", ["sample", "medium", "medium"])
    Traceback (most recent call last):
    ValueError: samples.csv: column 'medium' comes more than once; rename or remove all but one
    """
    names = pd.Index(names, dtype=object)
    if (twice := names[names.duplicated()]).size:
        raise ValueError(
            f"{path}: column {listing(twice.unique(), 5)} comes more than once; rename or remove all but one"
        )


def _layout(path: Path) -> Layout:
    with open_text(path) as file:
        lines = list(islice(file, LOOKED_AT))
    rows = {mark: list(csv.reader(lines, delimiter=mark)) for mark in SEPARATORS}
    mark = max(SEPARATORS, key=lambda mark: _fit(rows[mark]))
    found = rows[mark]
    first = 2 if lines and lines[0].startswith("#1.") else 0  # a GCT file: its version, its size
    for number in range(first, len(found) - 1):
        here, below = len(found[number]), len(found[number + 1])
        if below > 1 and here in (below, below - 1) and (here > 1 or number == len(found) - 2):
            _check_header(path, found, first, number)
            names = [name.strip() for name in found[number]]
            return Layout(mark, number, names if here == below else ["", *names])
    raise csv.Error("no line of names with a line of as many cells below it")


def _fit(rows: list[list[str]]) -> tuple[int, int]:
    """Return how many lines a separator divides alike, and into how many cells."""
    rows = [row for row in rows if row]
    width = min((len(row) for row in rows[-3:]), default=0)
    return (sum(len(row) in (width, max(width - 1, 2)) for row in rows), width) if width > 1 else (0, width)


def _check_header(path: Path, rows: list[list[str]], first: int, number: int) -> None:
    """Raise a ValueError if a line that is skipped seems to be the header, or one that lacks a cell is not of R."""
    header, width = rows[number], len(rows[number + 1])
    below = [row for row in rows[number + 1 :] if row]
    for place, row in enumerate(rows[first:number], start=first):
        names = len(row) > 1 and not row[0].startswith("#")
        if names and (len(row) > width or any(map(_is_number, header[1:]))):
            raise ValueError(
                f"{path}, line {place + 1} has {len(row)} cells, but the lines below have {width}: give the header a "
                f"name for each column, without a separator at the end. A line that is no header must begin with #"
            )
    numbered = all(row[0].strip().isdigit() and not _is_number(row[1]) for row in below if len(row) > 1)
    shifted = header[0].strip().lower() in NAMES_OF_NAMES and not numbered  # R numbers rows without a name
    if len(header) < width and (shifted or not any(row[-1].strip() for row in below)):
        raise ValueError(
            f"{path}, line {number + 1}: the header has {len(header)} cells, and the line below {width}; give each "
            f"column one name, and end no line with a separator. Only the name of the first column may be absent"
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def typed(table: pd.DataFrame, path: str | Path = "the table") -> pd.DataFrame:
    """
    Turn columns of text into numbers where each cell is one.

    Codes stay text, as different ones would become one number: those with zeros in front, as in ``01``; ``1E2``
    (``1e+2`` is a number); and whole numbers of 16 digits and more.

    Parameters
    ----------
    table : DataFrame
    path : path
        For the error.

    Raises
    ------
    ValueError
        If two columns have one name.

    Examples
    --------
    >>> typed(pd.DataFrame({"age": ["30", None], "batch": ["01", "02"]})).dtypes.astype(str).to_dict()
    {'age': 'float64', 'batch': 'object'}
    """
    check_once(path, table.columns)
    found = {}
    for name, column in table.items():
        cells = column.dropna().astype(str).str.strip()
        number = pd.to_numeric(column, errors="coerce")
        codes = cells.str.fullmatch(CODES).any()
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
        If a column of numbers has other cells, such as decimals with a comma; the message names the first. If two of
        the columns that describe rows have one name.

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
        commas = wrong.any() and cells[wrong].astype(str).str.fullmatch(DECIMAL_COMMA).all()
        words = wrong.sum() > cells.notna().sum() / 2 and not commas
        if name in describing or (name not in surely and words):
            about.append(place)
            continue
        if wrong.any():
            cell, row = cells[wrong].iloc[0], cells.index[wrong][0]
            comma = "; write decimals with a point" if "," in str(cell) else ""
            raise ValueError(f"{path}: {cell!r} in row {row!r}, column {name!r} is not a number{comma}")
        with np.errstate(over="ignore"):  # becomes infinite, which is refused
            columns.append(value.to_numpy(np.float32))
    if not columns:
        raise ValueError(f"{path} has no column of numbers; columns: {listing(table.columns, 8)}")
    names = [name for place, name in enumerate(table.columns) if place not in set(about)]
    values = pd.DataFrame(np.column_stack(columns), index=table.index, columns=pd.Index(names, dtype=object))
    return values, typed(table.iloc[:, about], path)
