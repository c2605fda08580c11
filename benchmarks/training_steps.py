"""One iteration of the training, as each engine of gexlib takes it."""

from __future__ import annotations

from typing import NamedTuple

import torch

from gexlib.wgan import PRESETS, Settings
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.factor_model import fit_factors
from gexlib.wgan.processes import Processes
from gexlib.wgan.state import State
from gexlib.wgan.step import Autograd


class Problem(NamedTuple):
    """The sizes of a training; two numerical covariates come with the categorical ones."""

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
    """Return the same problem with few genes, which takes a moment."""
    n_genes = 50 + PROBLEMS.index(problem)
    return problem._replace(n_genes=n_genes, settings=problem.settings.replace(hidden=(8, 8), latent_dim=6))


def start(
    problem: Problem, device: torch.device, engine: type[ClosedForm] | type[Autograd] = ClosedForm, **options: bool
) -> tuple[ClosedForm | Autograd, Batch]:
    """Return an engine with new networks and its own options, and a minibatch."""
    random, settings = torch.Generator().manual_seed(0), problem.settings
    n, b = 20 * settings.batch_size, settings.batch_size
    x, values = torch.randn(n, problem.n_genes, generator=random), torch.randn(n, 2, generator=random)
    codes = torch.stack([torch.randint(v, (n,), generator=random) for v in problem.n_levels], dim=1)
    model = floor = None
    if settings.factor_model == "full":
        floor = torch.full((problem.n_genes,), -2.0)
        parts = (part.numpy() for part in (x.maximum(floor), codes, values))
        model = fit_factors(*parts, problem.n_levels, floor.numpy(), settings.latent_dim, 0)
    state = State.start(settings, problem.n_genes, problem.n_levels, 2, 0, device, model, floor)
    step = engine(state, settings, Processes(), **options)
    step.set_rate(1.0)
    return step, Batch(x, codes, values).rows(torch.arange(b)).to(device)
