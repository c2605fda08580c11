"""Are measured samples in the unit of the training data, and their values those of the genes that are named?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gexlib.preprocess import Covariates, KindScores, NormalScores, Standardizer, to_expression

Transform = Standardizer | NormalScores | KindScores

REACH = 7.0  # scores between which a model's own samples lie
SLACK = 0.25  # how far beyond, in widths of the range that a gene has in all training samples
MOST_OUTSIDE = 0.2  # the share of a sample's values that may lie beyond all that the model can make
MOST_SHIFTED = 2.5  # the largest median of a sample's scores
LEAST_ALIKE = 0.25  # the correlation with the middle of a kind, over that of samples with independent scores
TELLING = 0.8  # the correlation of the latter from which that says something
LEAST_GENES = 50  # genes from which all of them together say something
WAY_OUT = "Give it in the unit and the normalisation of the training data"


def check_unit(
    transform: Transform, x: np.ndarray, scores: np.ndarray, covariates: Covariates, names: pd.Index
) -> None:
    """
    Raise a ValueError if a sample cannot be in the unit of the training data, or has the values of other genes.

    For each gene, the model can make values between two bounds for a sample of such covariates. A sample of the same
    unit has few values beyond them. With 50 genes or more, not nearly all of them are shifted to one side, and they are
    high and low as in the middle of the kind, as far as those of samples with independent scores are.
    """
    bounds = [to_expression(transform, np.full(x.shape, sign * REACH, np.float32), covariates) for sign in (-1, 1)]
    slack = SLACK * (widest(transform, x.shape[1]) + 1e-3)
    outside = ((x < bounds[0] - slack) | (x > bounds[1] + slack)).mean(axis=1)
    if outside[worst := int(outside.argmax())] > MOST_OUTSIDE:
        raise ValueError(
            f"sample {names[worst]!r} has {outside[worst]:.0%} of its values far beyond those of training samples of "
            f"its kind (its values are from {x[worst].min():.4g} to {x[worst].max():.4g}); is it in another unit, such "
            f"as counts? {WAY_OUT}"
        )
    varies = ~transform.constant_
    if varies.sum() < LEAST_GENES:
        return
    shift = np.median(scores[:, varies], axis=1)
    if abs(shift[worst := int(np.abs(shift).argmax())]) > MOST_SHIFTED:
        raise ValueError(
            f"sample {names[worst]!r} has values that are {'above' if shift[worst] > 0 else 'below'} those of training "
            f"samples of its kind in almost all genes: by {abs(shift[worst]):.1f} standard deviations, the median over "
            f"genes. Is it in another unit, or normalised in another way? {WAY_OUT}"
        )
    middle = to_expression(transform, np.zeros(x.shape, np.float32), covariates)
    independent = np.random.default_rng(0).standard_normal(x.shape, dtype=np.float32)
    expected = _correlations(to_expression(transform, independent, covariates), middle)
    lack = np.where(expected > TELLING, LEAST_ALIKE * expected - _correlations(x, middle), -1)
    if lack[worst := int(lack.argmax())] > 0:
        found = _correlations(x[[worst]], middle[[worst]])[0]
        raise ValueError(
            f"sample {names[worst]!r} correlates over genes by {found:.2f} with the middle of the training samples of "
            f"its kind, where {expected[worst]:.2f} is usual; are the values those of the genes that var_names tells, "
            f"and of this kind of sample? {WAY_OUT}"
        )


def widest(transform: Transform, n_genes: int) -> np.ndarray:
    """Return the width of the range that each gene has in the training samples of all kinds, shape (n_genes,)."""
    whole = transform.pooled if isinstance(transform, KindScores) else transform
    low, high = (whole.inverse_transform(np.full((1, n_genes), sign * REACH, np.float32))[0] for sign in (-1, 1))
    return high - low


def _correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the correlation of each row of `x` with that of `y`, 0 where one does not vary."""
    x, y = (side - side.mean(axis=1, keepdims=True) for side in (x.astype(np.float64), y.astype(np.float64)))
    length = np.sqrt(np.square(x).sum(axis=1) * np.square(y).sum(axis=1))
    return np.divide((x * y).sum(axis=1), length, out=np.zeros(len(x)), where=length > 0)
