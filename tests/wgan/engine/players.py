"""Networks, minibatches and comparisons for the tests of the engine."""

import torch

from gexlib.wgan import Critic, Generator
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine.layout import GENES_FIRST, Layout
from gexlib.wgan.engine.rmsprop import RMSProp

SHAPES = [
    ([4, 7], 2, (16,)),
    ([4, 7], 2, (16, 12)),
    ([3], 0, (16, 12, 9)),
    ([], 1, (16, 12)),
    ([], 0, (16,)),
]


def batch(n_levels, n_numerical, n=7, n_genes=15, dtype=torch.float64):
    random = torch.Generator().manual_seed(3)
    codes = torch.empty(n, len(n_levels), dtype=torch.long)
    for j, v in enumerate(n_levels):
        codes[:, j] = torch.randint(v, (n,), generator=random)
    x = torch.randn(n, n_genes, generator=random, dtype=dtype)
    x[:, 4] = 0  # a gene that is constant in the training data
    return Batch(x, codes, torch.randn(n, n_numerical, generator=random, dtype=dtype))


def players(n_levels, n_numerical, hidden, n_genes=15, dtype=torch.float64):
    """Both networks, with biases that are not zero."""
    random = torch.Generator().manual_seed(2)
    generator = Generator(n_genes, n_levels, n_numerical, 5, hidden, random).to(dtype)
    critic = Critic(n_genes, n_levels, n_numerical, hidden, random).to(dtype)
    for p in (*generator.parameters(), *critic.parameters()):
        if p.ndim == 1:
            torch.nn.init.uniform_(p, -0.3, 0.3, generator=random)
    return generator, critic


def squares(network):
    return [torch.zeros_like(p, requires_grad=False) for p in network.parameters()]


def resting(network):
    """An optimiser that takes no step, and gradients that have to be overwritten."""
    layout = Layout(network, squares(network), GENES_FIRST if isinstance(network, Critic) else ())
    layout.all.gradients.fill_(77)
    return RMSProp(layout, 0.0, 0.9, 1e-7)


def compare(network, loss, rtol=1e-10, atol=1e-13):
    names, parameters = zip(*network.named_parameters(), strict=True)
    for name, p, g in zip(names, parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
        torch.testing.assert_close(p.grad, torch.zeros_like(p) if g is None else g, rtol=rtol, atol=atol, msg=name)
