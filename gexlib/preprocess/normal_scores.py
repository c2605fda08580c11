"""Expression as normal scores, and back: each gene becomes a standard Gaussian, and its zeros censored values."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy.special import ndtri

from gexlib.checks import check_finite, check_fitted, finite_matrix
from gexlib.explained import explained
from gexlib.preprocess.learned import LearnedArrays

KNOTS = 128  # the most quantiles that describe a gene's distribution
SAMPLE = 64 << 20  # most bytes of the random sample of rows that come in chunks
BEYOND = 1.0  # how far, in standard deviations of the scores, values may lie beyond those of training
GENES = 512  # genes that are fitted at a time, to bound the memory
BLOCK = 1 << 14  # values that are looked up at a time, so that they stay in the processor's cache
ROWS = 64  # the most rows of such a block
TALL = 200  # from so many rows on, a call of NumPy for each gene is faster than one search for many genes
SIDE_BY_SIDE = 32  # genes of a block of that many rows
TAIL = 16  # the outer 1 / TAIL of the knots gives the slope beyond them


@explained
class NormalScores(LearnedArrays):
    r"""
    Normal scores of each gene, which can be turned back into expression; a gene's zeros are censored values.

    The r-th smallest of n training values becomes :math:`\Phi^{-1}((r - 1/2) / n)`, the inverse of the standard normal
    distribution function at its rank :cite:p:`bartlett1947transformations`. So any distribution of a gene becomes a
    Gaussian one.

    Several training samples may share the lowest value, as samples without a read of a gene do. If their share is
    :math:`p_0`, then this share of the Gaussian lies at or below :math:`t = \Phi^{-1}(p_0)`, and all of it counts as
    *t*: this is the censored variable of :cite:t:`tobin1958estimation`. A generator says "none" by any number at or
    below *t*, and :meth:`inverse_transform` turns it into exactly the lowest value. It makes no value between the
    lowest and the next one that was measured.

    Scores are then shifted and scaled to mean 0 and standard deviation 1 in the training samples.

    Attributes
    ----------
    offsets_ : ndarray of int64, shape (n_genes + 1,)
        Where the knots of each gene start in `values_` and `levels_`.
    values_, levels_ : ndarray of float32, shape (n_knots,)
        Quantiles of the values above the floor, increasing within each gene, and their scores; at most 128 a gene.
        Between two quantiles, both transforms are linear. Beyond the outermost, the line through the outermost
        sixteenth goes on for one standard deviation of the scores.
    floor_ : ndarray of float32, shape (n_genes,)
        The score *t* of each gene's lowest value; minus infinity if no two samples share it.
    lowest_ : ndarray of float64, shape (n_genes,)
        The lowest value of each gene. If several samples share it, :meth:`inverse_transform` returns nothing below it.
        If not, and it is at least 0, :meth:`inverse_transform` returns nothing below 0.
    constant_ : ndarray of bool, shape (n_genes,)
        The genes that are constant in the training samples.

    Examples
    --------
    >>> x = np.array([[0.0], [0.0], [1.0], [5.0]])
    >>> normal_scores = NormalScores().fit(x)
    >>> scores = normal_scores.transform(x)
    >>> bool(scores[0] == scores[1] == normal_scores.floor_)
    True
    >>> normal_scores.inverse_transform(scores)[:, 0].tolist()
    [0.0, 0.0, 1.0, 5.0]
    >>> normal_scores.inverse_transform(scores - [[9], [0], [0], [0]])[:, 0].tolist()
    [0.0, 0.0, 1.0, 5.0]
    """

    offsets_: np.ndarray
    values_: np.ndarray
    levels_: np.ndarray
    floor_: np.ndarray
    lowest_: np.ndarray
    constant_: np.ndarray

    def fit(self, x: np.ndarray) -> NormalScores:
        """Learn the distribution of each column of `x`, shape (n_samples, n_genes)."""
        x = finite_matrix(x)
        blocks = [slice(start, start + GENES) for start in range(0, x.shape[1], GENES)]
        columns = (column for genes in blocks for column in np.sort(x[:, genes].T, axis=1))
        values, levels, floors = zip(*(_knots(column.astype(np.float64)) for column in columns), strict=True)
        self.offsets_ = np.cumsum([0, *map(len, values)])
        self.values_, self.levels_ = np.concatenate(values, dtype=np.float32), np.concatenate(levels)
        self.lowest_, self.constant_ = x.min(axis=0).astype(np.float64), x.min(axis=0) == x.max(axis=0)
        self.floor_ = np.array(floors, np.float32)
        scores = (self.transform(x[:, genes], genes) for genes in blocks)
        moments = [(y.mean(axis=0, dtype=np.float64), y.std(axis=0, dtype=np.float64)) for y in scores]
        mean, scale = (np.concatenate(moment) for moment in zip(*moments, strict=True))
        scale[self.constant_] = 1
        mean_of, scale_of = (np.repeat(moment, np.diff(self.offsets_)) for moment in (mean, scale))
        self.levels_ = ((self.levels_ - mean_of) / scale_of).astype(np.float32)
        self.floor_ = ((np.array(floors) - mean) / scale).astype(np.float32)
        return self

    def fit_chunks(self, chunks: Iterable[np.ndarray]) -> NormalScores:
        """
        Learn from a random sample of the rows of a matrix that comes in chunks of rows, in one pass.

        Parameters
        ----------
        chunks : iterable of ndarray, shapes (n, n_genes)
            Finite values; `n` may differ. The sample takes up to 64 MiB.

        Raises
        ------
        ValueError
            If there are fewer than two rows, or a value is NaN or infinite.
        """
        return self.fit(sampled_rows(chunks)[0])

    def transform(self, x: np.ndarray, genes: slice = slice(None)) -> np.ndarray:
        """Return the normal scores of `x`, whose columns are these `genes`; shape (n_samples, n_genes), float32."""
        check_fitted(self, "offsets_")
        return self._by_blocks(x, self._scores, genes, tall=len(x) >= TALL)

    def inverse_transform(self, scores: np.ndarray) -> np.ndarray:
        """Return scores in the units of the training data; shape (n_samples, n_genes), float32."""
        check_fitted(self, "offsets_")
        return self._by_blocks(scores, self._expression)

    def _by_blocks(
        self, matrix: np.ndarray, change: Callable, of: slice = slice(None), tall: bool = False
    ) -> np.ndarray:
        matrix = np.asarray(matrix)
        of_genes = self.offsets_[:-1][of], self.offsets_[1:][of] - 1, self.floor_[of], self.lowest_[of]
        changed = np.empty(matrix.shape, np.float32)
        n, n_genes = matrix.shape
        height = n if tall else max(1, min(n, ROWS))
        width = SIDE_BY_SIDE if tall else BLOCK // height
        for start in range(0, n_genes, width):
            genes = slice(start, start + width)
            known = [part[genes] for part in of_genes]
            for row in range(0, n, height):
                block = np.s_[row : row + height, genes]
                changed[block] = change(matrix[block].copy("F") if tall else matrix[block], *known)
        return changed

    def _scores(self, x, first, last, floor, lowest) -> np.ndarray:
        low, high = self.levels_[first], self.levels_[last]
        lines = _lines if len(x) >= TALL else _searched
        scores = _piecewise(x, self.values_, self.levels_, first, last, lines)
        scores = np.clip(scores, low - BEYOND, high + BEYOND)
        return np.where(np.isneginf(floor), scores, np.where(x <= lowest, floor, np.maximum(scores, low)))

    def _expression(self, scores, first, last, floor, lowest) -> np.ndarray:
        within = np.clip(scores, self.levels_[first] - BEYOND, self.levels_[last] + BEYOND)
        least = np.where(np.isneginf(floor), np.where(lowest >= 0, 0, -np.inf), self.values_[first])
        x = np.maximum(_piecewise(within, self.levels_, self.values_, first, last, _searched), least)
        return np.where(scores <= floor, lowest, x)


def sampled_rows(chunks: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """
    Return a random sample of the rows of a matrix that comes in chunks of rows, and their numbers, in one pass.

    The sample takes up to 64 MiB. A ValueError is raised if there are fewer than two rows, or a value is not finite.
    """
    rng, sample, keys, index, n = np.random.default_rng(0), None, np.empty(0), np.empty(0, np.int64), 0
    for number, chunk in enumerate(chunks):
        check_finite(f"chunk {number}", chunk)
        keys = np.concatenate([keys, rng.random(len(chunk))])
        index = np.concatenate([index, np.arange(n, n + len(chunk))])
        sample = chunk if sample is None else np.concatenate([sample, chunk])
        n += len(chunk)
        most = max(2, SAMPLE // (4 * chunk.shape[1]))
        if len(keys) > most:  # the rows of the smallest keys so far
            kept = np.sort(np.argpartition(keys, most)[:most])
            sample, keys, index = sample[kept], keys[kept], index[kept]
    if sample is None or len(sample) < 2:
        raise ValueError(f"chunks have {len(keys)} rows; give at least two")
    return sample, index


def _knots(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the knots of sorted values, their scores, and the score of a lowest value that samples share."""
    n, ties = len(x), int(np.searchsorted(x, x[0], side="right"))
    if ties == n:
        return x[:1], np.zeros(1), -np.inf
    above, share = (x, 0.0) if ties == 1 else (x[ties:], ties / n)
    m = min(len(above), KNOTS)
    at = (np.arange(m) + 0.5) / m
    values, first, count = np.unique(_quantiles(above, at), return_index=True, return_counts=True)
    middle = (at[first] + at[first + count - 1]) / 2
    return values, ndtri(share + (1 - share) * middle), ndtri(share) if share else -np.inf


def _quantiles(x: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return Hazen's quantiles of sorted values to the bits of ``numpy.quantile``, which would sort them again."""
    place = np.clip(len(x) * at - 0.5, 0, len(x) - 1)
    below = np.minimum(place.astype(np.int64), len(x) - 2)
    low, high, share = x[below], x[below + 1], place - below
    return np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share))


def _piecewise(
    x: np.ndarray, at: np.ndarray, to: np.ndarray, first: np.ndarray, last: np.ndarray, lines: Callable
) -> np.ndarray:
    """
    Interpolate linearly; beyond the outermost points, the line through the outermost sixteenth of them goes on.

    The points of column j of `x` are (`at`, `to`) from ``first[j]`` to ``last[j]``. Between them `lines` interpolates,
    :func:`_lines` or :func:`_searched`, which give the same.
    """
    inside = np.clip(x, at[first], at[last])
    lower, upper = tail_slopes(at, to, first, last)
    return lines(inside, at, to, first, last) + np.where(x < inside, lower, upper) * (x - inside)


def _lines(inside: np.ndarray, at: np.ndarray, to: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Interpolate column by column: the faster way for many rows."""
    y = np.empty(inside.shape, order="F")
    for j, (a, b) in enumerate(zip(first, last + 1, strict=True)):
        y[:, j] = np.interp(inside[:, j], at[a:b], to[a:b])
    return y


def _searched(inside: np.ndarray, at: np.ndarray, to: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Interpolate all columns at once: for a minibatch of rows, a call for each gene takes seven times as long."""
    below = np.broadcast_to(first, inside.shape).copy()
    for bit in reversed(range(int((last - first).max()).bit_length())):
        further = np.minimum(below + (1 << bit), last)
        np.copyto(below, further, where=at.take(further) <= inside)
    above = np.minimum(below + 1, last)
    start, y = at.take(below).astype(np.float64), to.take(below).astype(np.float64)
    width = at.take(above) - start
    width[width == 0] = 1  # at the last point
    return (to.take(above) - y) / width * (inside - start) + y


def tail_slopes(at: np.ndarray, to: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes below and above the points of each gene, (`at`, `to`) from `first` to `last`."""
    step = np.maximum(1, (last - first + 1) // TAIL)
    below, above = np.minimum(first + step, last), np.maximum(last - step, first)
    return _slope(at, to, first, below), _slope(at, to, last, above)


def _slope(at: np.ndarray, to: np.ndarray, end: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Return the slope of the line through two points of each gene; 0 if they are the same point."""
    rise, run = to[end] - to[inner], at[end] - at[inner]
    return np.divide(rise, run, out=np.zeros_like(rise), where=run != 0)
