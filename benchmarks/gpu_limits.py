"""
The least time of an iteration of training on a GPU: bytes, arithmetic and launches, on paper; beside what was measured.

    python benchmarks/gpu_limits.py          # writes book/howto/gpu_limits.csv

The measurements are those of bench_gpu.py in book/howto/gpu_benchmarks.csv. Every operation that reaches the device is
counted, with the bytes of the tensors that it reads and writes and the arithmetic of the matrix products, as an
iteration on a GPU takes them (noise for all rows, all genes and all kinds at once). The GPU is a set of assumptions, so
this needs none.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from training_steps import PROBLEMS, Problem, start

from gexlib.wgan.engine import critic

BOOK = Path(__file__).parents[1] / "book/howto"
OUT, MEASURED = BOOK / "gpu_limits.csv", BOOK / "gpu_benchmarks.csv"
BANDWIDTH = 3.35e12  # bytes a second: the data sheet of an H100 SXM
ARITHMETIC = 67e12  # float32 operations a second, without tensor cores: the same data sheet
LAUNCH = 5e-6  # seconds, of one operation from Python: an assumption
NODE = 1.5e-6  # seconds, of one operation in a CUDA graph: an assumption


class Count(TorchDispatchMode):
    """Operations that compute, the bytes of the tensors that they read and write, and the arithmetic of products."""

    operations, bytes, arithmetic = 0, 0, 0

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        named = named or {}
        result = function(*arguments, **named)
        read = [t for t in tree_leaves((arguments, named)) if isinstance(t, torch.Tensor)]
        written = [t for t in tree_leaves(result) if isinstance(t, torch.Tensor)]
        places = {t.untyped_storage().data_ptr() for t in read}
        is_view = not function._schema.is_mutable and any(t.untyped_storage().data_ptr() in places for t in written)
        if not is_view and not function.__name__.startswith("empty"):
            self.operations += 1
            self.bytes += sum(t.numel() * t.element_size() for t in (*read, *written))
        if function.__name__.split(".")[0].rstrip("_") in ("mm", "addmm", "bmm"):
            *_, a, b = (t for t in arguments if isinstance(t, torch.Tensor))
            self.arithmetic += 2 * a.numel() * b.shape[-1]
        return result


def limits(problem: Problem) -> dict[str, str]:
    """Return a column of the table."""
    step, batch = start(problem, torch.device("cpu"))
    iteration = step.iteration(len(batch.x))
    iteration.draws.for_noisy_rows_only = False
    if problem.settings.factor_model == "full":
        iteration.generation.term.by_kind = False
    with Count() as count:
        iteration(batch)
    memory, arithmetic = count.bytes / BANDWIDTH, count.arithmetic / ARITHMETIC
    least = max(memory, arithmetic, count.operations * NODE)
    return {
        "": problem.name,
        "Operations": f"{count.operations}",
        "Read and written": f"{count.bytes / 1e6:,.0f} MB",
        "Arithmetic": f"{count.arithmetic / 1e9:.1f} GFLOP",
        "Time for the memory": f"{1e3 * memory:.2f} ms",
        "Time for the arithmetic": f"{1e3 * arithmetic:.2f} ms",
        "Time to start the operations": f"{1e3 * count.operations * LAUNCH:.2f} ms",
        "The same in a CUDA graph": f"{1e3 * count.operations * NODE:.2f} ms",
        "Iterations a second, at best": f"{1 / least:,.0f}",
        **measured(problem.name, count.operations),
    }


def measured(problem: str, operations: int) -> dict[str, str]:
    """Return the iterations a second of both ways to run them as they were measured, and the time of an operation."""
    table = pd.read_csv(MEASURED).set_index("Task")["Also"]
    found = {}
    for way, words in {"replayed from a graph": "in a CUDA graph", "started one by one": "started one by one"}.items():
        text = table[f"Training on a GPU, {problem}: 50 iterations, {way}"]
        rate = int(re.search(r"iterations a second: (\d+)", text)[1])
        found[f"Iterations a second, measured: {words}"] = f"{rate}"
        found[f"An operation, measured: {words}"] = f"{1e6 / rate / operations:.1f} µs"
    return found


def main() -> None:
    critic.BLOCK = 1 << 40  # all genes at once, as on a GPU
    pd.DataFrame([limits(problem) for problem in PROBLEMS]).set_index("").T.to_csv(OUT)


if __name__ == "__main__":
    main()
