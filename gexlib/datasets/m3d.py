"""The E. coli compendium of the Many Microbe Microarrays Database (M3D): expression and typed covariates."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import SINGLE_MAX, check_finite, existing_file, listing
from gexlib.explained import explained

CHIPS = "*.experiment_descriptions"
FEATURES = "*.experiment_feature_descriptions"
PROBES = "*.probe_set_descriptions"
EXPRESSION = "*chips*probes*.tab"

# Features of the source, and their columns of obs. Every other feature keeps its name, in lower case.
RENAMED = {
    "culture_temperature": "temperature",
    "culture_pH": "ph",
    "culture_O2": "oxygen",
    "culture_type": "culture",
}
# The paper's numerical covariates, and the units that they must have.
UNITS = {
    "glucose": "mM",
    "ampicillin": "mM",
    "oxygen": "%",
    "temperature": "Celsius",
    "ph": "",
    "time_point": "minutes",
}
FIRST = ["strain", "perturbation", "perturbation_gene", "growth_phase", "aeration", "culture", *UNITS]
# The covariates that the paper conditions on, all as categories; a model needs NaN made a level first.
M3D_COVARIATES = {
    "categorical": ["growth_phase", "glucose", "ampicillin", "ph", "aeration", "oxygen", "temperature"],
    "numerical": [],
}
REMARKS = ("note", "note2", "curator_interpretation", "NA")  # prose, and one empty entry


@explained
def load_m3d(folder: str | Path) -> AnnData:
    """
    Load the E. coli compendium of M3D (version 4, build 6), as downloaded by ``fetch("m3d")``.

    Parameters
    ----------
    folder : str or Path
        A folder with one expression table, ``*chips*probes*.tab``, and its ``.experiment_descriptions``,
        ``.experiment_feature_descriptions`` and ``.probe_set_descriptions``. The full table is
        ``E_coli_v4_Build_6_chips907probes4297.tab``. Its rows are probe sets such as ``gfcA_b0987_15``, or locus tags
        such as ``b0987``.

    Returns
    -------
    AnnData
        ``X`` : float32 array of shape (chips, genes), log2 intensities normalised by RMA, as in the source.

        ``obs`` : one row a chip, see `read_covariates`. ``condition``, the group that replicates share, is the source's
        experiment.

        ``var`` : indexed by gene symbol as the source spells it, with ``locus_tag``, ``symbol`` and ``probe_set``. The
        symbols are unique even in lower case, which matters because RegulonDB's names are read in lower case.

        ``uns["provenance"]`` : source, unit, citation; ``uns["units"]`` : unit of each numerical covariate.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If there are several candidates for a file, or one is malformed. The message names the file and the line.

    Notes
    -----
    Faith et al. (2008), Nucleic Acids Research 36:D866-D870.

    Examples
    --------
    The files have to be downloaded first:

    >>> from gexlib.datasets import fetch
    >>> m3d = load_m3d(fetch("m3d"))  # doctest: +SKIP
    >>> m3d.shape  # doctest: +SKIP
    (907, 4297)
    """
    folder = Path(folder)
    path = _only(folder, EXPRESSION)
    table = _read_expression(path)
    covariates = read_covariates(folder)
    if unknown := [chip for chip in table.columns if chip not in covariates.index]:
        raise ValueError(
            f"{path}, line 1: {len(unknown)} of {table.shape[1]} chips have no description in "
            f"{_only(folder, CHIPS).name}: {listing(unknown, 5)}"
        )
    var = _annotate(table.index, _only(folder, PROBES), path)
    obs = covariates.loc[table.columns]
    for column in obs.select_dtypes("category"):
        obs[column] = obs[column].cat.remove_unused_categories()
    provenance = {
        "name": "M3D E. coli",
        "organism": "Escherichia coli",
        "unit": "log2 intensity, RMA-normalised",
        "citation": "Faith et al. 2008, Nucleic Acids Research 36:D866-D870, doi:10.1093/nar/gkm815",
        "source": path.name,
    }
    uns = {"provenance": provenance, "units": _units(_read_features(folder))}
    return AnnData(X=np.ascontiguousarray(table.to_numpy().T), obs=obs, var=var, uns=uns)


def read_covariates(folder: str | Path) -> pd.DataFrame:
    """
    Read the covariates of all chips from M3D's descriptions, without an expression table.

    Parameters
    ----------
    folder : str or Path
        A folder with the ``.experiment_descriptions`` and the ``.experiment_feature_descriptions``.

    Returns
    -------
    pandas.DataFrame
        One row a chip, indexed by its name. ``experiment`` and ``condition`` are the group that replicates share.
        ``replicate`` is the number at the end of the chip's name. Then follows a column for each feature of the source,
        in lower case, the paper's covariates first: ``growth_phase``, ``aeration``, ``glucose`` (mM), ``ampicillin``
        (mM), ``oxygen`` (per cent), ``temperature`` (degrees Celsius), ``ph``, and so on.

        Numbers are floats. A value that is not stated is NaN, or the level "unknown" of a category. M3D lists what was
        added to the medium. So if ``structured_metadata`` is "complete", a concentration of NaN most likely means none,
        but the source does not say so.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is malformed, or a unit is not the expected one. The message names the file and the line.
    """
    features = _read_features(Path(folder))
    path = _only(folder, CHIPS)
    chips = _read_lines(path, ["chip_name", "experiment_name"], key=["chip_name"])
    wide = features.pivot(index="experiment_name", columns="column", values="value")
    described = chips["experiment_name"].isin(wide.index)
    _refuse(
        chips[~described],
        "experiment {experiment_name!r} has no features in the other description file",
    )
    replicate = chips["chip_name"].str.extract(r"_r(\d+)$", expand=False)
    _refuse(chips[replicate.isna()], "chip {chip_name!r} does not end in _r and the number of the replicate")

    wide = wide.loc[chips["experiment_name"]].set_axis(pd.Index(chips["chip_name"], name=None))
    numbers = set(_units(features))
    experiment = pd.Categorical(chips["experiment_name"])
    obs = {
        "condition": experiment,
        "experiment": experiment,
        "replicate": replicate.astype("int64").to_numpy(),
    }
    for name in [*(name for name in FIRST if name in wide), *sorted(set(wide) - set(FIRST))]:
        values = wide[name]
        obs[name] = values.astype("float64") if name in numbers else pd.Categorical(values.fillna("unknown"))
    return pd.DataFrame(obs, index=wide.index)


def _read_features(folder: Path) -> pd.DataFrame:
    """Read and check the features of the experiments, one a row, each with its `column` of obs."""
    path = _only(folder, FEATURES)
    columns = ["experiment_name", "feature_name", "value", "feature_units", "feature_type"]
    rows = _read_lines(path, columns, key=["experiment_name", "feature_name"])
    rows = rows[~rows["feature_name"].isin(REMARKS)]
    column = rows["feature_name"].replace(RENAMED).str.lower()
    rows = rows.assign(column=column, value=rows["value"].replace("", "unknown"))
    real = rows["feature_type"] == "real"
    not_number = real & ~np.isfinite(pd.to_numeric(rows["value"], errors="coerce"))
    _refuse(rows[not_number], "{feature_name} of {experiment_name} is {value!r}, not a number")
    first = rows.drop_duplicates("column").set_index("column")
    types, units = first["feature_type"], first["feature_units"].to_dict() | UNITS
    for what, usual in (("feature_type", types), ("feature_units", units)):
        odd = rows.assign(usual=rows["column"].map(usual))
        odd = odd[odd[what] != odd["usual"]]
        _refuse(odd, f"{{feature_name}} of {{experiment_name}}: {what} {{{what}!r}}, expected {{usual!r}}")
    return rows


def _units(features: pd.DataFrame) -> dict[str, str]:
    """Return the unit of each numerical covariate."""
    real = features[features["feature_type"] == "real"].drop_duplicates("column").sort_values("column")
    return dict(zip(real["column"], real["feature_units"], strict=True))


def _only(folder: str | Path, pattern: str) -> Path:
    """Return the one file of `folder` whose name matches."""
    paths = sorted(Path(folder).glob(pattern))
    if not paths:
        raise FileNotFoundError(f"folder {str(folder)!r} has no {pattern}; `gexlib fetch m3d` downloads the full set")
    if len(paths) > 1:
        names = ", ".join(path.name for path in paths)
        raise ValueError(f"folder {str(folder)!r} has several {pattern}: {names}; keep one")
    return existing_file(paths[0], "fetch it again")


def _refuse(rows: pd.DataFrame, message: str) -> None:
    """Raise an error about the first of the faulty `rows`, if any; its columns fill in the `message`."""
    if len(rows):
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        raise ValueError(f"{{place}}: {message}".format_map(rows.iloc[0]) + more)


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Give the place and the cells of each line of tab-separated UTF-8 text; all lines must be as long as the first."""
    width = 0
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        place = f"{path}, line {number}"
        try:
            cells = line.decode("utf-8").split("\t")
        except UnicodeDecodeError as error:
            raise ValueError(f"{place}: not UTF-8 text ({error.reason})") from None
        width = width or len(cells)
        if len(cells) != width:
            raise ValueError(f"{place}: {len(cells)} tab-separated cells, the header has {width}")
        yield place, cells


def _read_lines(path: Path, columns: list[str], key: list[str]) -> pd.DataFrame:
    """Read tab-separated text as a table of strings, with the place of each line; no `key` may come twice."""
    rows = [(*cells, place) for place, cells in _lines(path)]
    header = rows[0][:-1] if rows else ()
    if missing := [column for column in columns if column not in header]:
        raise ValueError(f"{path}, line 1: no column {listing(missing)}; columns: {listing(header)}")
    table = pd.DataFrame(rows[1:], columns=[*header, "place"])
    _refuse(table[table.duplicated(key)], f"{' and '.join(f'{{{name}}}' for name in key)}: a second time")
    return table


def _read_expression(path: Path) -> pd.DataFrame:
    """Read an expression table, genes x chips, float32; rows and columns are named as in the file."""
    with path.open("rb") as file:
        header, first = (file.readline().rstrip(b"\r\n").split(b"\t") for _ in range(2))
    try:
        table = pd.read_csv(path, sep="\t", index_col=0, na_filter=False, quoting=csv.QUOTE_NONE, low_memory=False)
        with np.errstate(over="ignore"):  # becomes infinite, which is refused
            values = table.to_numpy(np.float32)
        check_finite(str(path), values)
        sound = len(header) == len(first) == len(set(header)) and not table.index.has_duplicates
    except (ValueError, pd.errors.ParserError):
        sound = False
    if not sound:
        _explain(path)
    return pd.DataFrame(values, index=table.index.astype(str), columns=table.columns)


def _explain(path: Path) -> None:
    """Raise an error that names the first fault of an expression table, line by line."""
    header, seen = [], {}
    for place, (name, *cells) in _lines(path):
        if not header:
            header = cells
            if len(set(header)) < len(header):
                raise ValueError(f"{place}: a chip occurs a second time")
            continue
        if seen.setdefault(name, place) != place:
            raise ValueError(f"{place}: {name} a second time")
        for chip, cell in zip(header, cells, strict=True):
            if not _is_finite(cell):
                raise ValueError(f"{place}: {name} in chip {chip} is {cell!r}, not a finite number")
    raise ValueError(f"{path}: not a tab-separated table of probe sets by chips")


def _is_finite(text: str) -> bool:
    try:
        return abs(float(text)) <= SINGLE_MAX
    except ValueError:
        return False


def _annotate(rows: pd.Index, path: Path, table_path: Path) -> pd.DataFrame:
    """Return the annotation of the genes of an expression table, whose rows are probe sets or locus tags."""
    probes = _read_lines(path, ["probe_set_name", "locus", "gene_symbol"], key=["probe_set_name"])
    genes = probes[probes["gene_symbol"] != ""]  # the others are between genes, or controls
    by = "probe_set_name" if rows.isin(genes["probe_set_name"]).any() else "locus"
    genes = genes.drop_duplicates(by).set_index(by, drop=False)
    if unknown := [row for row in rows if row not in genes.index]:
        raise ValueError(
            f"{table_path}: {len(unknown)} of {len(rows)} rows are neither probe sets nor locus tags of genes in "
            f"{path.name}: {listing(unknown, 5)}"
        )
    genes = genes.loc[rows]
    repeated = genes["gene_symbol"].str.lower().duplicated(keep=False)
    names = genes["gene_symbol"].where(~repeated, genes["gene_symbol"] + "_" + genes["locus"])
    columns = {"locus_tag": "locus", "symbol": "gene_symbol", "probe_set": "probe_set_name"}
    return pd.DataFrame({new: genes[old].to_numpy() for new, old in columns.items()}, index=names.to_numpy())
