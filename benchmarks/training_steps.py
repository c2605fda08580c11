"""One iteration of the training: as gexlib takes it, and as it is defined."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch

from gexlib.wgan import PRESETS, Settings, critic_loss, generator_loss
from gexlib.wgan.batch import Batch
from gexlib.wgan.factors import fit_factors
from gexlib.wgan.train import State


class Problem(NamedTuple):
    """What is trained; two numerical covariates come with the categorical ones."""

    name: str
    n_genes: int
    n_levels: list[int]
    settings: Settings


TEN = [4, 14, 12, 3, 8, 5, 2, 9]  # covariates, with the numerical ones
HUMAN = [15, 2, 2]  # tissue, sex, condition
PAPER = PRESETS["paper_gtex_tcga"]
PROBLEMS = [
    Problem("1,044 genes, hidden 128-128, as in the paper", 1044, TEN, PRESETS["paper_ecoli"]),
    Problem("2,000 genes, hidden 256-256, as in the paper", 2000, TEN, PAPER),
    Problem("18,154 genes, hidden 256-256, as in the paper", 18_154, TEN, PAPER),
    Problem("2,000 genes, hidden 256-256, the default with factors", 2000, HUMAN, Settings(critic_warmup=0)),
]


def tiny(problem: Problem) -> Problem:
    """The same in a moment."""
    n_genes = 50 + PROBLEMS.index(problem)
    return problem._replace(n_genes=n_genes, settings=problem.settings.replace(hidden=(8, 8), latent_dim=6))


def start(problem: Problem, device: torch.device) -> tuple[State, Batch]:
    """New networks, and a minibatch."""
    random, settings = torch.Generator().manual_seed(0), problem.settings
    n, b = 20 * settings.batch_size, settings.batch_size
    x, values = torch.randn(n, problem.n_genes, generator=random), torch.randn(n, 2, generator=random)
    codes = torch.stack([torch.randint(v, (n,), generator=random) for v in problem.n_levels], dim=1)
    head = floor = None
    if settings.head == "factors":
        floor = torch.full((problem.n_genes,), -2.0)
        parts = (part.numpy() for part in (x.maximum(floor), codes, values))
        head = fit_factors(*parts, problem.n_levels, floor.numpy(), settings.latent_dim, 0)
    state = State.start(settings, problem.n_genes, problem.n_levels, 2, 0, device, head, floor)
    return state, Batch(x, codes, values).rows(torch.arange(b)).to(device)


def closed_form(problem: Problem, device: torch.device) -> Callable[[], object]:
    """The iteration of `gexlib.wgan.iteration`."""
    state, batch = start(problem, device)
    iteration = state.iteration(problem.settings, len(batch.x))
    return lambda: iteration(batch)


def autograd(problem: Problem, device: torch.device) -> Callable[[], object]:
    """The definition: the losses of `gexlib.wgan.losses`, torch.autograd and torch.optim.RMSprop."""
    (state, batch), settings = start(problem, device), problem.settings
    state.release()
    optimizers = {
        player: torch.optim.RMSprop(
            getattr(state, player).parameters(), settings.learning_rate, alpha=settings.decay, eps=1e-7
        )
        for player in ("generator", "critic")
    }
    return lambda: plain_step(state, optimizers, batch, settings)


def plain_step(state: State, optimizers: dict, real: Batch, settings: Settings) -> None:
    """Five updates of the critic and one of the generator, differentiated by autograd."""
    b, k, device = len(real.x), settings.critic_steps, real.x.device

    def generate(n: int) -> torch.Tensor:
        z = torch.randn(n * b, settings.latent_dim, device=device)
        noise = torch.randn(n * b, real.x.shape[1], device=device) if state.generator.head is not None else None
        return state.generator(z, real.codes.repeat(n, 1), real.values.repeat(n, 1), noise)

    def blur(scale: float, *batches: torch.Tensor) -> list[torch.Tensor]:
        if not settings.noise_probability:
            return list(batches)
        rows = torch.rand(b, 1, device=device) < settings.noise_probability
        return [x + rows * scale * torch.randn_like(x) for x in batches]

    def descend(player: str, loss: torch.Tensor) -> None:
        parameters = list(getattr(state, player).parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        optimizers[player].step()

    with torch.no_grad():
        fakes = generate(k).split(b)
    for fake in fakes:
        seen, fake = blur(settings.noise_critic, real.x, fake)
        mix = torch.rand(b, 1, device=device)
        loss = critic_loss(state.critic, seen, fake, real.codes, real.values, mix, settings.penalty_weight).loss
        descend("critic", loss)
    (fake,) = blur(settings.noise_generator, generate(1))
    descend("generator", generator_loss(state.critic, fake, real.codes, real.values))
