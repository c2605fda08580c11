"""A fitted model on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from gexlib import __version__
from gexlib.checks import whole_number
from gexlib.preprocess import (
    TRANSFORMS,
    CovariateEncoder,
    Covariates,
    KindScores,
    NormalScores,
    Standardizer,
    kind_levels,
    to_expression,
)
from gexlib.wgan.factor_model import GeneNoise, restored
from gexlib.wgan.files import folder as disk
from gexlib.wgan.files.compact import compacted, whole
from gexlib.wgan.files.former import current_tensors
from gexlib.wgan.networks import Critic, Generator, build, embedding_size
from gexlib.wgan.settings import Settings

HISTORY = ("epoch", "critic_loss", "wasserstein", "penalty", "generator_loss", "score")


@dataclass(frozen=True)
class FittedModel:
    """
    All parts of a fitted model that are saved, and that a loaded model is made of.

    Attributes
    ----------
    settings, seed
        As the model was made.
    encoder : CovariateEncoder
        Turns covariates into numbers.
    standardizer : Standardizer, NormalScores or KindScores
        The transform between expression and scores.
    var : DataFrame
        The genes.
    provenance : dict of str to str
        Where the training data came from.
    generator : Generator
    critic : Critic or None
        None if the model was saved without its critic.
    history : DataFrame, one row an epoch
    best_epoch, best_score
        The epoch whose networks the model kept, and its score.
    """

    settings: Settings
    seed: int
    encoder: CovariateEncoder
    standardizer: Standardizer | NormalScores | KindScores
    var: pd.DataFrame
    provenance: dict[str, str]
    generator: Generator
    critic: Critic | None
    history: pd.DataFrame
    best_epoch: int
    best_score: float


def write(folder: str | Path, model: FittedModel) -> None:
    """Write a fitted model to a folder; raise an OSError if that fails, as on a full disk."""
    info = {
        "settings": model.settings.to_dict(),
        "seed": model.seed,
        "covariates": model.encoder.to_dict(),
        "best_epoch": model.best_epoch,
        "best_score": None if np.isnan(model.best_score) else model.best_score,
        "provenance": model.provenance,
        "critic": model.critic is not None,
        "gexlib_version": __version__,
        "history": [{name: _plain(v) for name, v in row.items()} for row in model.history.to_dict("records")],
        "genes": [str(gene) for gene in model.var.index],
        "var": {str(name): [_plain(v) for v in model.var[name]] for name in model.var},
    }
    tensors = {f"standardizer.{name}": torch.from_numpy(a) for name, a in model.standardizer.arrays().items()}
    for player, network in {"generator": model.generator, "critic": model.critic}.items():
        if network is not None:
            tensors |= {f"{player}.{name}": tensor for name, tensor in _with_effect(network).items()}
    tensors, layout = compacted(tensors)
    disk.write(folder, "model", info | {"compact": layout}, tensors)


def read(folder: str | Path) -> FittedModel:
    """
    Read a fitted model, its networks on the CPU.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no model, or it is damaged; the message says which.
    """
    info, tensors = disk.read(folder, "model")
    try:
        tensors = whole(tensors, info.get("compact", {}))  # which older versions did not write
        settings = Settings.from_dict(info["settings"])
        encoder = CovariateEncoder.from_dict(info["covariates"])
        parts = {
            player: {n.removeprefix(player): t for n, t in current_tensors(tensors).items() if n.startswith(player)}
            for player in ("standardizer.", "generator.", "critic.")
        }
        arrays = {name: tensor.numpy() for name, tensor in parts["standardizer."].items()}
        standardizer = TRANSFORMS[settings.transform].restored(arrays)
        n_levels = encoder.n_levels
        _check_layers(settings, len(info["genes"]), n_levels, len(encoder.numerical), parts)
        model = _factor_model(settings, parts["generator."], n_levels, kind_levels(standardizer, n_levels))
        sizes = len(info["genes"]), n_levels, len(encoder.numerical)
        random = torch.Generator().manual_seed(0)  # the weights that it draws are replaced
        generator, critic = build(settings, *sizes, random, model, floor_of(standardizer))
        generator.load_state_dict(parts["generator."])
        if info.get("critic", True):
            critic.load_state_dict(parts["critic."])
        if odd := [name for name, column in info["var"].items() if len(column) != len(info["genes"])]:
            raise ValueError(f"the column {odd[0]!r} of var has another length than there are genes")
        var = {name: [_cell(value) for value in column] for name, column in info["var"].items()}
        _try_sample(settings, generator, encoder, standardizer)
        return FittedModel(
            settings=settings,
            seed=whole_number("seed", info["seed"], 0),
            encoder=encoder,
            standardizer=standardizer,
            var=pd.DataFrame(var, index=pd.Index(info["genes"])),
            provenance={str(name): str(value) for name, value in info["provenance"].items()},
            generator=generator,
            critic=critic if info.get("critic", True) else None,
            history=history_frame(info["history"]),
            best_epoch=whole_number("best_epoch", info["best_epoch"], 0),
            best_score=float("nan") if info["best_score"] is None else float(info["best_score"]),
        )
    except MemoryError:
        raise
    except Exception as error:  # what a config.json can hold is without limits, and so are the errors that follow
        reason = (str(error).splitlines() or [""])[0] or type(error).__name__
        raise ValueError(f"{folder} is not a whole model: {reason}") from error


def history_frame(history: list[dict]) -> pd.DataFrame:
    """Return the losses and the scores of a training as a table, one row an epoch."""
    return pd.DataFrame(history, columns=HISTORY).astype({"epoch": int} | dict.fromkeys(HISTORY[1:], float))


def floor_of(standardizer: Standardizer | NormalScores | KindScores) -> Tensor | None:
    """Return the lowest score of each gene, shape (n_genes,), or None if the transform has no lowest scores."""
    floor = getattr(standardizer, "floor_", None)
    return None if floor is None else torch.from_numpy(floor)


def _check_layers(settings: Settings, n_genes: int, n_levels: list[int], n_numerical: int, parts: dict) -> None:
    """Raise a ValueError if the tensors are not those of such networks: before networks of any size are made."""
    beside = n_numerical + sum(embedding_size(v) for v in n_levels)
    sizes = {"generator.": [settings.latent_dim + beside, *settings.hidden, n_genes]}
    if parts["critic."]:
        sizes["critic."] = [n_genes + beside, *settings.hidden, 1]
    for player, units in sizes.items():
        for number, (n_in, n_out) in enumerate(pairwise(units)):
            name = f"layers.{number}.weight"
            if (found := tuple(parts[player][name].shape)) != (n_out, n_in):
                raise ValueError(f"{player}{name} has the shape {found}, but the settings ask for {(n_out, n_in)}")


@torch.no_grad()
def _try_sample(settings: Settings, generator: Generator, encoder: CovariateEncoder, standardizer) -> None:
    """Make one sample: parts that do not fit together, or have values that are not finite, raise an error here."""
    values = (torch.zeros(1, len(encoder.numerical)), torch.zeros(1, generator.n_genes))
    codes = torch.zeros(1, len(encoder.categorical), dtype=torch.int64)
    given = (torch.zeros(1, settings.latent_dim), codes, *values[: 2 if generator.factor_model is not None else 1])
    scores, covariates = generator(*given).numpy(), Covariates(codes.numpy(), values[0].numpy())
    if not np.isfinite(scores).all() or not np.isfinite(to_expression(standardizer, scores, covariates)).all():
        raise ValueError("its samples are not finite")


def _with_effect(network: Generator | Critic) -> dict[str, Tensor]:
    """Return the tensors of a network; if its last layer is zero, the others before it have no effect and are zero."""
    tensors, last = network.state_dict(), f"layers.{len(network.layers) - 1}."
    if not tensors[f"{last}weight"].any():
        before = [name for name in tensors if name.startswith(("embedding.", "layers.")) and not name.startswith(last)]
        tensors |= {name: torch.zeros_like(tensors[name]) for name in before}
    return tensors


def _factor_model(
    settings: Settings, tensors: dict[str, Tensor], n_levels: list[int], kinds: list[int]
) -> GeneNoise | None:
    """Return a factor model of the type and sizes of the saved one."""
    if settings.factor_model == "none":
        return None
    start = "factor_model."
    return restored({n.removeprefix(start): t for n, t in tensors.items() if n.startswith(start)}, n_levels, kinds)


def _plain(value) -> str | int | float | bool | dict | None:
    """Return a cell of a table as JSON can hold it; a missing value becomes None."""
    if pd.isna(value):
        return None
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and np.isinf(value):  # JSON has no word for it
        return {"number": str(value)}
    return value if isinstance(value, str | int | float | bool) else str(value)


def _cell(value):
    """Return the cell that :func:`_plain` described."""
    return float(value["number"]) if isinstance(value, dict) else value
