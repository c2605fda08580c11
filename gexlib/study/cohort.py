"""The human cohort: the real one if its files are there, or a demo cohort from a generator that was trained on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import whole_number
from gexlib.datasets import load_rnaseqdb
from gexlib.datasets.donors import Metadata
from gexlib.datasets.registry import cache_folder, embedded
from gexlib.explained import explained
from gexlib.wgan import WGANGP

MODEL = "gtex-tcga"
NOTE = (
    "The files of RNAseqDB were not found. These samples are drawn from a generator that was trained on them; they are "
    "no measurements, and nothing here is a finding about patients. gexlib fetch gtex-tcga downloads the real files."
)


@explained
def load_demo(n_samples: int = 500, seed: int = 0) -> AnnData:
    """
    Draw a synthetic cohort that stands in for GTEx and TCGA.

    The pretrained generator ``"gtex-tcga"`` (``data/pretrained/README.md`` tells what it was trained on) makes the
    expression profiles; tissues, sexes and conditions have the frequencies of its training cohort. It is good for
    trying things out. Biology found in it is what the generator learned, and no more; its samples vary less within a
    tissue than real ones.

    Parameters
    ----------
    n_samples : int
        How many. Each kind of sample (tissue, condition, sex) gets its share, and at least two samples.
    seed : int
        The same seed gives the same cohort.

    Returns
    -------
    AnnData, n_samples x n_genes
        ``X`` float32, log(1 + FPKM); ``obs`` with the columns of :func:`gexlib.datasets.load_rnaseqdb`, in which
        ``dataset`` and ``study`` are ``"demo"`` and each sample is a ``donor`` of its own; ``uns["provenance"]`` has
        ``cohort``, which is ``"demo"``, and a ``note`` for readers.

    Raises
    ------
    ValueError
        If there are more kinds of samples than `n_samples` can hold twice.

    Examples
    --------
    >>> demo = load_demo(60)
    >>> demo.shape, demo.uns["provenance"]["cohort"], sorted(set(demo.obs["condition"]))
    ((60, 2000), 'demo', ['cancer', 'normal'])
    """
    kinds = pd.read_csv(embedded(f"pretrained/{MODEL}/cohort.csv"))
    counts = shares(kinds.pop("samples").to_numpy(), whole_number("n_samples", n_samples, 1))
    obs = kinds.loc[kinds.index.repeat(counts)].reset_index(drop=True)
    obs = obs.iloc[np.random.default_rng(seed).permutation(len(obs))]
    obs.index = [f"demo-{i:04d}" for i in range(len(obs))]
    obs = obs.assign(dataset="demo", study="demo").astype("category")
    obs = obs.assign(sex_inferred=True, donor=obs.index.astype("category"))
    made = WGANGP.load_pretrained(MODEL).sample(obs, seed=seed)
    made.uns["provenance"] |= {"cohort": "demo", "unit": "log(1 + FPKM)", "note": NOTE}
    return made


@explained
def load_human(folder: str | Path | None = None, metadata: Metadata | None = None) -> AnnData:
    """
    Load the real human cohort if its files are there, or else the demo cohort.

    Parameters
    ----------
    folder : path, optional
        As for :func:`gexlib.datasets.load_rnaseqdb`. If it is given, the files must be there.
    metadata : pandas.DataFrame, path, or a list of these, optional
        Ages and sexes of the donors, as for :func:`gexlib.datasets.load_rnaseqdb`. If it is given, the files of
        RNAseqDB must be there too, as the demo cohort has no donors.

    Returns
    -------
    AnnData
        What :func:`gexlib.datasets.load_rnaseqdb` or :func:`load_demo` returns; ``uns["provenance"]["cohort"]`` is
        ``"RNAseqDB"`` or ``"demo"``.

    Examples
    --------
    Which of the two is loaded depends on the files that were downloaded:

    >>> human = load_human()  # doctest: +SKIP
    >>> human.uns["provenance"]["cohort"]  # doctest: +SKIP
    'RNAseqDB'
    """
    try:
        return load_rnaseqdb(folder, metadata)
    except FileNotFoundError:
        if folder is not None or metadata is not None:
            raise
        return load_demo()


@explained
def find_metadata(folder: str | Path | None = None) -> Path | None:
    """
    Find the tables of donors' ages and sexes: the folder ``metadata`` beside that of RNAseqDB's files.

    Parameters
    ----------
    folder : path, optional
        The files of RNAseqDB. Default: the folder where `fetch` puts them.

    Returns
    -------
    pathlib.Path or None
        The folder, or None if it is not there, or RNAseqDB's is not.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = Path(folder, "gtex-tcga")
    ...     files.mkdir()
    ...     before = find_metadata(files)
    ...     Path(folder, "metadata").mkdir()
    ...     before, find_metadata(files).name
    (None, 'metadata')
    """
    files = Path(folder) if folder is not None else cache_folder("gtex-tcga")
    tables = files.resolve().parent / "metadata"
    return tables if files.is_dir() and tables.is_dir() else None


def shares(counts: np.ndarray, total: int) -> np.ndarray:
    """Return whole numbers in proportion to `counts` that add up to `total`, each at least 2."""
    if total < 2 * len(counts):
        raise ValueError(
            f"n_samples={total} is too few for {len(counts)} kinds of samples; give {2 * len(counts)} or more"
        )
    exact = 2 + (total - 2 * len(counts)) * counts / counts.sum()
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact, kind="stable")[: total - whole.sum()]] += 1
    return whole
