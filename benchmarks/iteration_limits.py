"""
By which limit is an iteration of training not faster? Its matrix products alone, and all of it.

    python benchmarks/iteration_limits.py          # writes book/howto/iteration_limits.csv

The products that an iteration hands to PyTorch are recorded, with their arguments, and then run alone. Iterations in
closed form, these products and iterations by autograd take turns on one thread. The least processor time of each
counts, because other work on the machine can only add to it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import torch
from kept import commit, machine
from table import duration
from torch.utils._python_dispatch import TorchDispatchMode
from training_steps import PROBLEMS, Problem, start, tiny

from gexlib.wgan.device import limited_threads
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.step import Autograd

OUT = Path(__file__).resolve().parents[1] / "book/howto/iteration_limits.csv"
PRODUCTS = ("mm", "addmm", "bmm", "baddbmm", "mv", "addmv")


class Recorded(TorchDispatchMode):
    """Matrix products, with their arguments, in the order in which they are computed."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = []

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        if function.__name__.split(".")[0].rstrip("_") in PRODUCTS:
            self.calls.append((function, arguments, named or {}))
        return function(*arguments, **(named or {}))

    @torch.no_grad()
    def again(self) -> None:
        """Compute all of them again."""
        for function, arguments, named in self.calls:
            function(*arguments, **named)


def least(tasks: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the least processor time of each task, in seconds; the tasks take turns."""
    times = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            begin = time.process_time()
            task()
            times[name].append(time.process_time() - begin)
    return {name: min(some) for name, some in times.items()}


def limits(problem: Problem, repeats: int) -> dict[str, str]:
    """Return a row of the table."""
    (ours, batch), (plain, _) = (start(problem, torch.device("cpu"), engine) for engine in (ClosedForm, Autograd))
    ours(batch)  # allocates its memory
    with Recorded() as recorded:
        ours(batch)
    tasks = {"gexlib": lambda: ours(batch), "products": recorded.again, "autograd": lambda: plain(batch)}
    found = least(tasks, repeats)
    return {
        "An iteration of": problem.name,
        "gexlib": duration(found["gexlib"]),
        "Its matrix products alone": duration(found["products"]),
        "Their share": f"{found['products'] / found['gexlib']:.0%}",
        "Plain autograd": duration(found["autograd"]),
        "Times faster": f"{found['autograd'] / found['gexlib']:.1f}",
        "At most": f"{found['autograd'] / found['products']:.1f}",
    }


def main() -> None:
    """Measure all problems on one thread, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=40, help="for 18,154 genes a fourth of them")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it still run?")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    rows = []
    with limited_threads(1):
        for problem in PROBLEMS:
            repeats = -(-options.repeats // (4 if problem.n_genes > 10_000 else 1))
            rows.append(limits(tiny(problem) if options.quick else problem, repeats))
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    table["Ran on"] = f"{machine()}; commit {commit()}"
    table.to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
