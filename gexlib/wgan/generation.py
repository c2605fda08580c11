r"""
The generator's side of an iteration: its samples, and its gradients in closed form from the critic's derivative by
them.

With :math:`y = h_L W^\top + b` the network's output (:mod:`~gexlib.wgan.networks`) plus what its head adds
(:mod:`~gexlib.wgan.factors`), a sample is :math:`\hat{x} = \max(y, \text{floor})`. What comes from the critic,
:math:`\partial \hat{x}`, is :math:`\partial y` where a sample is above the floor. Everything that is added there is a
product of an indicator, a latent vector or a hidden layer with a matrix of weights, whose gradient is that times
:math:`\partial y`; the noise :math:`\epsilon e^{s}` has the derivative :math:`\epsilon e^{s}` by its log-spread
:math:`s`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gexlib.wgan.factors import ConditionalFactors, LearnedNoise, design
from gexlib.wgan.layers import CovariateVectors, Layers
from gexlib.wgan.networks import Generator
from gexlib.wgan.rmsprop import RMSProp


class Generation:
    """
    Generates all minibatches of an iteration at once, and differentiates the last one.

    Parameters
    ----------
    generator : Generator
    optimizer : RMSProp
        Of the generator.
    n, times : int
        Samples of a minibatch, and how many minibatches; memory for them is taken once.
    """

    @torch.no_grad()
    def __init__(self, generator: Generator, optimizer: RMSProp, n: int, times: int) -> None:
        self.generator, (first, *rest) = generator, generator.layers
        n_genes, latent = len(rest[-1].weight), first.in_features - generator.embedding.size
        self.first, (self.w_z, self.w_e) = first, first.weight.split([latent, generator.embedding.size], dim=1)
        tables = optimizer.part(0, sum(table.numel() for table in generator.embedding.tables))
        self.covariates = CovariateVectors(generator.embedding, tables, n)
        self.all = Layers(rest, times * n)
        self.last = self.all.rows((times - 1) * n, times * n)
        self.samples = self.all.out.view(times, n, n_genes)
        head = generator.head
        kind = None if head is None else _Factors if isinstance(head, ConditionalFactors) else _Noise
        self.head = kind and kind(head, n, n_genes)

    @torch.no_grad()
    def __call__(self, z: Tensor, codes: Tensor, values: Tensor, noise: Tensor | None = None) -> Tensor:
        """
        Samples of the same covariates for each minibatch, shape (times, n, n_genes).

        Parameters
        ----------
        z : Tensor, shape (times, n, latent_dim)
        codes, values : Tensor, shapes (n, n_categorical) and (n, n_numerical)
        noise : Tensor, shape (times, n, n_genes), optional
            What a generator with a head makes its samples from.
        """
        self.z = z
        self.covariates.set(codes, values)
        start = torch.addmm(self.first.bias, self.covariates.look_up(), self.w_e.T)
        a1 = self.all.h[0].view(len(z), *start.shape)
        torch.matmul(z, self.w_z.T, out=a1).add_(start)
        self.all.forward()
        if self.head is not None:
            self.head.add(self.samples, z, codes, values, noise)
        if self.generator.floor is not None:
            torch.maximum(self.samples, self.generator.floor, out=self.samples)
        return self.samples

    @property
    def by_samples(self) -> Tensor:
        """Where the derivative by the last minibatch is expected, shape (n, n_genes)."""
        return self.last.d[-1]

    @torch.no_grad()
    def write(self) -> None:
        """Write the gradients, from the derivative in its place."""
        if self.generator.floor is not None:
            self.by_samples.mul_(self.samples[-1] > self.generator.floor)
        d1 = self.last.backward()
        self.last.write(self.last.d[1:])
        w_z, w_e = self.first.weight.grad.split([self.w_z.shape[1], self.w_e.shape[1]], dim=1)
        torch.mm(d1.T, self.z[-1], out=w_z)
        torch.mm(d1.T, self.covariates.e, out=w_e)
        torch.sum(d1, dim=0, out=self.first.bias.grad)
        self.covariates.write(d1 @ self.w_e)
        if self.head is not None:
            self.head.write(self.by_samples)


class _Noise:
    """What :class:`LearnedNoise` adds to samples, in place."""

    def __init__(self, head: LearnedNoise, n: int, n_genes: int) -> None:
        self.head, self.sd = head, head.log_sd.new_empty(n, n_genes)

    def add(self, y: Tensor, z: Tensor, codes: Tensor, values: Tensor, noise: Tensor) -> None:
        self.kind, self.noise = self.head.kinds(codes, y.dtype), noise[-1]
        torch.mm(self.kind, self.head.log_sd, out=self.sd).exp_()
        y.addcmul_(self.sd, noise)

    def write(self, by_y: Tensor) -> None:
        torch.mm(self.kind.T, self.sd.mul_(self.noise).mul_(by_y), out=self.head.log_sd.grad)


class _Factors(_Noise):
    """What :class:`ConditionalFactors` adds."""

    def __init__(self, head: ConditionalFactors, n: int, n_genes: int) -> None:
        super().__init__(head, n, n_genes)
        self.mean = self.sd.clone()

    def add(self, y: Tensor, z: Tensor, codes: Tensor, values: Tensor, noise: Tensor) -> None:
        super().add(y, z, codes, values, noise)
        head, (n, latent) = self.head, z.shape[1:]
        self.z, self.design = z[-1], design(head.levels, codes, values)
        torch.addmm(torch.mm(self.design, head.effects, out=self.mean), self.kind, head.deviations, out=self.mean)
        y.add_(self.mean)
        mixing = (self.kind @ head.mixing.flatten(1)).view(n, latent, latent)
        self.factors = torch.bmm(mixing, z.permute(1, 2, 0)).permute(2, 0, 1).contiguous()  # (times, n, latent)
        y.flatten(0, 1).addmm_(self.factors.flatten(0, 1), head.loadings)

    def write(self, by_y: Tensor) -> None:
        super().write(by_y)
        head = self.head
        for left, table in (
            (self.design, head.effects),
            (self.kind, head.deviations),
            (self.factors[-1], head.loadings),
        ):
            torch.mm(left.T, by_y, out=table.grad)
        outer = (by_y @ head.loadings.T)[:, :, None] * self.z[:, None, :]
        torch.mm(self.kind.T, outer.flatten(1), out=head.mixing.grad.flatten(1))
