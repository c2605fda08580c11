"""Gene sets of Enrichr, downloaded within a time and a size."""

import json
import tempfile
from pathlib import Path
from urllib.parse import quote

from requests import RequestException
from tqdm import tqdm

from gexlib.datasets.download import Deadline, Refused, save
from gexlib.datasets.gene_sets import read_gmt

URL = "https://maayanlab.cloud/Enrichr"  # human
SECONDS = 300  # for both answers
MOST_BYTES = 1 << 28


def enrichr_library(name: str) -> dict[str, list[str]]:
    """
    Download a library of gene sets from Enrichr.

    Parameters
    ----------
    name : str
        Such as ``"KEGG_2021_Human"``.

    Returns
    -------
    dict of str to list of str
        Genes by the name of the set.

    Raises
    ------
    ConnectionError
        If Enrichr does not answer within five minutes, or what it answers is not a list of its libraries or a library.
    ValueError
        If it has no such library.

    Examples
    --------
    >>> sets = enrichr_library("KEGG_2021_Human")  # doctest: +SKIP
    """
    with tempfile.TemporaryDirectory() as folder, Deadline(SECONDS) as deadline:
        try:
            listed = json.loads(_answer("datasetStatistics", Path(folder, "libraries"), deadline).read_bytes())
            names = [library["libraryName"] for library in listed["statistics"]]
            if name in names:
                query = f"geneSetLibrary?mode=text&libraryName={quote(name, safe='')}"
                return read_gmt(_answer(query, Path(folder, "library.gmt"), deadline))
        except (Refused, RequestException, OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise ConnectionError(
                f"{name!r} is not a GMT file here, and Enrichr gave no library of that name ({error}); give the path "
                f"of a GMT file"
            ) from error
    raise ValueError(
        f"{name!r} is neither a GMT file here nor one of the {len(names)} libraries of Enrichr (human); "
        f"{URL}/#libraries lists them"
    )


def _answer(query: str, target: Path, deadline: Deadline) -> Path:
    """Save the answer of Enrichr to a query as a file, and return its path."""
    with tqdm(disable=True) as bar:
        save(f"{URL}/{query}", target, MOST_BYTES, deadline, bar)
    return target
