"""The losses of generator and critic: equation 3 of the paper."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from gexlib.explained import explained
from gexlib.wgan.networks import Critic


class CriticLoss(NamedTuple):
    """The critic's loss and its two parts, each a scalar tensor."""

    loss: Tensor
    wasserstein: Tensor
    penalty: Tensor


@explained
def critic_loss(
    critic: Critic, real: Tensor, fake: Tensor, codes: Tensor, values: Tensor, mix: Tensor, weight: float
) -> CriticLoss:
    r"""
    Return the loss that the critic minimises (equation 3 of the paper; :cite:p:`gulrajani2017improved`).

    .. math::
        L_D = \mathbb{E}[D(\hat{x}, r, q)] - \mathbb{E}[D(x, r, q)]
              + \lambda\, \mathbb{E}\big[(\lVert \nabla_{\bar{x}} D(\bar{x}, r, q) \rVert_2 - 1)^2\big],
        \qquad \bar{x} = (1 - \alpha)\, x + \alpha\, \hat{x}

    The critic :math:`D` also sees the numerical covariates :math:`r` and the categorical ones :math:`q`.

    Parameters
    ----------
    critic : Critic
    real, fake : Tensor, shape (n, n_genes)
        Real samples :math:`x` and generated ones :math:`\hat{x}` with the same covariates.
    codes, values : Tensor, shapes (n, n_categorical) and (n, n_numerical)
        The covariates :math:`q` and :math:`r`, encoded.
    mix : Tensor, shape (n, 1)
        :math:`\alpha`, uniform in [0, 1].
    weight : float
        :math:`\lambda`.

    Returns
    -------
    CriticLoss
        ``wasserstein`` is the critic's estimate of the Wasserstein-1 distance (equation 2),
        :math:`\mathbb{E}[D(x)] - \mathbb{E}[D(\hat{x})]`.

    Examples
    --------
    >>> random = torch.Generator().manual_seed(0)
    >>> critic = Critic(n_genes=5, n_levels=[2], n_numerical=0, hidden=(8,), random=random)
    >>> real, fake = torch.ones(3, 5), torch.zeros(3, 5)
    >>> codes, values = torch.zeros(3, 1, dtype=torch.long), torch.zeros(3, 0)
    >>> found = critic_loss(critic, real, fake, codes, values, mix=torch.full((3, 1), 0.5), weight=10.0)
    >>> bool(found.loss == 10 * found.penalty - found.wasserstein)
    True
    """
    scores = critic(torch.cat([real, fake]), codes.repeat(2, 1), values.repeat(2, 1))
    wasserstein = scores[: len(real)].mean() - scores[len(real) :].mean()
    between = torch.lerp(real, fake, mix)
    slopes = critic.input_gradient(between, codes, values).norm(dim=1)
    penalty = (slopes - 1).square().mean()
    return CriticLoss(weight * penalty - wasserstein, wasserstein, penalty)


@explained
def generator_loss(critic: Critic, fake: Tensor, codes: Tensor, values: Tensor) -> Tensor:
    r"""
    Return the generator's loss (equation 3 of the paper), :math:`L_G = -\mathbb{E}[D(\hat{x}, r, q)]`.

    Examples
    --------
    >>> critic = lambda x, codes, values: x.sum(dim=1)
    >>> float(generator_loss(critic, torch.ones(2, 3), None, None))
    -3.0
    """
    return -critic(fake, codes, values).mean()
