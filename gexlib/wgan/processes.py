"""
One training by several processes, through ``torch.distributed``.

All processes hold the data and draw the same minibatches and random numbers. Each works on its share of the samples of
every minibatch. Before each update the gradients are added up over all processes, weighted by the shares. So the
training is the same as with one process, up to the order in which numbers are added, and any number of processes can go
on from the same checkpoint. The first process computes the scores and writes the checkpoints.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, distributed


class Share(NamedTuple):
    """The samples of a minibatch that one process works on, and its weight in a sum over all processes."""

    rows: slice
    weight: float

    @property
    def n(self) -> int:
        """Number of samples."""
        return self.rows.stop - self.rows.start


@dataclass(frozen=True)
class Processes:
    """
    The processes of a training, as one of them sees it. By default there is only one.

    Parameters
    ----------
    rank, size : int
        The number of this process, counted from 0, and the number of processes.
    device : torch.device
        The device of the tensors that the processes exchange.

    Examples
    --------
    >>> Processes(rank=1, size=3).share(8)
    Share(rows=slice(2, 5, None), weight=0.375)
    >>> Processes(rank=1, size=3).share(2)  # too few to divide: each process works on all
    Share(rows=slice(0, 2, None), weight=0.3333333333333333)
    """

    rank: int = 0
    size: int = 1
    device: torch.device | str = "cpu"

    @classmethod
    def joined(cls, device: torch.device) -> Processes:
        """
        Return the process group that was initialised, or this process alone.

        Raises a ValueError if ``torchrun`` started several processes and no group was initialised.
        """
        if distributed.is_available() and distributed.is_initialized():
            return cls(distributed.get_rank(), distributed.get_world_size(), device)
        if "TORCHELASTIC_RUN_ID" in os.environ and int(os.environ["WORLD_SIZE"]) > 1:
            raise ValueError(
                f"torchrun started {os.environ['WORLD_SIZE']} processes that know nothing of each other; call "
                f"torch.distributed.init_process_group() first"
            )
        return cls()

    @property
    def is_first(self) -> bool:
        """Whether this is the process that scores and writes."""
        return self.rank == 0

    def share(self, n: int) -> Share:
        """Return the share of this process in a minibatch of `n` samples."""
        if n < self.size:
            return Share(slice(0, n), 1 / self.size)
        start, stop = (n * rank // self.size for rank in (self.rank, self.rank + 1))
        return Share(slice(start, stop), (stop - start) / n)

    def add_up(self, tensor: Tensor) -> None:
        """Replace a tensor by its sum over all processes."""
        if self.size > 1:
            with _lost_processes_named(self):
                distributed.all_reduce(tensor)

    def by_first(self, action: Callable[[], float | Sequence[float]], most: int = 1) -> list[float]:
        """Return, in all processes, the numbers, `most` or fewer, that the first computes; errors are those of all."""
        if self.size == 1:
            return [float(value) for value in np.atleast_1d(action())]
        failure, answer = None, torch.full((2 + most,), math.nan, dtype=torch.float64)
        if self.is_first:
            answer[0] = 0
            try:
                found = torch.as_tensor(np.atleast_1d(action()), dtype=torch.float64)
                answer[1], answer[2 : 2 + len(found)] = len(found), found
            except Exception as error:
                failure, answer[0] = error, 1
        answer = self._from_first(answer)
        if failure is not None:
            raise failure
        if answer[0]:
            raise OSError(errno.ECONNABORTED, "the first process of this training failed; its message tells why")
        return answer[2 : 2 + int(answer[1])].tolist()

    def bytes_of_first(self, content: bytes) -> bytes:
        """Return, in all processes, the bytes that the first process has."""
        if self.size == 1:
            return content
        length = int(self._from_first(torch.tensor([len(content)])))
        mine = torch.frombuffer(bytearray(content), dtype=torch.uint8) if self.is_first else torch.empty(length).byte()
        return self._from_first(mine).numpy().tobytes()

    def check_alike(self, what: dict) -> None:
        """Raise a ValueError in all processes if they were given a different `what`."""
        if self.size > 1:
            digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).digest()
            mine = torch.frombuffer(bytearray(digest), dtype=torch.uint8).long().to(self.device)
            total = mine.clone()
            self.add_up(total)
            different = (total != self.size * mine).any().long()
            self.add_up(different)
            if different:
                raise ValueError(
                    f"the {self.size} processes of this training were given different data, settings or seeds; give "
                    f"all the same"
                )

    def _from_first(self, tensor: Tensor) -> Tensor:
        tensor = tensor.to(self.device)
        with _lost_processes_named(self):
            distributed.broadcast(tensor, src=0)
        return tensor.cpu()


@contextmanager
def _lost_processes_named(processes: Processes) -> Iterator[None]:
    """Turn the errors of a lost connection into one error that says what they mean."""
    try:
        yield
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise OSError(
            errno.ECONNRESET,
            f"process {processes.rank} of {processes.size} lost the others of this training ({reason}); the message of "
            f"the one that ended first tells why",
        ) from error


@contextmanager
def process_group() -> Iterator[bool]:
    """
    Join the processes that ``torchrun`` started, if it started any; yield whether this is the first.

    If the machine has GPUs, each process takes the one with its own number on the machine.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield True
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group()
    try:
        yield distributed.get_rank() == 0
    finally:
        distributed.destroy_process_group()
