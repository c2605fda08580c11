"""
The published metrics, written down from the paper: every matrix whole, dendrograms by loops.

This is a formulation of our own. It takes the steps of the authors' released functions, and so about their time: four
correlation matrices, triangles by way of NaN, SciPy's complete linkage, the height of every pair written by two loops
over the members of the clusters that merge, SciPy's ``cophenet`` of each data set, and the network's correlations TF by
TF. `test_metrics.py` times gexlib against it, and the values have to agree.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.cluster import hierarchy


def correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the Pearson correlations of the columns of two matrices over the same rows."""
    x, y = ((a - a.mean(axis=0)) / a.std(axis=0) for a in (x, y))
    return x.T @ y / len(x)


def triangle(m: np.ndarray) -> np.ndarray:
    """Return the strict upper triangle as a vector."""
    marked = (np.triu(m, k=1) + np.tril(np.full_like(m, np.nan))).ravel()
    return marked[~np.isnan(marked)]


def heights(linkage: np.ndarray) -> np.ndarray:
    """Return the cophenetic distance of every pair, by loops over the members of the clusters that merge."""
    n = len(linkage) + 1
    t = np.zeros((n, n))
    members = {i: [i] for i in range(n)}
    for i, (left, right, height, _) in enumerate(linkage):
        for a in members[left]:
            for b in members[right]:
                t[a, b] = height
                t[b, a] = height
        members[n + i] = members[left] + members[right]
    return triangle(t)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine similarity of two vectors."""
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def network_correlations(x: np.ndarray, regulons: Mapping, genes: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the correlations of each TF with its targets, and of its targets with each other."""
    genes, found = np.array(genes), []
    for tf, targets in regulons.items():
        columns = [np.where(genes == target)[0][0] for target in targets if target in genes]
        if tf in genes and columns:
            own = x[:, np.where(genes == tf)[0]]
            found.append(
                (correlations(own, x[:, columns]).ravel(), triangle(correlations(x[:, columns], x[:, columns])))
            )
    return found


def scores(x: np.ndarray, z: np.ndarray, regulons: Mapping[str, Iterable[str]], genes: Sequence[str]) -> list[float]:
    """Return S_dist, S_dend, S_TF-TG and S_TG-TG."""
    d = [1 - triangle(correlations(data, data)) for data in (x, z)]
    trees = [hierarchy.linkage(1 - triangle(correlations(data, data)), "complete") for data in (x, z)]
    for tree, distances in zip(trees, d, strict=True):
        hierarchy.cophenet(tree, distances)  # how well each dendrogram fits its own data: computed along with the rest
    t = [heights(tree) for tree in trees]
    pairs = list(zip(*(network_correlations(data, regulons, genes) for data in (x, z)), strict=True))
    tf_tg = [(len(rx), cosine(rx, rz)) for (rx, _), (rz, _) in pairs]
    tg_tg = [((np.sqrt(1 + 8 * len(rx)) - 1) / 2, cosine(rx, rz)) for (_, rx), (_, rz) in pairs if len(rx)]
    return [correlations(*d).item(), correlations(*t).item()] + [
        sum(weight * value for weight, value in terms) / sum(weight for weight, _ in terms) for terms in (tf_tg, tg_tg)
    ]
