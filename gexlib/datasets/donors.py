"""Ages and measured sexes of donors or samples, from the tables of GTEx and TCGA or from a user's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import existing_file, listing
from gexlib.datasets.sex import sex_of_each_sample
from gexlib.datasets.text_table import check_no_nul

# What the tables call a row, an age and a sex, in lower case. GTEx: SUBJID, AGE, SEX. Liu et al. 2018, table S1: the
# longer names.
ROWS = ("subjid", "bcr_patient_barcode")
COLUMNS = {"age": ("age", "age_at_initial_pathologic_diagnosis"), "sex": ("sex", "gender")}
SEXES = {"male": "male", "m": "male", "1": "male", "female": "female", "f": "female", "2": "female"}  # 1, 2: GTEx
UNKNOWN = r"\[.*\]|#N/A|not reported|unknown|"  # [Not Available] and #N/A: TCGA; the last one: an empty cell
SEPARATORS = {".csv": ",\t;", ".tsv": "\t,;", ".txt": "\t,;"}  # the first of them that the first line has
OLDEST = 120  # years

Metadata = pd.DataFrame | str | Path | Sequence[pd.DataFrame | str | Path]


class Table(NamedTuple):
    """A table that was read: `age` in years and `sex` as words, or one of the two, by donor or sample; and its name."""

    rows: pd.DataFrame
    name: str


def add_metadata(data: AnnData, metadata: Metadata) -> None:
    """
    Add ``age`` and measured ``sex`` to the samples of RNAseqDB, in place.

    Parameters
    ----------
    data : AnnData
        Samples with ``donor``, ``sex`` and ``sex_inferred`` in ``obs``; changed in place.
    metadata : pandas.DataFrame, str, Path, or a list of these
        See `gexlib.datasets.load_rnaseqdb`.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or no table of donors in a folder.
    TypeError
        If it is none of these.
    ValueError
        If a table has neither column or has a value that cannot be understood, if two rows of a donor contradict each
        other, or if no table has a row for any of the samples.
    """
    tables = _read_all(metadata)
    names = ", ".join(table.name for table in tables)
    rows = _merge(tables)
    keys = data.obs_names.where(data.obs_names.isin(rows.index), data.obs["donor"].astype(str))
    matched = keys.isin(rows.index)
    if not matched.any():
        raise ValueError(
            f"{names}: no row is named like a sample or its donor; rows: {listing(rows.index, 2)}; donors: "
            f"{listing(data.obs['donor'].unique(), 2)}; samples: {listing(data.obs_names, 2)}"
        )
    provenance = data.uns["provenance"]
    counts = [f"{name}: rows for {keys.isin(table.index).sum()} of {data.n_obs} samples" for table, name in tables]
    together = [f"together: rows for {matched.sum()} of {data.n_obs} samples"] if len(tables) > 1 else []
    provenance["metadata"] = "; ".join(counts + together)
    rows = rows.reindex(keys)
    if "age" in rows:
        data.obs["age"] = rows["age"].to_numpy()
        provenance["age"] = f"years, known of {data.obs['age'].notna().sum()} of {data.n_obs} samples"
    if "sex" in rows:
        _add_sex(data, rows["sex"])


def _add_sex(data: AnnData, sex: pd.Series) -> None:
    """Replace inferred sexes by measured ones, and say where the two differ."""
    measured = sex.notna().to_numpy()
    inferred = data.obs["sex"].astype(object).to_numpy()
    agree = measured & (sex.to_numpy() == inferred)
    by_genes = sex_of_each_sample(data)
    differ = data.obs_names[measured & (by_genes != "unknown") & (by_genes != sex.to_numpy())]
    data.uns["provenance"]["sex"] = (
        f"measured in {measured.sum()} of {data.n_obs} samples, with {agree.sum()} of which the inferred one agrees; "
        "inferred in the others"
    )
    if len(differ):
        data.uns["provenance"]["sex"] += (
            f"; the Y-linked genes of {len(differ)} samples contradict the measured sex, which was kept: "
            f"{listing(differ)}"
        )
    data.obs["sex"] = pd.Categorical(np.where(measured, sex.to_numpy(), inferred))
    data.obs["sex_inferred"] &= ~measured


def _read_all(metadata: Metadata) -> list[Table]:
    """Read every table that is given, those of a folder included."""
    if isinstance(metadata, pd.DataFrame):
        return [_understand(metadata, "metadata")]
    if isinstance(metadata, str | Path):
        path = Path(metadata)
        return [_read(file) for file in (_tables_in(path) if path.is_dir() else [path])]
    if not isinstance(metadata, Sequence):
        raise TypeError(f"metadata is a {type(metadata).__name__}; give a DataFrame, a path, or a list of these")
    tables = []
    for i, one in enumerate(metadata):
        if isinstance(one, pd.DataFrame):
            tables.append(_understand(one, f"metadata[{i}]"))
        elif isinstance(one, str | Path):
            tables += _read_all(one)
        else:
            raise TypeError(f"metadata[{i}] is a {type(one).__name__}; give a DataFrame or a path")
    if not tables:
        raise ValueError("metadata is an empty list; give a table, or leave it out")
    return tables


def _tables_in(folder: Path) -> list[Path]:
    """Return the files of a folder that GTEx or TCGA's table of donors may be, by their first lines."""
    files = []
    for path in sorted(folder.iterdir()):
        if path.suffix in SEPARATORS and path.is_file():
            header = _read_text(path, nrows=0).columns.str.lower()
            if header.isin(ROWS).any() and any(header.isin(names).any() for names in COLUMNS.values()):
                files.append(path)
    if not files:
        raise FileNotFoundError(
            f"metadata: folder {str(folder)!r} has no .csv, .tsv or .txt file with donors in a column SUBJID or "
            "bcr_patient_barcode and their age or sex; name the files themselves"
        )
    return files


def _read(path: Path) -> Table:
    if path.suffix not in SEPARATORS:
        raise ValueError(f"metadata={str(path)!r} must be a DataFrame, or a file that ends in .csv, .tsv or .txt")
    existing_file(path, "give metadata=None, a table, or the path of one")
    check_no_nul(path)
    table = _read_text(path)
    if not table.columns.str.lower().isin(ROWS).any():
        table = table.set_index(table.columns[0])
    return _understand(table, path.name)


def _read_text(path: Path, nrows: int | None = None) -> pd.DataFrame:
    """Read a table as text, and its first lines alone with `nrows`; a table without a line has no column."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = file.readline()
    separator = next((mark for mark in SEPARATORS[path.suffix] if mark in header), SEPARATORS[path.suffix][0])
    if not header.strip():
        return pd.DataFrame(columns=pd.Index([""]))
    try:
        return pd.read_csv(path, sep=separator, dtype=str, nrows=nrows, encoding="utf-8-sig", encoding_errors="replace")
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ValueError(
            f"{path} is not a table with {separator!r} between its cells: {str(error).strip()}. Give each line as many "
            f"cells as the first, and put text that has {separator!r} in quotes"
        ) from error


def _understand(metadata: pd.DataFrame, name: str) -> Table:
    """Find the columns of a table and understand their values."""
    table = metadata.set_axis(metadata.columns.astype(str).str.strip().str.lower(), axis=1)
    readers = {"age": _years, "sex": _sex}
    found = {kind: [column for column in table if column in names] for kind, names in COLUMNS.items()}
    found["donor"] = [column for column in table if column in ROWS]
    if not (found["age"] or found["sex"]) or max(len(found["age"]), len(found["sex"])) > 1:
        raise ValueError(
            f"{name}: needs one column 'age', one column 'sex' or both; columns: {listing(metadata.columns)}"
        )
    if len(found["donor"]) > 1:
        raise ValueError(f"{name}: donors are named in {listing(found['donor'])}; leave one of these columns out")
    if found["donor"]:
        table = table.set_index(found["donor"][0])
    named = table.index.notna()
    table = table.set_axis(table.index.astype(str).str.strip())[named]
    columns = {kind: reader(table[found[kind][0]], name) for kind, reader in readers.items() if found[kind]}
    return Table(pd.DataFrame(columns, index=table.index), name)


def _merge(tables: list[Table]) -> pd.DataFrame:
    """Return one row for each donor or sample, or raise an error if two of its rows contradict each other."""
    rows = pd.concat([table for table, _ in tables])
    source = np.repeat([name for _, name in tables], [len(table) for table, _ in tables])
    groups = rows.groupby(level=0, sort=False)
    for column in rows:
        different = groups[column].nunique()
        if (different > 1).any():
            key = different.index[different > 1][0]
            here = (rows.index == key) & rows[column].notna().to_numpy()
            cases = pd.DataFrame({"value": rows.loc[here, column], "source": source[here]}).drop_duplicates("value")
            said = " and ".join(f"{value} in {name}" for value, name in cases.to_numpy())
            raise ValueError(
                f"{cases['source'].iloc[-1]}: {key} a second time, and its rows contradict each other: {column} "
                f"{said}; correct one of them, or leave it empty ({(different > 1).sum()} such rows in all)"
            )
    return groups.first()


def _years(values: pd.Series, what: str) -> pd.Series:
    """Return ages in years; a bracket such as 60-69 becomes the middle of its two numbers, 64.5."""
    text = _known(values)
    bounds = text.str.extract(r"^(\d+)\s*-\s*(\d+)$").astype("Float64")
    years = bounds.mean(axis=1, skipna=False).fillna(pd.to_numeric(text, errors="coerce")).astype("float64")
    _refuse(text[text.notna() & ~years.between(0, OLDEST)], what, f"an age in years (at most {OLDEST}) or 60-69")
    return years.rename("age")


def _sex(values: pd.Series, what: str) -> pd.Series:
    """Return sexes as the words male and female."""
    text = _known(values).str.lower()
    sex = text.str.removesuffix(".0").map(SEXES).astype(object)
    _refuse(text[text.notna() & sex.isna()], what, "male, female, M, F, or 1 (male) and 2 (female) as in GTEx")
    return sex.rename("sex")


def _known(values: pd.Series) -> pd.Series:
    """Return values as text, NA where a table says in some way that it has none."""
    text = values.astype("string").str.strip()
    return text.mask(text.str.fullmatch(UNKNOWN, case=False).fillna(value=True))


def _refuse(values: pd.Series, what: str, expected: str) -> None:
    if len(values):
        raise ValueError(
            f"{what}, {values.index[0]}: {values.name} {values.iloc[0]!r} (and {len(values) - 1} more) is not "
            f"{expected}; leave it empty if it is not known"
        )
