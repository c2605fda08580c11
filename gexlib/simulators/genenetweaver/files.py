"""Readers for the files of GeneNetWeaver."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.explained import explained
from gexlib.grn import EFFECTS, add_regulation
from gexlib.simulators.tables import are_names, as_anndata, lines_of, parse_numbers


@explained
def read_gnw_network(path: str | Path) -> nx.DiGraph:
    r"""
    Read a network of GeneNetWeaver: tab-separated regulator, target, effect, without a header.

    Parameters
    ----------
    path : str or Path
        Plain text, or compressed if the name ends in ``.gz``. Besides ``+``, ``-``, ``+-`` and ``?`` the effect
        may be that of the original's unsigned gold standards: ``1``, an edge of unknown effect, or ``0``, no edge.

    Returns
    -------
    networkx.DiGraph
        Genes and edges in the order of the file. Edges carry ``effect``; lines that disagree about it are
        combined as in :func:`gexlib.grn.add_regulation`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not such a table; the message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "network.tsv"
    ...     _ = path.write_text("crp\taraC\t+\ncrp\tfis\t+-\n")
    ...     list(read_gnw_network(path).edges(data="effect"))
    [('crp', 'araC', '+'), ('crp', 'fis', '+-')]
    """
    network = nx.DiGraph()
    for number, cells in lines_of(path):
        if cells == [""]:
            continue
        if len(cells) != 3:
            raise ValueError(
                f"{path}, line {number}: {len(cells)} tab-separated columns, expected regulator, target, effect"
            )
        tf, target, effect = cells
        if not tf or not target:
            raise ValueError(f"{path}, line {number}: the name of the regulator or of the target is empty")
        if effect not in (*EFFECTS, "0", "1"):
            raise ValueError(f"{path}, line {number}: effect {effect!r} is not one of {', '.join(EFFECTS)}, 0, 1")
        network.add_nodes_from((tf, target))
        if effect != "0":
            add_regulation(network, tf, target, "?" if effect == "1" else effect)
    if not network:
        raise ValueError(f"{path}: the file is empty, expected lines of regulator, target, effect")
    return network


@explained
def read_gnw_expression(path: str | Path) -> AnnData:
    r"""
    Read expression data that GeneNetWeaver wrote (``*_multifactorial.tsv``, ``*_knockouts.tsv`` and the like).

    Parameters
    ----------
    path : str or Path
        Tab-separated, a line of gene names and then a line for each sample; plain text, or compressed if the name
        ends in ``.gz``. In time series the first column is ``Time``, and a blank line separates series.

    Returns
    -------
    AnnData of shape (n_samples, n_genes)
        float32, in the unit of the file. ``obs`` of time series has ``series`` and ``time``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not such a table; the message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "net_multifactorial.tsv"
    ...     _ = path.write_text('"crp"\t"araC"\n0.9\t0.4\n0.8\t0.3\n')
    ...     read_gnw_expression(path).X
    array([[0.9, 0.4],
           [0.8, 0.3]], dtype=float32)
    """
    lines = lines_of(path)
    number, header = next(lines, (1, [""]))
    timed = header[0].lower() == "time"
    genes = header[timed:]
    if not are_names(genes):
        raise ValueError(f"{path}, line {number}: expected the names of the genes, each once, but got {header[:5]}")
    rows, series = [], []
    current, gap = 0, False
    for number, cells in lines:
        if cells == [""]:
            gap = True
            continue
        if len(cells) != len(header):
            raise ValueError(f"{path}, line {number}: {len(cells)} values, but the first line has {len(header)} names")
        current += bool(gap and rows)
        gap = False
        rows.append(parse_numbers(cells, header, f"{path}, line {number}"))
        series.append(current)
    if not rows:
        raise ValueError(f"{path}: no samples after the line of gene names")
    x = np.array(rows)
    obs = pd.DataFrame({"series": series, "time": x[:, 0]}) if timed else pd.DataFrame(index=range(len(x)))
    obs.index = obs.index.astype(str)
    return as_anndata(x[:, timed:].astype(np.float32), obs, genes, "GeneNetWeaver", path)
