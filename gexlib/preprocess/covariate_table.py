"""Covariates of samples from a CSV file, read as the encoder of a model needs them."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from gexlib.checks import existing_file, listing
from gexlib.preprocess.covariates import CovariateEncoder


def read_covariates(path: str | Path, encoder: CovariateEncoder) -> pd.DataFrame:
    r"""
    Read a table of covariates for a fitted encoder from a CSV file.

    Every cell is text: ``00`` stays ``00``, and ``NA`` or ``None`` is a level like any other. Only an empty cell is a
    missing value. A level that is a number or a truth value in the training data is found by its text. The cells of the
    encoder's numerical covariates become numbers.

    Parameters
    ----------
    path : path
        Commas between cells, UTF-8. The first line names the columns, the first column the samples.
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
    (first, header), *rows = _lines(path)
    names = header[1:]
    if len(set(names)) < len(names):
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        raise ValueError(f"{path}, line {first}: column {listing(twice)} comes twice; name each column once")
    for line, cells in rows:
        if len(cells) != len(header):
            raise ValueError(f"{path}, line {line}: {len(cells)} cells, but the first line has {len(header)}")
    table = pd.DataFrame([cells[1:] for _, cells in rows], columns=names, dtype=object)
    table = table.set_axis(pd.Index([cells[0] for _, cells in rows], dtype=object))
    for name, levels in encoder.vocabularies_.items():
        if name in table:
            level_of = {cell: _level(cell, levels) for cell in set(table[name])}
            table[name] = pd.Series([level_of[cell] for cell in table[name]], table.index, dtype=object)
    for name in encoder.numerical:
        if name in table:
            table[name] = _numbers(path, name, table[name], [line for line, _ in rows])
    return table


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the number and the cells of each line that is not blank, the header first."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            lines = [(reader.line_num, cells) for cells in reader if cells]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not a CSV file of covariates: {error}") from None
    if len(lines) < 2:
        raise ValueError(f"{path} has no samples; give a line of names and then a line for each sample")
    return lines


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
        raise ValueError(
            f"{path}, line {lines[place]}: {cells.iloc[place]!r} in the column {name!r} is not a number, which the "
            f"model's covariate {name!r} must be"
        )
    return numbers
