r"""
What the generator adds to its network: a conditional factor model, fitted before training, and noise for each gene.

A multilayer perceptron is a smooth function of a short latent vector, so what it generates lies on a thin sheet; the
variety within a tissue is lost, and the paper's correlations between genes do not show it. Here a sample with the
covariates *c* is, before :class:`~gexlib.normal_scores.NormalScores` censors it,

.. math::
    y = \mathrm{MLP}(z, c) + \mu_c + (A_k z) \Lambda + \sigma_k \odot \epsilon

with the latent vector :math:`z \sim N(0, I)` and :math:`\epsilon \sim N(0, I)`, one number for each gene. The mean
:math:`\mu_c` has an effect of each covariate and a deviation of each *kind*: each combination of the categorical
covariates that three training samples or more share. :math:`\Lambda` holds factors that all kinds share, :math:`A_k`
how they vary and go together in kind *k*, :math:`\sigma_k` what is left to each gene. All are learned; they start where
:func:`fit_factors` puts them, at a factor analysis :cite:p:`tipping1999probabilistic` of the training samples with
shrunk effects :cite:p:`robinson1991blup`, and the adversarial training goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.special import ndtr, ndtri
from sklearn.utils.extmath import randomized_svd
from torch import Tensor, nn

from gexlib.wgan.batch import Levels, ones_at

SMALLEST_KIND = 3  # training samples of a combination of covariates that is a kind of its own
PRIOR = 0.5  # samples that the mean of all weighs as much as, against an effect, a kind's mean or a kind's covariance
ROUNDS = 8  # of censored values and model, each given the other
GENES = 512  # at a time: bounds the memory
LEAST_SD = 0.001  # of the noise of a gene, in scores


class Kinds(nn.Module):
    """Which kind a sample is of: the combinations of categorical levels that are known, and one for all others."""

    def __init__(self, n_levels: Sequence[int], keys: Tensor) -> None:
        super().__init__()
        place = np.cumprod([1, *n_levels[:-1]]) if n_levels else np.empty(0, int)
        self.register_buffer("place", torch.as_tensor(place, dtype=torch.int64), persistent=False)
        self.register_buffer("keys", keys)

    @classmethod
    def of(cls, codes: np.ndarray, n_levels: Sequence[int]) -> Kinds:
        """Those that enough of the training samples, codes (n, n_categorical), share."""
        kinds = cls(n_levels, torch.empty(0, dtype=torch.int64))
        keys, count = torch.unique(kinds.key(torch.as_tensor(codes)), return_counts=True)
        kinds.keys = keys[count >= SMALLEST_KIND]
        return kinds

    def __len__(self) -> int:
        return len(self.keys) + 1

    def key(self, codes: Tensor) -> Tensor:
        """A number for each combination, shape (n,)."""
        return (codes * self.place).sum(dim=1)

    def forward(self, codes: Tensor, dtype: torch.dtype) -> Tensor:
        """Zeros and ones, shape (n, n_kinds); the last column is for what is not known."""
        key, last = self.key(codes), len(self.keys)
        at = torch.searchsorted(self.keys, key).clamp(max=max(last - 1, 0))
        known = self.keys[at] == key if last else torch.zeros_like(key, dtype=torch.bool)
        return ones_at(torch.where(known, at, last)[:, None], last + 1, dtype)


class LearnedNoise(nn.Module):
    """Independent noise for each gene, whose spread depends on the kind of a sample."""

    def __init__(self, kinds: Kinds, log_sd: Tensor) -> None:
        super().__init__()
        self.kinds, self.log_sd = kinds, nn.Parameter(log_sd)

    def forward(self, z: Tensor, codes: Tensor, values: Tensor, noise: Tensor) -> Tensor:
        """What to add to the network's output, shape (n, n_genes), from standard Gaussian noise of that shape."""
        return (self.kinds(codes, noise.dtype) @ self.log_sd).exp() * noise


class ConditionalFactors(LearnedNoise):
    """The whole of the formula above but for the network."""

    def __init__(self, kinds: Kinds, tables: dict[str, Tensor], n_levels: Sequence[int]) -> None:
        super().__init__(kinds, tables["log_sd"])
        self.effects = nn.Parameter(tables["effects"])
        self.deviations = nn.Parameter(tables["deviations"])
        self.loadings = nn.Parameter(tables["loadings"])
        self.mixing = nn.Parameter(tables["mixing"])
        self.levels = Levels(n_levels)

    def forward(self, z: Tensor, codes: Tensor, values: Tensor, noise: Tensor) -> Tensor:
        """What to add to the network's output, shape (n, n_genes)."""
        kind = self.kinds(codes, noise.dtype)
        mixing = (kind @ self.mixing.flatten(1)).view(-1, *self.mixing.shape[1:])
        factors = torch.bmm(mixing, z[:, :, None]).squeeze(2)
        mean = design(self.levels, codes, values) @ self.effects + kind @ self.deviations
        return mean + factors @ self.loadings + (kind @ self.log_sd).exp() * noise


def design(levels: Levels, codes: Tensor, values: Tensor) -> Tensor:
    """Covariates as they enter a linear model: 1, the numerical ones, and an indicator of each level."""
    return torch.cat([values.new_ones(len(codes), 1), values, levels(codes, values.dtype)], dim=1)


def fit_noise(codes: np.ndarray, n_levels: Sequence[int], n_genes: int, sd: float = 0.5) -> LearnedNoise:
    """Noise of the same spread for all, to be learned."""
    kinds = Kinds.of(codes, n_levels)
    return LearnedNoise(kinds, torch.full((len(kinds), n_genes), float(np.log(sd))))


def fit_factors(
    z: np.ndarray,
    codes: np.ndarray,
    values: np.ndarray,
    n_levels: Sequence[int],
    floor: np.ndarray,
    n_factors: int,
    seed: int,
) -> ConditionalFactors:
    r"""
    The conditional factor model of training samples, from which the adversarial training starts.

    Effects of covariates are a ridge regression. A kind's deviation of its :math:`n_k` samples is their mean residual,
    its covariance theirs around it; both are shrunk, by the weight of half a sample, towards 0 and the covariance of
    all residuals. A kind that is not known varies as all samples do around the effects of their covariates.
    Censored scores are drawn anew below the floor, given the mean and spread of the gene in the kind, in turn with the
    estimates of these (stochastic EM, :cite:t:`celeux1985sem`).

    Parameters
    ----------
    z : ndarray of float32, shape (n_samples, n_genes)
        Scores, of which those equal to `floor` are censored.
    codes, values : ndarray, shapes (n_samples, n_categorical) and (n_samples, n_numerical)
        Encoded covariates.
    n_levels : sequence of int
        Levels of each categorical covariate.
    floor : ndarray, shape (n_genes,)
    n_factors : int
        There are no more than samples or genes; further ones start at 0.
    seed : int
    """
    rng, n = np.random.default_rng(seed), len(z)
    kinds = Kinds.of(codes, n_levels)
    h = design(Levels(n_levels), torch.as_tensor(codes), torch.as_tensor(values)).double().numpy()
    kind = kinds(torch.as_tensor(codes), torch.float64).numpy()
    known, size = kind[:, :-1], kind.sum(axis=0)[:, None]
    penalty = np.full(h.shape[1], PRIOR)
    penalty[0] = 1e-6  # the mean of all is not shrunk
    solve = np.linalg.solve(h.T @ h + np.diag(penalty), h.T)
    free = max(1.0, n - float(np.trace(solve @ h)))  # degrees of freedom that the effects leave

    effects, deviations = np.empty((h.shape[1], z.shape[1])), np.zeros((len(kinds), z.shape[1]))
    residual = np.empty(z.shape, np.float32)
    for start in range(0, z.shape[1], GENES):
        genes = slice(start, start + GENES)
        y, low = z[:, genes].astype(np.float64), floor[genes]
        censored = y <= low
        mean, sd = np.broadcast_to(y.mean(axis=0), y.shape), np.broadcast_to(y.std(axis=0), y.shape)
        for _ in range(ROUNDS if censored.any() else 1):
            y[censored] = _below(np.broadcast_to(low, y.shape)[censored], mean[censored], sd[censored], rng)
            b = solve @ y
            d = (known.T @ (y - h @ b)) / (size[:-1] + PRIOR)
            mean = h @ b + known @ d
            square = (y - mean) ** 2
            sd = np.sqrt(kind @ ((kind.T @ square + PRIOR * square.mean(axis=0)) / (size + PRIOR)) + LEAST_SD**2)
        effects[:, genes], deviations[:-1, genes], residual[:, genes] = b, d, y - mean

    k = min(n_factors, n - 1, z.shape[1])
    _, singular, axes = randomized_svd(residual, k, n_iter=4, random_state=seed)
    pooled = singular**2 / n
    scores = residual @ axes.T
    left = (residual - scores @ axes) ** 2
    shift = known @ deviations[:-1]
    along = shift @ axes.T
    around = scores + along  # of what is not known: around the effects alone
    mixing = np.zeros((len(kinds), n_factors, n_factors))
    for code in range(len(kinds)):
        own, weight = (scores[kind[:, code] > 0], 1.0) if code < len(kinds) - 1 else (around, n / free)
        covariance = weight * (own.T @ own + PRIOR * np.diag(pooled)) / (len(own) + PRIOR)
        mixing[code, :k, :k] = np.linalg.cholesky(covariance + 1e-9 * np.eye(k)) / np.sqrt(pooled)[:, None]
    variance = (kind.T @ left + PRIOR * left.mean(axis=0)) / (size + PRIOR)
    variance[-1] = (left + (shift - along @ axes) ** 2).sum(axis=0) / free
    loadings = np.zeros((n_factors, z.shape[1]))
    loadings[:k] = np.sqrt(pooled)[:, None] * axes
    tables = {
        "effects": effects,
        "deviations": deviations,
        "loadings": loadings,
        "mixing": mixing,
        "log_sd": np.log(np.sqrt(variance) + LEAST_SD),
    }
    tables = {name: torch.as_tensor(table, dtype=torch.float32) for name, table in tables.items()}
    return ConditionalFactors(kinds, tables, n_levels)


def _below(low: np.ndarray, mean: np.ndarray, sd: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws from Gaussians given that they are below `low`; three standard deviations of scores below it at most."""
    u = ndtr((low - mean) / sd) * rng.uniform(size=low.shape)
    return np.clip(mean + sd * ndtri(np.clip(u, 1e-9, 1 - 1e-9)), low - 3, low)
