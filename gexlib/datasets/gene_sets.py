"""Gene sets: GMT files, and the biological processes of the Gene Ontology, which come with the package."""

import os

from gexlib.checks import whole_text
from gexlib.datasets.registry import embedded
from gexlib.explained import explained


@explained
def read_gmt(path: str | os.PathLike) -> dict[str, list[str]]:
    r"""
    Read gene sets from a GMT file, the format of MSigDB, Enrichr and GSEA.

    Parameters
    ----------
    path : path-like
        A text file, gzipped or not. Each line is a set: its name, a description and its genes,
        separated by tabs. In Enrichr's files a comma and a weight follow a gene; they are dropped.

    Returns
    -------
    dict of str to list of str
        Genes by the name of the set, in the order of the file; a gene named twice in a line counts once.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a line has fewer than three columns or no name, two lines have the same name, or the file has no set, is not
        text or is not whole. The message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "sets.gmt"
    ...     _ = path.write_text("respiration\tmade up\tcyoA\tcydA\n")
    ...     read_gmt(path)
    {'respiration': ['cyoA', 'cydA']}
    """
    lines = whole_text(path, "give a GMT file of gene sets").splitlines()
    sets = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, _, *genes = columns if len(columns := line.split("\t")) > 2 else ("", "")
        genes = [gene for entry in genes if (gene := entry.split(",")[0].strip())]
        if not name.strip() or not genes:
            raise ValueError(f"{path}, line {number}: a set needs a name, a description and genes, tab-separated")
        if name in sets:
            raise ValueError(f"{path}, line {number}: set {name!r} a second time; give each set its own name")
        sets[name] = list(dict.fromkeys(genes))
    if not sets:
        raise ValueError(f"{path} has no gene set")
    return sets


@explained
def load_go() -> dict[str, list[str]]:
    """
    Load the biological processes of the Gene Ontology with their human genes.

    Returns
    -------
    dict of str to list of str
        Sorted gene symbols by the name and accession of the term; 6,482 terms of 10 to 500 genes. A gene of a term is
        also a gene of all terms above it, over all relations of the ontology (is a, part of, regulates), as in
        ``GO2ALLEGS`` of Bioconductor's org.Hs.eg.db.

    Notes
    -----
    Release 2022-07-01 of the Gene Ontology :cite:p:`geneontology2021`, CC BY 4.0, taken from org.Hs.eg.db and GO.db
    3.16; ``data/go/README.md`` has the details.

    Examples
    --------
    >>> go = load_go()
    >>> len(go)
    6482
    >>> go["glycogen catabolic process (GO:0005980)"][:3]
    ['AGL', 'G6PC1', 'GAA']
    """
    return read_gmt(embedded("go/go_bp_human.gmt.gz"))
