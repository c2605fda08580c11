"""Over-representation of gene sets in lists of genes, with false discovery and family-wise error rates."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from gexlib.analysis.terms import GeneSets, Terms
from gexlib.explained import explained


@explained
def enrich(
    genes: Iterable[str],
    gene_sets: GeneSets,
    background: Iterable[str],
    n_permutations: int = 1000,
    seed: int = 0,
    smallest: int = 10,
    largest: int = 500,
) -> pd.DataFrame:
    r"""
    Test which gene sets have more genes of a list than a random draw from the background would.

    The background has :math:`N` genes, :math:`n` of them in the list and :math:`K` in a term (a gene set). By chance,
    the number of genes in both is hypergeometric, and a term with :math:`k` of them has :math:`p = P(X \geq k)` (gseapy
    :cite:p:`fang2023gseapy`).

    Terms overlap, so their tests depend on each other. The family-wise error rate (FWER) allows for that: lists of
    :math:`n` genes are drawn at random from the background, and the smallest p over all terms is kept for each. The
    FWER of a term is the share of the draws whose smallest p is at most the term's, as in GOfuncR
    :cite:p:`grote2018gofuncr,prufer2007func`.

    Parameters
    ----------
    genes : iterable of str
        The list, such as the genes of a cluster.
    gene_sets : dict of str to iterable of str, path or str
        Genes by term, the path of a GMT file (:func:`~gexlib.datasets.read_gmt`), or the name of an Enrichr library,
        such as ``"KEGG_2021_Human"``. Only a library needs the network.
    background : iterable of str
        All genes that could have been in the list: those measured, or those clustered. Upper and lower case differ.
    n_permutations : int
        The number of random lists for the FWER, whose smallest value above 0 is one over this.
    seed : int
        Seed of the random lists.
    smallest, largest : int
        Terms are first cut to the background. Those that then have from `smallest` to `largest` genes are tested.

    Returns
    -------
    DataFrame, one row a term that shares a gene with the list, the smallest p first
        ``term``; ``overlap`` (:math:`k`); ``size`` (:math:`K`); ``odds_ratio`` (with 0.5 added to each count); ``p``;
        ``fdr`` (Benjamini and Hochberg, over all terms tested); ``fwer``; ``genes`` (those in both, separated by
        commas). ``attrs`` holds ``list_size`` (:math:`n`), ``background_size`` (:math:`N`) and ``terms_tested``.

    Raises
    ------
    FileNotFoundError
        If there is no such GMT file.
    ValueError
        If genes of the list are not in the background, or no term can be tested.
    ConnectionError
        If Enrichr cannot be reached, or does not answer in full within five minutes.

    Notes
    -----
    Genes that are in no gene set are left out of list and background, as in GOfuncR. Nothing is known of what they do,
    and counting them would make every term look enriched among well-studied genes.

    Examples
    --------
    >>> background = [f"g{i}" for i in range(100)]
    >>> sets = {"low": background[:12], "even": background[::2], "all": background}
    >>> enrich(background[:10], sets, background)[["term", "overlap", "size", "fwer"]].head(1).values.tolist()
    [['low', 10, 12, 0.0]]
    """
    listed = [genes] if isinstance(genes, str) else genes
    return Terms(gene_sets, background, smallest, largest).test({"genes": listed}, n_permutations, seed)["genes"]


@explained
def enrich_clusters(
    clusters: pd.Series,
    gene_sets: GeneSets,
    n_permutations: int = 1000,
    seed: int = 0,
    smallest: int = 10,
    largest: int = 500,
) -> pd.DataFrame:
    """
    Test each cluster of genes for enrichment against all genes that were clustered.

    Parameters
    ----------
    clusters : Series of labels, indexed by gene
        From :func:`cluster_genes`.
    gene_sets, n_permutations, seed, smallest, largest
        As for :func:`enrich`.

    Returns
    -------
    DataFrame
        The rows of :func:`enrich` for each cluster, with its label in the first column, ``cluster``. The FWER holds
        within a cluster: by chance, 5 % of the clusters have a term with an FWER of 0.05 or less.

    Raises
    ------
    FileNotFoundError, ValueError, ConnectionError
        As for :func:`enrich`.

    Examples
    --------
    >>> clusters = pd.Series([1] * 10 + [2] * 90, index=[f"g{i}" for i in range(100)])
    >>> enrich_clusters(clusters, {"low": clusters.index[:12]})[["cluster", "overlap"]].values.tolist()
    [[1, 10], [2, 2]]
    """
    terms = Terms(gene_sets, clusters.index, smallest, largest)
    lists = {label: members.index for label, members in clusters.groupby(clusters, observed=True)}
    parts = terms.test(lists, n_permutations, seed)
    found = pd.concat(parts, names=["cluster"]).reset_index(level="cluster").reset_index(drop=True)
    found.attrs = {name: value for name, value in next(iter(parts.values())).attrs.items() if name != "list_size"}
    return found
