"""The checkpoint of a training: it is written, a training goes on from it, and errors tell what is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from gexlib.explained import warn
from gexlib.wgan.device import is_shortage, shortage
from gexlib.wgan.files import folder as disk
from gexlib.wgan.files.former import current_tensors
from gexlib.wgan.files.lock import FolderLock
from gexlib.wgan.processes import Processes
from gexlib.wgan.settings import Settings
from gexlib.wgan.state import State


class Checkpoint:
    """
    The checkpoint of one training.

    Parameters
    ----------
    folder : path or None
        None writes no checkpoint.
    run : dict
        What tells this training from others, as JSON can hold it. The checkpoint of another training is refused.
    processes : Processes
        The processes that train together.

    Attributes
    ----------
    epoch : int
        The epoch of the checkpoint in the folder; 0 while there is none.
    """

    def __init__(self, folder: str | Path | None, run: dict, processes: Processes) -> None:
        self.folder, self.run, self.processes = None if folder is None else Path(folder), run, processes
        self.lock = None if folder is None else FolderLock(folder)
        self.epoch = 0

    def restore(self, state: State) -> None:
        """Set `state` to that of the checkpoint, in all processes; do nothing if there is no checkpoint."""
        self.processes.check_alike(self.run)
        self.epoch = int(self.processes.by_first(lambda: self._read(state))[0])
        if self.processes.size > 1:
            content = disk.pack(state.info(), state.tensors())
            state.restore(*disk.unpack(self.processes.bytes_of_first(content)))

    def save(self, state: State) -> None:
        """Write `state`; if the folder was removed meanwhile, warn and make it anew."""
        if self.folder is not None:
            self.epoch = int(self.processes.by_first(lambda: self._write(state))[0])

    def _read(self, state: State) -> int:
        if self.folder is None:
            return 0
        if not disk.exists(self.folder):
            disk.check_not_lost(self.folder)
            return 0
        info, tensors = disk.read(self.folder, "training")
        try:
            return self._restore(state, info, tensors)
        except (MemoryError, ValueError):
            raise
        except Exception as error:  # what a config.json can hold is without limits, and so are the errors that follow
            reason = (str(error).splitlines() or [""])[0]
            raise ValueError(f"{self.folder} is not a whole checkpoint: {type(error).__name__} {reason}") from error

    def _restore(self, state: State, info: dict, tensors: dict[str, torch.Tensor]) -> int:
        tensors = current_tensors(tensors)
        _same_run(self.folder, info["run"], self.run)
        self._check_epochs(info)
        if tensors["random"].shape != state.random.get_state().shape:
            raise ValueError(
                f"checkpoint={str(self.folder)!r} was written by a training on another kind of device than "
                f"{state.random.device}; its random numbers go on there only"
            )
        state.restore(info["state"], tensors)
        return state.epoch

    def _write(self, state: State) -> int:
        if self.epoch and not disk.exists(self.folder):
            warn(
                f"the checkpoint {self.folder} of epoch {self.epoch} was removed during the training; "
                f"writing that of epoch {state.epoch} there"
            )
            self.epoch = 0
        self.lock.keep()
        disk.write(self.folder, "training", {"run": self.run, "state": state.info()}, state.tensors(), self.lock)
        return state.epoch

    def _check_epochs(self, info: dict) -> None:
        """Raise an error if the checkpoint has more epochs than are asked for; warn if its step sizes differ."""
        asked, first, done = self.run["settings"]["epochs"], info["run"]["settings"]["epochs"], info["state"]["epoch"]
        if done > asked:
            raise ValueError(
                f"checkpoint={str(self.folder)!r} has epoch {done}, but epochs={asked} are asked for, and its training "
                f"cannot go back. Give epochs={done} or more, or another folder"
            )
        if asked not in (first, done) and self.run["settings"]["schedule"] == "cosine":
            warn(
                f"the first {done} epochs of {self.folder} had step sizes that fall over {first} epochs, the others "
                f"have step sizes that fall over {asked}; so the result is not that of {asked} epochs in one go"
            )

    def _hold(self) -> float:
        if self.lock is not None:
            self.lock.acquire()
        return 0.0

    @contextmanager
    def explained(self, device: torch.device) -> Iterator[None]:
        """Hold the folder, and add to the errors of a training which checkpoint is left, and what to do."""
        self.processes.by_first(self._hold)
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
        finally:
            if self.lock is not None:
                self.lock.release()

    def _left(self, way_out: str) -> str:
        if self._is_there():
            return f"The checkpoint {self.folder} of epoch {self.epoch} is intact{way_out}"
        return "There is no checkpoint" + (" yet" if self.folder else "; give fit a folder for one")

    def _is_there(self) -> bool:
        return bool(self.epoch) and disk.exists(self.folder)


def _same_run(folder: Path, saved: dict, run: dict) -> None:
    """Raise an error that says what differs between a saved training and this one (`epochs` may)."""
    saved = {"threads": 1} | saved  # which older versions did not write
    saved, now = (
        dict(r, settings=Settings.from_dict(r["settings"]).to_dict() | {"epochs": None}) for r in (saved, run)
    )
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
