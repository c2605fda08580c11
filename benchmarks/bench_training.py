"""An iteration of training (five updates of the critic, one of the generator), in closed form and by autograd."""

import pytest
import torch
from training_steps import PROBLEMS, start, tiny

from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.step import Autograd


@pytest.mark.parametrize("engine", [ClosedForm, Autograd])
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: str(problem.n_genes))
def test_iteration(measure, quick, problem, engine):
    step, batch = start(tiny(problem) if quick else problem, torch.device("cpu"), engine)
    what = {ClosedForm: "gexlib", Autograd: "plain autograd"}[engine]
    repeats = 10 if problem.n_genes > 10_000 else 50
    measure(lambda: step(batch), f"Training, an iteration, {problem.name}", what, repeats, reference=engine is Autograd)
