"""Gene sets in a ranking of genes, tested by rotating their labels around the chromosome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from gexlib.explained import explained


@explained
def rank_sets(scores: pd.Series, sets: Mapping[str, Iterable[str]], top: int = 100, least: int = 5) -> pd.DataFrame:
    r"""
    Measure how high gene sets, such as regulons, stand in a ranking of genes.

    Genes of one operon are transcribed together, so they rank together. A test that shuffles labels would make any
    regulon of a few operons look significant. The test here rotates the labels around the chromosome instead: all
    genes keep their order, and the set's membership moves by 1, 2, ..., n - 1 places. This keeps runs of neighbours
    whole. All n positions are computed, so no random number is involved. The smallest *p* is 1/n.

    Parameters
    ----------
    scores : Series, one value a gene, in the order of the genome
        An effect or a statistic; its sign does not count.
    sets : mapping of str to iterable of str
        Names of the sets and their genes; genes without a score do not count.
    top : int
        How many genes count as the top, for ``in top``.
    least : int
        Sets with fewer scored genes than this are left out.

    Returns
    -------
    DataFrame, one row a set, by falling AUROC
        ``genes``: the number of scored members.
        ``AUROC``: how well the absolute score tells members from other genes (0.5 is chance).
        ``p``: the share of positions around the chromosome with an AUROC at least as high.
        ``in top``: the number of members among the top genes. ``expected``: that number by chance. ``p top``: the
        hypergeometric (one-sided Fisher) probability of at least as many, which takes genes as independent.

    Raises
    ------
    ValueError
        If `top` is not from 1 to the number of genes, or a gene has two scores.

    Examples
    --------
    >>> genes = [f"g{i}" for i in range(100)]
    >>> scores = pd.Series(np.r_[np.full(10, 5.0), np.linspace(0, 1, 90)], index=genes)
    >>> table = rank_sets(scores, {"first": genes[:10], "middle": genes[50:60]}, top=10)
    >>> table["AUROC"].round(2).to_dict(), table["in top"].to_dict()
    ({'first': 1.0, 'middle': 0.44}, {'first': 10, 'middle': 0})
    """
    n = len(scores)
    if not 1 <= top <= n:
        raise ValueError(f"top={top} must be from 1 to the number of genes, {n}")
    if not scores.index.is_unique:
        raise ValueError(f"scores names a gene twice: {scores.index[scores.index.duplicated()][0]!r}")
    ranks = stats.rankdata(scores.abs().to_numpy())
    best = np.zeros(n, bool)
    best[scores.abs().to_numpy().argsort(kind="stable")[::-1][:top]] = True
    rows = {}
    for name, genes in sets.items():
        member = scores.index.isin(list(genes))
        k = int(member.sum())
        if not least <= k < n:
            continue
        turned = (_turned_sums(ranks, member) - k * (k + 1) / 2) / (k * (n - k))
        found = int((member & best).sum())
        rows[name] = {
            "genes": k,
            "AUROC": turned[0],
            "p": float((turned >= turned[0] - 1e-9).mean()),
            "in top": found,
            "expected": k * top / n,
            "p top": float(stats.hypergeom.sf(found - 1, n, k, top)),
        }
    columns = ["genes", "AUROC", "p", "in top", "expected", "p top"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.sort_values("AUROC", ascending=False, kind="stable").rename_axis("set")


def _turned_sums(ranks: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Return sums of the members' ranks with the membership rotated by 0, 1, ..., n - 1 places."""
    sums = np.fft.irfft(np.conj(np.fft.rfft(member)) * np.fft.rfft(ranks), len(ranks))
    return np.round(sums * 2) / 2  # ranks are whole numbers or, in ties, half ones
