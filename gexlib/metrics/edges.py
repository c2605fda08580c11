"""Co-expression edges: whether the strongly correlated pairs of genes are the same in real and in synthetic data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.metrics.correlations import Correlations
from gexlib.metrics.expression import DataSet, checked_pair


@explained
def coexpression_edges(
    real: DataSet, synthetic: DataSet, threshold: float = 0.7, *, constant: str = "raise"
) -> pd.Series:
    r"""
    Compute precision and recall of co-expression edges.

    An edge is a pair of genes with :math:`|r| > t`, the threshold. A synthetic edge is right if it has the same sign in
    real data.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes. Few samples give many edges by chance, so both should have as many.
    threshold : float
        In (0, 1).
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Returns
    -------
    Series
        ``precision``: the share of the synthetic edges that real data has. ``recall``: the share of the real edges that
        synthetic data has. NaN if there are no edges to take a share of. ``real edges`` and ``synthetic edges``: their
        numbers.

    Raises
    ------
    ValueError
        If the threshold is out of range, genes differ, or are constant (unless ``constant="zero"``).

    Notes
    -----
    :cite:t:`chen2024towards` count the edges of a network that are reconstructed correctly and falsely, with positive
    correlations above a threshold. Here negative ones are edges too.

    Examples
    --------
    >>> real = np.array([[0.0, 0, 5], [1, 1, 4], [2, 2, 0], [3, 3, 2]])
    >>> synthetic = np.array([[0.0, 0, 1], [1, 1, 0], [2, 2, 1], [3, 3, 0]])
    >>> coexpression_edges(real, synthetic).round(2).tolist()  # one of three edges is kept
    [1.0, 0.33, 3.0, 1.0]
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold={threshold} must be between 0 and 1, such as 0.7")
    real, synthetic = (Correlations(data, constant=constant) for data in checked_pair(real, synthetic))
    both = in_real = in_synthetic = 0
    for (rows, columns, x), (*_, z) in zip(real.blocks(), synthetic.blocks(), strict=True):
        above = np.triu(np.ones(x.shape, bool), 1) if rows == columns else True
        x_edge, z_edge = ((np.abs(r) > threshold) & above for r in (x, z))
        in_real += np.count_nonzero(x_edge)
        in_synthetic += np.count_nonzero(z_edge)
        both += np.count_nonzero(x_edge & z_edge & (x * z > 0))
    values = {"precision": both / in_synthetic if in_synthetic else np.nan}
    values |= {"recall": both / in_real if in_real else np.nan, "real edges": in_real, "synthetic edges": in_synthetic}
    return pd.Series(values, name="value", dtype=float)
