"""
Correlations of pairs of genes that regulation connects, and of other pairs, whose distributions are drawn.

Pairs are a transcription factor (TF) with its target genes (TG), or two targets that share a TF. The backgrounds are
the pairs that the network does not connect.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import squareform

from gexlib.explained import explained
from gexlib.metrics.correlations import Correlations
from gexlib.metrics.expression import DataSet, Expression
from gexlib.metrics.regulons import Regulon, Regulons, find_regulons, genes_of


@explained
def tf_tg_correlations(
    data: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    self_regulation: bool = True,
    constant: str = "raise",
) -> np.ndarray:
    """
    Return the Pearson correlations of TFs with their target genes.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons, genes, self_regulation, constant
        As for :func:`s_tf_tg`.

    Returns
    -------
    ndarray of shape (n_edges,)
        One value for each regulation with both genes in the data, TF by TF in the order of ``regulons``.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])
    >>> tf_tg_correlations(x, {"crp": ["lacZ", "gyrA"]}, genes=["crp", "lacZ", "gyrA"]).round(2)
    array([ 1., -1.])
    """
    x = Expression(data, "data", genes)
    found = find_regulons(regulons, x, self_regulation)
    return Correlations(x, genes_of(found), constant).with_targets(found)


@explained
def tg_tg_correlations(
    data: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    self_regulation: bool = True,
    constant: str = "raise",
) -> np.ndarray:
    """
    Return the Pearson correlations of target genes that share a TF.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons, genes, self_regulation, constant
        As for :func:`s_tg_tg`.

    Returns
    -------
    ndarray of shape (n_pairs,)
        One value for each pair of targets of each TF, TF by TF in the order of ``regulons``. A pair that shares several
        TFs has a value for each of them.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])
    >>> tg_tg_correlations(x, {"crp": ["lacZ", "gyrA"]}, genes=["crp", "lacZ", "gyrA"]).round(2)
    array([-1.])
    """
    x = Expression(data, "data", genes)
    found = find_regulons(regulons, x, self_regulation)
    correlations = Correlations(x, genes_of(found), constant)
    return np.concatenate([squareform(correlations.matrix(targets), checks=False) for _, targets in found])


@explained
def tf_tg_background(
    data: DataSet, regulons: Regulons, genes: Sequence[str] | None = None, *, constant: str = "raise"
) -> np.ndarray:
    """
    Return correlations of TFs with genes that they do not regulate: the background of :func:`tf_tg_correlations`.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons, genes, constant
        As for :func:`s_tf_tg`.

    Returns
    -------
    ndarray
        One value for each TF and each gene that is neither its target nor itself.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])
    >>> tf_tg_background(x, {"crp": ["lacZ"]}, genes=["crp", "lacZ", "gyrA"]).round(2)
    array([-1.])
    """
    x = Expression(data, "data", genes)
    others = []
    for tf, targets in find_regulons(regulons, x, self_regulation=False):
        other = np.ones(x.n_genes, dtype=bool)
        other[np.append(targets, tf)] = False
        others.append(Regulon(tf, np.nonzero(other)[0]))
    return Correlations(x, constant=constant).with_targets(others)


@explained
def tg_tg_background(
    data: DataSet, regulons: Regulons, genes: Sequence[str] | None = None, *, constant: str = "raise"
) -> np.ndarray:
    """
    Return correlations of targets that share no TF: the background of :func:`tg_tg_correlations`.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons, genes, constant
        As for :func:`s_tg_tg`. Self-regulation does not count.

    Returns
    -------
    ndarray
        One value for each pair of targets without a common TF. A pair takes 8 bytes.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])
    >>> tg_tg_background(x, {"crp": ["lacZ"], "lacZ": ["gyrA"]}, genes=["crp", "lacZ", "gyrA"]).round(2)
    array([-1.])
    """
    x = Expression(data, "data", genes)
    found = find_regulons(regulons, x, self_regulation=False)
    used = np.unique(np.concatenate([targets for _, targets in found]))
    regulated = np.zeros((len(found), len(used)), dtype=np.float32)
    for row, (_, targets) in zip(regulated, found, strict=True):
        row[np.searchsorted(used, targets)] = 1
    parts = []
    for rows, columns, r in Correlations(x, used, constant).blocks():
        apart = regulated[:, rows].T @ regulated[:, columns] == 0
        if rows == columns:
            apart = np.triu(apart, 1)
        parts.append(r[apart])
    return np.clip(np.concatenate(parts), -1, 1)
