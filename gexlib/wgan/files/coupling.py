"""The file of a coupling: what describes it, its arrays, and the keys of its training pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from gexlib.wgan.files import folder as disk

ARRAYS = ("slopes", "states", "weights", "spread", "quantiles")
PLAIN = ("by", "value", "reference", "shared", "penalty", "n_pairs")
LISTS = ("genes", "covariates")


def write(folder: str | Path, parts: dict) -> None:
    """Write the attributes of a coupling to a folder; raise an OSError if that fails, as on a full disk."""
    info = {name: parts[name] for name in PLAIN} | {name: list(parts[name]) for name in LISTS}
    tensors = {name: torch.from_numpy(np.ascontiguousarray(parts[name])) for name in ARRAYS}
    disk.write(folder, "coupling", info | {"groups": [str(key) for key in parts["groups"]]}, tensors)


def read(folder: str | Path, n_quantiles: int) -> dict:
    """
    Read the attributes of a coupling, which has so many quantiles.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no coupling, or it is damaged; the message says which.
    """
    info, tensors = disk.read(folder, "coupling")
    try:
        parts = {name: info[name] for name in PLAIN} | {name: tuple(info[name]) for name in LISTS}
        parts |= {name: tensors[name].numpy() for name in ARRAYS} | {"groups": np.array(info["groups"], dtype=object)}
        _check(parts, n_quantiles)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder} is not a whole coupling: {error}") from error
    return parts


def _check(parts: dict, n_quantiles: int) -> None:
    """Raise a ValueError if a part of a coupling is not of its kind, or has another shape than the others ask for."""
    n, genes = len(parts["groups"]), len(parts["genes"])
    shapes = {"slopes": (genes,), "spread": (genes,), "quantiles": (n_quantiles,)}
    for name in ARRAYS:
        array = parts[name]
        if array.dtype.kind != "f" or array.shape != shapes.get(name, (n, genes)) or not np.isfinite(array).all():
            raise ValueError(f"{name} does not hold numbers for {n} pairs and {genes} genes")
    if (parts["spread"] < 0).any() or (np.diff(parts["quantiles"]) < 0).any():
        raise ValueError("spread is below 0, or quantiles do not rise")
    if not all(
        isinstance(name, str) for name in (parts["by"], *parts["genes"], *parts["covariates"], *parts["groups"])
    ):
        raise ValueError("by, genes, covariates and groups must be texts")
    if not isinstance(parts["value"], str | int | float) or not isinstance(parts["reference"], str | int | float):
        raise ValueError("value and reference must be levels")
    if parts["n_pairs"] != n or not 0 <= parts["shared"] <= 1 or not 0 < parts["penalty"] < np.inf:
        raise ValueError(f"n_pairs is not {n}, shared is not from 0 to 1, or penalty is no number above 0")
