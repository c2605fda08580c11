"""The same training from several seeds, which shows how much of a result is luck."""

from __future__ import annotations

from collections.abc import Sequence

from anndata import AnnData
from joblib import Parallel, delayed

from gexlib.explained import explained
from gexlib.wgan.model import WGANGP


@explained
def fit_seeds(
    train: AnnData,
    validation: AnnData | None,
    seeds: Sequence[int],
    jobs: int = 1,
    **model,
) -> dict[int, WGANGP]:
    """
    Train one model for each seed, `jobs` of them at a time in processes of their own.

    Parameters
    ----------
    train, validation : AnnData
        As for :meth:`WGANGP.fit`.
    seeds : sequence of int
        Each decides the first weights and all random numbers of one training.
    jobs : int
        Processes; the results do not depend on it.
    **model
        Further arguments of :class:`WGANGP`, such as `categorical` and `settings`.

    Returns
    -------
    dict of int to WGANGP
        The fitted models by seed, in the order of `seeds`.

    Raises
    ------
    ValueError
        If a seed comes twice; also the errors of :meth:`WGANGP.fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from gexlib.wgan import Settings
    >>> data = AnnData(np.random.default_rng(0).normal(5, 1, (40, 6)).astype(np.float32))
    >>> models = fit_seeds(data, None, seeds=[0, 1], settings=Settings(epochs=1, hidden=(4,)), device="cpu")
    >>> {seed: model.sample(data.obs[:2], seed=0).shape for seed, model in models.items()}
    {0: (2, 6), 1: (2, 6)}
    """
    if len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds={list(seeds)} names a seed twice; a repeated training shows nothing new")
    fit = delayed(_fit)
    models = Parallel(n_jobs=jobs)(fit(train, validation, seed, model) for seed in seeds)
    return dict(zip(seeds, models, strict=True))


def _fit(train: AnnData, validation: AnnData | None, seed: int, model: dict) -> WGANGP:
    return WGANGP(seed=seed, **model).fit(train, validation, progress=False)
