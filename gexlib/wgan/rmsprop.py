"""RMSProp on all parameters of a network at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FLOOR = 1e-30


class RMSProp:
    r"""
    RMSProp :cite:p:`hinton2012rmsprop`: each step is divided by a running root mean square of the gradient.

    .. math::
        v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \eta\, g / (\sqrt{v} + \epsilon)

    The rule of ``torch.optim.RMSprop``, but the parameters of the network and their gradients become views of one
    vector each, so that an update takes a few operations rather than a few for each parameter. And :math:`v` is kept
    at :math:`10^{-30}` or more, which :math:`\epsilon` hides entirely: units that no longer get a gradient would
    otherwise leave it at subnormal numbers, of which square roots take 35 times as long.

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
    >>> before = layer.bias.detach().clone()
    >>> _ = layer.bias.grad.fill_(-4.0)
    >>> optimizer.step()  # of size 0.5 / sqrt(0.25)
    >>> (layer.bias - before).tolist()
    [1.0, 1.0]
    """

    def __init__(self, network: nn.Module, learning_rate: float, decay: float, eps: float = 1e-7) -> None:
        self.learning_rate, self.decay, self.eps = learning_rate, decay, eps
        self.parameters = list(network.parameters())
        self._values = torch.cat([p.detach().flatten() for p in self.parameters])
        self._gradients, self._squares = torch.zeros_like(self._values), torch.zeros_like(self._values)
        self._root = torch.empty_like(self._values)
        for p, value, gradient in zip(
            self.parameters, self._split(self._values), self._split(self._gradients), strict=True
        ):
            p.data, p.grad = value, gradient

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters from their gradients."""
        g, v = self._gradients, self._squares
        v.mul_(self.decay).addcmul_(g, g, value=1 - self.decay).clamp_min_(FLOOR)
        torch.sqrt(v, out=self._root).add_(self.eps)
        self._values.addcdiv_(g, self._root, value=-self.learning_rate)

    def squares(self) -> list[Tensor]:
        """The running means of squared gradients, shaped as the parameters; fill them to restore a state."""
        return self._split(self._squares)

    def release(self) -> None:
        """Give the parameters memory of their own again and drop their gradients; no step can follow."""
        for p in self.parameters:
            p.data, p.grad = p.data.clone(), None

    def _split(self, vector: Tensor) -> list[Tensor]:
        parts = vector.split([p.numel() for p in self.parameters])
        return [part.view_as(p) for part, p in zip(parts, self.parameters, strict=True)]
