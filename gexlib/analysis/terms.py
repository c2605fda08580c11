"""Gene sets: their sources, and their over-representation in lists of genes."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import hypergeom

from gexlib.checks import listing, whole_number
from gexlib.datasets import read_gmt
from gexlib.datasets.enrichr import enrichr_library
from gexlib.explained import explained

GeneSets = Mapping[str, Iterable[str]] | str | os.PathLike
PIECE = 1 << 22  # counts (permutations x terms) held at a time
TIES = 1 + 1e-8  # two probabilities this close are the same table, computed in two ways


@explained
def load_gene_sets(gene_sets: GeneSets) -> Mapping[str, Iterable[str]]:
    """
    Load the gene sets that :func:`enrich` takes as ``gene_sets``, for instance to ask Enrichr only once.

    Parameters
    ----------
    gene_sets : dict of str to iterable of str, path or str
        A dict, which is returned unchanged, the path of a GMT file, or the name of an Enrichr library (human).

    Returns
    -------
    dict of str to iterable of str
        Genes by term.

    Raises
    ------
    FileNotFoundError
        If a name ends in ``.gmt`` or ``.gmt.gz`` and there is no such file.
    ConnectionError
        If Enrichr cannot be reached, or does not answer in full within five minutes.
    TypeError
        If `gene_sets` is neither a dict nor text nor a path.
    ValueError
        If the name is neither a file nor a library, or the file is not a GMT file.

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
    return enrichr_library(str(gene_sets))


class Terms:
    """
    Gene sets cut to a background, against which many lists of genes can be tested.

    Parameters
    ----------
    gene_sets, background, smallest, largest
        As for :func:`gexlib.analysis.enrich`.
    """

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
        """Test each list, and return its table by the name of the list, as :func:`gexlib.analysis.enrich` makes it."""
        known = {}
        for name, genes in lists.items():
            listed = set(genes)
            if missing := sorted(listed - self.measured):
                raise ValueError(
                    f"{name} has {len(missing)} genes that are not in background: {listing(missing, 5)}; add them to it"
                )
            known[name] = listed & self.background
        smallest = self.smallest_p({len(listed) for listed in known.values()}, n_permutations, seed)
        return {name: self.table(listed, smallest[len(listed)]) for name, listed in known.items()}

    def table(self, listed: set[str], smallest: np.ndarray) -> pd.DataFrame:
        """Test one list, given the smallest p of random lists of its size."""
        from gseapy.stats import calc_pvalues, multiple_testing_correction  # takes seconds to import

        columns = ["term", "p", "odds_ratio", "overlap", "size", "genes"]
        rows = list(zip(*calc_pvalues(listed, self.sets, self.background), strict=True)) if listed else []
        table = pd.DataFrame(rows, columns=columns).astype({"p": float})
        untouched = np.ones(len(self.sets) - len(table))  # terms without a gene of the list are tests too
        q, _ = multiple_testing_correction(np.concatenate([table["p"], untouched]))
        table["fdr"] = q[: len(table)]
        reached = np.searchsorted(np.sort(smallest), table["p"] * TIES, side="right")
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
        """Return the smallest p over all terms for random lists of each size: the first genes of shuffled ones."""
        whole_number("n_permutations", n_permutations, least=1)
        rng = np.random.default_rng(whole_number("seed", seed, least=0))
        n_genes, n_terms = self.membership.shape
        tails = {n: tail_probabilities(n_genes, n, self.sizes) for n in sizes}
        found = {n: [] for n in tails}
        step = max(1, PIECE // max(n_terms, n_genes))
        for start in range(0, n_permutations, step):
            rows = min(step, n_permutations - start)
            shuffled = rng.permuted(np.tile(np.arange(n_genes), (rows, 1)), axis=1)
            for n, tail in tails.items():
                where = np.repeat(np.arange(rows), n), shuffled[:, :n].ravel()
                chosen = sparse.csr_array((np.ones(rows * n, np.int32), where), shape=(rows, n_genes))
                counts = (chosen @ self.membership).toarray()
                found[n].append(tail[self.row_of_term, counts].min(axis=1))
        return {n: np.concatenate(pieces) for n, pieces in found.items()}


def tail_probabilities(n_genes: int, n: int, sizes: np.ndarray) -> np.ndarray:
    """
    Return the probabilities that a random list of `n` genes shares at least k genes with a term.

    Parameters
    ----------
    n_genes : int
        Genes in the background.
    n : int
        Genes in the list.
    sizes : ndarray of int
        Sizes of terms.

    Returns
    -------
    ndarray, shape (n_sizes, largest size + 1)
        A row for each size, a column for each k from 0.

    Examples
    --------
    >>> tail_probabilities(4, 2, np.array([2])).round(3)
    array([[1.   , 0.833, 0.167]])
    """
    k = np.arange(sizes.max() + 1)
    mass = hypergeom.pmf(k, n_genes, sizes[:, None], n)
    return np.minimum(np.cumsum(mass[:, ::-1], axis=1)[:, ::-1], 1.0)  # added from the small end, to keep the digits
