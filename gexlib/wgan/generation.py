"""Scores of generated samples: the same for a row of covariates, whatever the device and the other rows."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gexlib.checks import check_memory
from gexlib.preprocess import Covariates
from gexlib.wgan.divergence import checked_scores
from gexlib.wgan.factor_model import rows_of_kinds
from gexlib.wgan.networks import Generator
from gexlib.wgan.row_draws import row_draws
from gexlib.wgan.settings import Settings

SAMPLE_ROWS = 1024  # samples generated at a time: this bounds the memory
BLOCK_ROWS = 32  # rows of each matrix product on the CPU, as a product of another number of rows may round differently


def generated_scores(
    generator: Generator, covariates: Covariates, settings: Settings, seed: int, keys: np.ndarray | None = None
) -> np.ndarray:
    """
    Return the scores of generated samples, with gene noise at the temperature of the settings.

    On the CPU, the scores of a row have the same bits whatever the other rows are: every matrix product has 32 rows of
    one kind of sample, filled up with copies of one of them. On other devices, and between devices, they agree up to
    the rounding of single precision, about 1e-5. So they do on the CPU if there are fewer than 12 genes, or units in a
    hidden layer, as products of so few columns are rounded by place.

    Parameters
    ----------
    generator : Generator
        On any device. Call this without gradients.
    covariates : Covariates
        Of n samples, encoded.
    settings : Settings
    seed : int
    keys : ndarray of whole numbers, shape (n, n_parts), optional
        The random numbers of a row follow from the seed and its key (:mod:`gexlib.wgan.row_draws`); without keys, from
        the seed and the row's place.

    Returns
    -------
    ndarray of float32, shape (n, n_genes)

    Raises
    ------
    FloatingPointError
        If scores are not finite, or beyond all data.
    """
    device, n_genes = next(generator.parameters()).device, generator.n_genes
    n, noisy = len(covariates.codes), generator.factor_model is not None
    check_memory(f"{n:,} samples of {n_genes:,} genes", 4 * n * n_genes, "generate fewer at a time")
    keys = np.arange(n)[:, None] if keys is None else keys
    made = np.empty((n, n_genes), np.float32)
    for start in range(0, n, SAMPLE_ROWS):
        rows = slice(start, start + SAMPLE_ROWS)
        drawn = row_draws(seed, keys[rows], settings.latent_dim + noisy * n_genes)
        latent, noise = torch.from_numpy(drawn).tensor_split([settings.latent_dim], dim=1)
        chunk = [latent, *(torch.from_numpy(part[rows]) for part in covariates)]
        if noisy:
            chunk.append(noise.mul_(settings.gene_noise_temperature))
        if device.type == "cpu":
            made[rows] = _by_blocks(generator, chunk)
        else:
            made[rows] = generator(*(part.to(device) for part in chunk)).cpu().numpy()
    return checked_scores(made)


def _by_blocks(generator: Generator, inputs: list[Tensor]) -> np.ndarray:
    """Return the scores of rows that are generated in blocks of as many rows, each of one kind of sample."""
    codes, model = inputs[1], generator.factor_model
    kinds = [torch.arange(len(codes))]
    if model is not None:  # it makes a product for each kind in a block
        kinds = [rows for _, rows in rows_of_kinds(model.kinds(codes, torch.float32))]
    made = np.empty((len(codes), generator.n_genes), np.float32)
    for rows in (rows for kind in kinds for rows in kind.split(BLOCK_ROWS)):
        filled = functional.pad(rows, (0, BLOCK_ROWS - len(rows)), value=int(rows[0]))
        made[rows] = generator(*(part[filled] for part in inputs))[: len(rows)].numpy()
    return made
