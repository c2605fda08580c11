"""An iteration of training, five updates of the critic and one of the generator: in closed form, or by autograd."""

import pytest
import torch
from training_steps import QUICK, SIZES, autograd, closed_form, name

from gexlib.wgan import Settings


@pytest.mark.parametrize("step", [closed_form, autograd])
@pytest.mark.parametrize("size", range(3))
def test_iteration(measure, quick, step, size):
    n_genes, hidden = (QUICK if quick else SIZES)[size]
    iteration = step(n_genes, Settings(hidden=hidden), torch.device("cpu"))
    what = {closed_form: "gexlib", autograd: "plain autograd"}[step]
    repeats = 10 if n_genes > 10_000 else 50
    measure(iteration, f"Training, an iteration, {name(n_genes, hidden)}", what, repeats, reference=step is autograd)
