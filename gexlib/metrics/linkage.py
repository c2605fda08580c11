"""
Complete-linkage trees of genes, and gamma of two trees.

SciPy keeps distances as a condensed vector, in which the column of a gene is scattered over the whole vector. From a
few thousand genes on, nearly all of the time is spent waiting for memory. For many genes the linkage here therefore
reads a square matrix, by rows only, and gamma needs no matrix of all pairs.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import num_obs_y, squareform

from gexlib.explained import explained
from gexlib.metrics.correlations import Correlations
from gexlib.metrics.expression import DataSet, Expression
from gexlib.metrics.gamma_coefficient import check_varied

#: From this number of genes on, `merge_rows` is faster than SciPy, and cophenetic distances are not all held at once.
LARGE = 2500


@explained
def complete_linkage(data: DataSet, *, constant: str = "raise") -> np.ndarray:
    """
    Cluster genes by complete linkage on the dissimilarity 1 - r.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Returns
    -------
    ndarray of shape (n_genes - 1, 4)
        SciPy's linkage matrix, for :func:`scipy.cluster.hierarchy.dendrogram` or ``cophenet``.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 2.0], [3.0, 6.0, 1.0]])
    >>> complete_linkage(x).round(2).tolist()
    [[0.0, 1.0, 0.0, 2.0], [2.0, 3.0, 2.0, 3.0]]
    """
    return Tree.of(Correlations(Expression(data, "data"), constant=constant)).linkage


class Tree:
    """
    A complete-linkage tree of genes; what a comparison with other trees needs is computed once.

    Parameters
    ----------
    linkage : ndarray of shape (n_genes - 1, 4)
        SciPy's linkage matrix.
    argument : str
        The name of the data set in errors.

    Attributes
    ----------
    mean, sd : float
        Mean and standard deviation of the cophenetic distances of all pairs.
    """

    def __init__(self, linkage: np.ndarray, argument: str = "data"):
        self.linkage = linkage
        self.argument = argument
        self.n = len(linkage) + 1
        sizes = np.concatenate([np.ones(self.n), linkage[:, 3]])
        pairs = sizes[linkage[:, 0].astype(int)] * sizes[linkage[:, 1].astype(int)]  # that each merge joins
        self.mean = np.average(linkage[:, 2], weights=pairs)
        self.sd = np.sqrt(np.average((linkage[:, 2] - self.mean) ** 2, weights=pairs))

    @classmethod
    def of(cls, correlations: Correlations) -> Tree:
        """Cluster genes by complete linkage on the dissimilarity 1 - r."""
        return cls(complete_linkage_of(correlations.for_linkage()), correlations.argument)

    def gamma(self, other: Tree) -> float:
        """
        Return the Pearson correlation of the cophenetic distances of two trees over the same genes.

        Raises
        ------
        ValueError
            If all cophenetic distances of a tree are equal.
        """
        for tree in (self, other):
            check_varied(tree.argument, tree.mean, tree.sd, scale=1.0)
        products = self.centred @ other.centred if self.n < LARGE else _products_by_rows(self, other)
        return float(np.clip(products / (self.n * (self.n - 1) / 2) / (self.sd * other.sd), -1, 1))

    @cached_property
    def centred(self) -> np.ndarray:
        """Cophenetic distances of all pairs, minus their mean, in SciPy's condensed order."""
        t = hierarchy.cophenet(self.linkage)
        t -= self.mean
        return t

    @cached_property
    def leaf_order(self) -> tuple[np.ndarray, np.ndarray]:
        """The leaves from left to right, and the heights at which neighbours join, minus the mean."""
        leaves = hierarchy.leaves_list(self.linkage)
        start = np.argsort(leaves).tolist()  # leftmost leaf of each cluster
        cuts = np.empty(self.n - 1, dtype=np.intp)
        for k, (left, right) in enumerate(self.linkage[:, :2].astype(int).tolist()):
            start.append(start[left])
            cuts[k] = start[right] - 1
        steps = np.empty(self.n - 1)
        steps[cuts] = self.linkage[:, 2] - self.mean
        return leaves, steps


def complete_linkage_of(d: np.ndarray) -> np.ndarray:
    """Cluster by distances, square (overwritten) or condensed, with the same bits as SciPy, at ties too."""
    square = d.ndim == 2
    if (len(d) if square else num_obs_y(d)) < LARGE:
        return hierarchy.linkage(squareform(d, checks=False) if square else d, "complete")
    return _linkage_matrix(*merge_rows(d if square else squareform(d, checks=False)))


def merge_rows(d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Cluster by chains of nearest neighbours (Müllner 2011), which read one row of ``d`` at a time.

    The row and the column of its member of highest index hold a cluster. If two clusters merge, only their two
    rows are combined. Any other row is updated when it is next read: it takes the maximum of the two columns.

    Parameters
    ----------
    d : ndarray of shape (n, n)
        Symmetric distances in float64; overwritten.

    Returns
    -------
    gone, kept : ndarray of int, shape (n - 1,)
        The rows whose clusters merge, in the order of the chains, not of the heights. The row ``kept`` then stores the
        union.
    height : ndarray of shape (n - 1,)
        Distance at which they merge.
    """
    n = len(d)
    gone, kept, height = np.empty(n - 1, np.intp), np.empty(n - 1, np.intp), np.empty(n - 1)
    lives_in = np.arange(n)  # for each row, the row that now stores its cluster
    alive, known = np.ones(n, dtype=bool), [0] * n  # known: number of merges that a row is updated for
    np.fill_diagonal(d, np.inf)

    def row(i: int, merges: int) -> np.ndarray:
        columns = gone[known[i] : merges]
        if len(columns):
            np.maximum.at(d[i], lives_in[columns], d[i, columns])
            d[i, columns] = np.inf
            d[i, i] = np.inf
            known[i] = merges
        return d[i]

    chain, first = [], 0
    for merges in range(n - 1):
        if not chain:
            first += int(alive[first:].argmax())
            chain.append(first)
        while True:
            distances = row(chain[-1], merges)
            nearest = int(distances.argmin())
            if len(chain) > 1 and distances[chain[-2]] <= distances[nearest]:
                break  # the last two are each other's nearest
            chain.append(nearest)
        height[merges] = distances[chain[-2]]
        x, y = gone[merges], kept[merges] = sorted((chain.pop(), chain.pop()))
        union = row(y, merges)
        np.maximum(row(x, merges), union, out=union)
        union[[x, y]] = np.inf
        alive[x], known[y] = False, merges + 1
        lives_in[lives_in == x] = y
    return gone, kept, height


def _linkage_matrix(gone: np.ndarray, kept: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return SciPy's linkage matrix: merges in the order of their heights, which also numbers the clusters."""
    n = len(height) + 1
    order = np.argsort(height, kind="stable")
    number, size = list(range(n)), [1] * n
    linkage = np.empty((n - 1, 4))
    for k, (x, y) in enumerate(zip(gone[order].tolist(), kept[order].tolist(), strict=True)):
        size[y] += size[x]
        linkage[k] = *sorted((number[x], number[y])), height[order[k]], size[y]
        number[y] = n + k
    return linkage


def _products_by_rows(real: Tree, synthetic: Tree) -> float:
    """
    Sum over all pairs of the products of their centred cophenetic distances.

    In the order of the leaves, the distance of two genes is the largest height between them. So a row of the matrix of
    all pairs is a running maximum, and only one row of each tree is held at a time.
    """
    (leaves, steps), (others, other_steps) = real.leaf_order, synthetic.leaf_order
    n = real.n
    place = np.empty(n, dtype=np.intp)
    place[others] = np.arange(n)
    there = place[leaves]  # places in the other tree of the leaves of the first
    right, row = np.full(n, -np.inf), np.empty(n)
    products = np.zeros(n)
    for i in range(n - 2, -1, -1):
        np.maximum(right[i + 1 :], steps[i], out=right[i + 1 :])
        at = there[i]
        np.maximum.accumulate(other_steps[at:], out=row[at + 1 :])
        np.maximum.accumulate(other_steps[:at][::-1], out=row[:at][::-1])
        products[i] = right[i + 1 :] @ row[there[i + 1 :]]
    return products.sum()
