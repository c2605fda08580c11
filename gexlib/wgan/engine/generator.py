"""The generator's side of an iteration: its samples, and its gradients in closed form (derived in the README)."""

from __future__ import annotations

import torch
from torch import Tensor

from gexlib.wgan.engine.buffers import CovariateVectors, Layers
from gexlib.wgan.engine.layout import Layout
from gexlib.wgan.factor_model import FactorModel, GeneNoise, design, rows_of_kinds
from gexlib.wgan.networks import Generator


class Generation:
    """
    All generated samples of an iteration, made at once, and the gradients from its last minibatch.

    Parameters
    ----------
    generator : Generator
    layout : Layout
        Where the generator's parameters lie.
    n, times : int
        Samples of a minibatch, and number of minibatches; memory for them is allocated once.
    """

    @torch.no_grad()
    def __init__(self, generator: Generator, layout: Layout, n: int, times: int) -> None:
        self.generator, (first, *rest) = generator, generator.layers
        n_genes, latent = len(rest[-1].weight), first.in_features - generator.embedding.size
        self.first, (self.w_z, self.w_e) = first, first.weight.split([latent, generator.embedding.size], dim=1)
        tables = layout.part(*(f"embedding.tables.{j}" for j in range(len(generator.embedding.tables))))
        self.covariates = CovariateVectors(generator.embedding, tables, n)
        self.all = Layers(rest, times * n)
        self.last = self.all.rows((times - 1) * n, times * n)
        self.samples = self.all.out.view(times, n, n_genes)
        model = generator.factor_model
        term = None if model is None else _FactorTerm if isinstance(model, FactorModel) else _NoiseTerm
        self.term = term and term(model, n, n_genes)

    @torch.no_grad()
    def __call__(self, z: Tensor, codes: Tensor, values: Tensor, gene_noise: Tensor | None = None) -> Tensor:
        """
        Generate samples with the same covariates for each minibatch, shape (times, n, n_genes).

        Parameters
        ----------
        z : Tensor, shape (times, n, latent_dim)
        codes, values : Tensor, shapes (n, n_categorical) and (n, n_numerical)
        gene_noise : Tensor, shape (times, n, n_genes), optional
            Standard Gaussian; needed by a generator with a factor model.
        """
        self.z = z
        self.covariates.set(codes, values)
        start = torch.addmm(self.first.bias, self.covariates.look_up(), self.w_e.T)
        a1 = self.all.h[0].view(len(z), *start.shape)
        torch.matmul(z, self.w_z.T, out=a1).add_(start)
        self.all.forward()
        if self.term is not None:
            self.term.add(self.samples, z, codes, values, gene_noise)
        if self.generator.floor is not None:
            torch.maximum(self.samples, self.generator.floor, out=self.samples)
        return self.samples

    @property
    def by_samples(self) -> Tensor:
        """The derivative of the loss by the last minibatch, shape (n, n_genes); the caller writes it."""
        return self.last.d[-1]

    @torch.no_grad()
    def write(self) -> None:
        """Write the gradients of all parameters; :attr:`by_samples` holds the derivative from which they follow."""
        if self.generator.floor is not None:
            self.by_samples.mul_(self.samples[-1] > self.generator.floor)
        d1 = self.last.backward()
        self.last.write(self.last.d[1:])
        w_z, w_e = self.first.weight.grad.split([self.w_z.shape[1], self.w_e.shape[1]], dim=1)
        torch.mm(d1.T, self.z[-1], out=w_z)
        torch.mm(d1.T, self.covariates.e, out=w_e)
        torch.sum(d1, dim=0, out=self.first.bias.grad)
        self.covariates.write(d1 @ self.w_e)
        if self.term is not None:
            self.term.write(self.by_samples)


class _NoiseTerm:
    """The term that :class:`GeneNoise` adds to samples, in place, and its gradients."""

    def __init__(self, model: GeneNoise, n: int, n_genes: int) -> None:
        self.model, self.sd = model, model.log_sd.new_empty(n, n_genes)

    def add(self, y: Tensor, z: Tensor, codes: Tensor, values: Tensor, gene_noise: Tensor) -> None:
        self.kind, self.gene_noise = self.model.kinds(codes, y.dtype), gene_noise[-1]
        torch.mm(self.kind, self.model.log_sd, out=self.sd).exp_()
        y.addcmul_(self.sd, gene_noise)

    def write(self, by_y: Tensor) -> None:
        torch.mm(self.kind.T, self.sd.mul_(self.gene_noise).mul_(by_y), out=self.model.log_sd.grad)


class _FactorTerm(_NoiseTerm):
    """The term that :class:`FactorModel` adds to samples, in place, and its gradients."""

    def __init__(self, model: FactorModel, n: int, n_genes: int) -> None:
        super().__init__(model, n, n_genes)
        self.mean = self.sd.clone()
        self.by_kind = self.mean.is_cpu  # a CUDA graph needs shapes that do not depend on the samples

    def add(self, y: Tensor, z: Tensor, codes: Tensor, values: Tensor, gene_noise: Tensor) -> None:
        super().add(y, z, codes, values, gene_noise)
        model = self.model
        self.z, self.design = z[-1], design(model.levels, codes, values)
        torch.addmm(torch.mm(self.design, model.effects, out=self.mean), self.kind, model.deviations, out=self.mean)
        y.add_(self.mean)
        self._mix(z)
        y.flatten(0, 1).addmm_(self.factors.flatten(0, 1), model.loadings)

    def write(self, by_y: Tensor) -> None:
        super().write(by_y)
        model = self.model
        for left, table in (
            (self.design, model.effects),
            (self.kind, model.deviations),
            (self.factors[-1], model.loadings),
        ):
            torch.mm(left.T, by_y, out=table.grad)
        self._write_mixing(by_y @ model.loadings.T)

    def _mix(self, z: Tensor) -> None:
        """Compute the factors, shape (times, n, latent_dim)."""
        model, (n, latent) = self.model, z.shape[1:]
        if self.by_kind:
            self.rows, self.factors = rows_of_kinds(self.kind), torch.empty_like(z)
            for k, rows in self.rows:
                self.factors[:, rows] = z[:, rows] @ model.mixing[k].T
        else:
            each = (self.kind @ model.mixing.flatten(1)).view(n, latent, latent)
            self.factors = torch.bmm(each, z.permute(1, 2, 0)).permute(2, 0, 1).contiguous()

    def _write_mixing(self, by_factors: Tensor) -> None:
        """Write the gradient of the mixing, from that of the factors of the last minibatch, (n, latent_dim)."""
        gradient = self.model.mixing.grad
        if self.by_kind:
            gradient.zero_()
            for k, rows in self.rows:
                torch.mm(by_factors[rows].T, self.z[rows], out=gradient[k])
        else:
            outer = by_factors[:, :, None] * self.z[:, None, :]
            torch.mm(self.kind.T, outer.flatten(1), out=gradient.flatten(1))
