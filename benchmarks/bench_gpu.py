"""
Training on a GPU: time of an iteration beside what its memory allows, and of whole fits. Skipped without one.

The roofline counts the bytes that every implementation of an iteration has to move. Each weight of a player is read for
the forward pass and for the gradient of its input, and its gradient is written. The update reads the gradient, and
reads and writes the weight and its mean square. These are eight passes of four bytes. Activations are left out, because
a minibatch is small. These bytes over the bandwidth of a large copy, measured on the same device, are the least time.
The least time over the measured time is the share of the memory's limit.
"""

import time

import pytest
import torch
from training_steps import PROBLEMS, Problem, start, tiny

from gexlib.datasets import ECOLI_COVARIATES, load_ecoli
from gexlib.preprocess import split_groups
from gexlib.wgan import PRESETS, WGANGP
from gexlib.wgan.state import State

PASSES = 8


def wait(device: torch.device) -> None:
    """Wait until the device has finished, so that the clock counts its work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def bandwidth(device: torch.device, n_bytes: int) -> float:
    """Measure the bytes a second of a large copy, read and written."""
    a = torch.empty(n_bytes, dtype=torch.uint8, device=device)
    b = torch.empty_like(a)
    times = []
    for _ in range(10):
        wait(device)
        begin = time.perf_counter()
        b.copy_(a)
        wait(device)
        times.append(time.perf_counter() - begin)
    return 2 * n_bytes / min(times)


def bytes_moved(problem: Problem, state: State) -> int:
    """Return the bytes that the updates of an iteration have to read and write."""
    critic, generator = (sum(p.numel() for p in net.parameters()) for net in (state.critic, state.generator))
    return 4 * PASSES * (problem.settings.critic_steps * critic + generator)


@pytest.mark.parametrize("replayed", [True, False], ids=["replayed", "launched"])
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: str(problem.n_genes))
def test_iteration(measure, quick, device, problem, replayed):
    """An iteration that is replayed from a CUDA graph, and one whose operations Python starts one by one."""
    group = f"Training on a GPU, {problem.name}"
    problem, n = (tiny(problem), 1) if quick else (problem, 50)
    step, batch = start(problem, device, cuda_graphs=replayed)
    least = bytes_moved(problem, step.state) / bandwidth(device, 1 << (20 if quick else 30))

    def iterations() -> None:
        for _ in range(n):
            step(batch)
        wait(device)

    per_second = {"iterations a second": lambda seconds: round(n / seconds)}
    share = {"share of the memory's limit": lambda seconds: f"{n * least / seconds:.1%}"}
    what = f"{n} iterations, {'replayed from a graph' if replayed else 'started one by one'}"
    measure(iterations, group, what, 10, reference=not replayed, **per_second, **share)


@pytest.mark.parametrize("preset", ["paper_ecoli", "default"])
def test_fit(measure, quick, device, preset):
    """A fit from its start to its early stop, with what does not run on the device: the fitted start and the scores."""
    data = load_ecoli()[:, : 50 if quick else None].copy()
    parts = split_groups(data.obs, "condition", {"train": 0.8, "validation": 0.2}, seed=0)
    train, validation = (data[parts == part].copy() for part in ("train", "validation"))
    settings = PRESETS[preset].replace(**{"epochs": 5, "hidden": (8,)} if quick else {})
    gan = WGANGP(**ECOLI_COVARIATES, settings=settings, unseen="unknown", device=str(device))
    group = f"Training on a GPU, E. coli, {data.n_vars:,} genes"
    score = {f"best {settings.score} of the validation samples": lambda seconds: round(gan.best_score_, 3)}
    what = f"fit of {preset!r} to its early stop"
    measure(lambda: gan.fit(train, validation, progress=False), group, what, 1, **score)
