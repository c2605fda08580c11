"""Samples as a model sees them: expression as scores, covariates as numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from anndata import AnnData

from gexlib.checks import expression_matrix, provenance
from gexlib.explained import explained
from gexlib.preprocess.covariates import CovariateEncoder, Covariates
from gexlib.preprocess.kind_scores import KindScores
from gexlib.preprocess.normal_scores import NormalScores
from gexlib.preprocess.standardizer import Standardizer

TRANSFORMS = {"z-scores": Standardizer, "normal scores": NormalScores, "scores by kind": KindScores}
"""Transforms of expression that a network can train on, by their names in the settings of a model."""


@explained
def to_scores(
    transform: Standardizer | NormalScores | KindScores,
    x: np.ndarray,
    covariates: Covariates,
    random: np.random.Generator | None = None,
) -> np.ndarray:
    """
    Return expression as scores, shape (n_samples, n_genes), float32, by any of the transforms.

    The covariates and `random`, which draws the scores of censored values, matter to :class:`KindScores` alone.

    Examples
    --------
    >>> from gexlib.preprocess.standardizer import Standardizer
    >>> x = np.array([[1.0, 5.0], [3.0, 9.0]])
    >>> to_scores(Standardizer().fit(x), x, None)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    """
    if isinstance(transform, KindScores):
        return transform.transform(x, covariates, random)
    return transform.transform(x)


@explained
def to_expression(
    transform: Standardizer | NormalScores | KindScores, scores: np.ndarray, covariates: Covariates
) -> np.ndarray:
    """
    Return scores as expression in the units of the training data, float32, by any of the transforms.

    A gene that is constant in the training data is constant here. `scores` may be changed.

    Examples
    --------
    >>> from gexlib.preprocess.standardizer import Standardizer
    >>> standardizer = Standardizer().fit(np.array([[1.0, 5.0], [3.0, 9.0]]))
    >>> to_expression(standardizer, np.array([[0.0, 1.0]], np.float32), None)
    array([[2., 9.]], dtype=float32)
    """
    scores[:, transform.constant_] = 0
    if isinstance(transform, KindScores):
        return transform.inverse_transform(scores, covariates)
    return transform.inverse_transform(scores)


@explained
def kind_levels(transform: Standardizer | NormalScores | KindScores, n_levels: list[int]) -> list[int]:
    """
    Return the levels of the categorical covariates, with 0 for one that makes no kinds of samples.

    Examples
    --------
    >>> kind_levels(Standardizer(), [14, 3])
    [14, 3]
    """
    return transform.kind_levels_.tolist() if isinstance(transform, KindScores) else n_levels


@explained
class SampleEncoder:
    """
    Encoder of samples as numbers that a network can train on.

    Parameters
    ----------
    covariates : CovariateEncoder
        Not fitted yet.
    transform : {"z-scores", "normal scores", "scores by kind"}
        The transform of expression.
    seed : int
        Decides the scores of censored values, see :class:`KindScores`.
    kinds : {"chosen", "all"}
        Which categorical covariates make kinds of samples, for ``"scores by kind"``.

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

    def __init__(self, covariates: CovariateEncoder, transform: str, seed: int = 0, kinds: str = "all") -> None:
        self.covariates, self.standardizer, self.seed = covariates, TRANSFORMS[transform](), seed
        if isinstance(self.standardizer, KindScores):
            self.standardizer.choose = kinds == "chosen"

    def fit_covariates(self, train: AnnData) -> Covariates:
        """
        Learn the levels of the covariates, the genes and the provenance; return the encoded covariates.

        Raises the errors of :meth:`fit_transform`, but does not look at the expression values.
        """
        if train.n_obs < 2:
            raise ValueError(f"train has {train.n_obs} sample; give two or more")
        self.var_ = train.var.copy()
        self.provenance_ = provenance(train)
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
        if isinstance(self.standardizer, KindScores):
            self.standardizer.fit(x, covariates, self.covariates.n_levels, self.seed)
        else:
            self.standardizer.fit(x)
        return to_scores(self.standardizer, x, covariates, np.random.default_rng(self.seed)), covariates

    def fit_chunks(self, chunks: Iterable[np.ndarray], covariates: Covariates) -> None:
        """Learn the transform from expression that comes in chunks of rows; `covariates` are those of all rows."""
        if isinstance(self.standardizer, KindScores):
            self.standardizer.fit_chunks(chunks, covariates, self.covariates.n_levels, self.seed)
        else:
            self.standardizer.fit_chunks(chunks)
