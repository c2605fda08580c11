"""Groups of neighbouring samples, for data sets whose samples have no names but an order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import expression_matrix, whole_number
from gexlib.explained import explained

FARTHEST = 100  # places between two samples, at most, in the search for a length


@explained
def correlation_by_distance(data: AnnData, distances: Iterable[int]) -> pd.Series:
    """
    Correlations of samples that lie so many places apart.

    Each sample's residuals are its values less the mean of each gene. Two samples of one experiment deviate from the
    mean of all in the same genes, so their residuals correlate.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Log expression, samples in the order of the source.
    distances : iterable of int
        From 1 (neighbours) to n_samples - 1.

    Returns
    -------
    Series
        The median over all pairs of samples at each distance.

    Raises
    ------
    ValueError
        If a distance is not from 1 to n_samples - 1.

    Examples
    --------
    >>> x = np.repeat(np.eye(3), 2, axis=0)  # three experiments of two samples each
    >>> correlation_by_distance(AnnData(x), [2, 4]).round(2).to_dict()
    {2: -0.5, 4: -0.5}
    """
    correlations = _residual_correlations(data)
    found = {}
    for distance in distances:
        if not 1 <= distance < len(correlations):
            raise ValueError(f"distance {distance} must be from 1 to {len(correlations) - 1}, one less than n_samples")
        found[distance] = float(np.median(np.diag(correlations, distance)))
    return pd.Series(found, name="median correlation", dtype=float).rename_axis("distance")


@explained
def neighbour_blocks(data: AnnData, least: int | None = None, alike: float = 0.5) -> pd.Series:
    """
    Group samples into blocks of neighbours, so that replicates stay together.

    Some data sets do not tell which samples are replicates, but list the samples of an experiment one after the other.
    Drawn at random, near copies come to lie on both sides of a split, and every score on the test samples is too good.
    Blocks of neighbours prevent most of that: they can be the groups of :func:`split_groups` and :func:`prepare`.

    A block has `least` samples, and goes on until two neighbours differ. So there is never a border between two
    neighbours that are alike. The samples that are left at the end join the last block.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Log expression, samples in the order of the source.
    least : int, optional
        The least number of samples in a block. Default: the shortest distance at which the median of
        :func:`correlation_by_distance` is 0 or less. Samples so far apart are no more alike than any two.
    alike : float
        Two neighbours stay in one block if their residuals correlate at least so much.

    Returns
    -------
    Series of category, indexed like ``data.obs``
        ``"block 01"``, ``"block 02"`` and so on. Store it as ``data.obs["block"]``.

    Raises
    ------
    ValueError
        If there are fewer samples than `least`, `alike` is not from -1 to 1, or no distance is found for `least`.

    Notes
    -----
    The groups depend on the expression of all samples, test samples included, but no score does: a border is drawn
    where similarity ends, which can only make the test harder. What blocks do not prevent is that like experiments
    stand far from each other in the list.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = np.repeat(rng.normal(size=(4, 50)), [2, 3, 3, 2], axis=0) + 0.1 * rng.normal(size=(10, 50))
    >>> neighbour_blocks(AnnData(x), least=2).value_counts(sort=False).tolist()
    [2, 3, 3, 2]
    """
    if not -1 <= alike <= 1:
        raise ValueError(f"alike={alike} must be a correlation, from -1 to 1")
    correlations = _residual_correlations(data)
    n = len(correlations)
    if least is None:
        least = _distance_without_likeness(correlations)
    if whole_number("least", least, 1) > n:
        raise ValueError(f"least={least} is more than the {n} samples of data")
    neighbours = np.append(np.diag(correlations, 1), -1.0)
    codes, block, size = np.empty(n, dtype=int), 0, 0
    for i in range(n):
        codes[i], size = block, size + 1
        if size >= least and neighbours[i] < alike and n - 1 - i >= least:
            block, size = block + 1, 0
    digits = max(2, len(str(block + 1)))
    names = [f"block {code + 1:0{digits}}" for code in range(block + 1)]
    return pd.Series(pd.Categorical.from_codes(codes, names), index=data.obs_names, name="block")


def _residual_correlations(data: AnnData) -> np.ndarray:
    """Return the correlations of samples, of what is left without the mean of each gene."""
    x = expression_matrix(data, "data").astype(np.float64)
    if len(x) < 2:
        raise ValueError(f"data has {len(x)} samples; neighbours need at least 2")
    return np.corrcoef(x - x.mean(axis=0))


def _distance_without_likeness(correlations: np.ndarray) -> int:
    """Return the shortest distance at which the median correlation of two samples is 0 or less."""
    for distance in range(1, min(FARTHEST, len(correlations) - 1) + 1):
        if np.median(np.diag(correlations, distance)) <= 0:
            return distance
    raise ValueError("samples are alike at every distance; give least, the least number of samples in a block")
