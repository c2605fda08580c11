"""A training's checkpoint on the disk: going on from it, and what to say when a training ends before its time."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from gexlib.wgan import checkpoint as disk
from gexlib.wgan.device import is_shortage, shortage
from gexlib.wgan.train import State


class SavedTraining:
    """
    The checkpoint of one training.

    Parameters
    ----------
    folder : path or None
        None keeps nothing.
    run : dict
        What makes the training this one, as JSON can hold it: a checkpoint of another is refused.

    Attributes
    ----------
    epoch : int
        That of the checkpoint in the folder; 0 while there is none.
    """

    def __init__(self, folder: str | Path | None, run: dict) -> None:
        self.folder, self.run, self.epoch = None if folder is None else Path(folder), run, 0

    def restore(self, state: State) -> None:
        """Bring `state`, in all processes, to where the checkpoint was, if there is one."""
        state.world.check_alike(self.run)
        self.epoch = int(state.world.by_first(lambda: self._read(state)))
        if state.world.size > 1:
            content = disk.pack(state.info(), state.tensors())
            state.restore(*disk.unpack(state.world.bytes_of_first(content)))

    def save(self, state: State) -> None:
        """Write `state`; a folder that was removed meanwhile is made anew, with a warning."""
        if self.folder is not None:
            self.epoch = int(state.world.by_first(lambda: self._write(state)))

    def _read(self, state: State) -> int:
        if self.folder is None or not disk.exists(self.folder):
            return 0
        info, tensors = disk.read(self.folder, "training")
        _same_run(self.folder, info["run"], self.run)
        if tensors["random"].shape != state.random.get_state().shape:
            raise ValueError(
                f"checkpoint={str(self.folder)!r} was written by a training on another kind of device than "
                f"{state.random.device}; its random numbers go on there only"
            )
        state.restore(info["state"], tensors)
        return state.epoch

    def _write(self, state: State) -> int:
        if self.epoch and not disk.exists(self.folder):
            warnings.warn(
                f"the checkpoint {self.folder} of epoch {self.epoch} was removed during the training; "
                f"writing that of epoch {state.epoch} there",
                stacklevel=2,
            )
            self.epoch = 0
        disk.write(self.folder, "training", {"run": self.run, "state": state.info()}, state.tensors())
        return state.epoch

    @contextmanager
    def explained(self, device: torch.device) -> Iterator[None]:
        """Say in the errors of a training that cannot go on what is left of it, and what to do."""
        try:
            yield
        except OSError as error:
            if not self._is_there():
                raise
            way_out = f"once this is mended, the same fit goes on from epoch {self.epoch}"
            raise OSError(error.errno, f"{error.strerror or error}; {way_out}") from error
        except FloatingPointError as error:
            way_out = f": the same fit with epochs={self.epoch} gives the best model until then"
            raise FloatingPointError(f"{error}. {self._left(way_out)}") from error
        except (MemoryError, RuntimeError) as error:
            if not is_shortage(error):
                raise
            way_out = "take a smaller batch_size, smaller hidden layers or fewer genes"
            left = self._left("; the same fit goes on from it")
            raise shortage(error, device, f"{way_out}. {left}") from error

    def _left(self, way_out: str) -> str:
        if self._is_there():
            return f"The checkpoint {self.folder} of epoch {self.epoch} is intact{way_out}"
        return "There is no checkpoint" + (" yet" if self.folder else "; give fit a folder for one")

    def _is_there(self) -> bool:
        return bool(self.epoch) and disk.exists(self.folder)


def digest(*arrays: np.ndarray) -> str:
    """SHA-256 of the shapes, types and values of arrays."""
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(str((array.shape, array.dtype.str)).encode() + np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()


def _same_run(folder: Path, saved: dict, run: dict) -> None:
    """Raise an error that says what differs between a saved training and this one (`epochs` may)."""
    saved, now = (dict(r, settings=r["settings"] | {"epochs": None}) for r in (saved, run))
    differ = [name for name in now if name != "settings" and saved.get(name) != now[name]]
    settings = {name: saved["settings"].get(name) for name, v in now["settings"].items()}
    differ += [
        f"{name} ({settings[name]} there, {v} here)" for name, v in now["settings"].items() if settings[name] != v
    ]
    if differ:
        raise ValueError(
            f"checkpoint={str(folder)!r} holds another training; it differs in: {', '.join(differ)}. "
            f"Choose another folder, or delete this one"
        )
