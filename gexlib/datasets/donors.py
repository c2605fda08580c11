"""Ages and measured sexes of donors or samples, from a table."""

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import listing

SEXES = {"male": "male", "m": "male", "1": "male", "female": "female", "f": "female", "2": "female"}  # 1, 2: GTEx
OLDEST = 120  # years


def add_metadata(data: AnnData, metadata: pd.DataFrame | str | Path) -> None:
    """
    Add ``age`` and measured ``sex`` to the samples of RNAseqDB, in place.

    Parameters
    ----------
    data : AnnData
        Samples with ``donor``, ``sex`` and ``sex_inferred`` in ``obs``; changed in place.
    metadata : pandas.DataFrame, str or Path
        See `gexlib.datasets.load_rnaseqdb`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the table has neither column, names a row twice, has a value that cannot be understood, or has no row for any
        of the samples.
    """
    table, what = _read(metadata)
    rows = data.obs_names.where(data.obs_names.isin(table.index), data.obs["donor"].astype(str))
    matched = rows.isin(table.index)
    if not matched.any():
        raise ValueError(
            f"{what}: no row is named like a sample or its donor; rows: {listing(table.index, 2)}; donors: "
            f"{listing(data.obs['donor'].unique(), 2)}; samples: {listing(data.obs_names, 2)}"
        )
    provenance = data.uns["provenance"]
    provenance["metadata"] = f"{what}: rows for {matched.sum()} of {data.n_obs} samples"
    table = table.reindex(rows)
    if "age" in table:
        data.obs["age"] = table["age"].to_numpy()
        provenance["age"] = f"years, known of {data.obs['age'].notna().sum()} of {data.n_obs} samples"
    if "sex" in table:
        measured = table["sex"].notna().to_numpy()
        inferred = data.obs["sex"].astype(object).to_numpy()
        agree = (table["sex"].to_numpy() == inferred)[measured].sum()
        provenance["sex"] = (
            f"measured in {measured.sum()} of {data.n_obs} samples, with {agree} of which the inferred one agrees; "
            "inferred in the others"
        )
        data.obs["sex"] = pd.Categorical(np.where(measured, table["sex"].to_numpy(), inferred))
        data.obs["sex_inferred"] &= ~measured


def _read(metadata: pd.DataFrame | str | Path) -> tuple[pd.DataFrame, str]:
    """Read `age` in years and `sex` as words, or one of the two; returns the table and its name for errors."""
    what = "metadata"
    if not isinstance(metadata, pd.DataFrame):
        path = Path(metadata)
        what = path.name
        separators = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
        if path.suffix not in separators:
            raise ValueError(f"metadata={str(path)!r} must be a DataFrame, or a file that ends in .csv, .tsv or .txt")
        if not path.is_file():
            raise FileNotFoundError(f"metadata: there is no file {path}")
        metadata = pd.read_csv(path, sep=separators[path.suffix], index_col=0, dtype=str)
    table = metadata.set_axis(metadata.columns.astype(str).str.lower(), axis=1)
    table.index = table.index.astype(str)
    readers = {"age": _years, "sex": _sex}
    columns = [column for column in readers if column in table]
    if not columns or not table.columns[table.columns.isin(columns)].is_unique:
        raise ValueError(
            f"{what}: needs one column 'age', one column 'sex' or both; columns: {listing(metadata.columns)}"
        )
    if table.index.has_duplicates:
        raise ValueError(f"{what}: {table.index[table.index.duplicated()][0]} a second time; keep one row each")
    return pd.DataFrame({column: readers[column](table[column], what) for column in columns}, index=table.index), what


def _years(values: pd.Series, what: str) -> pd.Series:
    """Return ages in years; a bracket such as 60-69 becomes the middle of its two numbers, 64.5."""
    text = values.astype("string").str.strip().replace("", pd.NA)
    bounds = text.str.extract(r"^(\d+)\s*-\s*(\d+)$").apply(pd.to_numeric)
    years = bounds.mean(axis=1, skipna=False).fillna(pd.to_numeric(text, errors="coerce")).astype("float64")
    _refuse(text[text.notna() & ~years.between(0, OLDEST)], what, f"an age in years (at most {OLDEST}) or 60-69")
    return years


def _sex(values: pd.Series, what: str) -> pd.Series:
    """Return sexes as the words male and female."""
    text = values.astype("string").str.strip().str.lower().replace("", pd.NA)
    sex = text.str.removesuffix(".0").map(SEXES).astype(object)
    _refuse(text[text.notna() & sex.isna()], what, "male, female, M, F, or 1 (male) and 2 (female) as in GTEx")
    return sex


def _refuse(values: pd.Series, what: str, expected: str) -> None:
    if len(values):
        raise ValueError(
            f"{what}, {values.index[0]}: {values.name} {values.iloc[0]!r} (and {len(values) - 1} more) is not "
            f"{expected}; leave it empty if it is not known"
        )
