"""The device on which a model computes, the number of CPU threads, and errors of memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

from gexlib.checks import usable_device


def choose_device(device: str) -> torch.device:
    """Return a usable device, or raise a ValueError; ``"auto"`` is CUDA if it is there, otherwise the CPU."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return usable_device(device, always="'auto' or 'cpu'")


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Limit PyTorch and the numerical libraries to `threads` CPU threads, and restore the former number afterwards."""
    before = torch.get_num_threads()
    with threadpool_limits(limits=threads):
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def is_shortage(error: BaseException) -> bool:
    """Return whether an error says that memory ran out; not all allocators of PyTorch have a type of error for that."""
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, MemoryError | torch.cuda.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(w in str(error) for w in words)
    )


def shortage(error: BaseException, device: torch.device, way_out: str) -> MemoryError:
    """Return one error for all shortages of memory; it names the device and ends with the way out."""
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return MemoryError(f"out of memory on {device} ({reason}); free what other processes hold, or {way_out}")


@contextmanager
def enough_memory(device: torch.device, way_out: str) -> Iterator[None]:
    """Turn the errors that PyTorch raises when memory runs out into a MemoryError that tells the way out."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_shortage(error):
            raise
        raise shortage(error, device, way_out) from error
