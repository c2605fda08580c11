"""Readers for the files of SynTReN."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.explained import explained
from gexlib.grn import add_regulation
from gexlib.simulators.tables import are_names, as_anndata, lines_of, parse_numbers

SIF_EFFECTS = {"ac": "+", "re": "-", "du": "+-", "un": "?"}


@explained
def read_syntren_network(path: str | Path) -> nx.DiGraph:
    r"""
    Read a network of SynTReN: ``.sif`` lines of regulator, type of interaction, and one or more targets.

    Parameters
    ----------
    path : str or Path
        Plain text, or compressed if the name ends in ``.gz``. Cells are separated by tabs, or by spaces in lines
        without a tab. Types, in either case: ``ac`` activation, ``re`` repression, ``du`` both, ``un`` unknown. A line
        may also hold a single gene.

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
        If the file is not such a network; the message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "network.sif"
    ...     _ = path.write_text("crp ac araC araB\ncrp du fis\nlacI\n")
    ...     list(read_syntren_network(path).edges(data="effect"))
    [('crp', 'araC', '+'), ('crp', 'araB', '+'), ('crp', 'fis', '+-')]
    """
    network = nx.DiGraph()
    for number, cells in lines_of(path):
        cells = cells[0].split() if len(cells) == 1 else cells
        if not cells:
            continue
        if "" in cells or len(cells) == 2:
            raise ValueError(
                f"{path}, line {number}: {cells}, expected a gene, or regulator, type of interaction and targets"
            )
        tf, *rest = cells
        network.add_node(tf)
        if not rest:
            continue
        kind, *targets = rest
        if kind.lower() not in SIF_EFFECTS:
            raise ValueError(
                f"{path}, line {number}: type of interaction {kind!r} is not one of {', '.join(SIF_EFFECTS)}"
            )
        for target in targets:
            add_regulation(network, tf, target, SIF_EFFECTS[kind.lower()])
    if not network:
        raise ValueError(f"{path}: the file is empty, expected lines of regulator, type of interaction, target")
    return network


@explained
def read_syntren_expression(path: str | Path) -> AnnData:
    r"""
    Read expression data that SynTReN wrote (``*_dataset.txt``), or a table of samples and genes made from it.

    Parameters
    ----------
    path : str or Path
        Plain text, or compressed if the name ends in ``.gz``; cells are separated by tabs, or by commas if the first
        line has no tab. If the first cell is ``GENE``, as the tool writes it, the first line names the samples and
        each other line is a gene. Otherwise the first line names the genes and each other line is a sample, as in
        the CSV files of grndata's tables; it begins with the sample's name if the first cell is empty, or if the
        first line is one cell shorter than the others.

    Returns
    -------
    AnnData of shape (n_samples, n_genes)
        float32, in the unit of the file, background genes included.

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
    ...     path = Path(folder) / "nn2_dataset.txt"
    ...     _ = path.write_text("GENE\tsample0\tsample1\ncrp\t0.9\t0.8\naraC\t0.4\t0.3\n")
    ...     read_syntren_expression(path).to_df()
             crp  araC
    sample0  0.9   0.4
    sample1  0.8   0.3
    """
    lines = [(number, cells[:-1] if cells[-1] == "" else cells) for number, cells in lines_of(path, commas=True)]
    lines = [(number, cells) for number, cells in lines if cells]
    if len(lines) < 2:
        raise ValueError(f"{path}: expected a line of names and lines of values")
    (first, header), rows = lines[0], lines[1:]
    by_gene = header[0].upper() == "GENE"
    corner = by_gene or header[0] == ""
    named = corner or len(header) == len(rows[0][1]) - 1
    columns = header[1:] if corner else header
    if not are_names(columns):
        raise ValueError(f"{path}, line {first}: expected names, each once, but got {header[:5]}")
    names, values = {}, []
    for number, cells in rows:
        name, numbers = (cells[0], cells[1:]) if named else (str(len(names)), cells)
        if len(numbers) != len(columns):
            raise ValueError(f"{path}, line {number}: {len(numbers)} values, but line {first} has {len(columns)} names")
        if not name or name in names:
            raise ValueError(f"{path}, line {number}: the name {name!r} is empty or repeated")
        values.append(parse_numbers(numbers, columns, f"{path}, line {number}"))
        names[name] = number
    x = np.array(values, dtype=np.float32)
    samples, genes, x = (columns, list(names), x.T.copy()) if by_gene else (list(names), columns, x)
    return as_anndata(x, pd.DataFrame(index=samples), genes, "SynTReN", path)
