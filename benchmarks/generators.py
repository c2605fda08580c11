"""The generators that the benchmarks compare, by name, and how each is fitted to data with some covariates."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import NamedTuple

import anndata
import numpy as np
import pandas as pd
from anndata import AnnData
from kept import clock
from latent import LatentCopula, flow_head, mixture_head

from gexlib.simulators import SMOTE, Bootstrap, Gaussian, GaussianCopula
from gexlib.wgan import PRESETS, WGANGP, Settings

REAL = "Real"
PAPERS_HUMAN = PRESETS["paper_gtex_tcga"].replace(patience=10)
"""The paper's model of human data with the patience of its authors' code, 50 epochs, as benchmarks score it."""


class Columns(NamedTuple):
    """Columns of ``obs``: the covariates of models, and those whose combinations are kinds for simulators."""

    categorical: list[str]
    numerical: list[str]
    within: list[str]


SIMULATORS: dict[str, Callable] = {
    "Gaussian": lambda within, most, seed: Gaussian(min(50, most), within=within, unseen="unknown"),
    "Gaussian copula": lambda within, most, seed: GaussianCopula(within=within, unseen="unknown"),
    "copula, mixture head": lambda within, most, seed: LatentCopula(within, mixture_head, seed),
    "copula, flow head": lambda within, most, seed: LatentCopula(within, flow_head, seed),
    "SMOTE": lambda within, most, seed: SMOTE(within=within, unseen="unknown"),
    "Bootstrap": lambda within, most, seed: Bootstrap(within=within, unseen="unknown"),
}
MODELS: dict[str, tuple[str, dict]] = {  # the preset, and what is changed
    "default": ("default", {}),
    "default, never adversarial": ("default", {"adversarial": "never"}),
    "default, always adversarial": ("default", {"adversarial": "always", "epoch_updates": 100, "epochs": 20}),
    "the paper's": ("paper_gtex_tcga", {"patience": PAPERS_HUMAN.patience}),
}
# They learn from all samples, as nothing chooses an epoch: the networks of the one row's last update are kept, so that
# it shows what adversarial training does. With validation samples the start could be kept, as an epoch of the warm-up.
UNVALIDATED = [*SIMULATORS, "default, never adversarial", "default, always adversarial"]
GENERATORS = [*SIMULATORS, *MODELS]


def settings_of(name: str, **changes) -> Settings:
    """
    Return the settings of a model's row.

    Parameters
    ----------
    name : str
        A name in `MODELS`.
    **changes
        Settings to change, such as ``epochs`` for a quick try.

    Raises
    ------
    SystemExit
        If the row needs a setting that this version of gexlib does not have.
    """
    preset, own = MODELS[name]
    known = {field.name for field in dataclasses.fields(Settings)}
    if missing := sorted(set(own) - known):
        sys.exit(
            f"the row {name!r} needs Settings({missing[0]}={own[missing[0]]!r}), which this version of gexlib does not "
            f"have; leave it out: --only {' '.join(repr(row) for row in GENERATORS if row != name)}"
        )
    return PRESETS[preset].replace(**own, **changes)


def check(names: list[str]) -> None:
    """Exit with a message if one of the rows cannot be made."""
    for name in names:
        if name in MODELS:
            settings_of(name)


class Learned(NamedTuple):
    """A fitted generator, the samples that it was fitted to, and what the table tells of the fit."""

    model: object
    seen: AnnData
    facts: dict


def learn(
    name: str, train: AnnData, validation: AnnData, columns: Columns, seed: int, device: str = "cpu", **changes
) -> Learned:
    """
    Fit a generator.

    Parameters
    ----------
    name : str
        A name in `GENERATORS`.
    train, validation : AnnData
        A model whose training is stopped or judged by validation samples learns from `train` alone. The others learn
        from both.
    columns : Columns
    seed : int
    device : str
        Where a model is trained.
    **changes
        Of the settings of a model.

    Returns
    -------
    Learned
        ``facts`` has the settings and the seconds (of one core, or of the clock on a GPU), and for a model the epoch
        that was kept and the last.
    """
    seen = whole(train, validation) if name in UNVALIDATED else train
    now = clock("cpu" if name in SIMULATORS else device)
    start = now()
    if name in SIMULATORS:
        kinds = len(seen.obs[columns.within].drop_duplicates()) if columns.within else 1
        model = SIMULATORS[name](columns.within, max(1, min(seen.n_obs - kinds, seen.n_vars)), seed).fit(seen)
        return Learned(model, seen, {"settings": "", "seconds": now() - start})
    settings = settings_of(name, **changes)
    given = {"categorical": columns.categorical, "numerical": columns.numerical, "unseen": "unknown"}
    model = WGANGP(**given, settings=settings, seed=seed, device=device)
    model.fit(seen, None if name in UNVALIDATED else validation, progress=False)
    facts = {"settings": described(name, settings), "seconds": now() - start}
    return Learned(
        model, seen, facts | {"best epoch": model.best_epoch_, "last epoch": int(model.history_["epoch"].max())}
    )


def whole(train: AnnData, validation: AnnData | None) -> AnnData:
    """Return training and validation samples together."""
    if validation is None:
        return train
    both = anndata.concat([train, validation], merge="same")
    both.uns = dict(train.uns)
    return both


def described(name: str, settings: Settings) -> str:
    """Return a preset and what of its settings is changed, in words."""
    preset = PRESETS[MODELS[name][0]].to_dict()
    changed = [f"{key}={value}" for key, value in settings.to_dict().items() if value != preset[key]]
    return MODELS[name][0] + (f" with {', '.join(changed)}" if changed else "")


def kind_names(obs: pd.DataFrame, within: list[str]) -> np.ndarray:
    """Return the kind of each row as text."""
    return obs[within].astype(str).agg(" | ".join, axis=1).to_numpy(dtype=str) if within else np.repeat("", len(obs))
