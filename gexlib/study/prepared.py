"""The two data sets of the study as its chapters use them: genes chosen, samples split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import networkx as nx
from anndata import AnnData

from gexlib.datasets import ECOLI_COVARIATES, load_ecoli, load_ecoli_grn, read
from gexlib.datasets.donors import Metadata
from gexlib.grn import regulons
from gexlib.preprocess import prepare
from gexlib.study.cohort import load_human


class EColi(NamedTuple):
    """
    PRECISE, ready for training, and what is known of the regulation of its genes.

    Attributes
    ----------
    data : AnnData, n_samples x n_genes
        log2(TPM + 1); ``obs["split"]`` is the split by condition, see :func:`gexlib.preprocess.parts`.
    network : networkx.DiGraph
        All genes of `data` that regulate or are regulated, and the regulations among them.
    regulons : dict of str to list of str
        Target genes of each transcription factor in `network`.
    covariates : dict of str to list of str
        The arguments ``categorical`` and ``numerical`` of :class:`gexlib.WGANGP`: how the cells were grown.
    """

    data: AnnData
    network: nx.DiGraph
    regulons: dict[str, list[str]]
    covariates: dict[str, list[str]]


def prepared_ecoli(path: str | Path = "", root: str = "crp", seed: int = 0) -> EColi:
    """
    Load PRECISE as the chapters on *E. coli* use it: genes below one regulator, samples split by condition.

    Parameters
    ----------
    path : path, optional
        An ``.h5ad`` file that chapter 01 wrote. Default: prepare the data set here in the same way.
    root : str
        The regulator at the top; it and the genes that it regulates, directly or through others, are kept. Has no
        effect on a data set that is read.
    seed : int
        Seed of the split; has no effect on a data set that is read.

    Returns
    -------
    EColi
        The tuple ``(data, network, regulons, covariates)``.

    Examples
    --------
    >>> data, network, regulons, covariates = prepared_ecoli()
    >>> data.shape, data.obs["split"].value_counts().to_dict()
    ((278, 1953), {'train': 166, 'test': 69, 'validation': 43})
    >>> len(regulons), network.number_of_edges()
    (127, 4750)
    """
    whole = load_ecoli_grn()
    data = read(path) if path else prepare(load_ecoli(), by="condition", network=whole, root=root, seed=seed)
    genes, network = set(data.var_names), nx.DiGraph()
    network.add_nodes_from(gene for gene in whole if gene in genes)
    network.add_edges_from((a, b, edge) for a, b, edge in whole.edges(data=True) if a in genes and b in genes)
    covariates = {kind: list(names) for kind, names in ECOLI_COVARIATES.items()}
    return EColi(data, network, regulons(network, data.var_names), covariates)


def prepared_human(
    path: str | Path = "",
    folder: str | Path | None = None,
    most_variable: int = 2000,
    keep: Sequence[str] = (),
    seed: int = 0,
    metadata: Metadata | None = None,
) -> AnnData:
    """
    Load the human cohort as the chapters use it: the genes that vary most, samples split by donor.

    Parameters
    ----------
    path : path, optional
        An ``.h5ad`` file that chapter 04 wrote. Default: prepare the data set here in the same way; the other
        arguments have no effect on a data set that is read.
    folder : path, optional
        The files of RNAseqDB, see :func:`load_human`. Without them, the demo cohort takes the place of the real one.
    most_variable : int
        How many genes to keep; all if there are fewer.
    keep : sequence of str
        Genes to keep among these, whatever their variance.
    seed : int
        Seed of the split.
    metadata : pandas.DataFrame, path, or a list of these, optional
        Ages and sexes of the donors, see :func:`load_human`. The split is the same with and without it; samples whose
        age is not known stay in it, with an age of NaN.

    Returns
    -------
    AnnData
        log(1 + FPKM); ``obs["split"]`` is the split by donor, see :func:`gexlib.preprocess.parts`.
    """
    if path:
        return read(path)
    human = load_human(folder, metadata)
    return prepare(human, by="donor", seed=seed, most_variable=min(most_variable, human.n_vars), keep=keep)
