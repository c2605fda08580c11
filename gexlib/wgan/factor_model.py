r"""
The factor model that the generator adds to its network, and gene noise.

A multilayer perceptron is a smooth function of a short latent vector. So its samples lie on a thin sheet, and the
variety within a tissue is lost. The paper's scores compare correlations between genes, and do not show this. Here a
sample with the covariates *c* has the scores

.. math::
    y = \mathrm{MLP}(z, c) + \mu_c + (A_k z) \Lambda + \sigma_k \odot \epsilon

with the latent vector :math:`z \sim N(0, I)` and the gene noise :math:`\epsilon \sim N(0, I)`, one number for each
gene. A score below the lowest of its gene is then raised to the lowest (:class:`~gexlib.preprocess.NormalScores`). The
mean :math:`\mu_c` is the sum of an effect of each covariate and a deviation of the sample's *kind*. A kind is a
combination of levels of the categorical covariates that three training samples or more share. All kinds share the
factors :math:`\Lambda`. The matrix :math:`A_k` says how the factors vary and go together in kind *k*, and
:math:`\sigma_k` how much of its own each gene varies. All of it is learned. :func:`fit_factors` fits it to the training
samples before the adversarial training, by factor analysis :cite:p:`tipping1999probabilistic` with shrunk effects
:cite:p:`robinson1991blup`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from sklearn.utils.extmath import randomized_svd
from torch import Tensor, nn

from gexlib.preprocess.covariates import Covariates
from gexlib.preprocess.effects import (
    GENES,
    LEAST_SD,
    PRIOR,
    SMALLEST_KIND,
    Effects,
    design_matrix,
    fit_effects,
    no_effects,
)
from gexlib.preprocess.kinds import CodedKinds, key_places
from gexlib.wgan.levels import Levels, ones_at


class KindIndicators(nn.Module):
    """
    The kind of each sample as zeros and ones, with a last column for all kinds that are not known.

    A kind is a combination of levels of the categorical covariates. This is :class:`gexlib.preprocess.CodedKinds` on
    the device of the networks.

    Parameters
    ----------
    kind_levels : sequence of int
        Levels of each categorical covariate; 0 for one that makes no kinds.
    keys : Tensor of int64
        The keys of the known kinds, ascending (``gexlib.preprocess.kinds.key_places``).
    """

    def __init__(self, kind_levels: Sequence[int], keys: Tensor) -> None:
        super().__init__()
        self.register_buffer("places", torch.from_numpy(key_places(kind_levels)), persistent=False)
        self.register_buffer("keys", keys)

    @classmethod
    def of(cls, codes: np.ndarray, kind_levels: Sequence[int]) -> KindIndicators:
        """Return the kinds that at least three training samples share, from their codes (n, n_categorical)."""
        return cls(kind_levels, torch.from_numpy(CodedKinds.of(codes, kind_levels, SMALLEST_KIND).keys))

    def __len__(self) -> int:
        return len(self.keys) + 1

    def forward(self, codes: Tensor, dtype: torch.dtype) -> Tensor:
        """Return zeros and ones, shape (n, n_kinds), for codes (n, n_categorical)."""
        key, last = (codes * self.places).sum(dim=1), len(self.keys)
        at = torch.searchsorted(self.keys, key).clamp(max=max(last - 1, 0))
        known = self.keys[at] == key if last else torch.zeros_like(key, dtype=torch.bool)
        return ones_at(torch.where(known, at, last)[:, None], last + 1, dtype)


class GeneNoise(nn.Module):
    """
    Independent Gaussian noise of each gene; its standard deviation depends on the kind of a sample.

    Parameters
    ----------
    kinds : KindIndicators
        The kinds that have standard deviations of their own.
    log_sd : Tensor, shape (n_kinds, n_genes)
        Logarithms of the first standard deviations; they are learned.
    """

    def __init__(self, kinds: KindIndicators, log_sd: Tensor) -> None:
        super().__init__()
        self.kinds, self.log_sd = kinds, nn.Parameter(log_sd)

    def forward(self, z: Tensor, codes: Tensor, values: Tensor, gene_noise: Tensor) -> Tensor:
        """Return what is added to the network's output, from standard Gaussian `gene_noise`; both (n, n_genes)."""
        return (self.kinds(codes, gene_noise.dtype) @ self.log_sd).exp() * gene_noise


class FactorModel(GeneNoise):
    r"""
    All terms of the module's formula but the network: effects of covariates, factors, and gene noise.

    Parameters
    ----------
    kinds : KindIndicators
    tables : dict of str to Tensor
        The first values of the parameters: ``effects`` and ``deviations`` make the mean :math:`\mu_c`, ``loadings`` is
        :math:`\Lambda`, ``mixing`` holds :math:`A_k`, and ``log_sd`` the logarithms of :math:`\sigma_k`.
    n_levels : sequence of int
        Levels of each categorical covariate.
    """

    def __init__(self, kinds: KindIndicators, tables: dict[str, Tensor], n_levels: Sequence[int]) -> None:
        super().__init__(kinds, tables["log_sd"])
        self.effects = nn.Parameter(tables["effects"])
        self.deviations = nn.Parameter(tables["deviations"])
        self.loadings = nn.Parameter(tables["loadings"])
        self.mixing = nn.Parameter(tables["mixing"])
        self.levels = Levels(n_levels)

    def forward(self, z: Tensor, codes: Tensor, values: Tensor, gene_noise: Tensor) -> Tensor:
        """Return what is added to the network's output, shape (n, n_genes)."""
        kind = self.kinds(codes, gene_noise.dtype)
        mean = torch.addmm(kind @ self.deviations, design(self.levels, codes, values), self.effects)
        factors = torch.empty_like(z)
        for k, rows in rows_of_kinds(kind):
            factors[rows] = z[rows] @ self.mixing[k].T
        return torch.addcmul(torch.addmm(mean, factors, self.loadings), (kind @ self.log_sd).exp(), gene_noise)


def rows_of_kinds(kind: Tensor) -> list[tuple[int, Tensor]]:
    """
    Return the kinds that occur, and the rows of the samples of each.

    With many factors :math:`A_k` is large. So products with it are made kind by kind, not with a copy for each sample.

    Parameters
    ----------
    kind : Tensor, shape (n, n_kinds)
        Zeros and ones, one 1 in a row (:class:`KindIndicators`).

    Examples
    --------
    >>> [(k, rows.tolist()) for k, rows in rows_of_kinds(torch.eye(3)[[2, 0, 2]])]
    [(0, [1]), (2, [0, 2])]
    """
    code = kind.argmax(dim=1)
    present, counts = code.unique(return_counts=True)
    rows = code.argsort(stable=True).split(counts.tolist())
    return list(zip(present.tolist(), rows, strict=True))


def restored(tensors: dict[str, Tensor], n_levels: Sequence[int], kind_levels: Sequence[int]) -> GeneNoise:
    """Return the factor model, or the gene noise alone, that has these tensors."""
    kinds = KindIndicators(kind_levels, tensors["kinds.keys"])
    if "loadings" not in tensors:
        return GeneNoise(kinds, tensors["log_sd"])
    return FactorModel(kinds, tensors, n_levels)


def design(levels: Levels, codes: Tensor, values: Tensor) -> Tensor:
    """Return the design matrix of a linear model: ones, the numerical covariates, an indicator of each level."""
    return torch.cat([values.new_ones(len(codes), 1), values, levels(codes, values.dtype)], dim=1)


def fit_noise(codes: np.ndarray, n_levels: Sequence[int], n_genes: int, sd: float = 0.5) -> GeneNoise:
    """Return gene noise with one standard deviation for all genes and kinds, from which the training starts."""
    kinds = KindIndicators.of(codes, n_levels)
    return GeneNoise(kinds, torch.full((len(kinds), n_genes), float(np.log(sd))))


def fit_factors(
    scores: np.ndarray,
    codes: np.ndarray,
    values: np.ndarray,
    n_levels: Sequence[int],
    floor: np.ndarray,
    n_factors: int,
    seed: int,
    kind_levels: Sequence[int] | None = None,
) -> FactorModel:
    r"""
    Fit the conditional factor model from which the adversarial training starts.

    The effects of covariates come from a ridge regression. The deviation of a kind is the mean residual of its samples,
    and its covariance is that of their residuals around this mean. Both are shrunk, with the weight of half a sample:
    the deviation towards 0, the covariance towards that of all residuals. An unknown kind has the covariance of all
    samples around the effects of their covariates. Scores at the floor are censored
    (``gexlib.preprocess.fit_effects``).

    Parameters
    ----------
    scores : ndarray of float32, shape (n_samples, n_genes)
        The scores of the training samples.
    codes, values : ndarray, shapes (n_samples, n_categorical) and (n_samples, n_numerical)
        Encoded covariates.
    n_levels : sequence of int
        Levels of each categorical covariate.
    floor : ndarray, shape (n_genes,)
        The lowest score of each gene; minus infinity for a gene without one.
    n_factors : int
        How many factors the model has. No more are fitted than there are samples or genes; the others start at 0.
    seed : int
        Decides the draws of censored scores and the start of the singular value decomposition.
    kind_levels : sequence of int, optional
        The scores are those within kinds (:class:`gexlib.preprocess.KindScores`), and these are its ``kind_levels_``.
        Then covariates have no effect on the scores: effects and deviations start at 0. Default: scores among all
        samples.

    Returns
    -------
    FactorModel
    """
    by_kind, covariates = kind_levels is not None, Covariates(codes, values)
    n, kinds = len(scores), KindIndicators.of(codes, kind_levels if by_kind else n_levels)
    if by_kind:
        found = no_effects(scores, covariates, n_levels, kind_levels)
    else:
        found = fit_effects(scores, covariates, n_levels, floor, seed)
    kind = kinds(torch.as_tensor(codes), torch.float64).numpy()
    known, size, free = kind[:, :-1], kind.sum(axis=0)[:, None], found.free
    residual = found.completed if by_kind else _around(found, known, design_matrix(covariates, n_levels))

    k = min(n_factors, n - 1, scores.shape[1])
    _, singular, axes = randomized_svd(residual, k, n_iter=4, random_state=seed)
    pooled = singular**2 / n
    factor_scores = residual @ axes.T
    along = known @ (found.deviations @ axes.T)
    around = factor_scores + along  # samples of unknown kinds vary around the effects of their covariates
    mixing = np.zeros((len(kinds), n_factors, n_factors))
    for code in range(len(kinds)):
        own, weight = (factor_scores[kind[:, code] > 0], 1.0) if code < len(kinds) - 1 else (around, n / free)
        covariance = weight * (own.T @ own + PRIOR * np.diag(pooled)) / (len(own) + PRIOR)
        mixing[code, :k, :k] = np.linalg.cholesky(covariance + 1e-9 * np.eye(k)) / np.sqrt(pooled)[:, None]
    variance = np.empty((len(kinds), scores.shape[1]))
    for genes in _blocks(scores.shape[1]):
        left = (residual[genes] - factor_scores @ axes[genes]) ** 2
        variance[genes] = (kind.T @ left + PRIOR * left.mean(axis=0)) / (size + PRIOR)
        off = known @ found.deviations[genes] - along @ axes[genes]
        variance[-1, genes[1]] = (left + off**2).sum(axis=0) / free
    loadings = np.zeros((n_factors, scores.shape[1]))
    loadings[:k] = np.sqrt(pooled)[:, None] * axes
    tables = {
        "effects": found.effects,
        "deviations": np.concatenate([found.deviations, np.zeros((1, scores.shape[1]))]),
        "loadings": loadings,
        "mixing": mixing,
        "log_sd": np.log(np.sqrt(variance) + LEAST_SD),
    }
    tables = {name: torch.as_tensor(table, dtype=torch.float32) for name, table in tables.items()}
    return FactorModel(kinds, tables, n_levels)


def _around(found: Effects, known: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Return scores less the effects of covariates and the deviations of kinds; `found.completed` becomes these."""
    for genes in _blocks(found.completed.shape[1]):
        found.completed[genes] = (
            found.completed[genes] - design @ found.effects[genes] - known @ found.deviations[genes]
        )
    return found.completed


def _blocks(n_genes: int) -> list[tuple[slice, slice]]:
    """Return all rows of some columns at a time, which bounds the memory."""
    return [np.s_[:, start : start + GENES] for start in range(0, n_genes, GENES)]
