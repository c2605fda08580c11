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
from copy import copy
from itertools import accumulate

import torch
from torch import Tensor, nn

from gexlib.wgan.losses import CriticLoss
from gexlib.wgan.networks import CovariateEmbedding, Critic, Generator

BLOCK = 512  # genes; a fifth to half faster than one product at 18,154 of them, and no faster at 2,000


class CriticGradients:
    """
    Writes the gradient of :func:`~gexlib.wgan.losses.critic_loss` into the critic's ``.grad`` tensors.

    Parameters
    ----------
    critic : Critic
        Each of its parameters has a ``.grad`` tensor, which is overwritten, not added to.
    n : int
        Samples of a minibatch; memory for them is taken once.
    """

    @torch.no_grad()
    def __init__(self, critic: Critic, n: int) -> None:
        self.n, n_genes = n, critic.n_genes
        self.all = _Pass(critic.layers, 3 * n)  # rows: real, generated, interpolates
        self.data, self.between = self.all.rows(0, 2 * n), self.all.rows(2 * n, 3 * n)
        h0, a1 = self.all.h[:2]
        self.x, self.g = h0[: 2 * n, :n_genes], h0[2 * n :, :n_genes]
        self.real, self.fake = self.x.split(n)
        self.covariates = _Tables(critic.embedding, h0[:n, n_genes:])
        self.e_real, self.e_fake = h0[:n, n_genes:], h0[n : 2 * n, n_genes:]
        self.ends = a1[:n], a1[n : 2 * n]
        self.by_e = self.all.d[0][:n], self.all.d[0][n : 2 * n]
        self.first_genes, self.first_covariates = self.all.w[0].split([n_genes, critic.embedding.size], dim=1)
        s = self.all.d[-1]
        s[:n], s[n : 2 * n], s[2 * n :] = -1 / n, 1 / n, 1

    @torch.no_grad()
    def __call__(
        self,
        real: Tensor,
        fake: Tensor,
        codes: Tensor,
        values: Tensor,
        mix: Tensor,
        weight: float,
        noise: tuple[Tensor, Tensor] | None = None,
    ) -> CriticLoss:
        """
        Write the gradients, return the loss and its parts.

        Parameters
        ----------
        real, fake, codes, values, mix, weight
            As for :func:`~gexlib.wgan.losses.critic_loss`.
        noise : tuple of Tensor, shapes (m,) and (m, n_genes), optional
            Row numbers of the real samples followed by the generated ones, and what is added to these rows.
        """
        n, data, between = self.n, self.data, self.between
        self.real.copy_(real), self.fake.copy_(fake)
        if noise is not None:
            _add_to_rows(self.x, *noise)
        self.covariates.look_up(codes, values)
        self.e_fake.copy_(self.e_real)

        data.first()
        torch.lerp(*self.ends, mix, out=between.h[1])
        scores = self.all.forward()[: 2 * n]
        self.all.backward()
        g = _product(between.d[0], self.first_genes, out=self.g)
        slopes = g.norm(dim=1, keepdim=True)
        g.mul_((slopes.clamp(min=1e-30).reciprocal_() - 1) * (-2 * weight / n))  # t_0, and 0 where g = 0
        between.tangents()
        self.all.write(data)
        self.all.bias[-1].grad.zero_()  # real and generated samples cancel; RMSProp would enlarge what rounding leaves
        self.covariates.write(torch.add(*self.by_e) @ self.first_covariates)

        wasserstein = scores[:n].mean() - scores[n:].mean()
        penalty = (slopes - 1).square().mean()
        return CriticLoss(weight * penalty - wasserstein, wasserstein, penalty)


class GeneratorGradients:
    """
    Writes the gradient of :func:`~gexlib.wgan.losses.generator_loss` into the generator's ``.grad``.

    The critic's part, by the samples, is in closed form; from there on autograd goes back through the generator.

    Parameters
    ----------
    generator : Generator
        Each of its parameters has a ``.grad`` tensor, which is overwritten, not added to.
    critic : Critic
    n : int
        Samples of a minibatch; memory for them is taken once.
    """

    @torch.no_grad()
    def __init__(self, generator: Generator, critic: Critic, n: int) -> None:
        self.generator, self.judge = generator, _Pass(critic.layers, n)
        self.x, e = self.judge.h[0].split([critic.n_genes, critic.embedding.size], dim=1)
        self.covariates, self.genes = _Tables(critic.embedding, e), self.judge.w[0][:, : critic.n_genes]
        self.judge.d[-1].fill_(-1 / n)
        self.by_x = self.x.new_empty(self.x.shape)

    @torch.no_grad()
    def __call__(
        self,
        z: Tensor,
        codes: Tensor,
        values: Tensor,
        spread: Tensor | None = None,
        noise: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """
        Write the gradients, return the loss.

        Parameters
        ----------
        z : Tensor, shape (n, latent_dim)
        codes, values : Tensor, shapes (n, n_categorical) and (n, n_numerical)
        spread : Tensor, shape (n, n_genes), optional
            The noise that a generator with a head makes its samples from.
        noise : tuple of Tensor, shapes (m,) and (m, n_genes), optional
            Row numbers, and what is added to these generated samples before the critic sees them.
        """
        with torch.enable_grad():
            fake = self.generator(z, codes, values, spread)
        self.x.copy_(fake)
        if noise is not None:
            _add_to_rows(self.x, *noise)

        self.covariates.look_up(codes, values)
        self.judge.first()
        loss = -self.judge.forward().mean()
        self.judge.backward()
        _product(self.judge.d[0], self.genes, out=self.by_x)
        torch._foreach_zero_([p.grad for p in self.generator.parameters()])
        fake.backward(self.by_x)
        return loss


class _Pass:
    """Rows on their way through layers: inputs `h` of each, ReLU masks `m`, derivatives `d` by the outputs."""

    def __init__(self, layers: Sequence[nn.Linear], n: int) -> None:
        self.w, self.bias = [layer.weight for layer in layers], [layer.bias for layer in layers]
        self.wt = [w.T for w in self.w]
        new = self.w[0].new_zeros
        self.h = [new(n, layer.in_features) for layer in layers]
        self.m = [new(n, layer.in_features) for layer in layers[1:]]
        self.d = [new(n, layer.out_features) for layer in layers]
        self.dt = [d.T for d in self.d]

    def rows(self, start: int, stop: int) -> _Pass:
        """Some of the rows, in the same memory."""
        part = copy(self)
        part.h, part.m, part.d = ([t[start:stop] for t in tensors] for tensors in (self.h, self.m, self.d))
        return part

    def first(self) -> None:
        """The first layer's output :math:`a_1`, in the place of :math:`h_1`."""
        torch.addmm(self.bias[0], self.h[0], self.wt[0], out=self.h[1])

    def forward(self) -> Tensor:
        """From :math:`a_1` to the output of the last layer."""
        for i in range(1, len(self.w)):
            h = self.h[i].relu_()
            torch.gt(h, 0, out=self.m[i - 1])
            out = self.h[i + 1] if i + 1 < len(self.w) else None
            a = torch.addmm(self.bias[i], h, self.wt[i], out=out)
        return a

    def backward(self) -> None:
        """All derivatives from the last one."""
        for i in range(len(self.w) - 1, 0, -1):
            torch.mm(self.d[i], self.w[i], out=self.d[i - 1]).mul_(self.m[i - 1])

    def tangents(self) -> None:
        """From :math:`t_0` in the place of :math:`h_0` to all others."""
        for i, mask in enumerate(self.m):
            torch.mm(self.h[i], self.wt[i], out=self.h[i + 1]).mul_(mask)

    def write(self, data: _Pass) -> None:
        """Weight gradients from all rows, bias gradients from the rows `data`."""
        for w, bias, h, dt, d in zip(self.w, self.bias, self.h, self.dt, data.d, strict=True):
            _product(dt, h, out=w.grad)
            torch.sum(d, dim=0, out=bias.grad)


class _Tables:
    r"""
    The covariates' vectors :math:`e` in a given place, and the gradients of their embedding tables.

    With the levels as indicator matrices, those are the products :math:`e_j = O_j T_j` and
    :math:`O_j^\top \partial e_j`, whose sums have the same order on every device and number of threads.
    """

    def __init__(self, embedding: CovariateEmbedding, e: Tensor) -> None:
        self.tables = list(embedding.tables)
        sizes, levels = [t.shape[1] for t in self.tables], [len(t) for t in self.tables]
        self.sizes = [e.shape[1] - sum(sizes), *sizes]
        self.values, *self.parts = e.split(self.sizes, dim=1)
        self.start = torch.tensor([0, *accumulate(levels[:-1])][: len(levels)], device=e.device)
        self.indicator = e.new_zeros(len(e), sum(levels))
        self.levels = self.indicator.split(levels, dim=1) if levels else ()

    def look_up(self, codes: Tensor, values: Tensor) -> None:
        """Put the covariates' vectors in their place."""
        self.values.copy_(values)
        self.indicator.zero_().scatter_(1, codes + self.start, 1)
        for part, level, table in zip(self.parts, self.levels, self.tables, strict=True):
            torch.mm(level, table, out=part)

    def write(self, by_e: Tensor) -> None:
        """Write the tables' gradients, from those of the vectors."""
        _, *parts = by_e.split(self.sizes, dim=1)
        for part, level, table in zip(parts, self.levels, self.tables, strict=True):
            torch.mm(level.T, part, out=table.grad)


def _add_to_rows(x: Tensor, rows: Tensor, values: Tensor) -> None:
    """``x[rows] += values``, where no row comes twice; three times as fast."""
    x.index_put_((rows,), values, accumulate=True)


def _product(a: Tensor, b: Tensor, out: Tensor) -> Tensor:
    """``a @ b``, on the CPU by blocks of columns if there are many: what is read and written stays in the cache."""
    if not out.is_cpu or out.shape[1] < 8 * BLOCK:
        return torch.mm(a, b, out=out)
    for columns, part in zip(b.split(BLOCK, dim=1), out.split(BLOCK, dim=1), strict=True):
        torch.mm(a, columns, out=part)
    return out
