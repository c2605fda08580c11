"""Clusters of genes, the pairing of two clusterings, and how far the two agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from gexlib.checks import expression_matrix, listing, share, whole_number
from gexlib.explained import explained


@explained
def cluster_genes(data: AnnData, k: int = 10, seed: int = 0) -> pd.Series:
    """
    Group genes that rise and fall together, by k-means.

    Each gene is first scaled to mean 0 and variance 1 over the samples. The squared Euclidean distance of two such
    genes is :math:`2 n (1 - r)`, with :math:`r` their Pearson correlation. So k-means, which minimises squared
    distances, groups correlated genes whatever their level. A gene that does not vary has no correlation; it is set to
    0 and joins the nearest centre.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Expression on a log scale.
    k : int
        Number of clusters.
    seed : int
        Seed of the ten starts (k-means++), of which the best is kept.

    Returns
    -------
    Series of int, indexed by gene
        The cluster of each gene, from 1 to `k`; cluster 1 is the largest.

    Raises
    ------
    ValueError
        If there are fewer genes than clusters, or two genes have the same name.

    Examples
    --------
    >>> rise = np.arange(6.0)
    >>> x = np.stack([rise, 2 * rise + 1, 5 - rise], axis=1)
    >>> cluster_genes(AnnData(x, var=pd.DataFrame(index=["a", "b", "c"])), k=2).to_dict()
    {'a': 1, 'b': 1, 'c': 2}
    """
    x = expression_matrix(data, "data").T.astype(np.float32)
    if whole_number("k", k, least=1) > len(x):
        raise ValueError(f"k={k} clusters need at least as many genes; data has {len(x)}")
    if not data.var_names.is_unique:
        twice = data.var_names[data.var_names.duplicated()][0]
        raise ValueError(f"data has the gene {twice!r} more than once; call data.var_names_make_unique() first")
    x = x - x.mean(axis=1, keepdims=True)
    sd = x.std(axis=1, keepdims=True)
    scores = np.divide(x, sd, out=np.zeros_like(x), where=sd > 1e-6)
    labels = KMeans(k, n_init=10, random_state=whole_number("seed", seed, least=0)).fit(scores).labels_
    rank = np.empty(k, int)
    rank[np.argsort(-np.bincount(labels, minlength=k), kind="stable")] = np.arange(1, k + 1)
    return pd.Series(rank[labels], index=data.var_names, name="cluster")


@explained
def match_clusters(a: pd.Series, b: pd.Series) -> pd.DataFrame:
    """
    Match the clusters of two clusterings one to one, so that the pairs share as many genes as possible.

    Parameters
    ----------
    a, b : Series of labels, indexed by gene
        Clusterings of the same genes, such as those of :func:`cluster_genes`.

    Returns
    -------
    DataFrame, one row a pair, in the order of `a`'s labels
        ``a``, ``b`` (labels), ``size_a``, ``size_b`` and ``shared`` (numbers of genes). If one clustering has more
        clusters than the other, some of them stay without a partner.

    Raises
    ------
    TypeError
        If a clustering is not a Series.
    ValueError
        If the clusterings have different genes, or one has a gene twice.

    Notes
    -----
    This is the assignment problem. :func:`scipy.optimize.linear_sum_assignment` solves it exactly.

    Examples
    --------
    >>> a = pd.Series([1, 1, 1, 2, 2], index=list("pqrst"))
    >>> b = pd.Series([2, 2, 1, 1, 1], index=list("pqrst"))
    >>> match_clusters(a, b)[["a", "b", "shared"]].values.tolist()
    [[1, 2, 2], [2, 1, 2]]
    """
    shared = pd.crosstab(*_same_genes(a, b))
    rows, columns = linear_sum_assignment(shared.to_numpy(), maximize=True)
    return pd.DataFrame(
        {
            "a": shared.index[rows],
            "b": shared.columns[columns],
            "size_a": shared.sum(axis=1).to_numpy()[rows],
            "size_b": shared.sum(axis=0).to_numpy()[columns],
            "shared": shared.to_numpy()[rows, columns],
        }
    )


@explained
def cluster_agreement(a: pd.Series, b: pd.Series, n_permutations: int = 1000, seed: int = 0) -> pd.Series:
    """
    Measure how far two clusterings of the same genes agree.

    Parameters
    ----------
    a, b : Series of labels, indexed by gene
        Clusterings of the same genes.
    n_permutations : int
        How often the genes of `b` are shuffled, to find the agreement by chance.
    seed : int
        Seed of the permutations.

    Returns
    -------
    Series
        ``adjusted_rand``: the adjusted Rand index :cite:p:`hubert1985comparing`, 1 for the same clusters and 0 on
        average by chance.
        ``matched_share``: the share of genes whose two clusters are a pair of :func:`match_clusters`.
        ``matched_share_chance``: its mean over the permutations. ``p``: the share of the permutations that reach
        ``matched_share``; the data themselves count as one of them.

    Raises
    ------
    TypeError, ValueError
        As for :func:`match_clusters`.

    Examples
    --------
    >>> a = pd.Series([1, 1, 2, 2], index=list("pqrs"))
    >>> cluster_agreement(a, 3 - a, n_permutations=10)["matched_share"]
    np.float64(1.0)
    """
    a, b = _same_genes(a, b)
    whole_number("n_permutations", n_permutations, least=1)
    rng = np.random.default_rng(whole_number("seed", seed, least=0))
    (x, levels_a), (y, levels_b) = (np.unique(v, return_inverse=True)[::-1] for v in (a, b))
    shape = len(levels_a), len(levels_b)

    def matched(x: np.ndarray, y: np.ndarray) -> int:
        shared = np.bincount(x * shape[1] + y, minlength=shape[0] * shape[1]).reshape(shape)
        return shared[linear_sum_assignment(shared, maximize=True)].sum()

    observed = matched(x, y)
    chance = np.array([matched(x, rng.permutation(y)) for _ in range(n_permutations)])
    return pd.Series(
        {
            "adjusted_rand": adjusted_rand_score(x, y),
            "matched_share": observed / len(x),
            "matched_share_chance": chance.mean() / len(x),
            "p": (1 + np.sum(chance >= observed)) / (1 + n_permutations),
        }
    )


@explained
def match_terms(matches: pd.DataFrame, a: pd.DataFrame, b: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """
    Count the terms in which both clusters of each pair are enriched.

    Parameters
    ----------
    matches : DataFrame
        Pairs of clusters, from :func:`match_clusters`.
    a, b : DataFrame
        Enrichment of the clusters of each data set, from :func:`~gexlib.analysis.enrich_clusters`.
    level : float
        Terms with a family-wise error rate of at most this count as enriched.

    Returns
    -------
    DataFrame
        `matches` with the numbers of enriched terms, ``terms_a``, ``terms_b`` and ``terms_shared``, and with
        ``jaccard``, the number of shared terms over that of all terms of the two; NaN if neither has one.

    Examples
    --------
    >>> matches = pd.DataFrame({"a": [0], "b": [1]})
    >>> a = pd.DataFrame({"cluster": [0, 0], "term": ["cell cycle", "growth"], "fwer": [0.01, 0.02]})
    >>> b = pd.DataFrame({"cluster": [1], "term": ["growth"], "fwer": [0.01]})
    >>> match_terms(matches, a, b)[["terms_a", "terms_b", "terms_shared", "jaccard"]].iloc[0].tolist()
    [2.0, 1.0, 1.0, 0.5]
    """
    share("level", level)
    found = [t[t["fwer"] <= level].groupby("cluster")["term"].agg(set).to_dict() for t in (a, b)]
    pairs = [(found[0].get(i, set()), found[1].get(j, set())) for i, j in zip(matches["a"], matches["b"], strict=True)]
    return matches.assign(
        terms_a=[len(s) for s, _ in pairs],
        terms_b=[len(t) for _, t in pairs],
        terms_shared=[len(s & t) for s, t in pairs],
        jaccard=[len(s & t) / len(s | t) if s | t else np.nan for s, t in pairs],
    )


@explained
def top_terms(matches: pd.DataFrame, a: pd.DataFrame, b: pd.DataFrame, n: int = 2, level: float = 0.05) -> pd.DataFrame:
    """
    List the most enriched terms of each matched cluster, and whether its partner is enriched in them too.

    Parameters
    ----------
    matches, a, b, level
        As for :func:`match_terms`.
    n : int
        The largest number of terms for each cluster; those with the smallest p are taken.

    Returns
    -------
    DataFrame
        ``side`` (a or b), ``cluster``, ``term``, ``p``, ``fwer`` and ``common`` (whether the FWER is at most `level` in
        both clusters of the pair). Clusters without enriched terms have no row.

    Examples
    --------
    >>> matches = pd.DataFrame({"a": [0], "b": [1]})
    >>> a = pd.DataFrame({"cluster": 0, "term": ["growth"], "p": [1e-5], "fwer": [0.01]})
    >>> top_terms(matches, a, a.assign(cluster=1))[["side", "term", "common"]].values.tolist()
    [['a', 'growth', True], ['b', 'growth', True]]
    """
    whole_number("n", n, least=1)
    share("level", level)
    found = {
        side: table[table["fwer"] <= level].sort_values("p", kind="stable")
        for side, table in zip("ab", (a, b), strict=True)
    }
    parts = []
    for pair in matches.itertuples():
        own = {side: found[side][found[side]["cluster"] == getattr(pair, side)] for side in "ab"}
        both = set(own["a"]["term"]) & set(own["b"]["term"])
        for side, table in own.items():
            part = table.head(n)[["cluster", "term", "p", "fwer"]]
            parts.append(part.assign(side=side, common=part["term"].isin(both)))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)[
        ["side", "cluster", "term", "p", "fwer", "common"]
    ]


@explained
def common_terms(matches: pd.DataFrame, a: pd.DataFrame, b: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """
    List the terms in which both clusters of a pair are enriched.

    Parameters
    ----------
    matches, a, b, level
        As for :func:`match_terms`.

    Returns
    -------
    DataFrame, one row a pair and term
        ``a``, ``b`` (the clusters), ``term``, ``size``, and of each side ``overlap``, ``p``, ``fdr`` and ``fwer``
        (``overlap_a``, ...). The pairs have the order of `matches`, the terms of a pair that of ``p_a``.

    Examples
    --------
    >>> matches = pd.DataFrame({"a": [0], "b": [1]})
    >>> a = pd.DataFrame({"cluster": 0, "term": ["growth"], "size": 12, "overlap": 5, "p": [1e-5]})
    >>> a = a.assign(fdr=1e-4, fwer=0.01)
    >>> common_terms(matches, a, a.assign(cluster=1))[["a", "b", "term", "overlap_a"]].values.tolist()
    [[0, 1, 'growth', 5]]
    """
    share("level", level)
    columns = ["cluster", "term", "size", "overlap", "p", "fdr", "fwer"]
    sides = {
        side: table.loc[table["fwer"] <= level, columns].rename(columns={"cluster": side})
        for side, table in zip("ab", (a, b), strict=True)
    }
    both = sides["a"].merge(sides["b"], on=["term", "size"], suffixes=("_a", "_b"))
    order = matches[["a", "b"]].assign(pair=range(len(matches)))
    both = both.merge(order, on=["a", "b"]).sort_values(["pair", "p_a"], kind="stable", ignore_index=True)
    values = [f"{name}_{side}" for name in ("overlap", "p", "fdr", "fwer") for side in "ab"]
    return both[["a", "b", "term", "size", *values]]


def _same_genes(a: pd.Series, b: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return `a`, and `b` in the order of `a`'s genes."""
    for argument, labels in {"a": a, "b": b}.items():
        if not isinstance(labels, pd.Series):
            raise TypeError(f"{argument} must be a Series of labels indexed by gene, not {type(labels).__name__}")
        if not labels.index.is_unique:
            raise ValueError(f"{argument} has the gene {labels.index[labels.index.duplicated()][0]!r} more than once")
    if len(a) != len(b) or not a.index.isin(b.index).all():
        only = [*a.index.difference(b.index), *b.index.difference(a.index)]
        raise ValueError(
            f"a and b must be clusterings of the same genes; {len(only)} are in one of them only: {listing(only, 5)}"
        )
    return a, b.loc[a.index]
