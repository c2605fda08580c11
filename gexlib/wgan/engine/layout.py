"""The places of a network's parameters in memory: one vector, and a named slice of it for each parameter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

GENES_FIRST = ("layers.0.weight",)
"""The critic's parameters that lie gene by gene in memory, so that the weights of a block of genes are in one piece."""


class Part(NamedTuple):
    """A stretch of the three vectors: parameters, their gradients, and the running means of squared gradients."""

    values: Tensor
    gradients: Tensor
    squares: Tensor


class Layout:
    """
    Three vectors that hold all parameters of a network, their gradients, and the means of squared gradients.

    The parameters become views of the vector of values, their ``.grad`` views of the vector of gradients, and `squares`
    views of the third. Code that relies on a parameter's place asks for it by name, and gets an error if the parameter
    does not lie as expected.

    Parameters
    ----------
    network : Module
        On its device already.
    squares : list of Tensor
        Running means of squared gradients, shaped as the parameters and in their order.
    transposed : collection of str
        Names of matrices that are to lie column by column in memory.

    Attributes
    ----------
    all : Part
        The three vectors.
    slices : dict of str to slice
        Where each parameter lies.

    Examples
    --------
    >>> layer = nn.Linear(3, 2)
    >>> layout = Layout(layer, [torch.zeros(2, 3), torch.zeros(2)])
    >>> layout.slices
    {'weight': slice(0, 6, None), 'bias': slice(6, 8, None)}
    >>> layout.part("bias").gradients is not None and layer.bias.grad.tolist()
    [0.0, 0.0]
    """

    @torch.no_grad()
    def __init__(self, network: nn.Module, squares: Sequence[Tensor], transposed: Collection[str] = ()) -> None:
        self.parameters = dict(network.named_parameters())
        shape_of = {name: p.T if name in transposed else p for name, p in self.parameters.items()}
        ends = torch.tensor([0, *(p.numel() for p in shape_of.values())]).cumsum(0).tolist()
        self.slices = {name: slice(*ends[i : i + 2]) for i, name in enumerate(shape_of)}
        some = next(iter(shape_of.values()))
        self.all = Part(*(some.new_zeros(ends[-1]) for _ in Part._fields))
        for (name, p), square in zip(self.parameters.items(), squares, strict=True):
            values, gradients, means = (vector[self.slices[name]].view(shape_of[name].shape) for vector in self.all)
            if name in transposed:
                values, gradients, means = values.T, gradients.T, means.T
            values.copy_(p)
            means.copy_(square)
            p.data, p.grad, square.data = values, gradients, means

    def part(self, *names: str) -> Part:
        """Return the stretch of the vectors with these parameters, which must lie one after another in this order."""
        slices = [self.slices[name] for name in names]
        for name, one, after in zip(names, slices, slices[1:], strict=False):
            if one.stop != after.start:
                raise RuntimeError(f"the parameter after {name} is not where the layout expects it")
        return self.between(slices[0].start, slices[-1].stop) if slices else self.between(0, 0)

    def between(self, start: int, stop: int | None = None) -> Part:
        """Return the stretch of the vectors from one place to another, or to their end."""
        return Part(*(vector[start:stop] for vector in self.all))

    def rows(self, name: str) -> tuple[Tensor, Tensor]:
        """Return a transposed matrix and its gradient as rows that lie one after another (in the critic: genes)."""
        p = self.parameters[name]
        if not p.T.is_contiguous() or p.storage_offset() != self.slices[name].start:
            raise RuntimeError(f"{name} does not lie column by column in its place")
        return p.detach().T, p.grad.T

    def release(self) -> None:
        """Give the parameters memory of their own again, and drop their gradients."""
        for p in self.parameters.values():
            p.data, p.grad = p.data.contiguous().clone(), None
