"""How alike are replicates?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import expression_matrix


def replicate_correlations(data: AnnData, by: str = "condition", batch: str | None = None) -> pd.DataFrame:
    """
    Correlation between each two samples, replicates or not.

    What two samples of *Escherichia coli* share whatever the condition (ribosomal genes are high, silent ones
    low) would push every correlation towards 1, so the mean of each gene is taken off first.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Expression on a log scale.
    by : str
        The column of ``obs`` that replicates share.
    batch : str, optional
        A column that names the batch, such as the project or the laboratory.

    Returns
    -------
    DataFrame, n_samples * (n_samples - 1) / 2 rows
        ``first``, ``second`` (sample names), ``replicates`` (bool), ``correlation`` (Pearson, over genes) and,
        with `batch`, ``same batch`` (bool).

    Examples
    --------
    >>> x = np.array([[1, 5, 2], [1, 4, 2], [6, 1, 3]], dtype="float32")
    >>> data = AnnData(x, obs=pd.DataFrame({"condition": ["a", "a", "b"]}, index=list("xyz")))
    >>> replicate_correlations(data)["replicates"].tolist()
    [True, False, False]
    """
    for argument, name in {"by": by, "batch": batch}.items():
        if name is not None and name not in data.obs:
            raise ValueError(f"{argument}={name!r} is not a column of obs; columns: {', '.join(data.obs)}")
    x = expression_matrix(data, "data").astype(np.float64)
    first, second = np.triu_indices(len(x), k=1)

    def same(column: str) -> np.ndarray:
        levels = data.obs[column].to_numpy(object)
        return levels[first] == levels[second]

    pairs = pd.DataFrame(
        {
            "first": data.obs_names[first],
            "second": data.obs_names[second],
            "replicates": same(by),
            "correlation": np.corrcoef(x - x.mean(axis=0))[first, second],
        }
    )
    return pairs if batch is None else pairs.assign(**{"same batch": same(batch)})
