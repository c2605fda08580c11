"""Training and validation samples as the networks see them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from anndata import AnnData

from gexlib.checks import expression_matrix, on_disk
from gexlib.normal_scores import TRANSFORMS, NormalScores
from gexlib.preprocess import CovariateEncoder, Covariates, Standardizer
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.data.on_disk import StoredBatches, StoredRows, some_in_memory

STORED_VALIDATION = 2000  # so many validation samples are read from the disk for the scores, at most


@dataclass(frozen=True)
class Prepared:
    """
    Training samples, and what was fitted to turn them into numbers.

    Attributes
    ----------
    samples : Batch or StoredBatches
        Scores and encoded covariates.
    digest : str
        SHA-256 of the scores and covariates.
    encoder : CovariateEncoder
    standardizer : Standardizer or NormalScores
    var : DataFrame
        The genes.
    provenance : dict of str to str
    """

    samples: Batch | StoredBatches
    digest: str
    encoder: CovariateEncoder
    standardizer: Standardizer | NormalScores
    var: pd.DataFrame
    provenance: dict[str, str]

    @classmethod
    def fit(cls, train: AnnData, encoder: CovariateEncoder, transform: str) -> Prepared:
        """
        Fit the encoder of covariates and the transform of expression to training samples.

        `encoder` is not fitted yet, `transform` a name in :data:`gexlib.normal_scores.TRANSFORMS`. Raises a ValueError
        if there are fewer than two samples, or values are missing.
        """
        x = StoredRows(train, "train") if on_disk(train) else expression_matrix(train, "train")
        if len(x) < 2:
            raise ValueError(f"train has {len(x)} sample; give two or more")
        covariates = encoder.fit(train.obs).transform(train.obs)
        standardizer = TRANSFORMS[transform]()
        if isinstance(x, StoredRows):
            standardizer.fit_chunks(x.chunks())
            samples, sha = StoredBatches(x, standardizer, covariates), x.digest + digest(*covariates)
        else:
            x = x.astype(np.float32, copy=False)
            scores = standardizer.fit(x).transform(x)
            samples, sha = Batch(*map(torch.from_numpy, (scores, *covariates))), digest(scores, *covariates)
        provenance = {name: str(value) for name, value in train.uns.get("provenance", {}).items()}
        return cls(samples, sha, encoder, standardizer, train.var.copy(), provenance)

    def validation(self, validation: AnnData) -> tuple[np.ndarray, Covariates]:
        """Expression, float32 (n_samples, n_genes), and encoded covariates of validation samples."""
        if on_disk(validation):
            validation = some_in_memory(validation, STORED_VALIDATION)
        x = expression_matrix(validation, "validation").astype(np.float32, copy=False)
        if list(validation.var_names) != list(self.var.index):
            raise ValueError(
                "validation has other genes than train, or in another order; take the genes of train with "
                "validation[:, train.var_names]"
            )
        if len(x) < 3:
            raise ValueError(f"validation has {len(x)} samples; correlations need 3 or more")
        return x, self.encoder.transform(validation.obs)


def digest(*arrays: np.ndarray) -> str:
    """SHA-256 of the shapes, types and values of arrays."""
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(str((array.shape, array.dtype.str)).encode() + np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()
