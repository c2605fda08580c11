"""Tables of RNAseqDB: genes by samples, separated by tabs and gzipped. Errors name the line of the fault."""

import gzip
import io
import zlib
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from gexlib.checks import SINGLE_MAX, check_finite, existing_file

LEADING = ["Hugo_Symbol", "Entrez_Gene_Id"]  # the columns before those of the samples


def read_samples(path: Path) -> list[str]:
    """
    Read the sample barcodes of a table, from its first line alone.

    Raises
    ------
    ValueError
        If the file is not gzipped, its header is not that of such a table, or a barcode comes twice.
    """
    existing_file(path, "fetch it again")
    try:
        with gzip.open(path) as file:
            cells = file.readline().decode("utf-8").rstrip("\r\n").split("\t")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error
    if any("\0" in cell for cell in cells):
        raise ValueError(f"{path}, line 1: a NUL byte; the file is damaged: delete it, and fetch it again")
    samples = cells[len(LEADING) :]
    if cells[: len(LEADING)] != LEADING or not all(samples) or not samples:
        raise ValueError(
            f"{path}, line 1: the header must be {', '.join(LEADING)} and at least one sample barcode, separated by "
            f"tabs, but begins with {', '.join(map(repr, cells[:3]))}"
        )
    if len(set(samples)) < len(samples):
        raise ValueError(f"{path}, line 1: sample {Counter(samples).most_common(1)[0][0]} a second time")
    return samples


def read_table(path: Path) -> tuple[pd.Index, np.ndarray]:
    """
    Read the gene symbols and the FPKM of a table.

    Parameters
    ----------
    path : pathlib.Path
        A table with the columns ``Hugo_Symbol`` and ``Entrez_Gene_Id``, then a column for each sample.

    Returns
    -------
    genes : pandas.Index
        Unique symbols, in the order of the file.
    fpkm : ndarray of shape (genes, samples), float32
        Finite and not negative.

    Raises
    ------
    ValueError
        If the file is truncated or damaged, or the table is malformed. The message names the file and, if possible, the
        line, the gene and the sample.
    """
    samples = read_samples(path)
    try:
        text = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, error) from error
    file = io.BytesIO(text)
    # If every line has a cell too many, pandas takes the first for an index.
    sound = file.readline().count(b"\t") == file.readline().count(b"\t")
    sound &= b"\0" not in text  # where pandas would end the cell
    file.seek(0)
    try:
        with np.errstate(over="ignore"):  # becomes infinite, which is refused
            table = pd.read_csv(
                file,
                sep="\t",
                index_col=0,
                na_filter=False,
                quoting=3,  # no quotes: symbols may contain anything but tabs
                dtype=defaultdict(lambda: np.float32, dict.fromkeys(LEADING, str)),
            )
        fpkm = table.iloc[:, 1:].to_numpy(np.float32)
        check_finite(str(path), fpkm)
        sound &= fpkm.size > 0 and table.index.is_unique and bool((fpkm >= 0).all())
    except (ValueError, pd.errors.ParserError):
        sound = False
    if not sound:
        _explain(path, text, samples)
    return table.index, fpkm


def _damaged(path: Path, error: Exception) -> ValueError:
    return ValueError(
        f"{path}: truncated or damaged gzip ({error}); delete it, and `gexlib fetch gtex-tcga` downloads it again"
    )


def _explain(path: Path, text: bytes, samples: list[str]) -> None:
    """Raise an error that names the first fault of a table, line by line."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split(b"\n"), start=1):
        if number == 1 or not line.strip():
            continue
        place = f"{path}, line {number}"
        if b"\0" in line:
            raise ValueError(f"{place}: a NUL byte; the file is damaged: delete it, and fetch it again")
        try:
            gene, _, *cells = line.decode("utf-8").rstrip("\r").split("\t")
        except ValueError:
            raise ValueError(f"{place}: not tab-separated UTF-8 text") from None
        if len(cells) != len(samples):
            raise ValueError(f"{place}: {gene} has {len(cells)} values, the header {len(samples)} samples")
        if (first := seen.setdefault(gene, number)) != number:
            raise ValueError(f"{place}: gene symbol {gene} a second time, first in line {first}")
        for sample, cell in zip(samples, cells, strict=True):
            try:
                fine = 0 <= float(cell) <= SINGLE_MAX
            except ValueError:
                fine = False
            if not fine:
                raise ValueError(f"{place}: {gene} in {sample} is {cell!r}; FPKM are finite numbers of at least 0")
    raise ValueError(f"{path}: not a tab-separated table of genes by samples")
