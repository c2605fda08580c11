"""The critic's side of an iteration: its updates with gradients in closed form (derived in this folder's README)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine.buffers import CovariateVectors, Layers
from gexlib.wgan.engine.layout import Part
from gexlib.wgan.engine.rmsprop import RMSProp
from gexlib.wgan.losses import CriticLoss
from gexlib.wgan.networks import Critic

# Weights of the first layer that an update reads at a time on the CPU, so that they stay in the cache.
BLOCK = 256 << 10
FIRST = "layers.0.weight"


class Samples:
    """Generated samples, real ones, and the critic's gradients at interpolates: rows of one matrix (3 n, n_genes)."""

    def __init__(self, n: int, like: Tensor, block: int) -> None:
        self.n, x = n, like.new_zeros(3 * n, len(like))
        self.generated, self.real, self.g = x.split(n)
        self.transposed = [genes.T for genes in x.split(block, dim=1)]
        self.g_blocks, generated, both = (part.split(block, dim=1) for part in (self.g, self.generated, x[: 2 * n]))
        self.blocks = {n: generated, 2 * n: both}
        self.rows = n  # how many of the rows the critic sees

    def load(self, generated: Tensor, real: Tensor | None = None) -> None:
        """Copy generated samples to their place, and real ones if there are any."""
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
    All updates of the critic in an iteration, and its judgement for the generator.

    Parameters
    ----------
    critic : Critic
    optimizer : RMSProp
        The critic's. The weights of the first layer lie gene by gene in its layout.
    n : int
        Samples of a minibatch; memory for them is allocated once.
    add_up : callable, optional
        Adds up the gradients over several processes before an update, in place.
    """

    @torch.no_grad()
    def __init__(
        self, critic: Critic, optimizer: RMSProp, n: int, add_up: Callable[[RMSProp], None] | None = None
    ) -> None:
        self.n, self.optimizer, self.add_up, n_genes = n, optimizer, add_up, critic.n_genes
        layout, (first, *rest) = optimizer.layout, critic.layers
        w, gradient = layout.rows(FIRST)  # the rows are the genes, and after them the covariates' vectors
        self.bias, self.w_e, self.e_gradient = first.bias, w[n_genes:], gradient[n_genes:]

        width, start = w.shape[1], layout.slices[FIRST].start
        stop = start + n_genes * width
        block = max(1, BLOCK // width) if w.is_cpu else n_genes
        self.others = [layout.between(0, start), layout.between(stop)]  # all parameters but the genes' weights
        self.blocks = [
            Block(own, own.T, by, layout.between(at, min(at + block * width, stop)))
            for own, by, at in zip(
                w[:n_genes].split(block),
                gradient[:n_genes].split(block),
                range(start, stop, block * width),
                strict=True,
            )
        ]
        self.samples, self.next_samples = (Samples(n, w[:n_genes], block) for _ in range(2))
        tables = layout.part(*(f"embedding.tables.{j}" for j in range(len(critic.embedding.tables))))
        self.covariates = CovariateVectors(critic.embedding, tables, n)
        self.all = Layers(rest, 3 * n)
        self.generated, self.data, self.between = (
            self.all.rows(*ends) for ends in ((0, n), (0, 2 * n), (2 * n, 3 * n))
        )
        self.d1, self.along = self.all.d[0], w.new_zeros(n, width)  # along is g W_1^T
        self.fake_a1, self.real_a1, self.between_a1 = self.all.h[0].split(n)
        self.a1 = {n: self.fake_a1, 2 * n: self.data.h[0]}
        # Sums over samples first add up pairs of a generated and a real one, which have the same covariates. So the
        # bias of a unit that is active for all samples has a gradient of exactly 0. Otherwise RMSProp would enlarge
        # what rounding leaves of it.
        self.pairs = [d.split(n) for d in self.data.d]
        s = self.all.d[-1]
        s[:n], s[n : 2 * n], s[2 * n :] = 1 / n, -1 / n, 1

    @torch.no_grad()
    def __call__(
        self,
        generated: Tensor,
        real: Batch,
        mix: Tensor,
        weight: float,
        add_noise: Callable[..., None] = lambda i, *samples: None,
    ) -> CriticLoss:
        r"""
        Update the critic k times, and let it see the samples that the generator will learn from.

        Parameters
        ----------
        generated : Tensor, shape (k + 1, n, n_genes)
            Generated samples for each update, and at last those for the generator's update.
        real : Batch
            Real samples with the same covariates.
        mix : Tensor, shape (k, n, 1)
            :math:`\alpha` of the interpolates of each update.
        weight : float
            :math:`\lambda`.
        add_noise : callable
            Takes the number of a minibatch, from 0 to k, and its samples, generated and real; may change them in place
            (:meth:`gexlib.wgan.draws.Draws.add_critic_noise`).

        Returns
        -------
        CriticLoss
            What :func:`~gexlib.wgan.losses.critic_loss` gives for the last update, before it was made.
        """
        self.covariates.set(real.codes, real.values)
        self._load(0, generated[0], real.x, add_noise)
        self._start()
        rows = self.samples.rows
        for x, block in zip(self.samples.blocks[rows], self.blocks, strict=True):
            self.a1[rows].addmm_(x, block.w)
        for i, alpha in enumerate(mix, start=1):
            self._load(i, generated[i], None if i == len(mix) else real.x, add_noise)
            self._update(alpha, weight)
        wasserstein = self.scores[self.n :].mean() - self.scores[: self.n].mean()
        penalty = (self.slopes - 1).square().mean()
        return CriticLoss(weight * penalty - wasserstein, wasserstein, penalty)

    @torch.no_grad()
    def judge(self) -> Tensor:
        """Return the generator's loss for the generated samples that the critic saw last."""
        return -self.generated.forward().mean()

    @torch.no_grad()
    def differentiate_judgement(self, out: Tensor) -> Tensor:
        """Write the derivative of the loss of :meth:`judge` by its samples, (n, n_genes), into `out`."""
        d1 = self.generated.backward()
        for block, part in zip(self.blocks, out.split(len(self.blocks[0].w), dim=1), strict=True):
            torch.addmm(part, d1, block.wt, beta=0, alpha=-1, out=part)  # backward() has divided by n
        return out

    def _load(self, i: int, generated: Tensor, real: Tensor | None, add_noise: Callable[..., None]) -> None:
        """Take the next samples and add noise; without real ones, the generated ones will only be judged."""
        self.next_samples.load(generated, real)
        add_noise(i, self.next_samples.generated, *([] if real is None else [self.next_samples.real]))

    def _update(self, mix: Tensor, weight: float) -> None:
        """Update the critic for the samples that it has seen, and let it see the next ones."""
        x = self.samples
        self._differentiate(x, mix, weight)
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

    def _start(self) -> None:
        """Turn to the next samples, and start the output of the first layer with the part of their covariates."""
        self.samples, self.next_samples = self.next_samples, self.samples
        start = torch.addmm(self.bias, self.covariates.look_up(), self.w_e)
        self.fake_a1.copy_(start)
        if self.samples.rows > self.n:
            self.real_a1.copy_(start)

    def _differentiate(self, x: Samples, mix: Tensor, weight: float) -> None:
        """Compute the derivatives of the loss by all layers' outputs; the README has the formulas."""
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
        """Write all gradients but those of the genes' weights."""
        both, *later = (torch.add(*pair) for pair in self.pairs)
        self.all.write(later)
        torch.sum(both, dim=0, out=self.bias.grad)
        torch.mm(self.covariates.e.T, both, out=self.e_gradient)
        self.covariates.write(both @ self.w_e.T)
