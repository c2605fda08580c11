"""Training and validation samples as the networks see them."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from anndata import AnnData

from gexlib.checks import expression_matrix, on_disk
from gexlib.preprocess import Covariates, SampleEncoder
from gexlib.preprocess.scale import warn_if_not_log
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.data.on_disk import BatchesOnDisk, RowsOnDisk, some_in_memory

VALIDATION_ON_DISK = 2000  # most validation samples that are read from the disk for the scores


def training_samples(train: AnnData, encoder: SampleEncoder) -> tuple[Batch | BatchesOnDisk, str]:
    """
    Fit the encoder to training samples, and return these as the networks see them.

    Parameters
    ----------
    train : AnnData, n_samples x n_genes
        In memory, or on the disk.
    encoder : SampleEncoder
        Not fitted yet.

    Returns
    -------
    samples : Batch or BatchesOnDisk
    digest : str
        SHA-256 that tells these samples from others.

    Raises
    ------
    TypeError, ValueError
        As :meth:`gexlib.preprocess.SampleEncoder.fit_transform`, or if no gene varies.
    """
    if not on_disk(train):
        scores, covariates = encoder.fit_transform(train)
        warn_if_not_log(train, "train")
        _check_variety(encoder)
        return Batch(*map(torch.from_numpy, (scores, *covariates))), digest(scores, *covariates)
    rows, covariates = RowsOnDisk(train, "train"), encoder.fit_covariates(train)
    encoder.fit_chunks(rows.chunks(), covariates)
    _check_variety(encoder)
    return BatchesOnDisk(rows, encoder.standardizer, covariates), rows.digest + digest(*covariates)


def validation_samples(validation: AnnData, encoder: SampleEncoder) -> tuple[np.ndarray, Covariates]:
    """
    Return the expression and the encoded covariates of validation samples.

    Parameters
    ----------
    validation : AnnData, n_samples x n_genes
        In memory, or on the disk; from the disk, at most 2,000 samples are read.
    encoder : SampleEncoder
        Fitted to the training samples.

    Returns
    -------
    x : ndarray of float32, shape (n_samples, n_genes)
    covariates : Covariates

    Raises
    ------
    ValueError
        If the samples have other genes than the training samples, or there are fewer than three.
    """
    if on_disk(validation):
        validation = some_in_memory(validation, VALIDATION_ON_DISK)
    x = expression_matrix(validation, "validation").astype(np.float32, copy=False)
    if list(validation.var_names) != list(encoder.var_.index):
        raise ValueError(
            "validation has other genes than train, or in another order; take the genes of train with "
            "validation[:, train.var_names]"
        )
    if len(x) < 3:
        raise ValueError(f"validation has {len(x)} samples; correlations need 3 or more")
    if (varying := int((x.min(axis=0) < x.max(axis=0)).sum())) < 2 <= x.shape[1]:
        raise ValueError(f"validation has {varying} genes that vary; correlations need 2 or more")
    return x, encoder.covariates.transform(validation.obs)


def _check_variety(encoder: SampleEncoder) -> None:
    if encoder.standardizer.constant_.all():
        raise ValueError("train has no gene that varies; there is nothing to learn. Is X what it should be?")


def digest(*arrays: np.ndarray) -> str:
    """Return the SHA-256 of the shapes, types and values of arrays."""
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(str((array.shape, array.dtype.str)).encode())
        sha.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
    return sha.hexdigest()
