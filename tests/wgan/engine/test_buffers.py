"""Layers and covariates' vectors in memory that is allocated once are those of the networks."""

import pytest
import torch

from gexlib.wgan.engine.buffers import CovariateVectors, Layers, where_active
from gexlib.wgan.engine.layout import Layout

from .players import batch, players, squares


@pytest.mark.parametrize("hidden", [(16,), (16, 12, 9)])
def test_layers_go_forward_and_back_as_autograd_does(hidden):
    _, critic = players([4], 1, hidden)
    real = batch([4], 1)
    first, *rest = critic.layers
    a1 = first(torch.cat([real.x, critic.embedding(real.codes, real.values)], dim=1)).detach().requires_grad_()
    h = a1
    for layer in rest:
        h = layer(h.relu())
    (expected,) = torch.autograd.grad(h.sum(), a1)

    Layout(critic, squares(critic))
    layers = Layers(rest, len(real.x) + 2)
    part = layers.rows(2, len(real.x) + 2)
    with torch.no_grad():
        part.h[0].copy_(a1)
        torch.testing.assert_close(part.forward(), h)
        part.d[-1].fill_(1.0)
        torch.testing.assert_close(part.backward(), expected)
    assert (layers.h[0][:2] == 0).all(), "other rows are left alone"


def test_where_active():
    h, t = torch.tensor([[1.0, 0.0, 2.0]]), torch.tensor([[5.0, 6.0, -7.0]])
    where_active(t, h, out=t)
    assert t.tolist() == [[5.0, 0.0, -7.0]]


@pytest.mark.parametrize(("n_levels", "n_numerical"), [([4, 7], 2), ([3], 0), ([], 1)])
def test_covariates_vectors_and_the_gradients_of_their_tables(n_levels, n_numerical):
    _, critic = players(n_levels, n_numerical, (8,))
    _, codes, values = batch(n_levels, n_numerical)
    expected = critic.embedding(codes, values)
    upstream = torch.randn(expected.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    tables = list(critic.embedding.tables)
    gradients = torch.autograd.grad((expected * upstream).sum(), tables) if tables else []

    layout = Layout(critic, squares(critic))
    part = layout.part(*(f"embedding.tables.{j}" for j in range(len(tables))))
    with torch.no_grad():
        vectors = CovariateVectors(critic.embedding, part, len(codes))
        vectors.set(codes, values)
        torch.testing.assert_close(vectors.look_up(), expected)
        vectors.write(upstream)
    for table, gradient in zip(tables, gradients, strict=True):
        torch.testing.assert_close(table.grad, gradient)
