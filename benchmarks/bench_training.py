"""An iteration of training, five updates of the critic and one of the generator: in closed form, or by autograd."""

import pytest
import torch
from training_steps import PROBLEMS, autograd, closed_form, tiny


@pytest.mark.parametrize("step", [closed_form, autograd])
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: str(problem.n_genes))
def test_iteration(measure, quick, problem, step):
    iteration = step(tiny(problem) if quick else problem, torch.device("cpu"))
    what = {closed_form: "gexlib", autograd: "plain autograd"}[step]
    repeats = 10 if problem.n_genes > 10_000 else 50
    measure(iteration, f"Training, an iteration, {problem.name}", what, repeats, reference=step is autograd)
