"""TCGA patients whose tumour and whose normal tissue were both measured, from two tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_columns, listing
from gexlib.datasets.registry import cache_folder
from gexlib.explained import explained

TABLES = ("expression_log2.tsv.gz", "samples.tsv")
CONDITIONS = {"tumour": "cancer", "normal": "normal"}  # the words of the table, and those of load_rnaseqdb


@explained
def load_tcga_pairs(folder: str | Path | None = None) -> AnnData:
    r"""
    Load patients whose tumour and whose normal tissue were both measured: two samples a patient.

    The values are normalised otherwise than those of :func:`gexlib.datasets.load_rnaseqdb`. Never mix the two.

    Parameters
    ----------
    folder : str or Path, optional
        The folder of ``expression_log2.tsv.gz`` (a row a gene, named in the first column, and a column a sample) and
        ``samples.tsv`` (the columns ``sample``, ``cohort``, ``patient``, ``condition``, ``sex`` and ``age``). Default:
        the folder ``tcga-pairs`` in ``$GEXLIB_DATA``, or in the user's cache.

    Returns
    -------
    AnnData
        ``X`` : float32 array of shape (samples, genes), log2(count + 0.25), with RSEM's counts after upper-quartile
        normalisation. A gene that lacks a value is left out.

        ``obs`` : indexed by sample barcode. ``study`` (the TCGA study, in lower case), ``condition`` (normal or
        cancer), ``sex`` (male or female), ``age`` (years at diagnosis, NaN if unknown), ``donor`` (the patient).

        ``uns["provenance"]`` : source, unit, citation, and the number of genes that were left out.

    Raises
    ------
    FileNotFoundError
        If a table is missing.
    ValueError
        If a table is malformed, the two tables have different samples, a patient has not exactly one sample of each
        condition, or every gene lacks a value.

    Notes
    -----
    The tables hold 602 patients of eleven studies, with the genes that the R package MetaGSCA distributes
    (github.com/Haocan223/MetaGSCA, ``data/*.RData``). The data are of TCGA's open tier :cite:p:`liu2018integrated`.

    Examples
    --------
    >>> import tempfile
    >>> samples = pd.DataFrame({"sample": ["A-01", "A-11"], "cohort": "KIRC", "patient": "A"})
    >>> samples = samples.assign(condition=["tumour", "normal"], sex="FEMALE", age=61.0)
    >>> values = pd.DataFrame({"A-01": [9.5, 2.0], "A-11": [6.5, 2.25]}, index=["CA9", "UMOD"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     values.to_csv(f"{folder}/expression_log2.tsv.gz", sep="\t")
    ...     samples.to_csv(f"{folder}/samples.tsv", sep="\t", index=False)
    ...     pairs = load_tcga_pairs(folder)
    >>> pairs.obs["condition"].tolist(), pairs[:, "CA9"].X.ravel().tolist()
    (['cancer', 'normal'], [9.5, 6.5])
    """
    folder = cache_folder("tcga-pairs") if folder is None else Path(folder)
    for name in TABLES:
        if not (folder / name).is_file():
            raise FileNotFoundError(f"folder {str(folder)!r} has no {name}; it needs {listing(TABLES)}")
    obs = _samples(folder / TABLES[1])
    path = folder / TABLES[0]
    try:
        values = pd.read_csv(path, sep="\t", index_col=0).astype(np.float32).T
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{path} is no table of numbers separated by tabs: {error}") from error
    if values.columns.has_duplicates:
        raise ValueError(f"{path}: gene {values.columns[values.columns.duplicated()][0]!r} has two rows; remove one")
    if set(values.index) != set(obs.index):
        only = sorted(set(values.index) ^ set(obs.index))
        raise ValueError(f"{TABLES[0]} and {TABLES[1]} have different samples; only one of them has {listing(only, 5)}")
    values = values.loc[obs.index]
    x = values.to_numpy()
    if np.isinf(x).any():
        raise ValueError(f"{path} has an infinite value in gene {values.columns[np.isinf(x).any(axis=0)][0]!r}")
    whole = ~np.isnan(x).any(axis=0)
    if not whole.any():
        raise ValueError(f"{path}: every gene lacks a value in some sample")
    provenance = {
        "name": "TCGA pairs",
        "cohort": "TCGA pairs",
        "organism": "Homo sapiens",
        "unit": "log2(RSEM count + 0.25), upper-quartile normalised",
        "citation": "TCGA; tables of the R package MetaGSCA",
        "source": "github.com/Haocan223/MetaGSCA, data/*.RData",
        "genes_left_out": str(int((~whole).sum())),
    }
    var = pd.DataFrame(index=values.columns[whole].astype(str).rename(None))
    return AnnData(np.ascontiguousarray(x[:, whole]), obs=obs, var=var, uns={"provenance": provenance})


def _samples(path: Path) -> pd.DataFrame:
    """Return the covariates of the samples, and check that each patient has one sample of each condition."""
    try:
        table = pd.read_csv(path, sep="\t", dtype={"age": float})
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is no table separated by tabs: {error}") from error
    needed = ["sample", "cohort", "patient", "condition", "sex", "age"]
    check_columns("column", needed, table, path.name)
    check_columns("column", needed[:4], table, path.name, complete=True)
    if table["sample"].duplicated().any():
        raise ValueError(f"{path}: sample {table['sample'][table['sample'].duplicated()].iloc[0]!r} has two rows")
    if odd := sorted(set(table["condition"]) - set(CONDITIONS)):
        raise ValueError(f"{path}: the condition is {odd[0]!r}; it must be {' or '.join(map(repr, CONDITIONS))}")
    counts = pd.crosstab(table["patient"], table["condition"]).reindex(columns=list(CONDITIONS), fill_value=0)
    if (odd := (counts != 1).any(axis=1)).any():
        raise ValueError(
            f"{path}: patient {counts.index[odd][0]!r} must have one tumour and one normal sample, but has "
            f"{counts[odd].iloc[0].to_dict()}"
        )
    return pd.DataFrame(
        {
            "study": table["cohort"].str.lower().astype("category").to_numpy(),
            "condition": table["condition"].map(CONDITIONS).astype("category").to_numpy(),
            "sex": table["sex"].str.lower().fillna("unknown").astype("category").to_numpy(),
            "age": table["age"].to_numpy(),
            "donor": table["patient"].astype("category").to_numpy(),
        },
        index=pd.Index(table["sample"].astype(str), name=None),
    )
