"""Over-representation of gene sets in lists of genes, with false discovery and family-wise error rates."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import hypergeom

from gexlib.checks import whole_number
from gexlib.datasets import read_gmt

GeneSets = Mapping[str, Iterable[str]] | str | os.PathLike
_PIECE = 1 << 22  # counts (permutations x terms) held at a time
_TIES = 1 + 1e-8  # two probabilities this close are the same table, computed in two ways


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
    Which gene sets hold more of some genes than a random draw from the background would?

    With :math:`N` genes in the background, :math:`n` of them in the list and :math:`K` in a term, the number of
    genes in both is hypergeometric by chance, and a term with :math:`k` of them has
    :math:`p = P(X \geq k)` (gseapy :cite:p:`fang2023gseapy`). Terms overlap, so their tests depend on each other. The
    family-wise error rate takes that as it is: lists of :math:`n` genes are drawn from the background at random, the
    smallest p of each over all terms is kept, and the FWER of a term is the share of the draws whose smallest p is at
    most the term's, as in GOfuncR :cite:p:`grote2018gofuncr,prufer2007func`.

    Parameters
    ----------
    genes : iterable of str
        The list, such as the genes of a cluster.
    gene_sets : dict of str to iterable of str, path or str
        Genes by term; or the path of a GMT file (:func:`~gexlib.datasets.read_gmt`); or else the name of an Enrichr
        library, such as ``"KEGG_2021_Human"``, which alone needs the network.
    background : iterable of str
        All genes that could have come into the list: those measured, or those clustered. Gene names are compared as
        they are, upper and lower case apart.
    n_permutations : int
        Random lists for the FWER; its smallest value above 0 is one over this.
    seed : int
    smallest, largest : int
        Terms are cut to the background first, and tested if they have this many genes then.

    Returns
    -------
    DataFrame, one row a term that shares a gene with the list, the smallest p first
        ``term``; ``overlap`` (:math:`k`); ``size`` (:math:`K`); ``odds_ratio`` (with 0.5 added to each count); ``p``;
        ``fdr`` (Benjamini and Hochberg, over all terms tested); ``fwer``; ``genes`` (those in both, separated by
        commas). In ``attrs``: ``list_size`` (:math:`n`), ``background_size`` (:math:`N`), ``terms_tested``.

    Raises
    ------
    ValueError
        If genes of the list are missing in the background, or no term can be tested.
    ConnectionError
        If an Enrichr library cannot be had.

    Notes
    -----
    Genes that no gene set at all holds are left out of list and background, as in GOfuncR: of them it is unknown what
    they do, and counting them would make every term look enriched among well-studied genes.

    Examples
    --------
    >>> background = [f"g{i}" for i in range(100)]
    >>> sets = {"low": background[:12], "even": background[::2], "all": background}
    >>> enrich(background[:10], sets, background)[["term", "overlap", "size", "fwer"]].head(1).values.tolist()
    [['low', 10, 12, 0.0]]
    """
    listed = [genes] if isinstance(genes, str) else genes
    return _Terms(gene_sets, background, smallest, largest).test({"genes": listed}, n_permutations, seed)["genes"]


def enrich_clusters(
    clusters: pd.Series,
    gene_sets: GeneSets,
    n_permutations: int = 1000,
    seed: int = 0,
    smallest: int = 10,
    largest: int = 500,
) -> pd.DataFrame:
    """
    Enrichment of each cluster of genes against all genes that were clustered.

    Parameters
    ----------
    clusters : Series of labels, indexed by gene
        From :func:`cluster_genes`.
    gene_sets, n_permutations, seed, smallest, largest
        As for :func:`enrich`.

    Returns
    -------
    DataFrame
        The rows of :func:`enrich` for each cluster, led by its label in ``cluster``. The FWER holds within a
        cluster: among `k` clusters about `k` times 5 % have a term with an FWER of 0.05 or less by chance.

    Examples
    --------
    >>> clusters = pd.Series([1] * 10 + [2] * 90, index=[f"g{i}" for i in range(100)])
    >>> enrich_clusters(clusters, {"low": clusters.index[:12]})[["cluster", "overlap"]].values.tolist()
    [[1, 10], [2, 2]]
    """
    terms = _Terms(gene_sets, clusters.index, smallest, largest)
    lists = {label: members.index for label, members in clusters.groupby(clusters, observed=True)}
    parts = terms.test(lists, n_permutations, seed)
    found = pd.concat(parts, names=["cluster"]).reset_index(level="cluster").reset_index(drop=True)
    found.attrs = {name: value for name, value in next(iter(parts.values())).attrs.items() if name != "list_size"}
    return found


class _Terms:
    """Gene sets cut to a background, ready for many lists."""

    def __init__(self, gene_sets: GeneSets, background: Iterable[str], smallest: int, largest: int) -> None:
        whole_number("smallest", smallest, least=1)
        whole_number("largest", largest, least=smallest)
        self.measured = set(background)
        cut = {term: self.measured.intersection(genes) for term, genes in load_gene_sets(gene_sets).items()}
        self.background = set().union(*cut.values())
        self.sets = {term: genes for term, genes in cut.items() if smallest <= len(genes) <= largest}
        if not self.sets:
            raise ValueError(
                f"none of {len(cut)} gene sets has {smallest} to {largest} genes among the {len(self.measured)} of "
                f"background, {len(self.background)} of which are in any set; are both named alike, such as by symbol?"
            )
        order = {gene: i for i, gene in enumerate(sorted(self.background))}
        pairs = [(order[gene], j) for j, genes in enumerate(self.sets.values()) for gene in genes]
        shape = len(order), len(self.sets)
        self.membership = sparse.csr_array((np.ones(len(pairs), np.int32), tuple(np.transpose(pairs))), shape=shape)
        self.sizes, self.row_of_term = np.unique(self.membership.sum(axis=0), return_inverse=True)

    def test(
        self, lists: Mapping[Hashable, Iterable[str]], n_permutations: int, seed: int
    ) -> dict[Hashable, pd.DataFrame]:
        """The table of each list."""
        known = {}
        for name, genes in lists.items():
            listed = set(genes)
            if missing := sorted(listed - self.measured):
                raise ValueError(
                    f"{name} has {len(missing)} genes that are not in background, such as {missing[0]!r}; add them"
                )
            known[name] = listed & self.background
        smallest = self.smallest_p({len(listed) for listed in known.values()}, n_permutations, seed)
        return {name: self.table(listed, smallest[len(listed)]) for name, listed in known.items()}

    def table(self, listed: set[str], smallest: np.ndarray) -> pd.DataFrame:
        """The terms of one list, given the smallest p of random lists of its size."""
        from gseapy.stats import calc_pvalues, multiple_testing_correction  # takes seconds to import

        columns = ["term", "p", "odds_ratio", "overlap", "size", "genes"]
        rows = list(zip(*calc_pvalues(listed, self.sets, self.background), strict=True)) if listed else []
        table = pd.DataFrame(rows, columns=columns).astype({"p": float})
        untouched = np.ones(len(self.sets) - len(table))  # terms without any gene of the list are tests, too
        q, _ = multiple_testing_correction(np.concatenate([table["p"], untouched]))
        table["fdr"] = q[: len(table)]
        reached = np.searchsorted(np.sort(smallest), table["p"] * _TIES, side="right")
        table["fwer"] = reached / len(smallest)
        table["genes"] = [", ".join(sorted(found)) for found in table["genes"]]
        order = ["term", "overlap", "size", "odds_ratio", "p", "fdr", "fwer", "genes"]
        table = table[order].sort_values(["p", "term"], ignore_index=True)
        table.attrs = {
            "list_size": len(listed),
            "background_size": len(self.background),
            "terms_tested": len(self.sets),
        }
        return table

    def smallest_p(self, sizes: Iterable[int], n_permutations: int, seed: int) -> dict[int, np.ndarray]:
        """For each size of a list, the smallest p over all terms of random lists: the first genes of shuffled ones."""
        whole_number("n_permutations", n_permutations, least=1)
        rng = np.random.default_rng(whole_number("seed", seed, least=0))
        n_genes, n_terms = self.membership.shape
        tails = {n: _tails(n_genes, n, self.sizes) for n in sizes}
        found = {n: [] for n in tails}
        step = max(1, _PIECE // max(n_terms, n_genes))
        for start in range(0, n_permutations, step):
            rows = min(step, n_permutations - start)
            shuffled = rng.permuted(np.tile(np.arange(n_genes), (rows, 1)), axis=1)
            for n, tail in tails.items():
                where = np.repeat(np.arange(rows), n), shuffled[:, :n].ravel()
                chosen = sparse.csr_array((np.ones(rows * n, np.int32), where), shape=(rows, n_genes))
                counts = (chosen @ self.membership).toarray()
                found[n].append(tail[self.row_of_term, counts].min(axis=1))
        return {n: np.concatenate(pieces) for n, pieces in found.items()}


def _tails(n_genes: int, n: int, sizes: np.ndarray) -> np.ndarray:
    """``P(X >= k)`` for each size of a term (rows) and k from 0 to the largest size (columns)."""
    k = np.arange(sizes.max() + 1)
    mass = hypergeom.pmf(k, n_genes, sizes[:, None], n)
    return np.minimum(np.cumsum(mass[:, ::-1], axis=1)[:, ::-1], 1.0)  # from the small end, to keep the digits


def load_gene_sets(gene_sets: GeneSets) -> Mapping[str, Iterable[str]]:
    """
    Genes by term, from whatever :func:`enrich` takes as ``gene_sets``; for an Enrichr library, to ask for it only once.

    Parameters
    ----------
    gene_sets : dict of str to iterable of str, path or str
        A dict, which is returned as it is; the path of a GMT file; or else the name of an Enrichr library (human).

    Returns
    -------
    dict of str to iterable of str

    Raises
    ------
    FileNotFoundError
        If a name ends in ``.gmt`` or ``.gmt.gz`` and there is no such file.
    ConnectionError
        If Enrichr cannot be asked.
    ValueError
        If it is neither a file nor a library, or the file is no GMT file.

    Examples
    --------
    >>> load_gene_sets({"respiration": ["cyoA", "cydA"]})
    {'respiration': ['cyoA', 'cydA']}
    """
    if isinstance(gene_sets, Mapping):
        return gene_sets
    if not isinstance(gene_sets, str | os.PathLike):
        raise TypeError(f"gene_sets must be a dict, a path or a name, not {type(gene_sets).__name__}")
    path = Path(gene_sets)
    if path.is_file() or path.name.endswith((".gmt", ".gmt.gz")):
        return read_gmt(path)
    import gseapy
    from requests import RequestException

    try:
        return gseapy.get_library(str(gene_sets), max_size=10**6)
    except (RequestException, OSError) as error:
        raise ConnectionError(
            f"{str(gene_sets)!r} is no GMT file here, and Enrichr could not be asked for a library of that name "
            f"({type(error).__name__}); give the path of a GMT file"
        ) from error
    except ValueError as error:
        raise ValueError(
            f"{str(gene_sets)!r} is neither a GMT file here nor a library of Enrichr (human); "
            "gseapy.get_library_name() lists the libraries"
        ) from error
