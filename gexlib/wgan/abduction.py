r"""
Abduction: the latent vector and the gene noise that a generator needs for a measured sample.

A generator with gene noise makes scores :math:`y = f_c(z) + \sigma_k \odot \epsilon` with :math:`z, \epsilon \sim
N(0, I)`. With the fitted factor model alone, :math:`f_c` is linear in :math:`z`, and given :math:`y` the latent vector
is Gaussian in closed form,

.. math:: z \mid y \sim N(P^{-1} J^\top D^{-1} (y - f_c(0)), P^{-1}), \qquad P = I + J^\top D^{-1} J,

with the Jacobian :math:`J` of :math:`f_c` and :math:`D = \operatorname{diag}(\sigma_k^2)`. With a trained network
:math:`f_c` is not linear. Then Gauss and Newton's steps find the most probable :math:`z`, and the Gaussian is that of
:math:`f_c` made linear there (Laplace's approximation). A score at the lowest value of its gene counts as measured.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gexlib.preprocess.covariates import Covariates
from gexlib.wgan.networks import Generator

STEPS = 30  # most steps of Gauss and Newton for a sample
SMALL = 1e-4  # the steps end when no latent number moves further
HALVINGS = 8  # how often a step that makes things worse is halved


class LatentState(NamedTuple):
    """
    What a generator needs to make measured samples again.

    Attributes
    ----------
    z : ndarray of float32, shape (n, latent_dim)
        The posterior mean of the latent vectors; the most probable ones if the network is not linear.
    gene_noise : ndarray of float32, shape (n, n_genes)
        The gene noise that makes up the rest. With both, the generator gives the samples back.
    factor : list of ndarray, n of shape (latent_dim, latent_dim)
        The posterior covariance of each latent vector is ``factor @ factor.T``. Samples may share one array.
    """

    z: np.ndarray
    gene_noise: np.ndarray
    factor: list[np.ndarray]


@torch.no_grad()
def latent_state(generator: Generator, scores: np.ndarray, covariates: Covariates) -> LatentState:
    """
    Infer the latent vectors and the gene noise of samples.

    Parameters
    ----------
    generator : Generator
        With gene noise.
    scores : ndarray of float32, shape (n, n_genes)
    covariates : Covariates
        Of these samples, encoded.

    Returns
    -------
    LatentState

    Raises
    ------
    ValueError
        If the generator has no gene noise: then hardly any measured profile is one that it can make.
    """
    if generator.factor_model is None:
        raise ValueError(
            "this model has no gene noise, so it cannot have made a measured sample, and no latent vector belongs to "
            "one. Fit with Settings(factor_model='full') or 'noise only'"
        )
    latent_dim = generator.layers[0].in_features - generator.embedding.size
    z, noise = np.empty((len(scores), latent_dim), np.float32), np.empty(scores.shape, np.float32)
    factor, linear, start = [], is_linear(generator), np.zeros(latent_dim)
    shared: dict[tuple, tuple[np.ndarray, ...]] = {}
    centres: dict[tuple, np.ndarray] = {}
    for row, y in enumerate(np.asarray(scores, np.float64)):
        one = covariates.of_rows([row])
        key, place = tuple(one.codes[0]), (*one.codes[0], *one.values[0])
        if not linear:
            sd = gene_sd(generator, one)
            at, _, root = _most_probable(generator, y, one, sd, start)
            mean = made(generator, at, one)
        else:  # all but the scores is of the kind, and the centre of the numerical covariates too
            if key not in shared:
                sd = gene_sd(generator, one)
                _, gain, root = _most_probable(generator, y, one, sd, start)
                shared[key] = sd, jacobian(generator, start, one), gain, root
            if place not in centres:
                centres[place] = made(generator, start, one)
            sd, j, gain, root = shared[key]
            at = gain @ (y - centres[place])
            mean = centres[place] + j @ at
        z[row], noise[row] = at, (y - mean) / sd
        factor.append(root)
    return LatentState(z, noise, factor)


def is_linear(generator: Generator) -> bool:
    """Return whether the scores are linear in the latent vector: the network adds nothing to the factor model."""
    return not bool(generator.layers[-1].weight.any()) and generator.floor is None


def gene_sd(generator: Generator, one: Covariates) -> np.ndarray:
    """Return the standard deviation of the gene noise of one sample, shape (n_genes,)."""
    device = generator.layers[0].weight.device
    kind = generator.factor_model.kinds(torch.from_numpy(one.codes).to(device), torch.float32)
    return (kind @ generator.factor_model.log_sd).exp()[0].detach().cpu().double().numpy()


def made(generator: Generator, z: np.ndarray, one: Covariates) -> np.ndarray:
    """Return the scores of one sample without gene noise, shape (n_genes,), from a latent vector (latent_dim,)."""
    return _function(generator, one)(_tensor(generator, z)).detach().cpu().double().numpy()


def jacobian(generator: Generator, z: np.ndarray, one: Covariates) -> np.ndarray:
    """Return how the scores of one sample change with its latent vector, shape (n_genes, latent_dim)."""
    found = torch.func.jacfwd(_function(generator, one))(_tensor(generator, z))
    return found.detach().cpu().double().numpy()


def _most_probable(
    generator: Generator, y: np.ndarray, one: Covariates, sd: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the most probable latent vector, the gain that gives it from scores, and a root of its covariance."""

    def cost(z: np.ndarray, mean: np.ndarray) -> float:
        return float(np.square((y - mean) / sd).sum() + z @ z)

    mean = made(generator, z, one)
    for _ in range(STEPS):
        j = jacobian(generator, z, one)
        weighted = (j / sd[:, None] ** 2).T
        precision = np.eye(len(z)) + weighted @ j
        step = np.linalg.solve(precision, weighted @ (y - mean) - z)
        now = cost(z, mean)
        for halving in range(HALVINGS):
            tried = z + step / 2**halving
            there = made(generator, tried, one)
            if cost(tried, there) <= now * (1 + 1e-9):
                z, mean = tried, there
                break
        else:
            break
        if np.abs(step).max() < SMALL or is_linear(generator):
            break
    root = np.linalg.inv(np.linalg.cholesky(precision)).T
    return z, np.linalg.solve(precision, weighted), root


def _function(generator: Generator, one: Covariates):
    """Return the generator of one sample without gene noise, as a function of its latent vector alone."""
    device = generator.layers[0].weight.device
    codes, values = (torch.from_numpy(part).to(device) for part in one)
    still = torch.zeros(1, generator.n_genes, device=device)
    return lambda z: generator(z[None], codes, values, still)[0]


def _tensor(generator: Generator, z: np.ndarray) -> Tensor:
    return torch.as_tensor(z, dtype=torch.float32, device=generator.layers[0].weight.device)
