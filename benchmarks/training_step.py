"""
Time of one training iteration: the closed-form step of gexlib.wgan.train and the same step left to autograd.

An iteration is five updates of the critic and one of the generator on a minibatch of 32, with ten covariates. The plain
step is the definition: the losses of gexlib.wgan.losses, torch.autograd and torch.optim.RMSprop. The two take turns
in one process, so that another process on the machine slows both. One thread on the CPU is timed by the processor
time of this process, anything else by the clock.

    python benchmarks/training_step.py                  # the three sizes in SIZES, one thread
    python benchmarks/training_step.py --threads 2
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable

import torch

from gexlib.wgan import Settings, critic_loss, generator_loss
from gexlib.wgan.batch import Batch
from gexlib.wgan.device import choose_device, limited_threads
from gexlib.wgan.train import State, train_step

SIZES = [(1044, (128, 128), 200), (2000, (256, 256), 100), (18_154, (256, 256), 10)]  # genes, hidden, iterations
N_LEVELS = [4, 14, 12, 3, 8, 5, 2, 9]  # and two numerical covariates


def plain_step(state: State, optimizers: dict, real: Batch, settings: Settings) -> None:
    """The iteration of gexlib.wgan.train.train_step, differentiated by autograd."""
    b, k, device = len(real.x), settings.critic_steps, real.x.device

    def blur(scale: float, *batches: torch.Tensor) -> list[torch.Tensor]:
        rows = torch.rand(b, 1, device=device) < settings.noise_probability
        return [x + rows * scale * torch.randn_like(x) for x in batches]

    def descend(player: str, loss: torch.Tensor) -> None:
        parameters = list(getattr(state, player).parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        optimizers[player].step()

    with torch.no_grad():
        z = torch.randn(k * b, settings.latent_dim, device=device)
        fakes = state.generator(z, real.codes.repeat(k, 1), real.values.repeat(k, 1)).split(b)
    for fake in fakes:
        seen, fake = blur(settings.noise_critic, real.x, fake)
        mix = torch.rand(b, 1, device=device)
        loss = critic_loss(state.critic, seen, fake, real.codes, real.values, mix, settings.penalty_weight).loss
        descend("critic", loss)
    fake = state.generator(torch.randn(b, settings.latent_dim, device=device), real.codes, real.values)
    (fake,) = blur(settings.noise_generator, fake)
    descend("generator", generator_loss(state.critic, fake, real.codes, real.values))


def steps(n_genes: int, settings: Settings, device: torch.device) -> dict[str, Callable[[], None]]:
    """The two iterations, each on networks of its own."""
    random = torch.Generator().manual_seed(0)
    b = settings.batch_size
    x, values = torch.randn(b, n_genes, generator=random), torch.randn(b, 2, generator=random)
    codes = torch.stack([torch.randint(v, (b,), generator=random) for v in N_LEVELS], dim=1)
    batch = Batch(x.to(device), codes.to(device), values.to(device))
    ours, plain = (State.start(settings, n_genes, N_LEVELS, 2, 0, device) for _ in range(2))
    plain.release()
    optimizers = {
        player: torch.optim.RMSprop(
            getattr(plain, player).parameters(), settings.learning_rate, alpha=settings.decay, eps=1e-7
        )
        for player in ("generator", "critic")
    }
    return {
        "closed form": lambda: train_step(ours, batch, settings),
        "autograd": lambda: plain_step(plain, optimizers, batch, settings),
    }


def alternate(
    steps: dict[str, Callable[[], None]], n: int, now: Callable[[], float], device: torch.device
) -> dict[str, list[float]]:
    """Milliseconds of each of `n` iterations, after a tenth as many to warm up."""
    times = {name: [] for name in steps}
    for i in range(-(n // 10 + 1), n):
        for name, step in steps.items():
            start = now()
            step()
            if device.type == "cuda":
                torch.cuda.synchronize()
            if i >= 0:
                times[name].append((now() - start) * 1e3)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--genes", type=int, help="this size of SIZES only")
    options = parser.parse_args()
    device = choose_device(options.device)
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{platform.machine()}, {device}"
    print(f"Python {platform.python_version()}, PyTorch {torch.__version__}, {where}")
    alone = device.type == "cpu" and options.threads == 1
    now, clock = (time.process_time, "processor time") if alone else (time.perf_counter, "wall time")
    print(f"{os.cpu_count()} cores, {options.threads} thread(s); milliseconds an iteration, {clock}\n")
    row = "{:>6} {:>9} {:12} {:>8} {:>8} {:>8} {:>7}"
    print(row.format("genes", "hidden", "step", "median", "min", "max", "ratio"))
    for n_genes, hidden, n in SIZES:
        if options.genes not in (None, n_genes):
            continue
        with limited_threads(options.threads):
            times = alternate(steps(n_genes, Settings(hidden=hidden), device), n, now, device)
        plain = statistics.median(times["autograd"])
        for name, ms in times.items():
            numbers = [f"{v:.2f}" for v in (statistics.median(ms), min(ms), max(ms))]
            print(
                row.format(n_genes, "-".join(map(str, hidden)), name, *numbers, f"{plain / statistics.median(ms):.2f}")
            )


if __name__ == "__main__":
    main()
