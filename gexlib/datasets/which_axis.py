"""Which way round a table of expression is."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from gexlib.checks import listing

# Ensembl identifiers, and locus tags of bacteria: letters, then at least four digits
GENE = re.compile(r"ENS[A-Z]*[GT]\d{11}(\.\d+)?|[A-Z][A-Z0-9]{0,7}_?[A-Z]{0,2}\d{4,6}[a-z]?", re.IGNORECASE)
SAMPLE = re.compile(r"(GSM|[SED]R[RXS]|SAM[NED]A?|chip|sample|s)[-_.]?\d+.*|(TCGA|GTEX)[-.].*", re.IGNORECASE)
FAMILIAR = frozenset(  # genes that nearly every table of a vertebrate or of a bacterium has
    {"actb", "gapdh", "b2m", "tp53", "trp53", "myc", "egfr", "rps18", "eef1a1", "hprt", "hprt1", "ubc", "vim"}
    | {"rpob", "rpoc", "rpod", "gyra", "gyrb", "reca", "dnaa", "dnak", "ftsz", "crp", "fur", "fnr"}
)
ENOUGH = 3  # familiar genes


def which_axis(path: str | Path, rows: pd.Index, columns: pd.Index, samples: pd.Index | None = None) -> str:
    """
    Tell whether the rows of a table of expression are samples or genes.

    If names of samples are given, the axis that has more of them has the samples. Otherwise, the axis has the genes
    that has three familiar names (GAPDH, rpoB), or at least half of whose names look like identifiers of genes.

    Parameters
    ----------
    path : path
        For the error.
    rows, columns : Index of str
    samples : Index of str, optional
        Names of samples, as from a table of covariates.

    Returns
    -------
    str
        ``"samples"`` or ``"genes"``.

    Raises
    ------
    ValueError
        If it cannot be told.

    Examples
    --------
    >>> which_axis("counts.csv", pd.Index(["b0001", "b0002"]), pd.Index(["LB_1", "LB_2"]), pd.Index(["LB_1", "LB_2"]))
    'genes'
    >>> which_axis("log_tpm.csv", pd.Index(["LB_1", "LB_2"]), pd.Index(["b0001", "b0002"]))
    'samples'
    """
    if samples is not None:
        in_rows, in_columns = rows.isin(samples).sum(), columns.isin(samples).sum()
        if in_rows != in_columns:
            return "samples" if in_rows > in_columns else "genes"
        seen = f"{in_rows} rows and as many columns have names of samples"
    else:
        of_rows, of_columns = _like_genes(rows), _like_genes(columns)
        if of_rows != of_columns:
            return "genes" if of_rows else "samples"
        seen = f"{'both' if of_rows else 'neither'} of rows and columns look like genes"
    raise ValueError(
        f"{path}: are its {len(rows):,} rows ({listing(rows, 3)}) or its {len(columns):,} columns "
        f"({listing(columns, 3)}) the samples? {seen}. Give rows='samples' or rows='genes', or a table of covariates"
    )


def _like_genes(names: pd.Index) -> bool:
    if len(FAMILIAR & {str(name).casefold() for name in names}) >= ENOUGH:
        return True
    like = [bool(GENE.fullmatch(name)) and not SAMPLE.fullmatch(name) for name in map(str, names)]
    return sum(like) >= len(like) / 2
