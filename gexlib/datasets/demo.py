"""A human cohort that needs no download: drawn from a generator that was trained on the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import whole_number
from gexlib.datasets.registry import embedded
from gexlib.datasets.rnaseqdb import load_rnaseqdb

MODEL = "gtex-tcga"
NOTE = (
    "The files of RNAseqDB were not found. These samples are drawn from a generator that was trained on them; they are "
    "no measurements, and nothing here is a finding about patients. gexlib fetch gtex-tcga downloads the real files."
)


def load_demo(n_samples: int = 500, seed: int = 0) -> AnnData:
    """
    Draw a synthetic cohort that stands in for GTEx and TCGA.

    The pretrained generator ``"gtex-tcga"`` (``data/pretrained/README.md`` tells what it was trained on) makes the
    expression profiles; tissues, sexes and conditions have the frequencies of its training cohort. Good for trying
    things out. Biology found in it is what the generator learned, no more, and its samples vary less within a
    tissue than real ones do.

    Parameters
    ----------
    n_samples : int
        How many; each kind of sample (tissue, condition, sex) gets its share, and at least two.
    seed : int
        The same seed gives the same cohort.

    Returns
    -------
    AnnData, n_samples x n_genes
        ``X`` float32, log(1 + FPKM); ``obs`` with the columns of :func:`load_rnaseqdb`, in which ``dataset`` and
        ``study`` are ``"demo"`` and each sample is a ``donor`` of its own; ``uns["provenance"]`` has ``cohort``,
        ``"demo"``, and a ``note`` for readers.

    Raises
    ------
    ValueError
        If there are more kinds of samples than `n_samples` can hold twice.
    """
    from gexlib.wgan import WGANGP  # the one place where a data set is made by the model

    kinds = pd.read_csv(embedded(f"pretrained/{MODEL}/cohort.csv"))
    counts = _shares(kinds.pop("samples").to_numpy(), whole_number("n_samples", n_samples, 1))
    obs = kinds.loc[kinds.index.repeat(counts)].reset_index(drop=True)
    obs = obs.iloc[np.random.default_rng(seed).permutation(len(obs))]
    obs.index = [f"demo-{i:04d}" for i in range(len(obs))]
    obs = obs.assign(dataset="demo", study="demo").astype("category")
    obs = obs.assign(sex_inferred=True, donor=obs.index.astype("category"))
    made = WGANGP.load_pretrained(MODEL).sample(obs, seed=seed)
    made.uns["provenance"] |= {"cohort": "demo", "unit": "log(1 + FPKM)", "note": NOTE}
    return made


def load_human(folder: str | Path | None = None) -> AnnData:
    """
    Load the real human cohort where its files are, and the demo cohort where there are none.

    Parameters
    ----------
    folder : path, optional
        As for :func:`load_rnaseqdb`. If it is given, the files must be there.

    Returns
    -------
    AnnData
        What :func:`load_rnaseqdb` or :func:`load_demo` returns; ``uns["provenance"]["cohort"]`` tells which,
        ``"RNAseqDB"`` or ``"demo"``.
    """
    try:
        return load_rnaseqdb(folder)
    except FileNotFoundError:
        if folder is not None:
            raise
        return load_demo()


def _shares(counts: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to `counts` that add up to `total`, each at least 2."""
    if total < 2 * len(counts):
        raise ValueError(
            f"n_samples={total} is too few for {len(counts)} kinds of samples; give {2 * len(counts)} or more"
        )
    exact = 2 + (total - 2 * len(counts)) * counts / counts.sum()
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: total - shares.sum()]] += 1
    return shares
