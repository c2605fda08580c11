"""PRECISE, the E. coli RNA-seq compendium that comes with the package, and its regulatory network."""

import anndata
import h5py
import networkx as nx
import pandas as pd
from anndata import AnnData

from gexlib.datasets.registry import embedded
from gexlib.explained import explained
from gexlib.grn import add_regulation

ECOLI_COVARIATES = {
    "categorical": [
        "strain",
        "medium",
        "carbon_source",
        "nitrogen_source",
        "electron_acceptor",
        "supplement",
        "antibiotic",
        "culture",
    ],
    "numerical": ["temperature", "ph"],
}
"""Covariates of :func:`load_ecoli` that describe how the cells were grown; nearly all samples have them."""

SIGMA_FACTORS = ("rpoD", "rpoE", "rpoH", "rpoN", "rpoS", "fliA", "fecI")
NOT_PROTEINS = (
    "FMN",
    "L-tryptophan",
    "TPP",
    "adenosylcobalamin",
    "manganese",
    "molybdopterin",
    "spermidine",
    "his-tRNA",
    "ile-tRNA",
    "leu-tRNA",
    "phe-tRNA",
    "thr-tRNA",
    "trp-tRNA",
    "val-tRNA",
)
# Regulators whose name is not a gene symbol of the data: complexes, names of proteins, newer names of genes.
# Complexes written with a semicolon (flhD;flhC) need no entry.
SUBUNITS = {
    "bCCP": ("accB",),
    "btsR": ("yehT",),
    "cecR": ("ybiH",),
    "comR": ("ycfQ",),
    "csqR": ("yihW",),
    "dpiA": ("citB",),
    "envR": ("acrS",),  # not in the data
    "gatR": ("gatR_1", "gatR_2"),  # an interrupted gene, two entries in the annotation
    "glpR": ("glpR_1", "glpR_2"),  # likewise
    "gutM": ("srlM",),
    "h-NS": ("hns",),
    "hU": ("hupA", "hupB"),
    "hipAB": ("hipA", "hipB"),
    "hprR": ("yedW",),
    "ihf": ("ihfA", "ihfB"),
    "matA": ("ecpR",),
    "nimR": ("yeaM",),
    "ntrC": ("glnG",),
    "pdeL": ("yahA",),
    "sutR": ("ydcN",),
}


@explained
def load_ecoli() -> AnnData:
    """
    Load PRECISE: 278 RNA-seq samples of *Escherichia coli* K-12 by 3,923 genes.

    Returns
    -------
    AnnData
        ``X`` : float32 array of shape (278, 3923), log2(TPM + 1). TPM were re-normalised to the genes kept:
        ``2**X - 1`` adds up to one million in each sample.

        ``var`` : indexed by gene symbol. The 32 insertion-element genes that share one of eight symbols are named
        ``symbol_locustag``. Columns ``locus_tag``, ``symbol``, ``function`` (COG category, "unknown"
        where none is assigned), ``operon``, ``start`` and ``end`` (zero-based, end exclusive, on
        NC_000913.3), ``strand``.

        ``obs`` : one row a sample.

        - ``condition`` is the group that replicates share (159 groups, 101 of them with replicates). Split the data by
          it. It is the source's name of the condition, with two corrections. Six names stand for different media in
          different projects; here the projects are part of these names, for example ``wt_glc (minspan, ssw)``, with 4
          g/L glucose, and ``wt_glc (control, ica, ytf)``, with 2. The source lists one pair of measurements under two
          names; here they are one group, ``lyx_ale2 = lyx_ale4``. ``source_condition`` is the uncorrected name (154
          names).
        - ``replicate`` counts from 1 within source condition and project.
        - Categories: ``project`` (the study: also the batch), ``strain``, ``genotype`` (deletions and
          mutations, or the name of the isolate from laboratory evolution; "wild type"), ``medium``,
          ``carbon_source``, ``nitrogen_source``, ``electron_acceptor``, ``trace_elements``,
          ``supplement``, ``antibiotic``, ``culture``, ``evolved``, ``isolate``, ``sequencer``, ``details``,
          ``doi``, ``geo``. Empty cells of the source are the level "unknown"; the source does not
          distinguish "none" from "not recorded".
        - Numbers: ``carbon_source_g_per_l``, ``nitrogen_source_g_per_l``, ``temperature`` (degrees Celsius),
          ``ph``, ``growth_rate`` (1/h), ``alignment`` (per cent of reads). Unknown values are NaN.
          Growth rates of 0 in the source (16 samples, all under paraquat, dipyridyl or NaCl) count as not measured and
          are NaN too.

        ``uns["provenance"]`` : source, unit, citation, licence.

    Raises
    ------
    FileNotFoundError
        If the embedded file is missing from the installation.

    Notes
    -----
    Sastry et al. (2019), Nature Communications 10:5536, from the PyPI package pymodulon 0.2.1;
    ``data/ecoli/README.md`` has the details.

    Examples
    --------
    >>> data = load_ecoli()
    >>> data.shape
    (278, 3923)
    >>> data.obs["carbon_source"].value_counts().head(2).to_dict()
    {'glucose': 194, 'glycerol': 17}
    """
    return anndata.read_h5ad(embedded("ecoli/precise.h5ad"))


@explained
def load_ecoli_grn(sigma_factors: bool = False, subunits: bool = True) -> nx.DiGraph:
    """
    Load the transcriptional regulatory network that comes with PRECISE (RegulonDB 10.0 and later studies).

    Parameters
    ----------
    sigma_factors : bool
        Whether to count the sigma factors rpoD, rpoE, rpoH, rpoN, rpoS, fliA and fecI as regulators.
    subunits : bool
        Whether to replace a regulator that is a complex, or is listed under the name of a protein, by its genes:
        ``ihf`` by *ihfA* and *ihfB*, ``ntrC`` by *glnG* (`SUBUNITS`). If False, only regulators whose name is a gene
        symbol, in upper or lower case, are kept. Either way, metabolites and tRNAs (which act through riboswitches and
        attenuators) are left out, and so are regulators whose gene was not measured (acrS, tdcR, yjjQ).

    Returns
    -------
    networkx.DiGraph
        Nodes are ``var_names`` of :func:`load_ecoli`, the regulators first. Edges run from regulator to target gene and
        carry ``effect``, one of ``"+"``, ``"-"``, ``"+-"``, ``"?"``. Genes without any regulation are absent.

    Examples
    --------
    >>> grn = load_ecoli_grn()
    >>> grn.edges["lacI", "lacZ"]["effect"]
    '-'
    >>> grn.has_edge("ihfA", "ihfA"), "rpoD" in set(dict(grn.edges))
    (True, False)
    """
    with h5py.File(embedded("ecoli/precise.h5ad")) as file:
        genes = anndata.io.read_elem(file["var"])
    by_symbol = {name.lower(): name for name in genes.index}
    by_locus = dict(zip(genes["locus_tag"], genes.index, strict=True))
    trn = pd.read_csv(embedded("ecoli/trn.tsv"), sep="\t", na_filter=False)

    def regulating_genes(regulator: str) -> list[str]:
        names = SUBUNITS.get(regulator) or regulator.split(";") if subunits else [regulator]
        return [by_symbol[name.lower()] for name in names if name.lower() in by_symbol]

    skipped = {*NOT_PROTEINS, *(() if sigma_factors else SIGMA_FACTORS)}
    tfs = {name: regulating_genes(name) for name in trn["regulator"].unique() if name not in skipped}
    graph = nx.DiGraph()
    graph.add_nodes_from(gene for names in tfs.values() for gene in names)
    for regulator, locus_tag, effect in trn.itertuples(index=False):
        for gene in tfs.get(regulator, ()):
            add_regulation(graph, gene, by_locus[locus_tag], effect)
    return graph
