"""
Gene regulatory networks: RegulonDB tables, the hierarchy below a regulator, and regulons.

A network is a `networkx.DiGraph`. Its edges run from a transcription factor (TF) to a target gene and carry ``effect``:
``"+"`` for activation, ``"-"`` for repression, ``"+-"`` for both, ``"?"`` for unknown. Nodes and edges have the order
of the source, and all functions here keep it.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import networkx as nx

from gexlib.checks import listing, whole_text
from gexlib.explained import explained

EFFECTS = ("+", "-", "+-", "?")
EVIDENCE = ("null", "weak", "strong", "confirmed")


@explained
def check_network(network: nx.DiGraph) -> None:
    """
    Raise an error if a gene is not named by a string, or an edge has no effect.

    Raises
    ------
    TypeError
        If `network` is not a directed graph, or a node is not a string.
    ValueError
        If the network has no nodes, or an edge has no known ``effect``.

    Examples
    --------
    >>> check_network(nx.DiGraph([("crp", "lacZ", {"effect": "+"})]))
    """
    if not isinstance(network, nx.DiGraph) or network.is_multigraph():
        raise TypeError(f"network must be a networkx.DiGraph, not {type(network).__name__}")
    if not len(network):
        raise ValueError("network has no nodes; it needs at least one gene")
    for gene in network:
        if not isinstance(gene, str):
            raise TypeError(
                f"node {gene!r} of network is not a string; rename the genes: networkx.relabel_nodes(network, str)"
            )
    for tf, target, effect in network.edges(data="effect"):
        if effect not in EFFECTS:
            raise ValueError(
                f"edge {tf!r} to {target!r} has effect {effect!r}; set the edge attribute 'effect' to one of "
                f"{listing(EFFECTS)} ('?' is unknown)"
            )


@explained
def add_regulation(graph: nx.DiGraph, tf: str, target: str, effect: str) -> None:
    """
    Add the edge from `tf` to `target`; if it exists, combine `effect` with its effect.

    Activation and repression combine to ``"+-"``. Any known effect replaces ``"?"``.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> add_regulation(graph, "ada", "alkB", "+")
    >>> add_regulation(graph, "ada", "alkB", "-")
    >>> graph.edges["ada", "alkB"]["effect"]
    '+-'
    """
    known = {effect, graph.edges[tf, target]["effect"]} if graph.has_edge(tf, target) else {effect}
    known = known - {"?"} or known
    graph.add_edge(tf, target, effect=known.pop() if len(known) == 1 else "+-")


@explained
def read_regulondb(path: str | Path, evidence: str = "weak") -> nx.DiGraph:
    r"""
    Read a TF-gene table of RegulonDB (checked with releases 9.4 and 10.0).

    The columns, separated by tabs, are TF, gene, effect, list of evidence, and strength of the evidence (``Weak``,
    ``Strong``, ``Confirmed``, or ``null`` if none is recorded). Lines that begin with ``#`` are comments. Names become
    lower case, as in the paper, so that the TF ``CRP`` and the gene ``crp`` are one node. A TF that is a complex
    (``ihf``, ``gade-rcsb``) keeps its own name, which is not that of a gene.

    Parameters
    ----------
    path : str or Path
        The table, a text file, gzipped or not.
    evidence : {"null", "weak", "strong", "confirmed"}
        The weakest evidence to accept; ``"null"`` accepts every row.

    Returns
    -------
    networkx.DiGraph
        TFs first, then the genes that are only targets, both in the order of the file. Edges carry ``effect``; rows
        that disagree about it are combined as in :func:`add_regulation`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If `evidence` is not one of its levels, or the file is not such a table. The message names the file and the
        line.

    Examples
    --------
    >>> import tempfile
    >>> table = "# release\nCRP\taraC\t+\t[BPP]\tStrong\nAraC\taraB\t+\t[BPP]\tWeak\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tf_tg"
    ...     _ = path.write_text(table)
    ...     list(read_regulondb(path).edges(data="effect"))
    [('crp', 'arac', '+'), ('arac', 'arab', '+')]
    """
    if evidence not in EVIDENCE:
        raise ValueError(f"evidence={evidence!r} is not a level; levels, the weakest first: {listing(EVIDENCE)}")
    rows = []
    for number, line in enumerate(whole_text(path, "give a TF-gene table of RegulonDB").splitlines(), start=1):
        try:
            row = _parse_row(line)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
        if row and EVIDENCE.index(row[-1]) >= EVIDENCE.index(evidence):
            rows.append(row)
    if not rows:
        raise ValueError(f"{path}: no TF-gene interaction with at least {evidence} evidence")
    graph = nx.DiGraph()
    graph.add_nodes_from(tf for tf, *_ in rows)
    for tf, gene, effect, _ in rows:
        add_regulation(graph, tf, gene, effect)
    return graph


def _parse_row(line: str) -> tuple[str, str, str, str] | None:
    """Return TF, gene, effect and strength of a line, or None for comments and blank lines."""
    if not line.strip() or line.startswith("#"):
        return None
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != 5:
        raise ValueError(f"{len(cells)} tab-separated columns, expected TF, gene, effect, evidence, strength")
    tf, gene, effect, _, strength = cells
    if not tf or not gene:
        raise ValueError("the name of the TF or of the gene is empty")
    if effect not in EFFECTS:
        raise ValueError(f"effect {effect!r} is not one of {listing(EFFECTS)}")
    if strength.lower() not in EVIDENCE:
        raise ValueError(f"evidence strength {strength!r} is not one of {listing(EVIDENCE)}")
    return tf.lower(), gene.lower(), effect, strength.lower()


@explained
def hierarchy(
    graph: nx.DiGraph, root: str = "crp", genes: Iterable[str] | None = None, break_loops: bool = False
) -> nx.DiGraph:
    """
    Return the part of a network that `root` regulates, directly or through others.

    Parameters
    ----------
    graph : networkx.DiGraph
        Edges from TF to target.
    root : str
        The regulator at the top, a node of `graph`; it belongs to its own hierarchy.
    genes : iterable of str, optional
        Keep only these genes, such as those that were measured. They are selected last: a gene stays even if every path
        to it runs through a gene that does not.
    break_loops : bool
        Whether to make the result acyclic, as simulators need it. This removes self-regulation and every edge that
        would close a loop (see Notes).

    Returns
    -------
    networkx.DiGraph
        A new graph, nodes and edges in the order of `graph`, with their attributes.

    Raises
    ------
    ValueError
        If `root` is not a node of `graph`.

    Notes
    -----
    A breadth-first walk breaks the loops. It visits regulators level by level from `root`, within a level in the order
    of `graph`, and adds the edges of each in their order. It drops an edge whose target is already an ancestor of its
    regulator. With RegulonDB 10.0 and the genes of M3D this gives the paper's network: 1,208 genes, 1,076 of them
    measured, and 2,149 edges.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph([("crp", "fis"), ("fis", "crp"), ("fis", "fis"), ("fis", "gyrA")])
    >>> graph.add_edge("lacI", "lacZ")
    >>> list(hierarchy(graph))
    ['crp', 'fis', 'gyrA']
    >>> list(hierarchy(graph, break_loops=True).edges)
    [('crp', 'fis'), ('fis', 'gyrA')]
    """
    if root not in graph:
        close = get_close_matches(root, map(str, graph), n=3) or get_close_matches(root.lower(), map(str, graph), n=3)
        hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(f"root={root!r} is not one of the {graph.number_of_nodes()} nodes{hint}")
    keep = nx.descendants(graph, root) | {root}
    edges = _acyclic_edges(graph, root) if break_loops else graph.edges
    if genes is not None:
        keep &= set(genes)
    result = nx.DiGraph()
    result.add_nodes_from((gene, graph.nodes[gene]) for gene in graph if gene in keep)
    result.add_edges_from(
        (tf, target, graph.edges[tf, target]) for tf, target in edges if tf in keep and target in keep
    )
    return result


def _acyclic_edges(graph: nx.DiGraph, root: str) -> list[tuple[str, str]]:
    """Return the edges below `root`, in the order of the walk, without those that close a loop."""
    walked = nx.DiGraph()
    walked.add_node(root)
    level = {root}
    while level:
        found = set()
        for tf in [gene for gene in graph if gene in level]:
            above = nx.ancestors(walked, tf) | {tf}  # edges from tf change nothing above it
            targets = [target for target in graph.successors(tf) if target not in above]
            found.update(target for target in targets if target not in walked)
            walked.add_edges_from((tf, target) for target in targets)
        level = found
    return list(walked.edges)


@explained
def regulons(graph: nx.DiGraph, genes: Iterable[str] | None = None) -> dict[str, list[str]]:
    """
    Return the target genes of each transcription factor.

    Parameters
    ----------
    graph : networkx.DiGraph
        Edges from TF to target.
    genes : iterable of str, optional
        The genes to which TFs and targets are restricted, such as the ``var_names`` of a data set. Default: all nodes.

    Returns
    -------
    dict of str to list of str
        The targets of each TF, both in the order of `genes`. A TF that regulates itself is among its targets. TFs
        without a target among `genes` are left out.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph([("crp", "fis"), ("fis", "gyrA"), ("fis", "crp"), ("fis", "fis")])
    >>> regulons(graph, genes=["crp", "fis", "lacZ"])
    {'crp': ['fis'], 'fis': ['crp', 'fis']}
    """
    order = {gene: position for position, gene in enumerate(graph if genes is None else genes)}
    found = {
        tf: sorted((target for target in graph.successors(tf) if target in order), key=order.__getitem__)
        for tf in order
        if tf in graph
    }
    return {tf: targets for tf, targets in found.items() if targets}


@explained
def match_case(graph: nx.DiGraph, genes: Iterable[str]) -> nx.DiGraph:
    """
    Rename the nodes as `genes` spells them, so that RegulonDB's ``arac`` becomes a data set's ``araC``.

    Parameters
    ----------
    graph : networkx.DiGraph
        Any network; nodes that match no gene keep their names.
    genes : iterable of str
        Names of genes, unique in lower case.

    Returns
    -------
    networkx.DiGraph
        A copy with these names, in the same order.

    Raises
    ------
    ValueError
        If two of `genes`, or two nodes, differ in case only.

    Examples
    --------
    >>> import networkx as nx
    >>> list(match_case(nx.DiGraph([("crp", "arac")]), ["crp", "araC"]))
    ['crp', 'araC']
    """
    spelling, nodes = {}, {}
    for names, known in ((genes, spelling), (graph, nodes)):
        for name in names:
            if known.setdefault(name.lower(), name) != name:
                raise ValueError(f"names {known[name.lower()]!r} and {name!r} differ in case only")
    renamed = nx.DiGraph()
    name = {node: spelling.get(node.lower(), node) for node in graph}
    renamed.add_nodes_from((name[node], data) for node, data in graph.nodes(data=True))
    renamed.add_edges_from((name[tf], name[target], data) for tf, target, data in graph.edges(data=True))
    return renamed
