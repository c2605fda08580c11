"""Readers for the files of the original simulators."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.grn import EFFECTS, add_regulation

SIF_EFFECTS = {"ac": "+", "re": "-", "du": "+-", "un": "?"}


def read_gnw_network(path: str | Path) -> nx.DiGraph:
    r"""
    Read a network of GeneNetWeaver: tab-separated regulator, target, effect, without a header.

    Parameters
    ----------
    path : str or Path
        Plain text, or compressed if the name ends in ``.gz``. Besides ``+``, ``-``, ``+-`` and ``?`` the effect
        may be that of the tool's unsigned gold standards: ``1``, an edge of unknown effect, or ``0``, no edge.

    Returns
    -------
    networkx.DiGraph
        Genes and edges in the order of the file. Edges carry ``effect``; lines that disagree about it are
        reconciled as in `gexlib.grn.add_regulation`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not such a table; the message names the file and the line.

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
    for number, cells in _lines(path):
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
        If it is not such a table; the message names the file and the line.

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
    lines = _lines(path)
    number, header = next(lines, (1, [""]))
    timed = header[0].lower() == "time"
    genes = header[timed:]
    if not _are_names(genes):
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
        rows.append(_numbers(cells, header, f"{path}, line {number}"))
        series.append(current)
    if not rows:
        raise ValueError(f"{path}: no samples after the line of gene names")
    x = np.array(rows)
    obs = pd.DataFrame({"series": series, "time": x[:, 0]}) if timed else pd.DataFrame(index=range(len(x)))
    obs.index = obs.index.astype(str)
    return _anndata(x[:, timed:].astype(np.float32), obs, genes, "GeneNetWeaver", path)


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
        reconciled as in `gexlib.grn.add_regulation`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no such network; the message names the file and the line.

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
    for number, cells in _lines(path):
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
        If it is no such table; the message names the file and the line.

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
    lines = [(number, cells[:-1] if cells[-1] == "" else cells) for number, cells in _lines(path, commas=True)]
    lines = [(number, cells) for number, cells in lines if cells]
    if len(lines) < 2:
        raise ValueError(f"{path}: expected a line of names and lines of values")
    (first, header), rows = lines[0], lines[1:]
    by_gene = header[0].upper() == "GENE"
    corner = by_gene or header[0] == ""
    named = corner or len(header) == len(rows[0][1]) - 1
    columns = header[1:] if corner else header
    if not _are_names(columns):
        raise ValueError(f"{path}, line {first}: expected names, each once, but got {header[:5]}")
    names, values = {}, []
    for number, cells in rows:
        name, numbers = (cells[0], cells[1:]) if named else (str(len(names)), cells)
        if len(numbers) != len(columns):
            raise ValueError(f"{path}, line {number}: {len(numbers)} values, but line {first} has {len(columns)} names")
        if not name or name in names:
            raise ValueError(f"{path}, line {number}: the name {name!r} is empty or repeated")
        values.append(_numbers(numbers, columns, f"{path}, line {number}"))
        names[name] = number
    x = np.array(values, dtype=np.float32)
    samples, genes, x = (columns, list(names), x.T.copy()) if by_gene else (list(names), columns, x)
    return _anndata(x, pd.DataFrame(index=samples), genes, "SynTReN", path)


def _lines(path: str | Path, commas: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Number and cells, without quotes, of every line; with `commas`, tables without tabs have them."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as text: {error}") from None
    separator = "," if commas and "\t" not in text.partition("\n")[0] else "\t"
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, [cell.strip().strip('"') for cell in line.rstrip("\r").split(separator)] if line.strip() else [""]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _are_names(cells: list[str]) -> bool:
    """Whether cells can be a line of names, each once."""
    return bool(cells) and "" not in cells and len(set(cells)) == len(cells) and _number(cells[0]) is None


def _numbers(cells: list[str], columns: list[str], where: str) -> list[float]:
    """The values of a line."""
    values = [_number(cell) for cell in cells]
    if None in values:
        j = values.index(None)
        raise ValueError(f"{where}: {cells[j]!r} for {columns[j]!r} is not a finite number")
    return values


def _anndata(x: np.ndarray, obs: pd.DataFrame, genes: list[str], tool: str, path: str | Path) -> AnnData:
    provenance = {"source": f"{tool}, {Path(path).name}", "unit": f"that of {tool}'s file"}
    return AnnData(x, obs=obs, var=pd.DataFrame(index=genes), uns={"provenance": provenance})
