"""The start of a training: networks, and the factor model that is fitted to the training samples."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch

from gexlib.checks import check_memory
from gexlib.preprocess import SampleEncoder
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.data.on_disk import BatchesOnDisk
from gexlib.wgan.factor_model import GeneNoise, fit_factors, fit_noise
from gexlib.wgan.files.model import floor_of
from gexlib.wgan.settings import Settings
from gexlib.wgan.state import State

FIRST_LOOK = 10_000  # most samples that the factor model is fitted to


def fitted_start(
    settings: Settings, encoder: SampleEncoder, samples: Batch | BatchesOnDisk, seed: int, device: torch.device
) -> State:
    """
    Return the state of a new training, with its factor model fitted.

    Parameters
    ----------
    settings : Settings
    encoder : SampleEncoder
        Fitted to the training samples.
    samples : Batch or BatchesOnDisk
        The training samples; the factor model is fitted to at most 10,000 of them.
    seed : int
        Every random number comes from it.
    device : torch.device
        Of the networks.

    Raises
    ------
    ValueError
        If the networks need more memory than the machine has.
    """
    _check_size(settings, len(encoder.var_))
    floor, covariates = floor_of(encoder.standardizer), encoder.covariates
    own_kinds = encoder.standardizer.kind_levels_.tolist() if settings.transform == "scores by kind" else None
    model = _factor_model(settings, samples, covariates.n_levels, own_kinds, floor, seed)
    sizes = len(encoder.var_), covariates.n_levels, len(covariates.numerical)
    return State.start(settings, *sizes, seed, device, model, floor)


def _check_size(settings: Settings, n_genes: int) -> None:
    """Raise a ValueError if what an iteration needs, such as weights and their gradients, does not fit into memory."""
    players = [settings.latent_dim, *settings.hidden, n_genes], [n_genes, *settings.hidden, 1]
    weights = sum(n_in * n_out for units in players for n_in, n_out in pairwise(units))
    asked = f"hidden={settings.hidden} with latent_dim={settings.latent_dim} and {n_genes:,} genes"
    check_memory(asked, 3 * 4 * weights, "give smaller numbers, or fewer genes")
    steps, latent = settings.critic_steps + 1, settings.latent_dim
    asked = f"critic_steps={settings.critic_steps} with latent_dim={latent}"
    check_memory(asked, 4 * steps * latent, "give smaller numbers")  # for one sample of a minibatch


def _factor_model(
    settings: Settings,
    samples: Batch | BatchesOnDisk,
    n_levels: list[int],
    own_kinds: list[int] | None,
    floor: torch.Tensor | None,
    seed: int,
) -> GeneNoise | None:
    if settings.factor_model == "none":
        return None
    scores, codes, values = (part.numpy() for part in samples.some(FIRST_LOOK))
    if settings.factor_model == "noise only":
        return fit_noise(codes, own_kinds or n_levels, scores.shape[1])
    lowest = np.full(scores.shape[1], -np.inf) if floor is None else floor.numpy()
    return fit_factors(scores, codes, values, n_levels, lowest, settings.latent_dim, seed, own_kinds)
