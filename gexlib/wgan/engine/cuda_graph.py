"""Work on a GPU that is recorded once and then replayed, with one launch in the place of hundreds."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

FIRST_RUNS = 3  # runs before the recording, in which libraries take their memory and choose their kernels


class Recorded:
    """
    A function that runs as usual three times, is then recorded as a CUDA graph, and from then on replayed.

    Parameters
    ----------
    function : callable
        Reads and writes tensors that stay in place, asks nothing of the GPU, and returns a tensor. The next call
        overwrites that tensor.
    random : torch.Generator
        Draws the random numbers of the function; each replay draws the next ones.
    """

    def __init__(self, function: Callable[[], Tensor], random: torch.Generator) -> None:
        self.function, self.random, self.runs = function, random, 0
        self.graph: torch.cuda.CUDAGraph | None = None

    def __call__(self) -> Tensor:
        """Run the function, or replay it."""
        if self.runs < FIRST_RUNS:
            self.runs += 1
            return self.function()
        if self.graph is None:
            self.graph = self._record()
        self.graph.replay()
        return self.result

    def _record(self) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self.random)
        try:
            with torch.cuda.device(self.random.device), torch.cuda.graph(graph):
                self.result = self.function()
        except RuntimeError as error:
            raise RuntimeError(
                f"an iteration could not be recorded as a CUDA graph ({error}); WGANGP(..., cuda_graphs=False) trains "
                f"without"
            ) from error
        return graph
