r"""
Coupling: how much of a sample's state carries over when its condition changes, learned from pairs.

Patients who were measured in both conditions show it. Let :math:`y` be the scores within its kind of a patient's sample
in the reference condition, and :math:`y'` those of the same patient's sample in the other. Then

.. math:: y'_j = b_j y_j + \sum_i K(y, y^{(i)}) \alpha_{ij} + s_j u_j

with a slope :math:`b_j` for each gene (what a gene keeps of its own, such as a deletion in the germline), a term that
the whole state moves (a ridge regression in its dual form, with the training pairs :math:`i`), and a rest. Most slopes
are close to each other, and some are not. So they are shrunk towards their mean with a prior that is a mixture of
Gaussians, whose weights are learned from all genes (empirical Bayes, :cite:t:`stephens2017false`). The kernel
:math:`K` is the cosine of two states. It counts fully if both patients are alike in all other covariates, and in part
if not. That part and the ridge penalty are those with the smallest error in a fifth of the pairs that is left out. So
is the factor, 1 or less, by which all slopes are multiplied: few pairs may not tell slopes at all. The quantiles of
:math:`u` come from training pairs that are left out of the margins and of the regression in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_columns, expression_matrix, listing, whole_number
from gexlib.explained import explained
from gexlib.preprocess import CovariateEncoder, Covariates, KindScores, to_scores
from gexlib.wgan.files import coupling as files
from gexlib.wgan.units import Transform, check_unit

WIDTHS = np.array([0.01, 0.03, 0.05, 0.1, 0.17, 0.3, 0.55])[:, None]  # standard deviations of the prior's parts
ROUNDS = 100  # of expectation and maximisation
KEPT = (0.0, 0.5, 1.0)  # what all slopes are multiplied with: the choices
SHARED = (0.0, 0.25, 0.5, 1.0)  # what a pair of another group counts: the choices
PENALTIES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 1e9)  # of the ridge regression: the choices; the last is none of it
GENES = 512  # evenly spaced genes on which the choices are made and the quantiles of the rest measured
PARTS = 5  # of the pairs, left out in turn to make the choices
LEAST_PAIRS = 8
PROBABILITIES = np.concatenate([[0.0005, 0.001, 0.0025], np.arange(0.005, 0.9951, 0.005), [0.9975, 0.999, 0.9995]])


@explained
@dataclass(frozen=True)
class Coupling:
    """
    What carries over from a reference condition to another, as :func:`fit_coupling` learned it.

    It is used by :meth:`gexlib.wgan.WGANGP.counterfactual`, of the model that it was learned with.

    Attributes
    ----------
    by, value, reference : str
        The covariate that is switched, to `value` from `reference`.
    slopes : ndarray of float32, shape (n_genes,)
        What each gene's score keeps of its own.
    shared, penalty : float
        What training pairs of another group count, and the ridge penalty.
    states, groups : ndarray, shapes (n_pairs, n_genes) and (n_pairs,)
        The reference scores of the training pairs, each divided by its length; and the key of their other covariates.
    weights : ndarray of float32, shape (n_pairs, n_genes)
        The coefficients of the ridge regression.
    spread : ndarray of float32, shape (n_genes,)
        The standard deviation of what is left of each gene's score.
    quantiles : ndarray, shape (n_probabilities,)
        The quantiles of what is left, in these standard deviations, at ``PROBABILITIES``.
    n_pairs : int
    genes, covariates : tuple of str
        Those of the model, in their order.

    Examples
    --------
    >>> coupling = gan.fit_coupling(train, "condition", "cancer", "normal")  # doctest: +SKIP
    >>> coupling.save("coupling")  # doctest: +SKIP
    >>> tumours = gan.counterfactual(
    ...     normal, "condition", "cancer", coupling=Coupling.load("coupling")
    ... )  # doctest: +SKIP
    """

    by: str
    value: str
    reference: str
    slopes: np.ndarray
    shared: float
    penalty: float
    states: np.ndarray
    groups: np.ndarray
    weights: np.ndarray
    spread: np.ndarray
    quantiles: np.ndarray
    n_pairs: int
    genes: tuple[str, ...]
    covariates: tuple[str, ...]

    def mean(self, scores: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Return the expected scores in the other condition, (n, n_genes), from those in the reference condition."""
        kernel = _kernel(_directions(scores), groups, self.states, self.groups, self.shared)
        return self.slopes * scores + kernel @ self.weights

    def save(self, folder: str | Path) -> None:
        """
        Write the coupling to a folder (JSON and safetensors), and replace the one that the folder may hold.

        It has the states of the training pairs in it, so it is as private as they are.

        Raises
        ------
        ValueError
            If the folder holds something else, such as a model.
        OSError
            If it cannot be written, as on a full disk; a coupling that was there stays as it was.
        """
        files.write(folder, {field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, folder: str | Path) -> Coupling:
        """
        Read a coupling that :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError, ValueError
            If there is none, or it is damaged; the message says which.
        """
        return cls(**files.read(folder, len(PROBABILITIES)))


def fit_coupling(
    transform: Transform,
    encoder: CovariateEncoder,
    train: AnnData,
    by: str,
    value: str,
    reference: str,
    donor: str = "donor",
    folds: int = 3,
    seed: int = 0,
) -> Coupling:
    """
    Learn what carries over between two conditions, from the donors among the training samples who have both.

    Users call :meth:`gexlib.wgan.WGANGP.fit_coupling`, which has the arguments and the errors. `transform` and
    `encoder` are those of the fitted model.
    """
    others = [name for name in encoder.categorical if name != by]
    pairs = pair_rows(train.obs, by, value, reference, donor, others)
    if len(pairs) < LEAST_PAIRS:
        alike = f", alike in {listing(others)}" if others else ""
        raise ValueError(
            f"{len(pairs)} donors of train have a sample with {by}={reference!r} and one with {value!r}{alike}; a "
            f"coupling needs {LEAST_PAIRS} or more. Without one, give counterfactual a number from 0 to 1"
        )
    folds = whole_number("folds", folds, 2, len(pairs))
    x = expression_matrix(train, "train").astype(np.float32, copy=False)
    covariates = encoder.transform(train.obs)
    check_unit(transform, x, to_scores(transform, x, covariates), covariates, train.obs_names)
    before, after = pairs["reference"].to_numpy(), pairs["value"].to_numpy()
    groups = group_keys(encoder, covariates, by)[before]
    y, y_after = (to_scores(transform, x[rows], covariates.of_rows(rows)) for rows in (before, after))
    some = np.unique(np.linspace(0, train.n_vars - 1, min(GENES, train.n_vars)).astype(int))
    importance = _variance_within(x[np.ix_(after, some)], groups)
    kept_share = _kept(y[:, some], y_after[:, some], groups, importance)
    slopes = kept_share * shrunken_slopes(y, y_after)
    shared, penalty = _choose(y, groups, (y_after - slopes * y)[:, some], importance)
    weights, left = _ridge(_directions(y), groups, y_after - slopes * y, shared, penalty)
    spread = np.sqrt(np.square(left).mean(axis=0)) + 1e-3

    part = np.random.default_rng(whole_number("seed", seed, 0)).permutation(len(pairs)) % folds
    rests = []
    for fold in range(folds):
        out, kept = part == fold, part != fold
        others = ~np.isin(np.arange(len(x)), np.concatenate([before[out], after[out]]))
        again = _fitted(transform, x[np.ix_(others, some)], covariates.of_rows(others), seed)
        fresh = to_scores(again, x[np.ix_(after, some)], covariates.of_rows(after))
        b = kept_share * shrunken_slopes(y[kept], y_after[kept])[some]
        residual = fresh - b * y[:, some]
        a, inner = _ridge(_directions(y[kept]), groups[kept], residual[kept], shared, penalty)
        kernel = _kernel(_directions(y[out]), groups[out], _directions(y[kept]), groups[kept], shared)
        rests.append((residual[out] - kernel @ a) / (np.sqrt(np.square(inner).mean(axis=0)) + 1e-3))
    varies = ~transform.constant_[some]
    quantiles = np.quantile(np.concatenate(rests)[:, varies], PROBABILITIES)
    return Coupling(
        by, value, reference, slopes.astype(np.float32), shared, penalty, _directions(y), groups,
        weights.astype(np.float32), spread.astype(np.float32), quantiles, len(pairs),
        tuple(train.var_names), tuple(encoder.categorical),
    )  # fmt: skip


def pair_rows(
    obs: pd.DataFrame, by: str, value: str, reference: str, donor: str = "donor", alike: Sequence[str] = ()
) -> pd.DataFrame:
    """
    Find the donors who have a sample of each condition.

    Parameters
    ----------
    obs : DataFrame, one row a sample
    by, value, reference : str
        The column that is switched, and its two levels.
    donor : str
        The column that names the donor.
    alike : sequence of str
        Columns in which both samples of a pair agree, such as the tissue.

    Returns
    -------
    DataFrame, one row a donor
        ``reference`` and ``value``: the row of `obs` of each, by number. Of several samples, the first counts.

    Raises
    ------
    ValueError
        If a column is absent.

    Examples
    --------
    >>> obs = pd.DataFrame({"donor": ["p", "q", "p"], "condition": ["normal", "normal", "cancer"]})
    >>> pair_rows(obs, "condition", "cancer", "normal").to_dict("index")
    {'p': {'reference': 0, 'value': 2}}
    """
    check_columns("by", [by], obs)
    check_columns("donor", [donor], obs)
    table = pd.DataFrame({"donor": obs[donor].astype(object).to_numpy(), "level": obs[by].astype(object).to_numpy()})
    table["kind"] = obs.groupby(list(alike), observed=True, dropna=False).ngroup().to_numpy() if alike else 0
    table["row"] = np.arange(len(table))
    first = table.dropna().drop_duplicates(["donor", "kind", "level"])
    sides = {
        side: first[first["level"] == level].set_index(["donor", "kind"])["row"]
        for side, level in (("reference", reference), ("value", value))
    }
    both = pd.DataFrame(sides).dropna().astype(int).droplevel("kind")
    return both[~both.index.duplicated()].rename_axis(donor)


def group_keys(encoder: CovariateEncoder, covariates: Covariates, by: str) -> np.ndarray:
    """Return a text for each sample that tells its categorical covariates but `by`, shape (n,)."""
    kept = [j for j, name in enumerate(encoder.categorical) if name != by]
    names = [encoder.categorical[j] for j in kept]
    codes = covariates.codes[:, kept]
    levels = [[encoder.vocabularies_[n][c] for n, c in zip(names, row, strict=True)] for row in codes]
    return np.array(["\x1f".join(map(str, row)) for row in levels], dtype=object)


def shrunken_slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """
    Return the slope through 0 of each column of `y` on that of `x`, shrunk towards the mean of all by empirical Bayes.

    Parameters
    ----------
    x, y : ndarray, shape (n, n_genes)

    Returns
    -------
    ndarray, shape (n_genes,)
        The posterior means. A column of `x` that is 0 has the slope 0.
    """
    square = np.square(x, dtype=np.float64).sum(axis=0)
    varies = square > 0
    if not varies.any():
        return np.zeros(x.shape[1])
    cross = (x[:, varies].astype(np.float64) * y[:, varies]).sum(axis=0)
    slope = cross / square[varies]
    left = np.square(y[:, varies], dtype=np.float64).sum(axis=0) - slope * cross
    error = np.maximum(left, 1e-9) / max(len(x) - 1, 1) / square[varies]
    share, centre = np.full((len(WIDTHS), 1), 1 / len(WIDTHS)), slope.mean()
    for _ in range(ROUNDS):
        variance = WIDTHS**2 + error
        log = np.log(share + 1e-300) - 0.5 * np.square(slope - centre) / variance - 0.5 * np.log(variance)
        member = np.exp(log - log.max(axis=0))
        member /= member.sum(axis=0)
        share = member.mean(axis=1, keepdims=True)
        centre = (member / variance * slope).sum() / (member / variance).sum()
    found = np.zeros(x.shape[1])
    found[varies] = (member * (centre + WIDTHS**2 / (WIDTHS**2 + error) * (slope - centre))).sum(axis=0)
    return found


def _kept(x: np.ndarray, y: np.ndarray, groups: np.ndarray, importance: np.ndarray) -> float:
    """Return the factor of the slopes with the smallest error in pairs that are left out."""
    part, error = _balanced_parts(groups), dict.fromkeys(KEPT, 0.0)
    for out in (part == fold for fold in range(PARTS)):
        here, there = (centred(side, groups, ~out) for side in (x, y))
        slopes = shrunken_slopes(here[~out], there[~out])
        for kept in KEPT:
            error[kept] += float((np.square(there[out] - kept * slopes * here[out]) * importance).sum())
    return min(error, key=error.get)


def _choose(scores: np.ndarray, groups: np.ndarray, y: np.ndarray, importance: np.ndarray) -> tuple[float, float]:
    """
    Return the share of other groups and the penalty with the smallest error in pairs that are left out.

    The means of the groups are taken out of the rest anew. With means of all pairs, those that are left out would be
    what the others lack, and so they would be predicted from the others. The choice must be better than no regression
    by more than the standard error of the gain over pairs, or there is none.
    """
    target, part = y * np.sqrt(importance), _balanced_parts(groups)
    shares = SHARED if len(set(groups)) > 1 else SHARED[-1:]
    error = {choice: np.zeros(len(y)) for choice in product(shares, PENALTIES)}
    for out in (part == fold for fold in range(PARTS)):
        x, z = (centred(side, groups, ~out) for side in (scores, target))
        states = _directions(x)
        for share in shares:
            kernel = _kernel(states, groups, states[~out], groups[~out], share).astype(np.float64)
            values, vectors = np.linalg.eigh(kernel[~out])
            along, new = vectors.T @ z[~out], kernel[out] @ vectors
            for penalty in PENALTIES:
                left = z[out] - (new / (np.maximum(values, 0) + penalty)) @ along
                error[share, penalty][out] = np.square(left).sum(axis=1)
    none, best = (shares[-1], PENALTIES[-1]), min(error, key=lambda choice: error[choice].sum())
    gain = error[none] - error[best]
    return best if gain.mean() > gain.std() / np.sqrt(len(gain)) else none


def centred(x: np.ndarray, groups: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return `x` (n, n_genes) around the means that the kept rows of each group have, or all kept rows if none are."""
    made = np.array(x, np.float64)
    for group in set(groups):
        own = groups == group
        made[own] -= x[own & kept if (own & kept).any() else kept].mean(axis=0)
    return made


def _balanced_parts(groups: np.ndarray) -> np.ndarray:
    """Return a part from 0 to 4 for each row; the rows of a group are spread evenly."""
    order = pd.Series(groups).groupby(groups).cumcount()
    return order.to_numpy() % PARTS


def _ridge(
    states: np.ndarray, groups: np.ndarray, y: np.ndarray, shared: float, penalty: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients of a ridge regression in its dual form, and the errors of each row left out."""
    kernel = _kernel(states, groups, states, groups, shared).astype(np.float64)
    inverse = np.linalg.inv(kernel + penalty * np.eye(len(kernel)))
    weights = inverse @ y
    return weights, weights / np.diag(inverse)[:, None]


def _kernel(
    one: np.ndarray, one_groups: np.ndarray, two: np.ndarray, two_groups: np.ndarray, shared: float
) -> np.ndarray:
    same = one_groups[:, None] == two_groups[None]
    return (one @ two.T) * (shared + (1 - shared) * same)


def _directions(scores: np.ndarray) -> np.ndarray:
    """Return scores divided by their length, so that a kernel of them holds cosines."""
    length = np.linalg.norm(scores, axis=1, keepdims=True)
    return (scores / np.where(length > 0, length, 1)).astype(np.float32)


def _variance_within(x: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the variance of each gene around the means of the groups, shape (n_genes,)."""
    means = pd.DataFrame(x).groupby(groups).transform("mean").to_numpy()
    return np.square(x - means).mean(axis=0)


def _fitted(transform: Transform, x: np.ndarray, covariates: Covariates, seed: int) -> Transform:
    """Return a transform of the same type, for the same kinds, that has learned from other samples."""
    if isinstance(transform, KindScores):
        levels = transform.n_levels_.tolist(), seed, transform.kind_levels_.tolist()
        return KindScores(transform.kappa).fit(x, covariates, *levels)
    return type(transform)().fit(x)
