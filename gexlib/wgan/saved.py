"""A fitted model on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from gexlib import __version__
from gexlib.normal_scores import TRANSFORMS
from gexlib.preprocess import CovariateEncoder
from gexlib.wgan import checkpoint as disk
from gexlib.wgan.factors import ConditionalFactors, Kinds, LearnedNoise
from gexlib.wgan.settings import PRESETS, Settings
from gexlib.wgan.train import PLAYERS

if TYPE_CHECKING:
    from gexlib.wgan.model import WGANGP


def write_model(model: WGANGP, folder: str | Path, critic: bool) -> None:
    """What :meth:`WGANGP.save` does."""
    info = {
        "settings": model.settings.to_dict(),
        "seed": model.seed,
        "covariates": model.encoder_.to_dict(),
        "best_epoch": model.best_epoch_,
        "best_score": None if np.isnan(model.best_score_) else model.best_score_,
        "provenance": model.provenance_,
        "critic": critic,
        "gexlib_version": __version__,
        "history": _records(model.history_),
        "genes": [str(gene) for gene in model.var_.index],
        "var": {str(name): [_plain(v) for v in model.var_[name]] for name in model.var_},
    }
    tensors = {f"standardizer.{name}": torch.from_numpy(a) for name, a in vars(model.standardizer_).items()}
    networks = {"generator": model.generator_} | ({"critic": model.critic_} if critic else {})
    for player, network in networks.items():
        tensors |= {f"{player}.{name}": tensor for name, tensor in network.state_dict().items()}
    disk.write(folder, "model", info, tensors)


def read_model(kind: type[WGANGP], folder: str | Path, device: str, threads: int) -> WGANGP:
    """What :meth:`WGANGP.load` does."""
    info, tensors = disk.read(folder, "model")
    try:
        settings = Settings(**(PRESETS["paper_ecoli"].to_dict() | info["settings"]))  # which older models do not have
        model = kind(settings=settings, seed=info["seed"], device=device, threads=threads)
        model.encoder_ = CovariateEncoder.from_dict(info["covariates"])
        model.var_ = pd.DataFrame(info["var"], index=pd.Index(info["genes"]))
        model.provenance_, model.history_ = info["provenance"], history_frame(info["history"])
        model.best_epoch_ = info["best_epoch"]
        model.best_score_ = float("nan") if info["best_score"] is None else info["best_score"]
        model.standardizer_ = TRANSFORMS[model.settings.transform]()
        for name, tensor in tensors.items():
            if name.startswith("standardizer."):
                setattr(model.standardizer_, name.removeprefix("standardizer."), tensor.numpy())
        state = model._new_state(_head(model, tensors))
        players = PLAYERS if info.get("critic", True) else ("generator",)
        state.load_networks(tensors, players)
        state.release()
    except (KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f"{folder} is not a whole model: {error}") from error
    model.generator_, model.critic_ = state.generator, state.critic if "critic" in players else None
    return model


def _head(model: WGANGP, tensors: dict[str, torch.Tensor]) -> LearnedNoise | None:
    """A head of the right kind and sizes for the saved weights."""
    if model.settings.head == "none":
        return None
    start = "generator.head."
    saved = {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}
    kinds = Kinds(model._n_levels(), saved["kinds.keys"])
    if model.settings.head == "noise":
        return LearnedNoise(kinds, saved["log_sd"])
    return ConditionalFactors(kinds, saved, model._n_levels())


def history_frame(history: list[dict]) -> pd.DataFrame:
    """What an estimator shows of its training, one row an epoch."""
    columns = ["epoch", "critic_loss", "wasserstein", "penalty", "generator_loss", "score"]
    frame = pd.DataFrame(history, columns=columns)
    return frame.astype({"epoch": int} | dict.fromkeys(columns[1:], float))


def _records(history: pd.DataFrame) -> list[dict]:
    return [{name: _plain(v) for name, v in row.items()} for row in history.to_dict("records")]


def _plain(value) -> str | int | float | bool | None:
    """A cell of a table as JSON can hold it; missing values become None."""
    if pd.isna(value):
        return None
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, str | int | float | bool) else str(value)
