r"""
Normal scores within each kind of sample, and margins of each gene that borrow from the other kinds.

The distribution of a gene differs between tissues, not only in its mean. So each kind of sample (a combination of
levels of categorical covariates, of all or of those that :mod:`gexlib.preprocess.kind_choice` chooses) has a
distribution of its own for each gene, its *margin*. A kind of few samples
says little about its margin. What it lacks, it borrows from the effects that its covariates have in all samples.

Let :math:`y` be the normal score of a gene among all training samples
(:class:`~gexlib.preprocess.NormalScores`). For a sample of kind *k* with the covariates *c*,

.. math:: y = h_c \beta + Q_k(z), \qquad
          Q_k(z) = w_k \hat{Q}_k(z) + (1 - w_k) (\delta_k + \sigma_k z), \qquad w_k = n_k / (n_k + \kappa)

with the score within the kind :math:`z \sim N(0, 1)`. The effects :math:`\beta` of all covariates come from a ridge
regression, the numerical ones included: these move the margin. :math:`\hat{Q}_k` joins the residuals of the kind's
:math:`n_k` training samples in ascending order by lines, at the scores of their ranks. The mean :math:`\delta_k` and
the standard deviation :math:`\sigma_k` of the residuals are shrunk. A combination that fewer than three training
samples have, or none, has :math:`w = 0`, the sum of its covariates' effects as its mean, and the standard deviation of
all samples around these sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from gexlib.checks import check_fitted, finite_matrix
from gexlib.explained import explained
from gexlib.preprocess.covariates import Covariates
from gexlib.preprocess.effects import GENES, LEAST_SD, PRIOR_SD, Effects, EffectsFit, design_matrix, row_by_row
from gexlib.preprocess.kind_choice import chosen_levels
from gexlib.preprocess.kinds import key_places, kind_codes
from gexlib.preprocess.learned import LearnedArrays
from gexlib.preprocess.normal_scores import NormalScores, sampled_rows

KNOTS = np.linspace(-3, 3, 21)  # scores within a kind at which its quantile function is kept
KAPPA = 10.0  # the Gaussian part of a margin weighs as much as this many samples of the kind
TAIL = 0.5  # slope of a margin beyond its outermost samples, in standard deviations of the kind
BEYOND = 3.0  # how far scores may lie beyond the outermost knots
RISE = 0.01  # the least slope of a margin, in standard deviations of the kind
ROWS = 256  # samples that are changed at a time, to bound the memory
LOOKED_AT = 300  # genes, at most, that decide which covariates make kinds
POOLED = "pooled."  # begins the names of the arrays of the scores among all samples


@explained
class KindScores(LearnedArrays):
    """
    Normal scores of each gene within each kind of sample, which can be turned back into expression.

    The module's text has the formula. Scores of all kinds have mean 0 and standard deviation 1, about. So whatever
    learns from them learns what goes together *within* a kind, and :meth:`inverse_transform` puts the differences
    between kinds back.

    Values that are the lowest of a gene, as zeros, are censored (:class:`NormalScores`): each gets a score
    that is drawn from those that :meth:`inverse_transform` turns into the lowest value.

    Parameters
    ----------
    kappa : float
        The weight of the Gaussian part of the margins, in samples. With 0, a kind of three samples or more keeps its
        own quantiles.
    choose : bool
        Whether only those categorical covariates make kinds without which held-out samples would be less likely
        (:func:`gexlib.preprocess.kind_choice.chosen_levels`). The others have their effects alone. Default: all make
        kinds.

    Attributes
    ----------
    pooled : NormalScores
        The scores among all training samples.
    n_levels_ : ndarray of int64, shape (n_categorical,)
        Levels of each categorical covariate.
    kind_levels_ : ndarray of int64, shape (n_categorical,)
        The same, but 0 for a covariate that makes no kinds.
    keys_ : ndarray of int64, shape (n_kinds,)
        The kinds (:class:`~gexlib.preprocess.CodedKinds`).
    effects_ : ndarray of float32, shape (n_columns, n_genes)
        The effect of each column of the design matrix.
    quantiles_ : ndarray of float32, shape (n_kinds + 1, 21, n_genes)
        The quantile function of each kind at the scores -3, -2.7, ..., 3. The last is that of unknown combinations.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> codes = np.repeat([[0], [1]], 200, axis=0)
    >>> x = np.where(codes == 0, rng.normal(5, 1, (400, 3)), rng.gamma(2, 1, (400, 3)))
    >>> covariates = Covariates(codes, np.empty((400, 0)))
    >>> kind_scores = KindScores().fit(x, covariates, n_levels=[2])
    >>> z = kind_scores.transform(x, covariates)
    >>> (z[:200].std(axis=0).round(1) == 1).all() and (z[200:].std(axis=0).round(1) == 1).all()
    np.True_
    >>> bool(np.abs(kind_scores.inverse_transform(z, covariates) - x).max() < 0.01)
    True
    """

    n_levels_: np.ndarray
    kind_levels_: np.ndarray
    keys_: np.ndarray
    effects_: np.ndarray
    quantiles_: np.ndarray

    def __init__(self, kappa: float = KAPPA, choose: bool = False) -> None:
        self.kappa, self.choose, self.pooled = kappa, choose, NormalScores()

    @property
    def constant_(self) -> np.ndarray:
        """The genes that are constant in the training samples: ndarray of bool, shape (n_genes,)."""
        return self.pooled.constant_

    def fit(
        self,
        x: np.ndarray,
        covariates: Covariates,
        n_levels: Sequence[int],
        seed: int = 0,
        kind_levels: Sequence[int] | None = None,
    ) -> KindScores:
        """
        Learn the margins of all kinds.

        Parameters
        ----------
        x : ndarray, shape (n_samples, n_genes)
            Finite expression values.
        covariates : Covariates
            Of these samples, encoded.
        n_levels : sequence of int
            Levels of each categorical covariate.
        seed : int
            Decides the draws of censored scores, and the folds of the choice of covariates.
        kind_levels : sequence of int, optional
            ``kind_levels_`` of another fit, to have its kinds.
        """
        x = finite_matrix(x)
        self.pooled.fit(x)
        if kind_levels is None:
            kind_levels = self._chosen(x, covariates, n_levels) if self.choose else n_levels
        fit, n_genes = EffectsFit(covariates, n_levels, seed, kind_levels), x.shape[1]
        code = fit.kinds.codes(covariates.codes)
        self.n_levels_, self.kind_levels_ = (np.array(levels, dtype=np.int64) for levels in (n_levels, kind_levels))
        self.keys_ = fit.kinds.keys
        self.effects_ = np.empty((fit.design.shape[1], n_genes), np.float32)
        self.quantiles_ = np.empty((len(fit.kinds) + 1, len(KNOTS), n_genes), np.float32)
        for start in range(0, n_genes, GENES):
            genes = slice(start, start + GENES)
            found = fit(self.pooled.transform(x[:, genes], genes), self.pooled.floor_[genes])
            self.effects_[:, genes] = found.effects
            self.quantiles_[..., genes] = self._quantiles(found.completed - fit.design @ found.effects, found, code)
        return self

    def fit_chunks(
        self, chunks: Iterable[np.ndarray], covariates: Covariates, n_levels: Sequence[int], seed: int = 0
    ) -> KindScores:
        """
        Learn from a random sample of the rows of a matrix that comes in chunks of rows, in one pass.

        Parameters
        ----------
        chunks : iterable of ndarray, shapes (n, n_genes)
            Finite values; `n` may differ. The sample takes up to 64 MiB.
        covariates : Covariates
            Of all rows, encoded.
        n_levels, seed
            As for :meth:`fit`.

        Raises
        ------
        ValueError
            If there are fewer than two rows, or a value is NaN or infinite.
        """
        sample, index = sampled_rows(chunks)
        return self.fit(sample, covariates.of_rows(index), n_levels, seed)

    def transform(self, x: np.ndarray, covariates: Covariates, random: np.random.Generator | None = None) -> np.ndarray:
        """
        Return the scores of expression values within the kinds of their samples.

        Parameters
        ----------
        x : ndarray, shape (n_samples, n_genes)
        covariates : Covariates
        random : numpy.random.Generator, optional
            Draws the scores of censored values. Without it, each gets the median of its possible scores.

        Returns
        -------
        ndarray of float32, shape (n_samples, n_genes)
        """
        check_fitted(self, "quantiles_")
        scores = self.pooled.transform(x)
        for rows, kind, h in self._groups(covariates):
            y = scores[rows]
            z = _interpolated(y - h @ self.effects_, self.quantiles_[kind])
            censored = y <= self.pooled.floor_
            share = ndtr(z[censored])
            share *= 0.5 if random is None else random.uniform(size=share.shape)
            z[censored] = ndtri(np.maximum(share, 1e-9))
            scores[rows] = np.clip(z, KNOTS[0] - BEYOND, KNOTS[-1] + BEYOND)
        scores[:, self.constant_] = 0
        return scores

    def inverse_transform(self, scores: np.ndarray, covariates: Covariates) -> np.ndarray:
        """
        Return scores within kinds in the units of the training data; a row's values do not depend on the other rows.

        Parameters
        ----------
        scores : ndarray, shape (n_samples, n_genes)
        covariates : Covariates

        Returns
        -------
        ndarray of float32, shape (n_samples, n_genes)
        """
        check_fitted(self, "quantiles_")
        x = np.empty(np.shape(scores), np.float32)
        step, last = KNOTS[1] - KNOTS[0], len(KNOTS) - 2
        for rows, kind, h in self._groups(covariates):
            mean = row_by_row(h, self.effects_)
            z = np.clip(scores[rows], KNOTS[0] - BEYOND, KNOTS[-1] + BEYOND)
            place = (z - KNOTS[0]) / step
            below = np.clip(place.astype(np.int64), 0, last)
            table = self.quantiles_[kind]
            low, high = np.take_along_axis(table, below, axis=0), np.take_along_axis(table, below + 1, axis=0)
            x[rows] = self.pooled.inverse_transform(mean + low + (high - low) * (place - below))
        return x

    def levels_of_kinds(self) -> np.ndarray:
        """Return the levels of each kind, (n_kinds, n_categorical); 0 for a covariate that makes no kinds."""
        check_fitted(self, "keys_")
        levels = self.kind_levels_.tolist()
        return self.keys_[:, None] // np.maximum(key_places(levels), 1) % np.maximum(levels, 1)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all that was learned, as named arrays."""
        return super().arrays() | {f"{POOLED}{name}": array for name, array in self.pooled.arrays().items()}

    @classmethod
    def restored(cls, arrays: dict[str, np.ndarray]) -> KindScores:
        """Return the transform of which :meth:`arrays` gave the arrays."""
        made = super().restored({"kind_levels_": arrays["n_levels_"].copy()} | arrays)  # older files: all make kinds
        made.pooled = NormalScores.restored({n.removeprefix(POOLED): a for n, a in arrays.items() if POOLED in n})
        return made

    def _groups(self, covariates: Covariates) -> Iterator[tuple[np.ndarray, int, np.ndarray]]:
        """Yield rows of one kind, at most 256 at a time, their kind, and the design matrix of each."""
        code = kind_codes(covariates.codes, self.kind_levels_.tolist(), self.keys_)
        h = design_matrix(covariates, self.n_levels_.tolist()).astype(np.float32)
        for kind in np.unique(code):
            rows = np.flatnonzero(code == kind)
            for part in np.array_split(rows, -(-len(rows) // ROWS)):
                yield part, int(kind), h[part]

    def _chosen(self, x: np.ndarray, covariates: Covariates, n_levels: Sequence[int]) -> list[int]:
        some = slice(None, None, -(-x.shape[1] // LOOKED_AT))
        return chosen_levels(self.pooled.transform(x[:, some], some), covariates, n_levels)

    def _quantiles(self, residual: np.ndarray, found: Effects, code: np.ndarray) -> np.ndarray:
        """Return the quantile functions of all kinds, and of unknown combinations, at the knots."""
        n_kinds, n_genes = found.deviations.shape
        table, knots = np.empty((n_kinds + 1, len(KNOTS), n_genes), np.float32), KNOTS[:, None]
        around = residual - np.where((code >= 0)[:, None], found.deviations[code] if n_kinds else 0, 0)
        common = np.square(around).mean(axis=0)
        for kind in range(n_kinds):
            own = np.sort(residual[code == kind], axis=0)
            n, square = len(own), np.square(around[code == kind]).sum(axis=0)
            sd = np.sqrt((square + PRIOR_SD * common) / (n + PRIOR_SD) + LEAST_SD**2)
            at = ndtri((np.arange(n) + 0.5) / n)
            place = np.interp(KNOTS, at, np.arange(n))[:, None]
            below = np.minimum(place.astype(np.int64), n - 2)
            lines = own[below[:, 0]] + (own[below[:, 0] + 1] - own[below[:, 0]]) * (place - below)
            lines += TAIL * sd * (np.minimum(knots - at[0], 0) + np.maximum(knots - at[-1], 0))
            w = n / (n + self.kappa)
            table[kind] = _rising(w * lines + (1 - w) * (found.deviations[kind] + sd * knots), sd)
        sd = np.sqrt(np.square(residual).sum(axis=0) / found.free + LEAST_SD**2)
        table[-1] = sd * knots
        return table


def _rising(table: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return quantile functions (n_knots, n_genes) that rise by a hundredth of a standard deviation or more a score."""
    least = RISE * sd * KNOTS[:, None]
    return np.maximum.accumulate(table - least, axis=0) + least


def _interpolated(y: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return the scores at which the quantile functions (n_knots, n_genes) have the values `y` (n, n_genes)."""
    below = np.zeros(y.shape, np.int64)
    for values in table[1:-1]:
        below += y > values
    low, high = np.take_along_axis(table, below, axis=0), np.take_along_axis(table, below + 1, axis=0)
    return KNOTS[below] + (KNOTS[1] - KNOTS[0]) * (y - low) / (high - low)
