"""RMSProp on all parameters of a network at once."""

from __future__ import annotations

import torch
from torch import Tensor

from gexlib.explained import warn
from gexlib.wgan.engine.layout import Layout, Part

FUSED = "_fused_adam_"  # PyTorch's name for an Adam step in one pass over the memory


class RMSProp:
    r"""
    RMSProp :cite:p:`hinton2012rmsprop`: each step is divided by a running root mean square of the gradient.

    .. math::
        v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \eta\, g / (\sqrt{v} + \epsilon)

    This is the rule of ``torch.optim.RMSprop``, in one pass over the memory. PyTorch has such a pass for Adam only.
    Adam is this rule if its mean of gradients forgets at once (:math:`\beta_1 = 0`) and if it has taken so many steps
    that it no longer corrects :math:`v`. The pass also avoids square roots of subnormal numbers, which take 35 times as
    long; :math:`v` soon holds such numbers for units without a gradient. The pass is not a public function of PyTorch.
    If it is missing, the same rule in several passes takes over, with a warning.

    Parameters
    ----------
    layout : Layout
        The network's parameters.
    learning_rate, decay, eps : float
        :math:`\eta`, :math:`\rho` and :math:`\epsilon`.

    Examples
    --------
    >>> layer = torch.nn.Linear(3, 2)
    >>> layout = Layout(layer, [torch.zeros(2, 3), torch.zeros(2)])
    >>> optimizer = RMSProp(layout, learning_rate=0.5, decay=0.75, eps=1e-7)
    >>> _ = layer.bias.data.zero_(), layer.bias.grad.fill_(-4.0)
    >>> optimizer.step()  # of size 0.5 / sqrt(0.25)
    >>> layer.bias.detach()
    tensor([1., 1.])
    """

    def __init__(self, layout: Layout, learning_rate: float, decay: float, eps: float) -> None:
        self.layout, self._learning_rate, self._decay, self._eps = layout, learning_rate, decay, eps
        values = layout.all.values
        self._steps = torch.tensor(torch.inf, device=values.device)
        exact = torch.float64 if values.is_cpu else torch.float32  # the pass on a GPU reads a float32
        self._rate = torch.tensor(learning_rate, dtype=exact, device=values.device)  # a CUDA graph would keep a number
        self._fused = getattr(torch, FUSED, None)
        if self._fused is None:
            warn(
                f"this PyTorch ({torch.__version__}) has no torch.{FUSED}; RMSProp takes its steps in several passes, "
                f"which is slower",
                RuntimeWarning,
            )

    @torch.no_grad()
    def step(self, part: Part | None = None) -> None:
        """Update the parameters, or part of them, from their gradients."""
        values, g, squares = part or self.layout.all
        if self._fused is None:
            squares.mul_(self._decay).addcmul_(g, g, value=1 - self._decay)
            values.sub_((g / (squares.sqrt() + self._eps)).mul_(self._rate))
            return
        rule = {"lr": self._rate, "beta1": 0.0, "beta2": self._decay, "eps": self._eps}
        others = {"weight_decay": 0.0, "amsgrad": False, "maximize": False}
        # The gradients g are also their own running mean, as beta1 is 0.
        self._fused([values], [g], [g], [squares], [], [self._steps], **rule, **others)

    def weighted(self, weight: float) -> Tensor:
        """Multiply all gradients by `weight` in place, and return them as one vector."""
        gradients = self.layout.all.gradients
        return gradients if weight == 1 else gradients.mul_(weight)

    def scale_rate(self, factor: float) -> None:
        """Take steps of `factor` times the learning rate from now on."""
        self._rate.fill_(self._learning_rate * factor)
