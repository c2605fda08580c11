"""Where a model computes: the device, and the number of CPU threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits


def choose_device(device: str) -> torch.device:
    """A device that can be used: ``"auto"`` is CUDA if it is there, otherwise the CPU."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={device!r} cannot be used here ({reason}); 'auto' or 'cpu' always can") from None
    return chosen


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Hold PyTorch and the numerical libraries to `threads` CPU threads, then set back what was there."""
    before = torch.get_num_threads()
    with threadpool_limits(limits=threads):
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)
