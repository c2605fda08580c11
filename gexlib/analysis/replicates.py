"""Similarity of replicates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_anndata, check_columns, column_names, expression_matrix
from gexlib.explained import explained


@explained
def replicate_correlations(
    data: AnnData, within: Sequence[str] = ("condition",), batch: str | None = None
) -> pd.DataFrame:
    """
    Compute the correlations between all pairs of samples, and say which pairs are replicates.

    In *Escherichia coli*, some genes are high and others low under all conditions: ribosomal genes are high, silent
    ones low. This would push every correlation towards 1, so the mean of each gene is subtracted first.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Expression on a log scale.
    within : sequence of str
        Columns of ``obs``, at least one; samples that agree in all of them are replicates.
    batch : str, optional
        The column of ``obs`` that names the batch, such as the project or the laboratory.

    Returns
    -------
    DataFrame, n_samples * (n_samples - 1) / 2 rows
        ``first``, ``second`` (sample names), ``replicates`` (bool), ``correlation`` (Pearson, over genes) and,
        with `batch`, ``same batch`` (bool). A missing value agrees with none.

    Raises
    ------
    ValueError
        If a column is absent, or `within` names none.

    Examples
    --------
    >>> x = np.array([[1, 5, 2], [1, 4, 2], [6, 1, 3]], dtype="float32")
    >>> data = AnnData(x, obs=pd.DataFrame({"condition": ["a", "a", "b"]}, index=list("xyz")))
    >>> replicate_correlations(data)["replicates"].tolist()
    [True, False, False]
    """
    within = column_names("within", within)
    if not within:
        raise ValueError("within names no column; name those in which replicates agree, such as ['condition']")
    check_anndata("data", data)
    check_columns("within", within, data.obs)
    check_columns("batch", [] if batch is None else [batch], data.obs)
    x = expression_matrix(data, "data").astype(np.float64)
    if len(x) < 2:
        raise ValueError(f"data has {len(x)} samples; a correlation of samples needs two or more")
    first, second = np.triu_indices(len(x), k=1)

    def same(column: str) -> np.ndarray:
        levels = data.obs[column].to_numpy(object)
        return levels[first] == levels[second]

    pairs = pd.DataFrame(
        {
            "first": data.obs_names[first],
            "second": data.obs_names[second],
            "replicates": np.logical_and.reduce([same(column) for column in within]),
            "correlation": np.corrcoef(x - x.mean(axis=0))[first, second],
        }
    )
    return pairs if batch is None else pairs.assign(**{"same batch": same(batch)})
