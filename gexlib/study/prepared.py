"""The data sets of the study as its chapters and benchmarks use them: genes chosen, samples split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import networkx as nx
from anndata import AnnData

from gexlib.datasets import ECOLI_COVARIATES, M3D_COVARIATES, load_ecoli, load_ecoli_grn, read
from gexlib.datasets.donors import Metadata
from gexlib.explained import explained
from gexlib.grn import hierarchy, match_case, regulons
from gexlib.preprocess import neighbour_blocks, prepare
from gexlib.study.cohort import load_human


class EColi(NamedTuple):
    """
    An *E. coli* data set, ready for training, and what is known of the regulation of its genes.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        log2(TPM + 1) or log2 intensity; ``obs["split"]`` is each sample's part, see :func:`gexlib.preprocess.parts`.
    network : networkx.DiGraph
        All genes of `data` that regulate or are regulated, and the regulations among them.
    regulons : dict of str to list of str
        Target genes of each transcription factor in `network`.
    covariates : dict of str to list of str
        The arguments ``categorical`` and ``numerical`` of :class:`gexlib.wgan.WGANGP`: how the cells were grown. Empty
        lists if the data set does not tell.

    Examples
    --------
    >>> precise = prepared_ecoli()
    >>> precise.data.shape, precise.network.number_of_nodes(), precise.covariates["numerical"]
    ((278, 1953), 1953, ['temperature', 'ph'])
    """

    data: AnnData
    network: nx.DiGraph
    regulons: dict[str, list[str]]
    covariates: dict[str, list[str]]


@explained
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
    covariates = {kind: list(names) for kind, names in ECOLI_COVARIATES.items()}
    return _with_regulation(data, whole, covariates)


@explained
def prepared_m3d(
    data: AnnData,
    network: nx.DiGraph | None = None,
    genes: Sequence[str] = (),
    root: str = "crp",
    seed: int = 0,
) -> EColi:
    """
    Prepare microarrays of M3D as the paper's Table 1 uses them: genes below one regulator, chips split by experiment.

    The full table of :func:`gexlib.datasets.load_m3d` is split by condition and has the paper's seven covariates, as
    categories; a value that is not stated is the level ``"unknown"``. The older table of
    :func:`gexlib.datasets.load_m3d_v3` names no experiments and has no covariates. It is split by blocks of neighbours,
    which are kept in ``obs["block"]``; see :func:`gexlib.preprocess.neighbour_blocks`.

    Parameters
    ----------
    data : AnnData, n_chips x n_genes
        What one of the two functions returned.
    network : DiGraph, optional
        RegulonDB's network, see :func:`gexlib.grn.read_regulondb`. Default: the embedded network of PRECISE.
    genes : sequence of str, optional
        Keep these genes in place of the hierarchy below `root`, whatever their case; genes that `data` does not have
        are left out. The authors' list of 1,076 is an example.
    root : str
        The regulator at the top.
    seed : int
        Seed of the split.

    Returns
    -------
    EColi
        The tuple ``(data, network, regulons, covariates)``.

    Raises
    ------
    ValueError
        If `data` has none of the genes, or is too small for a split.

    Examples
    --------
    PRECISE, every fifth gene, stands in for the microarrays, which are not shipped:

    >>> data, network, regulons, covariates = prepared_m3d(load_ecoli()[:, ::5])
    >>> data.shape, sorted(set(data.obs["split"]))
    ((278, 408), ['test', 'train', 'validation'])
    """
    network = match_case(load_ecoli_grn() if network is None else network, data.var_names)
    data, by = data.copy(), "condition" if "condition" in data.obs else "block"
    covariates = {kind: [name for name in names if name in data.obs] for kind, names in M3D_COVARIATES.items()}
    for name in covariates["categorical"]:
        stated = data.obs[name].astype(object)
        data.obs[name] = stated.where(stated.notna(), "unknown").astype(str).astype("category")
    if by == "block":
        data.obs["block"] = neighbour_blocks(data)
    wanted = {gene.lower() for gene in (genes if len(genes) else hierarchy(network, root))}
    data = data[:, [gene for gene in data.var_names if gene.lower() in wanted]]
    if data.n_vars == 0:
        raise ValueError("data has none of the genes; are they named by symbol?")
    return _with_regulation(prepare(data, by=by, seed=seed), network, covariates)


@explained
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

    Examples
    --------
    The files have to be downloaded first; without them, the demo cohort is prepared:

    >>> human = prepared_human(most_variable=200)  # doctest: +SKIP
    >>> human.n_vars, sorted(set(human.obs["split"]))  # doctest: +SKIP
    (200, ['test', 'train', 'validation'])
    """
    if path:
        return read(path)
    human = load_human(folder, metadata)
    return prepare(human, by="donor", seed=seed, most_variable=min(most_variable, human.n_vars), keep=keep)


def _with_regulation(data: AnnData, whole: nx.DiGraph, covariates: dict[str, list[str]]) -> EColi:
    """Add the part of a network that lies among the genes of a data set, and its regulons."""
    genes, network = set(data.var_names), nx.DiGraph()
    network.add_nodes_from(gene for gene in whole if gene in genes)
    network.add_edges_from((a, b, edge) for a, b, edge in whole.edges(data=True) if a in genes and b in genes)
    return EColi(data, network, regulons(network, data.var_names), covariates)
