"""RMSProp on all parameters of a network at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim.adam import adam


class RMSProp:
    r"""
    RMSProp :cite:p:`hinton2012rmsprop`: each step is divided by a running root mean square of the gradient.

    .. math::
        v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \eta\, g / (\sqrt{v} + \epsilon)

    The rule of ``torch.optim.RMSprop``, in one pass over the memory. PyTorch has no such pass for RMSProp, but one for
    Adam, which is this rule if its mean of gradients forgets at once (:math:`\beta_1 = 0`) and its steps are past
    counting, so that the correction of :math:`v` for the first steps is 1. (It also spares square roots of subnormal
    numbers, which the :math:`v` of units without a gradient soon are, and which elsewhere take 35 times as long.) The
    parameters of the network and their gradients become views of one vector each.

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
        self._values = torch.cat([p.detach().flatten() for p in self.parameters])
        self._gradients, self._squares = torch.zeros_like(self._values), torch.zeros_like(self._values)
        self._steps = torch.tensor(torch.inf, device=self._values.device)
        self._learning_rate = learning_rate
        self._rule = {"beta1": 0.0, "beta2": decay, "lr": learning_rate, "eps": eps, "weight_decay": 0.0}
        views = zip(self.parameters, self._split(self._values), self._split(self._gradients), strict=True)
        for p, value, gradient in views:
            p.data, p.grad = value, gradient

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters from their gradients."""
        g = self._gradients  # its own mean
        adam(
            [self._values],
            [g],
            [g],
            [self._squares],
            [],
            [self._steps],
            fused=True,
            amsgrad=False,
            maximize=False,
            **self._rule,
        )

    def weighted(self, weight: float) -> Tensor:
        """The gradients as one vector, after a multiplication in place."""
        return self._gradients if weight == 1 else self._gradients.mul_(weight)

    def scale_rate(self, factor: float) -> None:
        """Take steps of `factor` times the learning rate from now on."""
        self._rule["lr"] = self._learning_rate * factor

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
