r"""
The gradients of both players' losses in closed form: what autograd gives for :mod:`~gexlib.wgan.losses`, faster.

**Notation.** The critic's first layer sees :math:`h_0 = [x, e]`, a sample and its covariates' vector. With
:math:`a_l = h_{l-1} W_l^\top + \beta_l`, :math:`h_l = \max(a_l, 0) = m_l \odot a_l` for the hidden layers
:math:`l = 1 \ldots L`, the score is :math:`D = h_L w^\top + \beta`. Samples are rows.

**Forward.** The first layer is linear and the interpolate has the covariates of its two ends, so
:math:`a_1(\bar{x}) = (1 - \alpha)\, a_1(x) + \alpha\, a_1(\hat{x})`: only the real and the generated samples need the
product with :math:`W_1`. From there on the three kinds of rows go together.

**Backward.** :math:`\delta_L = s\, w \odot m_L` and :math:`\delta_l = (\delta_{l+1} W_{l+1}) \odot m_l`. With
:math:`s = -1/n` for real rows and :math:`1/n` for generated ones, these are the derivatives of
:math:`\mathbb{E}[D(\hat{x})] - \mathbb{E}[D(x)]` by :math:`a_l`. With :math:`s = 1` for the interpolates,
:math:`g = \delta_1 W_1` (the columns of the genes) is :math:`\nabla_{\bar{x}} D`.

**Penalty.** Its derivative by a row :math:`g` is :math:`t_0 = \frac{2 \lambda}{n} (1 - 1 / \lVert g \rVert)\, g`. As
:math:`g = (w \odot m_L) W_L \cdots (\,\cdot \odot m_1) W_1` and the masks are constant almost everywhere, going back
through this product is going forward through the network without its biases and with the masks held:
:math:`t_l = (t_{l-1} W_l^\top) \odot m_l`. The derivative by :math:`W_l` is :math:`\delta_l^\top t_{l-1}`, of the same
form as that of the data, :math:`\delta_l^\top h_{l-1}`. So :math:`t_{l-1}` takes the interpolates' rows of
:math:`h_{l-1}`, and one product gives the whole gradient of a weight matrix. The penalty does not depend on the
last biases, and on the others and on :math:`e` only through the masks, where its derivative is zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gexlib.wgan.losses import CriticLoss
from gexlib.wgan.networks import CovariateEmbedding, Critic, Generator


@torch.no_grad()
def critic_gradients(
    critic: Critic, real: Tensor, fake: Tensor, codes: Tensor, values: Tensor, mix: Tensor, weight: float
) -> CriticLoss:
    """
    Write the gradient of :func:`~gexlib.wgan.losses.critic_loss` into the critic's ``.grad`` tensors.

    Takes and returns what that function does; gradients that are there are overwritten, not added to.
    """
    (n, n_genes), (first, *others) = real.shape, critic.layers
    data, between = slice(2 * n), slice(2 * n, 3 * n)
    h0 = real.new_zeros(3 * n, n_genes + critic.embedding.size)
    h0[:n, :n_genes], h0[n : 2 * n, :n_genes] = real, fake
    h0[:n, n_genes:] = h0[n : 2 * n, n_genes:] = critic.embedding(codes, values)

    a = real.new_empty(3 * n, first.out_features)
    torch.addmm(first.bias, h0[data], first.weight.T, out=a[data])
    torch.lerp(a[:n], a[n : 2 * n], mix, out=a[between])
    h = _forward(a, others)
    scores = torch.addmm(others[-1].bias, h[-1][data], others[-1].weight.T)

    s = real.new_ones(3 * n, 1)
    s[:n], s[n : 2 * n] = -1 / n, 1 / n
    d = _backward(s, others, h)
    g = torch.mm(d[0][between], first.weight[:, :n_genes], out=h0[between, :n_genes])
    slopes = g.norm(dim=1, keepdim=True)
    g *= 2 * weight / n * (1 - 1 / slopes.clamp_min(1e-30))  # t_0; the derivative at g = 0 is set to 0

    t = h0[between]
    for layer, active in zip(critic.layers, h, strict=False):
        t = torch.mm(t, layer.weight.T).mul_(active[between] > 0)
        active[between] = t
    _write(critic.layers, [h0, *h], d, data)
    _write_tables(critic.embedding, codes, (d[0][:n] + d[0][n : 2 * n]) @ first.weight[:, n_genes:])

    wasserstein = scores[:n].mean() - scores[n:].mean()
    penalty = (slopes - 1).square().mean()
    return CriticLoss(weight * penalty - wasserstein, wasserstein, penalty)


@torch.no_grad()
def generator_gradients(
    generator: Generator, critic: Critic, z: Tensor, codes: Tensor, values: Tensor, noise: Tensor
) -> Tensor:
    """
    Write the gradient of :func:`~gexlib.wgan.losses.generator_loss` into the generator's ``.grad`` tensors.

    Parameters
    ----------
    generator, critic
    z : Tensor, shape (n, latent_dim)
    codes, values : Tensor, shapes (n, n_categorical) and (n, n_numerical)
    noise : Tensor, shape (n, n_genes)
        Added to the generated samples before the critic sees them.

    Returns
    -------
    Tensor
        The loss, a scalar.
    """
    (n, n_genes), latent_dim = noise.shape, z.shape[1]
    h0 = torch.cat([z, generator.embedding(codes, values)], dim=1)
    first, *others = generator.layers
    h = _forward(first(h0), others)
    x = others[-1](h[-1]) + noise

    judge, *judges = critic.layers
    seen = _forward(judge(torch.cat([x, critic.embedding(codes, values)], dim=1)), judges)
    loss = -judges[-1](seen[-1]).mean()
    by_x = _backward(x.new_full((n, 1), -1 / n), judges, seen)[0] @ judge.weight[:, :n_genes]

    d = _backward(by_x, others, h)
    _write(generator.layers, [h0, *h], d, slice(n))
    _write_tables(generator.embedding, codes, d[0] @ first.weight[:, latent_dim:])
    return loss


def _forward(a: Tensor, layers: Sequence[nn.Linear]) -> list[Tensor]:
    """What each of the layers after the first gets, from the first one's output `a` (overwritten)."""
    inputs = [a.relu_()]
    for layer in layers[:-1]:
        inputs.append(layer(inputs[-1]).relu_())
    return inputs


def _backward(d: Tensor, layers: Sequence[nn.Linear], inputs: Sequence[Tensor]) -> list[Tensor]:
    """Derivatives by the output of the first layer and of these that follow it, from that of the last, `d`."""
    deltas = [d]
    for layer, h in zip(reversed(layers), reversed(inputs), strict=True):
        deltas.append(torch.mm(deltas[-1], layer.weight).mul_(h > 0))
    return deltas[::-1]


def _write(layers: Sequence[nn.Linear], inputs: Sequence[Tensor], deltas: Sequence[Tensor], data: slice) -> None:
    """Weight gradients from all rows, bias gradients from the rows `data`."""
    for layer, h, d in zip(layers, inputs, deltas, strict=True):
        torch.mm(d.T, h, out=layer.weight.grad)
        torch.sum(d[data], dim=0, out=layer.bias.grad)


def _write_tables(embedding: CovariateEmbedding, codes: Tensor, gradient: Tensor) -> None:
    """Gradients of the embedding tables from that of the covariates' vectors: sums over samples of a level."""
    start = values = embedding.size - sum(table.shape[1] for table in embedding.tables)
    del values
    for j, table in enumerate(embedding.tables):
        stop = start + table.shape[1]
        level = torch.arange(len(table), device=codes.device)
        torch.mm((codes[:, j] == level[:, None]).to(gradient.dtype), gradient[:, start:stop], out=table.grad)
        start = stop
