"""The start of a training: networks, and the factor model that is fitted to the training samples."""

from __future__ import annotations

import numpy as np
import torch

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
    """
    floor, covariates = floor_of(encoder.standardizer), encoder.covariates
    own_kinds = encoder.standardizer.kind_levels_.tolist() if settings.transform == "scores by kind" else None
    model = _factor_model(settings, samples, covariates.n_levels, own_kinds, floor, seed)
    sizes = len(encoder.var_), covariates.n_levels, len(covariates.numerical)
    return State.start(settings, *sizes, seed, device, model, floor)


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
