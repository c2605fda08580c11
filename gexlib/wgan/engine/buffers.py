"""Memory for minibatches on their way through a network; it is allocated once."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import torch
from torch import Tensor, nn

from gexlib.explained import warn
from gexlib.wgan.engine.layout import Part
from gexlib.wgan.networks import CovariateEmbedding

IN_ONE_PASS = getattr(getattr(torch.ops.aten, "threshold_backward", None), "grad_input", None)
"""PyTorch's derivative of ReLU, or None: it is not public. A product with a mask takes its place if it is missing."""


class Layers:
    r"""
    The layers after the first one: forward from the first one's output :math:`a_1`, and back to :math:`a_1`.

    Parameters
    ----------
    layers : sequence of Linear
    n : int
        Number of samples, which are rows.

    Attributes
    ----------
    h : list of Tensor, shapes (n, in_features)
        The input of each layer. The caller writes :math:`a_1` into the first, where it becomes :math:`h_1`. Units that
        are not active are 0.
    out : Tensor, shape (n, out_features)
        The output of the last layer.
    d : list of Tensor, shapes (n, in_features), and at last (n, out_features)
        Derivatives of the loss by :math:`a_1`, by the output of the next layer, and so on. The caller writes the last
        one, the derivative by the output of the last layer.
    dt : list of Tensor
        The same, transposed.
    """

    def __init__(self, layers: Sequence[nn.Linear], n: int) -> None:
        if IN_ONE_PASS is None:
            warn(
                f"this PyTorch ({torch.__version__}) has no torch.ops.aten.threshold_backward.grad_input; a product "
                f"with a mask takes its place, which is slower",
                RuntimeWarning,
            )
        self.w, self.bias = [layer.weight for layer in layers], [layer.bias for layer in layers]
        self.wt = [w.T for w in self.w]
        widths = [*(layer.in_features for layer in layers), layers[-1].out_features]
        self._hold(*([self.w[0].new_zeros(n, width) for width in widths] for _ in range(2)))

    def _hold(self, h: list[Tensor], d: list[Tensor]) -> None:
        *self.h, self.out = h
        self.d, self.dt = d, [by.T for by in d]

    def rows(self, start: int, stop: int) -> Layers:
        """Return the same layers for some of the rows, in the same memory."""
        part = copy(self)
        part._hold(*([t[start:stop] for t in tensors] for tensors in ((*self.h, self.out), self.d)))
        return part

    def forward(self) -> Tensor:
        """Compute the output of the last layer from :math:`a_1`, and return it."""
        for h, bias, wt, out in zip(self.h, self.bias, self.wt, (*self.h[1:], self.out), strict=True):
            torch.addmm(bias, h.relu_(), wt, out=out)
        return self.out

    def backward(self) -> Tensor:
        """Compute all derivatives from the last one, and return the first, by :math:`a_1`."""
        for h, w, by_h, by_out in list(zip(self.h, self.w, self.d, self.d[1:], strict=False))[::-1]:
            where_active(torch.mm(by_out, w, out=by_h), h, out=by_h)
        return self.d[0]

    def tangents(self, t: Tensor) -> None:
        """Carry the tangents `t` forward, without biases and with the same units active; they overwrite `h`."""
        for h, wt in zip(self.h, self.wt, strict=True):
            where_active(t, h, out=h)
            t = h @ wt

    def write(self, by_bias: Sequence[Tensor]) -> None:
        """Write the gradients of weights from all rows, and those of biases as sums of the rows of `by_bias`."""
        for w, bias, h, dt, rows in zip(self.w, self.bias, self.h, self.dt[1:], by_bias, strict=True):
            torch.mm(dt, h, out=w.grad)
            torch.sum(rows, dim=0, out=bias.grad)


def where_active(t: Tensor, h: Tensor, out: Tensor) -> None:
    """Write `t` where `h` is positive, otherwise 0, into `out`."""
    if IN_ONE_PASS is None:
        torch.mul(t, h > 0, out=out)
    else:
        IN_ONE_PASS(t, h, 0, grad_input=out)


class CovariateVectors:
    r"""
    The covariates' vectors :math:`e` of a minibatch, and the gradients of their embedding tables.

    The tables lie one after another in one vector, so that one look-up reads all of them. Let :math:`O` be the levels
    as zeros and ones. Then one product :math:`O^\top \partial e` holds the gradients of all tables in its blocks. It
    adds up in the same order on every device and with any number of threads.

    Parameters
    ----------
    embedding : CovariateEmbedding
    tables : Part
        The stretch of the network's vectors that holds the tables.
    n : int
        Number of samples, which are rows.

    Attributes
    ----------
    e : Tensor, shape (n, embedding.size)
        The vectors :math:`e`, as :meth:`look_up` found them.
    """

    def __init__(self, embedding: CovariateEmbedding, tables: Part, n: int) -> None:
        self.to_levels, self.tables = embedding.levels, tables
        self.e = tables.values.new_zeros(n, embedding.size)
        shapes = [table.shape for table in embedding.tables]
        width = sum(w for _, w in shapes)
        self.values, self.looked_up = self.e.split([embedding.size - width, width], dim=1)
        covariate, step, first, block = [], [], [], []  # where each column's values lie: in the tables, in the product
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
        """Set the covariates of a minibatch: codes (n, n_categorical) and values (n, n_numerical)."""
        self.values.copy_(values)
        self.levels = self.to_levels(codes, self.e.dtype)
        self.place = codes.index_select(1, self.covariate).mul_(self.step).add_(self.first)

    def look_up(self) -> Tensor:
        """Look up the vectors of this minibatch in the tables as they are now, and return them."""
        self.looked_up.copy_(self.tables.values.take(self.place))
        return self.e

    def write(self, by_e: Tensor) -> None:
        """Write the gradients of the tables from those of the vectors."""
        product = self.levels.T @ by_e[:, self.values.shape[1] :]
        torch.take(product, self.block, out=self.tables.gradients)
