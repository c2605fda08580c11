"""Covariates of samples from a table of text, read as the encoder of a model needs them."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from pathlib import Path

import pandas as pd

from gexlib.checks import existing_file
from gexlib.datasets.text_table import DECIMAL_COMMA, SEPARATORS, check_no_nul, check_once, open_text
from gexlib.explained import explained
from gexlib.preprocess.covariates import CovariateEncoder


@explained
def read_covariates(path: str | Path, encoder: CovariateEncoder) -> pd.DataFrame:
    r"""
    Read a table of covariates for a fitted encoder from a file of text.

    Every cell is text: ``00`` stays ``00``, and ``NA`` or ``None`` is a level like any other. Only an empty cell is a
    missing value. A level that is a number or a truth value in the training data is found by its text. The cells of the
    encoder's numerical covariates become numbers.

    Parameters
    ----------
    path : path
        Commas, tabs or semicolons between cells, UTF-8; compressed if it ends in ``.gz``. The first line names the
        columns, the first column the samples. A column without a name is left out if it is empty.
    encoder : CovariateEncoder
        Fitted.

    Returns
    -------
    DataFrame, one row a sample
        Columns that the encoder does not use stay text.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not such a table, or a numerical covariate is not a number; the message names file and line.

    Examples
    --------
    >>> import tempfile
    >>> encoder = CovariateEncoder(["batch"], ["age"]).fit(pd.DataFrame({"batch": ["00", "NA"], "age": [30, 40]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "wanted.csv"
    ...     _ = path.write_text("sample,batch,age\n01,00,35\n02,NA,50\n")
    ...     read_covariates(path, encoder)
       batch   age
    01    00  35.0
    02    NA  50.0
    """
    path = existing_file(path, "give a .csv file of covariates")
    (first, header), *rows = _lines(path, [*encoder.vocabularies_, *encoder.numerical])
    for line, cells in rows:
        if len(cells) != len(header):
            raise ValueError(
                f"{path}, line {line}: {len(cells)} cells, but line {first} has {len(header)}; give each column one "
                f"name and each line one cell for it, and end no line with a separator"
            )
        if not cells[0].strip():
            raise ValueError(f"{path}, line {line}: the sample has no name in the first column; name or remove it")
    named = [place for place, name in enumerate(header) if place and name.strip()]
    for place in set(range(1, len(header))) - set(named):
        if filled := [line for line, cells in rows if cells[place].strip()]:
            raise ValueError(
                f"{path}, line {first}: column {place + 1} has no name, but line {filled[0]} has a cell there; name it "
                f"or remove it"
            )
    names = [header[place] for place in named]
    check_once(f"{path}, line {first}", names)
    table = pd.DataFrame([[cells[place] for place in named] for _, cells in rows], columns=names, dtype=object)
    table = table.set_axis(pd.Index([cells[0] for _, cells in rows], dtype=object))
    for name, levels in encoder.vocabularies_.items():
        if name in table:
            level_of = {cell: _level(cell, levels) for cell in set(table[name])}
            table[name] = pd.Series([level_of[cell] for cell in table[name]], table.index, dtype=object)
    for name in encoder.numerical:
        if name in table:
            table[name] = _numbers(path, name, table[name], [line for line, _ in rows])
    return table


def _lines(path: Path, covariates: list[str]) -> list[tuple[int, list[str]]]:
    """Return the number and the cells of each line that is not blank, the header first."""
    try:
        check_no_nul(path)
        with open_text(path) as file:
            separator = _separator(file.readline(), covariates)
            file.seek(0)
            reader = csv.reader(file, strict=True, delimiter=separator)
            lines = [(reader.line_num, cells) for cells in reader if cells]
    except (csv.Error, UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is not a table of covariates, such as a CSV file in UTF-8: {error}") from None
    if len(lines) < 2:
        raise ValueError(f"{path} has no samples; give a line of names and then a line for each sample")
    return lines


def _separator(header: str, covariates: list[str]) -> str:
    """
    Return the separator that finds most covariates in a line of names; of two that find as many, a comma.

    Examples
    --------
    >>> [_separator(line, ["age"]) for line in ("sample,age", "sample;age", "a;b", "")]
    [',', ';', ',', ',']
    """
    found = {}
    for mark in sorted(SEPARATORS):
        cells = next(csv.reader([header], delimiter=mark), [])
        found[mark] = sum(name in cells for name in covariates)
    return max(found, key=lambda mark: (found[mark], mark == ","))


def _level(cell: str, levels: list) -> str | int | float | bool | None:
    """Return the level that a cell means, None for an empty cell, or the cell itself if there is no such level."""
    if cell in levels or not cell:
        return cell or None
    for level in levels:
        if not isinstance(level, str) and (str(level) == cell or _is_number(cell, level)):
            return level
    return cell


def _is_number(cell: str, level: float) -> bool:
    """Return whether a cell is a way to write a number, such as 6 for 6.0."""
    try:
        return not isinstance(level, bool) and float(cell) == level
    except ValueError:
        return False


def _numbers(path: Path, name: str, cells: pd.Series, lines: list[int]) -> pd.Series:
    """Return the numbers of a column, NaN for an empty cell."""
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    wrong = (numbers.isna() & (cells != "")).to_numpy()
    if wrong.any():
        place = int(wrong.argmax())
        comma = "; write decimals with a point" if re.fullmatch(DECIMAL_COMMA, cells.iloc[place]) else ""
        raise ValueError(
            f"{path}, line {lines[place]}: {cells.iloc[place]!r} in the column {name!r} is not a number, which the "
            f"model's covariate {name!r} must be{comma}"
        )
    return numbers
