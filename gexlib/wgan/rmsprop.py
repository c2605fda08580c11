"""RMSProp on all parameters of a network at once."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Part(NamedTuple):
    """A stretch of the vectors that hold all parameters, their gradients and the means of squares of these."""

    values: Tensor
    gradients: Tensor
    squares: Tensor


class RMSProp:
    r"""
    RMSProp :cite:p:`hinton2012rmsprop`: each step is divided by a running root mean square of the gradient.

    .. math::
        v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \eta\, g / (\sqrt{v} + \epsilon)

    The rule of ``torch.optim.RMSprop``, in one pass over the memory. PyTorch has no such pass for RMSProp, but one for
    Adam, which is this rule if its mean of gradients forgets at once (:math:`\beta_1 = 0`) and its steps are past
    counting, so that the correction of :math:`v` for the first steps is 1. (It also spares square roots of subnormal
    numbers, which the :math:`v` of units without a gradient soon are, and which elsewhere take 35 times as long.) The
    parameters of the network and their gradients become views of one vector each, in the order and layout that they
    have in memory.

    Parameters
    ----------
    network : Module
        On its device already. Its parameters' ``.grad`` are set, to be filled in place.
    learning_rate, decay, eps : float
        :math:`\eta`, :math:`\rho` and :math:`\epsilon`.

    Examples
    --------
    >>> layer = nn.Linear(3, 2)
    >>> optimizer = RMSProp(layer, learning_rate=0.5, decay=0.75)
    >>> _ = layer.bias.data.zero_(), layer.bias.grad.fill_(-4.0)
    >>> optimizer.step()  # of size 0.5 / sqrt(0.25)
    >>> layer.bias.detach()
    tensor([1., 1.])
    """

    def __init__(self, network: nn.Module, learning_rate: float, decay: float, eps: float = 1e-7) -> None:
        self.parameters = list(network.parameters())
        values = torch.cat([p.detach().as_strided((p.numel(),), (1,)) for p in self.parameters])
        self.all = Part(values, torch.zeros_like(values), torch.zeros_like(values))
        self._steps = torch.tensor(torch.inf, device=values.device)
        self._learning_rate = learning_rate
        exact = torch.float64 if values.is_cpu else torch.float32  # the latter is what the pass on a GPU reads
        self._rate = torch.tensor(learning_rate, dtype=exact, device=values.device)  # a CUDA graph would keep a number
        self._rule = {"beta1": 0.0, "beta2": decay, "eps": eps}
        views = zip(self.parameters, self._split(values), self._split(self.all.gradients), strict=True)
        for p, value, gradient in views:
            p.data, p.grad = value, gradient

    @torch.no_grad()
    def step(self, part: Part | None = None) -> None:
        """Update the parameters, or part of them, from their gradients."""
        values, g, squares = part or self.all  # g: its own mean
        others = {"weight_decay": 0.0, "amsgrad": False, "maximize": False}
        torch._fused_adam_([values], [g], [g], [squares], [], [self._steps], lr=self._rate, **self._rule, **others)

    def part(self, start: int, stop: int | None = None) -> Part:
        """What lies from one place of the vectors to another."""
        return Part(*(vector[start:stop] for vector in self.all))

    def weighted(self, weight: float) -> Tensor:
        """The gradients as one vector, after a multiplication in place."""
        return self.all.gradients if weight == 1 else self.all.gradients.mul_(weight)

    def scale_rate(self, factor: float) -> None:
        """Take steps of `factor` times the learning rate from now on."""
        self._rate.fill_(self._learning_rate * factor)

    def squares(self) -> list[Tensor]:
        """The running means of squared gradients, shaped as the parameters; fill them to restore a state."""
        return self._split(self.all.squares)

    def release(self) -> None:
        """Give the parameters memory of their own again and drop their gradients; no step can follow."""
        for p in self.parameters:
            p.data, p.grad = p.data.clone(), None

    def _split(self, vector: Tensor) -> list[Tensor]:
        parts = vector.split([p.numel() for p in self.parameters])
        return [part.as_strided(p.shape, p.stride()) for part, p in zip(parts, self.parameters, strict=True)]
