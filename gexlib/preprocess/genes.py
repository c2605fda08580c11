"""Selection of genes of a data set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import expression_matrix, listing, whole_number
from gexlib.explained import explained


@explained
def match_genes(data: AnnData, genes: Sequence[str], ignore_case: bool = False) -> tuple[AnnData, str]:
    """
    Select genes of a data set by name, and report which of them it has.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
    genes : sequence of str
        The genes wanted, such as those of a model (``gan.var_.index``) or of a regulatory network.
    ignore_case : bool
        Whether upper and lower case are the same, as in ``"CRP"`` and ``"crp"``.

    Returns
    -------
    AnnData, n_samples x n_matched
        A copy with the genes that were found, in the order and the spelling of `genes`.
    str
        A report such as "812 of 978 genes matched; missing: ...".

    Raises
    ------
    ValueError
        If no gene matches, or a gene comes twice in `genes` or among the matching ones of `data`.
    TypeError
        If `genes` is a string.

    Examples
    --------
    >>> data = AnnData(np.ones((2, 3), "float32"), var=pd.DataFrame(index=["FIS", "CRP", "LACZ"]))
    >>> matched, report = match_genes(data, ["crp", "fnr", "fis"], ignore_case=True)
    >>> matched.var_names.tolist()
    ['crp', 'fis']
    >>> report
    "2 of 3 genes matched; missing: 'fnr'"
    """
    if isinstance(genes, str):
        raise TypeError(f"genes={genes!r} must be a list of gene names")
    fold = str.casefold if ignore_case else str
    wanted = pd.Index([fold(gene) for gene in genes])
    have = pd.Index([fold(gene) for gene in data.var_names])
    for argument, names in {"genes": wanted, "data.var_names": have[have.isin(wanted)]}.items():
        if names.has_duplicates:
            twice = names[names.duplicated()].unique()
            raise ValueError(f"{argument} names {listing(twice, 5)} more than once; keep one of each")
    found = wanted.isin(have)
    if not found.any():
        raise ValueError(
            f"none of the {len(wanted)} genes is in data; genes: {listing(list(genes), 3)}; "
            f"data: {listing(data.var_names, 3)}. Are they named alike (symbols, locus tags, identifiers)?"
        )
    place = {gene: i for i, gene in enumerate(have)}
    matched = data[:, [place[gene] for gene in wanted[found]]].copy()
    matched.var_names = [gene for gene, there in zip(genes, found, strict=True) if there]
    missing = [gene for gene, there in zip(genes, found, strict=True) if not there]
    report = f"{found.sum():,} of {len(wanted):,} genes matched"
    return matched, report + (f"; missing: {listing(missing, 10)}" if missing else "")


def most_variable_genes(data: AnnData, n_genes: int, keep: Sequence[str]) -> np.ndarray:
    """Return a bool for each gene: whether it is among the `n_genes` of the largest variance, or in `keep`."""
    if absent := [gene for gene in keep if gene not in data.var_names]:
        raise ValueError(f"keep names genes that data does not have: {listing(absent)}")
    if not len(keep) <= whole_number("most_variable", n_genes, 1) <= data.n_vars:
        raise ValueError(
            f"most_variable={n_genes} must be from {max(1, len(keep))} (the number of genes to keep) to {data.n_vars} "
            f"(the number of genes in data)"
        )
    variance = expression_matrix(data, "data").var(axis=0, dtype=np.float64)
    variance[data.var_names.get_indexer(keep)] = np.inf
    chosen = np.zeros(data.n_vars, bool)
    chosen[np.argsort(-variance, kind="stable")[:n_genes]] = True
    return chosen
