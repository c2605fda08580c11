"""An older release of M3D's E. coli compendium: 524 microarrays in the order of the experiments, without covariates."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import whole_text
from gexlib.explained import explained

LEADING = ["gene_symbol", "locus"]  # the columns before those of the chips


@explained
def load_m3d_v3(path: str | Path) -> AnnData:
    r"""
    Load 524 E. coli microarrays of an older release of M3D (version 3) from one table.

    Parameters
    ----------
    path : str or Path
        The table, such as ``ecoli_m3d_v3_524chips_1146genes.tsv.gz``: text separated by tabs, gzipped or not. A row is
        a gene. The columns are ``gene_symbol``, ``locus`` and one for each chip.

    Returns
    -------
    AnnData
        ``X`` : float32 array of shape (chips, genes), log2 intensities normalised by RMA.

        ``obs`` : no columns. The release names neither chips nor experiments. The chips are in the order of the source,
        in which those of an experiment are neighbours. So never divide them at random; see
        :func:`gexlib.preprocess.neighbour_blocks`.

        ``var`` : indexed by gene symbol as *E. coli* genes are written, ``araC`` for the table's ``ARAC``, with
        ``locus_tag`` ("unknown" if the table has none) and ``symbol``, the table's spelling.

        ``uns["provenance"]`` : source, unit, citation.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the table is malformed. The message names the file and the line.

    Notes
    -----
    Faith et al. (2007), PLoS Biology 5:e8. The table comes from the data of the R package Ac3net, version 1.2.2. In the
    16 chips whose values in build 6 are known, the two releases correlate with 0.997 and differ by 0.05 in the median.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "chips.tsv"
    ...     _ = path.write_text("gene_symbol\tlocus\tchip1\tchip2\nARAC\tb0064\t7.5\t8.25\n")
    ...     chips = load_m3d_v3(path)
    >>> chips.var_names.tolist(), chips.X[:, 0].tolist()
    (['araC'], [7.5, 8.25])
    """
    path = Path(path)
    rows = _rows(path)
    place, header = next(rows, (f"{path}, line 1", []))
    chips = header[len(LEADING) :]
    if header[: len(LEADING)] != LEADING or not chips or not all(chips) or len(set(chips)) < len(chips):
        raise ValueError(
            f"{place}: the header must be {', '.join(LEADING)} and a name for each chip, no name twice, separated by "
            f"tabs, but begins with {', '.join(map(repr, header[:3])) or 'nothing'}"
        )
    genes, values = {}, []
    for place, (symbol, locus, *cells) in rows:
        gene = symbol[:3].lower() + symbol[3:]
        if not gene or gene in genes:
            raise ValueError(f"{place}: {f'gene {symbol} a second time' if gene else 'the gene has no symbol'}")
        genes[gene] = {"locus_tag": locus if locus not in ("", "NA") else "unknown", "symbol": symbol}
        values.append(
            [_intensity(cell, f"{place}: {symbol} in {chip}") for chip, cell in zip(chips, cells, strict=True)]
        )
    if not genes:
        raise ValueError(f"{path} has no genes: it ends after the header")
    provenance = {
        "name": "M3D E. coli, version 3",
        "organism": "Escherichia coli",
        "unit": "log2 intensity, RMA-normalised",
        "citation": "Faith et al. 2007, PLoS Biology 5:e8, doi:10.1371/journal.pbio.0050008",
        "source": path.name,
    }
    var = pd.DataFrame.from_dict(genes, orient="index")
    x = np.ascontiguousarray(np.array(values, dtype=np.float32).T)
    return AnnData(x, obs=pd.DataFrame(index=chips), var=var, uns={"provenance": provenance})


def _rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Give the place and the cells of each line; all lines must have as many cells as the first."""
    text, width = whole_text(path, "give the path of the table of chips"), 0
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split("\t")
        width = width or len(cells)
        if len(cells) != width:
            raise ValueError(f"{path}, line {number}: {len(cells)} tab-separated cells, the header has {width}")
        yield f"{path}, line {number}", cells


def _intensity(cell: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise ValueError(f"{where} is {cell!r}, not a finite number")
    return value
