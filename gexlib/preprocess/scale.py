"""On which scale expression is: counts, other values, or their logarithms; and the way to logarithms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import expression_matrix, listing, on_disk
from gexlib.explained import explained, warn

COUNTS, LINEAR, LOG = "counts", "linear", "log"
HIGHEST_LOG = 50.0  # 2 ** 50: no logarithm of a count, a TPM or an intensity is so large
LOOKED_AT = 100  # samples, evenly spread
WAYS_OUT = {
    COUNTS: "Turn them into log2(CPM + 1) (gexlib.preprocess.log_cpm, --scale log-cpm) or, with the lengths of the "
    "genes, into log2(TPM + 1) (log_tpm, --scale log-tpm)",
    LINEAR: "Take the logarithm of TPM, FPKM, CPM or intensities (gexlib.preprocess.log2, --scale log2); estimated "
    "counts, such as RSEM's, need log_cpm (--scale log-cpm)",
}


class Scale(NamedTuple):
    """
    The scale of expression values (``"counts"``, ``"linear"`` or ``"log"``), and by what it was told.

    Examples
    --------
    >>> Scale("counts", "whole numbers from 0 to 940").kind
    'counts'
    """

    kind: str
    seen: str


@explained
def scale_of(data: AnnData) -> Scale:
    """
    Tell on which scale expression is, from at most 100 samples.

    Whole numbers from 0 on are counts. Other values are not logarithms if one is larger than 50: 2 to the power of 50
    is more than any experiment counts.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes

    Returns
    -------
    Scale

    Examples
    --------
    >>> scale_of(AnnData(np.array([[0.0, 12.0], [3.0, 940.0]])))
    Scale(kind='counts', seen='whole numbers from 0 to 940, 478 a sample in the median')
    >>> scale_of(AnnData(np.array([[0.0, 12.5], [3.1, 9.8]]))).kind
    'log'
    """
    some = np.unique(np.linspace(0, data.n_obs - 1, min(data.n_obs, LOOKED_AT)).astype(int))
    x = expression_matrix(data[some], "data")
    low, high = float(x.min()), float(x.max())
    if low >= 0 and high > 1 and not np.any(x % 1):
        total = np.median(x.sum(axis=1, dtype=np.float64))
        return Scale(COUNTS, f"whole numbers from {low:.0f} to {high:,.0f}, {total:,.0f} a sample in the median")
    if high <= HIGHEST_LOG:
        return Scale(LOG, f"values from {low:.3g} to {high:.3g}")
    sums = x.sum(axis=1, dtype=np.float64)
    million = "; each sample adds up to a million, as TPM and CPM do" if np.allclose(sums, 1e6, rtol=0.01) else ""
    return Scale(LINEAR, f"values from {low:.3g} to {high:,.0f}{million}")


@explained
def check_log(data: AnnData, argument: str = "data") -> None:
    """
    Raise a ValueError if expression is not on a logarithmic scale; the message says what was seen, and the way out.

    Examples
    --------
    >>> check_log(AnnData(np.array([[0.0, 12.0], [3.0, 940.0]])))
    Traceback (most recent call last):
    ValueError: data seems to hold counts: whole numbers from 0 to 940, ... Turn them into log2(CPM + 1) ...
    """
    if fault := _fault(data, argument):
        raise ValueError(fault)


def warn_if_not_log(data: AnnData, argument: str) -> None:
    """Warn, as :func:`check_log` raises. Data on the disk are not looked at."""
    if not on_disk(data) and data.n_obs and (fault := _fault(data, argument)):
        warn(f"{fault}. A model of z-scores fits such data badly")


def _fault(data: AnnData, argument: str) -> str | None:
    kind, seen = scale_of(data)
    if kind == LOG:
        return None
    what = "counts" if kind == COUNTS else "expression that is not logarithmic"
    return f"{argument} seems to hold {what}: {seen}. {WAYS_OUT[kind]}"


@explained
def log_cpm(data: AnnData) -> AnnData:
    r"""
    Turn counts into the logarithm of counts per million.

    .. math:: y_{ij} = \log_2 \left(10^6 \frac{x_{ij}}{\sum_k x_{ik}} + 1\right)

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Counts; all genes that were counted, as the sum is over them. Select genes afterwards.

    Returns
    -------
    AnnData
        A copy; ``uns["provenance"]["unit"]`` is ``"log2(CPM + 1)"``.

    Raises
    ------
    ValueError
        If a value is negative, or a sample has no counts.

    Examples
    --------
    >>> log_cpm(AnnData(np.array([[1.0, 3.0], [0.0, 2.0]]))).X.round(2)
    array([[17.93, 19.52],
           [ 0.  , 19.93]], dtype=float32)
    """
    return _per_million(data, _not_negative(data), "log2(CPM + 1)")


@explained
def log_tpm(data: AnnData, lengths: pd.Series | str) -> AnnData:
    """
    Turn counts into the logarithm of transcripts per million :cite:p:`wagner2012measurement`.

    Counts are divided by the length of the gene first, and then as in :func:`log_cpm`.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Counts; all genes that were counted.
    lengths : Series, or str
        Lengths of the genes, by their names, in bases; or the column of ``var`` that has them.

    Returns
    -------
    AnnData
        A copy; ``uns["provenance"]["unit"]`` is ``"log2(TPM + 1)"``.

    Raises
    ------
    ValueError
        As :func:`log_cpm`, and if a gene has no length or one that is not positive.

    Examples
    --------
    >>> data = AnnData(np.array([[1.0, 3.0]]), var=pd.DataFrame({"Length": [1000, 3000]}, index=["crp", "fis"]))
    >>> log_tpm(data, "Length").X.round(2)
    array([[18.93, 18.93]], dtype=float32)
    """
    if isinstance(lengths, str):
        if lengths not in data.var:
            raise ValueError(f"lengths={lengths!r} is not a column of var; columns: {listing(data.var.columns)}")
        lengths = data.var[lengths]
    known = pd.to_numeric(lengths, errors="coerce").reindex(data.var_names)
    if (wrong := ~(known > 0)).any():
        raise ValueError(
            f"lengths: {wrong.sum()} of {data.n_vars} genes have no length above 0 "
            f"({listing(data.var_names[wrong], 5)}); give one for each gene, or leave these genes out"
        )
    return _per_million(data, _not_negative(data) / known.to_numpy(np.float64), "log2(TPM + 1)")


@explained
def log2(data: AnnData) -> AnnData:
    """
    Turn values that are not negative, such as TPM, FPKM or intensities, into log2(x + 1).

    Returns
    -------
    AnnData
        A copy; ``uns["provenance"]["unit"]`` is ``"log2(x + 1)"``.

    Raises
    ------
    ValueError
        If a value is negative.

    Examples
    --------
    >>> log2(AnnData(np.array([[0.0, 7.0, 1023.0]]))).X
    array([[ 0.,  3., 10.]], dtype=float32)
    """
    return _copy(data, np.log2(_not_negative(data) + 1), "log2(x + 1)")


SCALES = ("log-cpm", "log-tpm", "log2", "as-is")


@explained
def to_scale(data: AnnData, scale: str | None, lengths: pd.Series | str | None = None) -> AnnData:
    """
    Bring expression to a logarithmic scale by name.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
    scale : str or None
        ``"log-cpm"``, ``"log-tpm"`` (with `lengths`) or ``"log2"``. ``"as-is"`` changes nothing; None does not either,
        but raises an error if `data` is not on a logarithmic scale.
    lengths : Series or str, optional
        As for :func:`log_tpm`.

    Raises
    ------
    ValueError
        If `scale` is not known, its function raises one, or values that are logarithms already would be taken for
        counts.

    Examples
    --------
    >>> to_scale(AnnData(np.array([[0.0, 12.0], [3.0, 940.0]])), "log-cpm").X.round(1)
    array([[ 0. , 19.9],
           [11.6, 19.9]], dtype=float32)
    """
    if scale is None:
        check_log(data)
        return data
    if scale not in SCALES:
        raise ValueError(f"scale={scale!r} is not known; choose {', '.join(map(repr, SCALES))}")
    if scale == "as-is":
        return data
    kind, seen = scale_of(data)
    if kind == LOG:
        raise ValueError(f"scale={scale!r} is for data that are not logarithms, but these seem to be: {seen}")
    if scale == "log-tpm" and lengths is None:
        raise ValueError("scale='log-tpm' needs the lengths of the genes; without them, take scale='log-cpm'")
    return {"log-cpm": log_cpm, "log2": log2, "log-tpm": lambda d: log_tpm(d, lengths)}[scale](data)


def _not_negative(data: AnnData) -> np.ndarray:
    x = expression_matrix(data, "data").astype(np.float64)
    if (x < 0).any():
        sample, gene = np.argwhere(x < 0)[0]
        raise ValueError(
            f"data has values below 0, the first in sample {data.obs_names[sample]!r}, gene {data.var_names[gene]!r}: "
            f"{x[sample, gene]:g}. Counts, TPM and intensities have none; is this a logarithm already?"
        )
    return x


def _per_million(data: AnnData, x: np.ndarray, unit: str) -> AnnData:
    total = x.sum(axis=1, keepdims=True)
    if (empty := total[:, 0] == 0).any():
        raise ValueError(f"data has samples without any counts ({listing(data.obs_names[empty], 5)}); remove these")
    return _copy(data, np.log2(1e6 * x / total + 1), unit)


def _copy(data: AnnData, x: np.ndarray, unit: str) -> AnnData:
    found = AnnData(x.astype(np.float32), obs=data.obs.copy(), var=data.var.copy(), uns=dict(data.uns))
    known = data.uns.get("provenance")
    found.uns["provenance"] = {**(known if isinstance(known, Mapping) else {}), "unit": unit}
    return found
