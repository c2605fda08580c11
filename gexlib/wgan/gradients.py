r"""
The critic's side of an iteration: its gradients in closed form, what autograd gives for :mod:`~gexlib.wgan.losses`.

**Notation.** The critic's first layer sees a sample :math:`x` and its covariates' vector :math:`e`,
:math:`a_1 = x W_1^\top + e V^\top + \beta_1`; with :math:`h_l = \max(a_l, 0) = m_l \odot a_l` the hidden layers
:math:`l = 2 \ldots L` are :math:`a_l = h_{l-1} W_l^\top + \beta_l`, and the score is :math:`D = h_L w^\top + \beta`.
Samples are rows.

**Forward.** The first layer is linear and the interpolate has the covariates of its two ends, so
:math:`a_1(\bar{x}) = (1 - \alpha)\, a_1(x) + \alpha\, a_1(\hat{x})`: only the real and the generated samples need the
product with :math:`W_1`. From there on the three kinds of rows go together.

**Backward.** :math:`\delta_L = s\, w \odot m_L` and :math:`\delta_l = (\delta_{l+1} W_{l+1}) \odot m_l`. With
:math:`s = -1/n` for real rows and :math:`1/n` for generated ones, these are the derivatives of
:math:`\mathbb{E}[D(\hat{x})] - \mathbb{E}[D(x)]` by :math:`a_l`. With :math:`s = 1` for the interpolates,
:math:`g = \delta_1 W_1` is :math:`\nabla_{\bar{x}} D`.

**Penalty.** Its derivative by a row :math:`g` is :math:`t_0 = c\, g` with :math:`c = \frac{2 \lambda}{n} (1 - 1 /
\lVert g \rVert)`. As :math:`g = (w \odot m_L) W_L \cdots (\,\cdot \odot m_1) W_1` and the masks are constant almost
everywhere, going back through this product is going forward through the network without its biases and with the masks
held: :math:`t_1 = c\, (g W_1^\top) \odot m_1` and :math:`t_l = (t_{l-1} W_l^\top) \odot m_l`. The derivative by
:math:`W_l` is :math:`\delta_l^\top t_{l-1}`, of the same form as that of the data, :math:`\delta_l^\top h_{l-1}`. So
:math:`t_{l-1}` takes the interpolates' rows of :math:`h_{l-1}`, and one product gives the whole gradient of a weight
matrix; in the first layer :math:`c` goes to :math:`\delta_1` rather than to :math:`g`, which is wider. The penalty does
not depend on the last biases, and on the others and on :math:`e` only through the masks, where its derivative is zero.

**Blocks of genes.** :math:`W_1` may be larger than a processor's cache. Each update goes through it twice, some genes
at a time: once for :math:`g` and :math:`g W_1^\top`, once for the gradient, the new weights, and at once what the next
samples' :math:`a_1` has of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gexlib.wgan.layers import CovariateVectors, Layers
from gexlib.wgan.losses import CriticLoss
from gexlib.wgan.networks import Critic
from gexlib.wgan.rmsprop import Part, RMSProp

BLOCK = 256 << 10  # weights of the first layer that an update takes at a time on the CPU


class Samples:
    """Generated and real samples and the gradients by interpolates, as rows of one matrix (3 n, n_genes)."""

    def __init__(self, n: int, like: Tensor, block: int) -> None:
        self.n, x = n, like.new_zeros(3 * n, len(like))
        self.generated, self.real, self.g = x.split(n)
        self.transposed = [genes.T for genes in x.split(block, dim=1)]
        self.g_blocks, generated, both = (part.split(block, dim=1) for part in (self.g, self.generated, x[: 2 * n]))
        self.blocks = {n: generated, 2 * n: both}
        self.rows = n  # that the critic is to see

    def load(self, generated: Tensor, real: Tensor | None = None) -> None:
        """Take samples; without real ones only the generated ones will be judged."""
        self.generated.copy_(generated)
        self.rows = self.n
        if real is not None:
            self.real.copy_(real)
            self.rows = 2 * self.n


class Block(NamedTuple):
    """Some genes' weights in the critic's first layer, as rows."""

    w: Tensor
    wt: Tensor
    gradient: Tensor
    part: Part


class CriticUpdates:
    """
    Takes the critic through the updates of an iteration.

    Load ``next_samples`` and call :meth:`begin`; for each update load the *next* samples in the same way and call
    :meth:`update`, which ends with seeing them. Of the last ones, only generated, :meth:`judge` tells the loss.

    Parameters
    ----------
    critic : Critic
    optimizer : RMSProp
        Of the critic.
    n : int
        Samples of a minibatch; memory for them is taken once.
    add_up : callable, optional
        Adds up the gradients over several processes before an update, in place.
    """

    @torch.no_grad()
    def __init__(
        self, critic: Critic, optimizer: RMSProp, n: int, add_up: Callable[[RMSProp], None] | None = None
    ) -> None:
        self.n, self.optimizer, self.add_up, n_genes = n, optimizer, add_up, critic.n_genes
        first, *rest = critic.layers
        w, gradient = first.weight.T, first.weight.grad.T
        self.bias, self.w_e, self.e_gradient = first.bias, w[n_genes:], gradient[n_genes:]

        width, start = w.shape[1], w.storage_offset()
        stop = start + n_genes * width
        block = max(1, BLOCK // width) if w.is_cpu else n_genes
        self.others = [optimizer.part(0, start), optimizer.part(stop)]
        self.blocks = [
            Block(own, own.T, by, optimizer.part(at, min(at + block * width, stop)))
            for own, by, at in zip(
                w[:n_genes].split(block),
                gradient[:n_genes].split(block),
                range(start, stop, block * width),
                strict=True,
            )
        ]
        self.samples, self.next_samples = (Samples(n, w[:n_genes], block) for _ in range(2))
        self.covariates = CovariateVectors(critic.embedding, self.others[0], n)
        self.all = Layers(rest, 3 * n)
        self.generated, self.data, self.between = (
            self.all.rows(*ends) for ends in ((0, n), (0, 2 * n), (2 * n, 3 * n))
        )
        self.d1, self.along = self.all.d[0], w.new_zeros(n, width)  # the second: g W_1^T
        self.fake_a1, self.real_a1, self.between_a1 = self.all.h[0].split(n)
        self.a1 = {n: self.fake_a1, 2 * n: self.data.h[0]}
        # Sums over samples add up pairs of a generated and a real one first. So what is active for all samples has a
        # bias of gradient 0, and not what rounding leaves of it, which RMSProp would enlarge. A pair has the same
        # covariates.
        self.pairs = [d.split(n) for d in self.data.d]
        s = self.all.d[-1]
        s[:n], s[n : 2 * n], s[2 * n :] = 1 / n, -1 / n, 1

    @torch.no_grad()
    def begin(self, codes: Tensor, values: Tensor) -> None:
        """See the samples in place, whose covariates are those of all of the iteration."""
        self.covariates.set(codes, values)
        self._start()
        rows = self.samples.rows
        for x, block in zip(self.samples.blocks[rows], self.blocks, strict=True):
            self.a1[rows].addmm_(x, block.w)

    @torch.no_grad()
    def update(self, mix: Tensor, weight: float) -> None:
        r"""
        Update the critic for the samples that it has seen, and see those in place.

        Parameters
        ----------
        mix : Tensor, shape (n, 1)
            :math:`\alpha` of the interpolates.
        weight : float
            :math:`\lambda`.
        """
        x = self.samples
        self._derivatives(x, mix, weight)
        self._write_others()
        if self.add_up is not None:
            for xt, block in zip(x.transposed, self.blocks, strict=True):
                torch.mm(xt, self.d1, out=block.gradient)
            self.add_up(self.optimizer)
        for part in self.others:
            self.optimizer.step(part)
        self._start()
        a1, seen = self.a1[self.samples.rows], self.samples.blocks[self.samples.rows]
        for xt, new, block in zip(x.transposed, seen, self.blocks, strict=True):
            if self.add_up is None:
                torch.mm(xt, self.d1, out=block.gradient)
            self.optimizer.step(block.part)
            a1.addmm_(new, block.w)

    def loss(self, weight: float) -> CriticLoss:
        """What :func:`~gexlib.wgan.losses.critic_loss` gave at the last update."""
        wasserstein = self.scores[self.n :].mean() - self.scores[: self.n].mean()
        penalty = (self.slopes - 1).square().mean()
        return CriticLoss(weight * penalty - wasserstein, wasserstein, penalty)

    @torch.no_grad()
    def judge(self) -> Tensor:
        """The generator's loss for the generated samples that the critic saw last."""
        return -self.generated.forward().mean()

    @torch.no_grad()
    def by_generated(self, out: Tensor) -> Tensor:
        """After :meth:`judge`: the derivative of its loss by these samples, shape (n, n_genes)."""
        d1 = self.generated.backward()
        for block, part in zip(self.blocks, out.split(len(self.blocks[0].w), dim=1), strict=True):
            torch.addmm(part, d1, block.wt, beta=0, alpha=-1, out=part)  # s was 1 / n
        return out

    def _start(self) -> None:
        """Turn to the samples in place; of their first layer what their covariates give."""
        self.samples, self.next_samples = self.next_samples, self.samples
        start = torch.addmm(self.bias, self.covariates.look_up(), self.w_e)
        self.fake_a1.copy_(start)
        if self.samples.rows > self.n:
            self.real_a1.copy_(start)

    def _derivatives(self, x: Samples, mix: Tensor, weight: float) -> None:
        torch.lerp(self.real_a1, self.fake_a1, mix, out=self.between_a1)
        self.all.forward()
        self.all.backward()
        d1, self.scores = self.between.d[0], self.data.out
        self.along.zero_()
        for g, block in zip(x.g_blocks, self.blocks, strict=True):
            torch.mm(d1, block.wt, out=g)
            self.along.addmm_(g, block.w)
        self.slopes = x.g.norm(dim=1, keepdim=True)
        c = (self.slopes.clamp(min=1e-30).reciprocal_() - 1).mul_(-2 * weight / self.n)
        self.between.tangents(self.along.mul_(c))
        d1.mul_(c)

    def _write_others(self) -> None:
        """All gradients but those of the genes' weights."""
        both, *later = (torch.add(*pair) for pair in self.pairs)
        self.all.write(later)
        torch.sum(both, dim=0, out=self.bias.grad)
        torch.mm(self.covariates.e.T, both, out=self.e_gradient)
        self.covariates.write(both @ self.w_e.T)
