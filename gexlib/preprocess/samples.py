"""Samples as a model sees them: expression as scores, covariates as numbers."""

from __future__ import annotations

import numpy as np
from anndata import AnnData

from gexlib.checks import expression_matrix
from gexlib.preprocess.covariates import CovariateEncoder, Covariates
from gexlib.preprocess.normal_scores import NormalScores
from gexlib.preprocess.standardizer import Standardizer

TRANSFORMS = {"z-scores": Standardizer, "normal scores": NormalScores}
"""Transforms of expression that a network can train on, by their names in the settings of a model."""


class SampleEncoder:
    """
    Encoder of samples as numbers that a network can train on.

    Parameters
    ----------
    covariates : CovariateEncoder
        Not fitted yet.
    transform : {"z-scores", "normal scores"}
        The transform of expression.

    Attributes
    ----------
    covariates, standardizer
        The encoder of covariates and the transform of expression, fitted by :meth:`fit_transform`.
    var_ : DataFrame
        The genes of the training samples.
    provenance_ : dict of str to str
        Where the training samples came from.

    Examples
    --------
    >>> import pandas as pd
    >>> obs = pd.DataFrame({"tissue": ["lung", "liver", "lung"]}, index=["a", "b", "c"])
    >>> train = AnnData(np.array([[1.0], [2.0], [3.0]], dtype="float32"), obs=obs)
    >>> encoder = SampleEncoder(CovariateEncoder(["tissue"]), "z-scores")
    >>> scores, (codes, values) = encoder.fit_transform(train)
    >>> scores[:, 0].round(2), codes[:, 0]
    (array([-1.22,  0.  ,  1.22], dtype=float32), array([1, 0, 1]))
    """

    def __init__(self, covariates: CovariateEncoder, transform: str) -> None:
        self.covariates, self.standardizer = covariates, TRANSFORMS[transform]()

    def fit_covariates(self, train: AnnData) -> Covariates:
        """
        Learn the levels of the covariates, the genes and the provenance; return the encoded covariates.

        Raises the errors of :meth:`fit_transform`, but does not look at the expression values.
        """
        if train.n_obs < 2:
            raise ValueError(f"train has {train.n_obs} sample; give two or more")
        self.var_ = train.var.copy()
        self.provenance_ = {name: str(value) for name, value in train.uns.get("provenance", {}).items()}
        return self.covariates.fit(train.obs).transform(train.obs)

    def fit_transform(self, train: AnnData) -> tuple[np.ndarray, Covariates]:
        """
        Learn from training samples, and encode them.

        Parameters
        ----------
        train : AnnData, n_samples x n_genes
            On a scale where z-scores make sense, such as ``log2(TPM + 1)``.

        Returns
        -------
        scores : ndarray of float32, shape (n_samples, n_genes)
        covariates : Covariates

        Raises
        ------
        TypeError
            If `train` is not an AnnData.
        ValueError
            If there are fewer than two samples, values are missing, or a covariate is absent.
        """
        x = expression_matrix(train, "train").astype(np.float32, copy=False)
        covariates = self.fit_covariates(train)
        return self.standardizer.fit(x).transform(x), covariates
