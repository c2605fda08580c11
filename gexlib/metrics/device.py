"""Products of genes with genes: computed by NumPy, or by PyTorch on a device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gexlib.checks import usable_device

if TYPE_CHECKING:
    import torch


def check_device(device: str | None) -> None:
    """Raise a ValueError if ``device`` is neither None nor a device that PyTorch can use here."""
    if device is not None:
        usable_device(device, always="None or 'cpu'")


def placed(values: np.ndarray, device: str | None) -> np.ndarray | torch.Tensor:
    """Return the values as they are, or as a tensor on ``device``: float64, or float32 on a device without float64."""
    if device is None:
        return values
    import torch

    device = torch.device(device)
    kind = torch.float32 if device.type == "mps" else torch.float64
    return torch.from_numpy(values).to(kind).to(device)


def fetched(values: np.ndarray | torch.Tensor) -> np.ndarray:
    """Return the values as a NumPy array."""
    return values if isinstance(values, np.ndarray) else values.cpu().numpy()
