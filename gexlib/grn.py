"""
Gene regulatory networks: RegulonDB tables, the hierarchy under one regulator, and regulons.

A network is a `networkx.DiGraph` whose edges run from a transcription factor (TF) to a target gene and carry
``effect``: ``"+"`` activation, ``"-"`` repression, ``"+-"`` both, ``"?"`` unknown. The order of nodes and
edges is the order of the source, and everything here keeps it.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import networkx as nx

EFFECTS = ("+", "-", "+-", "?")
EVIDENCE = ("null", "weak", "strong", "confirmed")


def check_network(network: nx.DiGraph) -> None:
    """
    Raise unless genes are named by strings and every edge has an effect.

    Raises
    ------
    TypeError
        If `network` is no directed graph, or a node is no string.
    ValueError
        If it has no nodes, or an edge has no known ``effect``.
    """
    if not isinstance(network, nx.DiGraph) or network.is_multigraph():
        raise TypeError(f"network must be a networkx.DiGraph, not {type(network).__name__}")
    if not len(network):
        raise ValueError("network has no nodes; it needs at least one gene")
    for gene in network:
        if not isinstance(gene, str):
            raise TypeError(f"node {gene!r} of network is no string; rename the genes: networkx.relabel_nodes(g, str)")
    for tf, target, effect in network.edges(data="effect"):
        if effect not in EFFECTS:
            raise ValueError(
                f"edge {tf!r} to {target!r} has effect {effect!r}, which is not one of {', '.join(EFFECTS)}; "
                "set the edge attribute 'effect' ('?' if it is unknown)"
            )


def add_regulation(graph: nx.DiGraph, tf: str, target: str, effect: str) -> None:
    """
    Add the edge `tf` to `target`, or reconcile `effect` with the one it has.

    Activation and repression make ``"+-"``; ``"?"`` yields to whatever is known.

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


def read_regulondb(path: str | Path, evidence: str = "weak") -> nx.DiGraph:
    r"""
    Read a TF-gene table of RegulonDB (checked with releases 9.4 and 10.0).

    The file is tab-separated: TF, gene, effect, list of evidence, strength of the evidence (``Weak``,
    ``Strong``, ``Confirmed``, or ``null`` where none is recorded). Lines that begin with ``#`` are comments.
    Names are put in lower case, as in the paper, so that the TF ``CRP`` and the gene ``crp`` are one node. A
    TF that is a complex (``ihf``, ``gade-rcsb``) keeps its own name, which is not that of a gene.

    Parameters
    ----------
    path : str or Path
        The table, plain text.
    evidence : {"null", "weak", "strong", "confirmed"}
        Weakest evidence accepted; ``"null"`` takes every row.

    Returns
    -------
    networkx.DiGraph
        TFs first, then the genes that are only targets, both in the order of the file. Edges carry
        ``effect``; rows that disagree about it are reconciled as in `add_regulation`.

    Raises
    ------
    ValueError
        If `evidence` is not a level, or the file is not such a table; the message names the file and the
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
        raise ValueError(f"evidence {evidence!r} is not a level: {', '.join(EVIDENCE)} (weakest first)")
    rows = []
    for number, line in enumerate(Path(path).read_bytes().splitlines(), start=1):
        try:
            row = _parse_row(line.decode("utf-8"))
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
    """TF, gene, effect and strength of one line; None for comments and blank lines."""
    if not line.strip() or line.startswith("#"):
        return None
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != 5:
        raise ValueError(f"{len(cells)} tab-separated columns, expected TF, gene, effect, evidence, strength")
    tf, gene, effect, _, strength = cells
    if not tf or not gene:
        raise ValueError("the name of the TF or of the gene is empty")
    if effect not in EFFECTS:
        raise ValueError(f"effect {effect!r} is not one of {', '.join(EFFECTS)}")
    if strength.lower() not in EVIDENCE:
        raise ValueError(f"evidence strength {strength!r} is not one of {', '.join(EVIDENCE)}")
    return tf.lower(), gene.lower(), effect, strength.lower()


def hierarchy(
    graph: nx.DiGraph, root: str = "crp", genes: Iterable[str] | None = None, break_loops: bool = False
) -> nx.DiGraph:
    """
    The part of a network that `root` regulates, directly or through others.

    Parameters
    ----------
    graph : networkx.DiGraph
        Edges from TF to target.
    root : str
        The regulator at the top, a node of `graph`; it belongs to its own hierarchy.
    genes : iterable of str, optional
        Keep only these genes (say, those that were measured). The cut comes last: a gene stays even if every
        path that leads to it runs through a gene that goes.
    break_loops : bool
        Make the result acyclic, as simulators need it: self-regulation goes, and so does every edge that
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
    Loops are broken on a breadth-first walk. Regulators are visited level by level from `root`, within a
    level in the order of `graph`, and each one's edges are added in their order; an edge whose target is
    already an ancestor of its regulator is dropped. With RegulonDB 10.0 and the genes of M3D this gives the
    paper's network: 1,208 genes, 1,076 of them measured, 2,149 edges.

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
        raise ValueError(f"root {root!r} is not one of the {graph.number_of_nodes()} nodes{hint}")
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
    """Edges below `root`, in the order of the walk, without those that close a loop."""
    walked = nx.DiGraph()
    walked.add_node(root)
    level = {root}
    while level:
        found = set()
        for tf in [gene for gene in graph if gene in level]:
            above = nx.ancestors(walked, tf) | {tf}  # adding edges from tf to others changes nothing above it
            targets = [target for target in graph.successors(tf) if target not in above]
            found.update(target for target in targets if target not in walked)
            walked.add_edges_from((tf, target) for target in targets)
        level = found
    return list(walked.edges)


def regulons(graph: nx.DiGraph, genes: Iterable[str] | None = None) -> dict[str, list[str]]:
    """
    Target genes of each transcription factor.

    Parameters
    ----------
    graph : networkx.DiGraph
        Edges from TF to target.
    genes : iterable of str, optional
        Genes to restrict to, for example the ``var_names`` of a data set: other TFs are skipped, other
        targets left out. Default: all nodes.

    Returns
    -------
    dict of str to list of str
        TF to its targets, both in the order of `genes`. A TF that regulates itself is among its own targets.
        TFs without a target among `genes` are left out.

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


def match_case(graph: nx.DiGraph, genes: Iterable[str]) -> nx.DiGraph:
    """
    Spell the nodes as `genes` does: RegulonDB's ``arac`` becomes the data set's ``araC``.

    Parameters
    ----------
    graph : networkx.DiGraph
        Any network; nodes that match no gene keep their name.
    genes : iterable of str
        Gene names, unique even when case is ignored.

    Returns
    -------
    networkx.DiGraph
        A renamed copy in the same order.

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
