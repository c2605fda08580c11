"""ComBat: batches of samples brought to one level and one spread, with what is known of the samples kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_columns, column_names, expression_matrix

ROUNDS = 200  # at most, of the two equations that are solved in turn
SMALL = 1e-4  # relative change at which they end


def combat(data: AnnData, batch: str, keep: Sequence[str] = ()) -> AnnData:
    r"""
    Remove batch effects by the parametric empirical Bayes method of :cite:t:`johnson2007adjusting`.

    Each gene is modelled linearly on batches and the columns `keep`, and standardised. The level and the variance that
    a batch gives to a gene are shrunk towards those that it gives to all genes, and then taken out.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Expression on a log scale.
    batch : str
        The column of ``obs`` that names the batch.
    keep : sequence of str
        Columns whose effects are kept, such as the condition. They must vary within batches, or what they share with
        the batches can go either way.

    Returns
    -------
    AnnData
        As `data`. Genes that are constant stay as they are.

    Raises
    ------
    ValueError
        If a column is absent, there is one batch only, or a batch has one sample only.
    """
    keep = column_names("keep", keep)
    check_columns("batch", [batch], data.obs, complete=True)
    check_columns("keep", keep, data.obs, complete=True)
    of = data.obs[batch].astype(str).to_numpy()
    names, counts = np.unique(of, return_counts=True)
    if len(names) < 2 or counts.min() < 2:
        raise ValueError(
            f"batch={batch!r} has the batches {dict(zip(names.tolist(), counts.tolist(), strict=True))}; ComBat needs "
            f"two or more, each with two samples or more"
        )
    y = expression_matrix(data, "data").astype(np.float64)
    varies = y.min(axis=0) != y.max(axis=0)
    x = y[:, varies]
    indicator = (of[:, None] == names).astype(float)
    columns = [pd.get_dummies(data.obs[name].astype(str), drop_first=True, dtype=float) for name in keep]
    known = np.hstack([np.empty((data.n_obs, 0)), *columns])
    effects = np.linalg.lstsq(np.hstack([indicator, known]), x, rcond=None)[0]
    level = counts / counts.sum() @ effects[: len(names)] + known @ effects[len(names) :]
    sd = np.sqrt(np.square(x - np.hstack([indicator, known]) @ effects).mean(axis=0)) + 1e-12
    z = (x - level) / sd
    for name in names:
        own = of == name
        shift, scale = _batch(z[own])
        z[own] = (z[own] - shift) / np.sqrt(scale)
    corrected = data.copy()
    y[:, varies] = z * sd + level
    corrected.X = y.astype(np.float32)
    return corrected


def _batch(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shrunk level and variance of each gene in one batch, from standardised values (n, n_genes)."""
    n, mean, variance = len(z), z.mean(axis=0), z.var(axis=0, ddof=1)
    centre, spread = mean.mean(), mean.var(ddof=1)
    m, v = variance.mean(), variance.var(ddof=1)
    shape, rate = (2 * v + m**2) / v, (m * v + m**3) / v
    shift, scale = mean, variance
    for _ in range(ROUNDS):
        new_shift = (n * spread * mean + scale * centre) / (n * spread + scale)
        new_scale = (rate + np.square(z - new_shift).sum(axis=0) / 2) / (n / 2 + shape - 1)
        change = max(np.abs(new / (old + 1e-12) - 1).max() for new, old in ((new_shift, shift), (new_scale, scale)))
        shift, scale = new_shift, new_scale
        if change < SMALL:
            break
    return shift, scale
