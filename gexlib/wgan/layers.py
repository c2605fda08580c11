"""Minibatches on their way through a network, in memory that is taken once."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import torch
from torch import Tensor, nn

from gexlib.wgan.networks import CovariateEmbedding
from gexlib.wgan.rmsprop import Part


class Layers:
    r"""
    The layers after the first: from its output :math:`a_1` to that of the last, and derivatives back to :math:`a_1`.

    Parameters
    ----------
    layers : sequence of Linear
    n : int
        Rows.

    Attributes
    ----------
    h : list of Tensor, shapes (n, in_features)
        What goes into each layer; :math:`a_1` is put into the place of the first, and made :math:`h_1` there. Units
        that are not active are 0.
    out : Tensor, shape (n, out_features)
    d : list of Tensor, shapes (n, in_features), and at last (n, out_features)
        Derivatives by :math:`a_1`, by the next layer's output, and so on to that of the last layer, which is given.
    dt : list of Tensor
        The same, transposed.
    """

    def __init__(self, layers: Sequence[nn.Linear], n: int) -> None:
        self.w, self.bias = [layer.weight for layer in layers], [layer.bias for layer in layers]
        self.wt = [w.T for w in self.w]
        widths = [*(layer.in_features for layer in layers), layers[-1].out_features]
        self._hold(*([self.w[0].new_zeros(n, width) for width in widths] for _ in range(2)))

    def _hold(self, h: list[Tensor], d: list[Tensor]) -> None:
        *self.h, self.out = h
        self.d, self.dt = d, [by.T for by in d]

    def rows(self, start: int, stop: int) -> Layers:
        """Some of the rows, in the same memory."""
        part = copy(self)
        part._hold(*([t[start:stop] for t in tensors] for tensors in ((*self.h, self.out), self.d)))
        return part

    def forward(self) -> Tensor:
        """From :math:`a_1` to the output of the last layer."""
        for h, bias, wt, out in zip(self.h, self.bias, self.wt, (*self.h[1:], self.out), strict=True):
            torch.addmm(bias, h.relu_(), wt, out=out)
        return self.out

    def backward(self) -> Tensor:
        """All derivatives from the last one; the first, by :math:`a_1`."""
        for h, w, by_h, by_out in list(zip(self.h, self.w, self.d, self.d[1:], strict=False))[::-1]:
            _where_active(torch.mm(by_out, w, out=by_h), h, out=by_h)
        return self.d[0]

    def tangents(self, t: Tensor) -> None:
        """Forward without biases and with the same units active, in the place of what came forward before."""
        for h, wt in zip(self.h, self.wt, strict=True):
            _where_active(t, h, out=h)
            t = h @ wt

    def write(self, by_bias: Sequence[Tensor]) -> None:
        """Weight gradients from all rows, bias gradients as the sums of the rows of `by_bias`."""
        for w, bias, h, dt, rows in zip(self.w, self.bias, self.h, self.dt[1:], by_bias, strict=True):
            torch.mm(dt, h, out=w.grad)
            torch.sum(rows, dim=0, out=bias.grad)


def _where_active(t: Tensor, h: Tensor, out: Tensor) -> None:
    """`t` where `h` is positive, otherwise 0."""
    torch.ops.aten.threshold_backward.grad_input(t, h, 0, grad_input=out)


class CovariateVectors:
    r"""
    The covariates' vectors :math:`e` of a minibatch, and the gradients of their embedding tables.

    The tables lie in one vector one after the other, so one look-up takes all. One product :math:`O^\top \partial e`
    with the levels as indicators :math:`O` has all their gradients in its blocks, summed in the same order on every
    device and number of threads.

    Parameters
    ----------
    embedding : CovariateEmbedding
    tables : Part
        Where the optimiser has its parameters.
    n : int
        Rows.

    Attributes
    ----------
    e : Tensor, shape (n, embedding.size)
    """

    def __init__(self, embedding: CovariateEmbedding, tables: Part, n: int) -> None:
        self.to_levels, self.tables = embedding.levels, tables
        self.e = tables.values.new_zeros(n, embedding.size)
        shapes = [table.shape for table in embedding.tables]
        width = sum(w for _, w in shapes)
        self.values, self.looked_up = self.e.split([embedding.size - width, width], dim=1)
        covariate, step, first, block = [], [], [], []  # of each column, in the tables; of the tables, in the product
        levels = 0
        for j, (v, w) in enumerate(shapes):
            columns = range(len(covariate), len(covariate) + w)
            first += range(len(block), len(block) + w)
            block += [row * width + column for row in range(levels, levels + v) for column in columns]
            covariate += [j] * w
            step += [w] * w
            levels += v
        tensors = (torch.tensor(x, dtype=torch.int64, device=self.e.device) for x in (covariate, step, first, block))
        self.covariate, self.step, self.first, self.block = tensors

    def set(self, codes: Tensor, values: Tensor) -> None:
        """Take the covariates of a minibatch."""
        self.values.copy_(values)
        self.levels = self.to_levels(codes, self.e.dtype)
        self.place = codes.index_select(1, self.covariate).mul_(self.step).add_(self.first)

    def look_up(self) -> Tensor:
        """Their vectors by the tables as they are."""
        self.looked_up.copy_(self.tables.values.take(self.place))
        return self.e

    def write(self, by_e: Tensor) -> None:
        """Write the tables' gradients, from those of the vectors."""
        product = self.levels.T @ by_e[:, self.values.shape[1] :]
        torch.take(product, self.block, out=self.tables.gradients)
