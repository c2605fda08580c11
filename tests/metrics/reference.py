"""The coefficients of Viñas et al. (2022) spelled out with loops: slow, literal, independent of gexlib."""

import math

import numpy as np


def pearson(a, b):
    """Pearson correlation of two vectors."""
    a, b = [float(v) for v in a], [float(v) for v in b]
    mean_a, mean_b = math.fsum(a) / len(a), math.fsum(b) / len(b)
    ab = math.fsum((p - mean_a) * (q - mean_b) for p, q in zip(a, b, strict=True))
    aa = math.fsum((p - mean_a) ** 2 for p in a)
    bb = math.fsum((q - mean_b) ** 2 for q in b)
    return ab / math.sqrt(aa * bb)


def pair_dissimilarities(x):
    """1 - r for all pairs of columns, as a dict."""
    n = x.shape[1]
    return {(i, j): 1 - pearson(x[:, i], x[:, j]) for i in range(n) for j in range(i + 1, n)}


def gamma(a, b):
    """Pearson correlation over the pairs."""
    return pearson([a[pair] for pair in a], [b[pair] for pair in a])


def cophenetic(d, n):
    """Height at which each pair of genes joins; clusters whose farthest members are nearest merge first."""
    clusters = [[i] for i in range(n)]
    heights = {}
    while len(clusters) > 1:
        best = None
        for p in range(len(clusters)):
            for q in range(p + 1, len(clusters)):
                farthest = max(d[min(i, j), max(i, j)] for i in clusters[p] for j in clusters[q])
                if best is None or farthest < best[0]:
                    best = farthest, p, q
        height, p, q = best
        for i in clusters[p]:
            for j in clusters[q]:
                heights[min(i, j), max(i, j)] = height
        clusters[p] = clusters[p] + clusters[q]
        del clusters[q]
    return heights


def s_dist(x, z):
    return gamma(pair_dissimilarities(x), pair_dissimilarities(z))


def s_dend(x, z):
    n = x.shape[1]
    return gamma(cophenetic(pair_dissimilarities(x), n), cophenetic(pair_dissimilarities(z), n))


def cosine(a, b):
    ab = sum(p * q for p, q in zip(a, b, strict=True))
    return ab / math.sqrt(sum(p * p for p in a) * sum(q * q for q in b))


def present_targets(regulons, genes, self_regulation):
    """TF -> distinct targets among genes, for TFs among genes that have any."""
    found = {}
    for tf, targets in regulons.items():
        kept = []
        for target in targets:
            if target in genes and target not in kept and (self_regulation or target != tf):
                kept.append(target)
        if tf in genes and kept:
            found[tf] = kept
    return found


def s_tf_tg(x, z, regulons, genes, dissimilarity=False, self_regulation=True, equal_weights=False):
    genes = list(genes)
    top = bottom = 0.0
    for tf, targets in present_targets(regulons, genes, self_regulation).items():
        vectors = []
        for data in (x, z):
            r = [pearson(data[:, genes.index(tf)], data[:, genes.index(g)]) for g in targets]
            vectors.append([1 - v for v in r] if dissimilarity else r)
        weight = 1 if equal_weights else len(targets)
        top += weight * cosine(*vectors)
        bottom += weight
    return top / bottom


def s_tg_tg(x, z, regulons, genes, per_target=False, dissimilarity=False, self_regulation=True, equal_weights=False):
    genes = list(genes)
    top = bottom = 0.0
    for targets in present_targets(regulons, genes, self_regulation).values():
        if len(targets) == 1:
            continue
        matrices = []
        for data in (x, z):
            columns = [data[:, genes.index(g)] for g in targets]
            r = np.array([[pearson(a, b) for b in columns] for a in columns])
            matrices.append(1 - r if dissimilarity else r)
        n = len(targets)
        if per_target:
            score = sum(cosine(*([m[i, j] for j in range(n) if j != i] for m in matrices)) for i in range(n))
        else:
            score = cosine(*([m[i, j] for i in range(n) for j in range(i + 1, n)] for m in matrices))
        weight = 1 if equal_weights else n - 1
        top += weight * score
        bottom += weight
    return top / bottom
