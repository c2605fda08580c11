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


def read(folder: str | Path) -> dict:
    """
    Read the attributes of a coupling.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no coupling, or it is damaged; the message says which.
    """
    info, tensors = disk.read(folder, "coupling")
    try:
        parts = {name: info[name] for name in PLAIN} | {name: tuple(info[name]) for name in LISTS}
        parts |= {name: tensors[name].numpy() for name in ARRAYS} | {"groups": np.array(info["groups"], dtype=object)}
        n, genes = len(parts["groups"]), len(parts["genes"])
        shapes = {"slopes": (genes,), "spread": (genes,), "states": (n, genes), "weights": (n, genes)}
        for name in ARRAYS:
            if parts[name].shape != shapes.get(name, parts[name].shape) or not np.isfinite(parts[name]).all():
                raise ValueError(f"{name} does not hold numbers for {n} pairs and {genes} genes")
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder} is not a whole coupling: {error}") from error
    return parts
