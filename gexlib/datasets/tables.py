"""Data sets in two text tables, as most people have them: expression, and what is known about the samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_finite, listing
from gexlib.datasets.text_table import check_once, numbers, read_text, typed
from gexlib.datasets.which_axis import which_axis
from gexlib.explained import explained, warn

CHOICES = {
    "rows": ("auto", "samples", "genes"),
    "duplicates": ("error", "mean", "sum", "first"),
    "missing": ("error", "drop"),
}


@explained
def read_tables(
    expression: str | Path,
    covariates: str | Path | None = None,
    rows: str = "auto",
    describing: Sequence[str] = (),
    sample_column: str | None = None,
    duplicates: str = "error",
    missing: str = "error",
) -> AnnData:
    r"""
    Read expression and covariates from two text tables.

    Cells are separated by tabs, commas or semicolons; a file that ends in ``.gz`` is compressed. The first line names
    the columns and the first column the rows. Lines before it that have fewer cells, such as comments, are skipped.

    Names tell which way round the table of expression is: those of the samples are in `covariates`, too. Without
    covariates, names of genes tell (GAPDH, *rpoB*, identifiers such as b0001). The shape decides nothing.

    Parameters
    ----------
    expression : path
        A row for each sample and a column for each gene, or the other way round. Columns of text, such as the
        description of a gene, are kept beside the values: in ``var`` if rows are genes, in ``obs`` if they are samples.
    covariates : path, optional
        A row for each sample. An empty cell, ``NA`` or ``NaN`` is a missing value. Codes such as ``01``, ``1E2`` and
        whole numbers of 16 digits and more stay text.
    rows : str
        What the rows of `expression` are: ``"samples"``, ``"genes"``, or ``"auto"``, to find out.
    describing : sequence of str
        Columns of numbers in `expression` that describe its rows, such as ``["Length"]``, and are no expression.
    sample_column : str, optional
        The column of `covariates` that has the names of the samples. Default: the first.
    duplicates : str
        What to do with genes of one name: ``"error"``, take their ``"mean"`` or ``"sum"``, or keep the ``"first"``.
    missing : str
        What to do with genes that have missing values: ``"error"``, or ``"drop"`` them, with a warning that counts.

    Returns
    -------
    AnnData, n_samples x n_genes
        ``X`` float32 in the units of the file (:func:`gexlib.preprocess.scale_of` tells which), samples in the order of
        `expression`. Samples that only one of the tables has are left out, with a warning that counts them.

    Raises
    ------
    FileNotFoundError
        If a file is not there.
    ValueError
        If a file is no such table, if neither axis has names of samples, or for duplicates and for missing or infinite
        values; the message says what was seen, and the way out.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "counts.tsv").write_text("gene\tproduct\ts1\ts2\nb0001\tthr leader\t3\t0\nb0002\tThrA\t90\t41\n")
    >>> _ = (folder / "samples.csv").write_text("sample,medium\ns1,LB\ns2,M9\n")
    >>> data = read_tables(folder / "counts.tsv", folder / "samples.csv")
    >>> data.to_df()
        b0001  b0002
    s1    3.0   90.0
    s2    0.0   41.0
    >>> data.obs["medium"].tolist(), data.var["product"].tolist()
    (['LB', 'M9'], ['thr leader', 'ThrA'])
    """
    for argument, value in {"rows": rows, "duplicates": duplicates, "missing": missing}.items():
        if value not in CHOICES[argument]:
            raise ValueError(f"{argument}={value!r} is not known; choose {' or '.join(map(repr, CHOICES[argument]))}")
    table = read_text(expression, as_text=False)
    known = None if covariates is None else _covariates(covariates, sample_column, expression, table)
    if absent := [name for name in describing if name not in table]:
        raise ValueError(f"describing={absent} is not in {expression}, whose columns are {listing(table.columns, 8)}")
    if rows == "auto":
        rows = which_axis(expression, table.index, table.columns, None if known is None else known.index)
    of_samples = table.columns[table.columns.isin(known.index)] if rows == "genes" and known is not None else ()
    values, about = numbers(expression, table, describing, of_samples)
    values = values.T if rows == "genes" else values
    obs, var = pd.DataFrame(index=values.index), pd.DataFrame(index=values.columns)
    obs, var = (obs, about) if rows == "genes" else (about, var)
    if (twice := values.index[values.index.duplicated()]).size:
        raise ValueError(f"{expression}: sample {listing(twice.unique(), 5)} comes more than once; name each once")
    if known is not None:
        kept = _common(values.index, known.index, rows, expression, covariates)
        values, obs = values.loc[kept], known.loc[kept].join(obs.loc[kept], rsuffix=" (expression)")
    values, var = _one_of_each(expression, values, var, duplicates)
    values, var = _complete(expression, values, var, missing)
    check_finite(str(expression), values.to_numpy(), values.index, values.columns)
    data = AnnData(values.to_numpy(np.float32), obs=obs.rename_axis(None), var=var.rename_axis(None))
    data.uns["provenance"] = {"source": Path(expression).name, "rows": rows}
    return data


def _covariates(path: str | Path, sample_column: str | None, expression: str | Path, table: pd.DataFrame):
    """Return the table of covariates, by the names of the samples."""
    known = read_text(path)
    check_once(path, [known.index.name, *known.columns])
    if sample_column is not None:
        if sample_column not in known and sample_column != known.index.name:
            raise ValueError(f"sample_column={sample_column!r} is not in {path}: {listing(known.columns, 8)}")
        if sample_column in known:
            known = known.reset_index().set_index(sample_column)
    names = table.index.union(table.columns)
    if not known.index.isin(names).any():
        elsewhere = [name for name in known if known[name].isin(names).any()]
        way_out = (
            f"Its column {elsewhere[0]!r} has such names: sample_column={elsewhere[0]!r} (--sample-column)"
            if elsewhere
            else "Write the names alike in both; R changes '-' to '.' unless check.names=FALSE"
        )
        raise ValueError(
            f"none of the samples of {path} ({listing(known.index, 3)}) is in {expression}, neither in its rows "
            f"({listing(table.index, 3)}) nor in its columns ({listing(table.columns, 3)}). {way_out}"
        )
    if (twice := known.index[known.index.duplicated()]).size:
        raise ValueError(f"{path}: sample {listing(twice.unique(), 5)} comes more than once; give each one row")
    return typed(known, path)


def _common(samples: pd.Index, known: pd.Index, rows: str, expression: str | Path, covariates: str | Path) -> pd.Index:
    """Return the samples that both tables have, and warn of the others."""
    kept = samples[samples.isin(known)]
    if kept.empty:
        raise ValueError(
            f"rows={rows!r}: then the samples of {expression} are {listing(samples, 3)}, and {covariates} has none of "
            f"them, but {listing(known, 3)}. Is the table the other way round (--rows)?"
        )
    lines = "columns of numbers" if rows == "genes" else "rows"
    for what, path, names, other in (
        (lines, expression, samples, covariates),
        ("rows", covariates, known, expression),
    ):
        if (alone := names[~names.isin(kept)]).size:
            warn(
                f"{len(alone)} of {len(names)} {what} of {path} are left out ({listing(alone[:3])}"
                f"{', ...' * (len(alone) > 3)}), as {other} has no sample of that name"
            )
    return kept


def _one_of_each(path: str | Path, values: pd.DataFrame, var: pd.DataFrame, duplicates: str):
    """Return the values with one column for each name of a gene."""
    twice = values.columns[values.columns.duplicated()].unique()
    if twice.empty:
        return values, var
    if duplicates == "error":
        raise ValueError(
            f"{path}: {len(twice)} genes come more than once ({listing(twice, 5)}). Give duplicates='sum' (counts), "
            f"'mean' (other units) or 'first' (--duplicates)"
        )
    if duplicates == "first":
        values = values.loc[:, ~values.columns.duplicated()]
    else:
        values = values.T.groupby(level=0, sort=False).agg(duplicates).T
    return values, var[~var.index.duplicated()].loc[values.columns]


def _complete(path: str | Path, values: pd.DataFrame, var: pd.DataFrame, missing: str):
    """Return the genes without missing values."""
    holes = values.isna().any().to_numpy()
    if not holes.any():
        return values, var
    some = f"{path}: {holes.sum()} of {len(holes)} genes have missing values ({listing(values.columns[holes], 3)})"
    if missing == "error":
        raise ValueError(f"{some}. Impute them, or leave these genes out: missing='drop' (--missing drop)")
    if holes.all():
        raise ValueError(f"{some}, so that none is left; impute them, or leave out the samples that have most of them")
    warn(f"{some}, and are left out")
    return values.loc[:, ~holes], var.loc[~holes]
