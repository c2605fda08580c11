r"""
One training iteration in plain PyTorch, to be read beside section 2.2 of the paper.

An iteration updates the critic ``critic_steps`` times and then the generator once. Each update minimises its player's
part of equation 3 (:mod:`gexlib.wgan.losses`) on a minibatch: compute the loss, differentiate it, take a step of
RMSProp. As in the authors' code, all updates of an iteration see the same real samples, with new generated ones each
time.

:mod:`gexlib.wgan.engine` computes the same iteration faster, without automatic differentiation. Both draw the same
random numbers, so trainings by the two agree up to rounding. Only the level of the critic's scores may differ: the
critic's last bias has a gradient of zero, but here it follows what rounding leaves of that.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gexlib.wgan.data.batch import Batch
from gexlib.wgan.draws import Draws
from gexlib.wgan.losses import critic_loss, generator_loss
from gexlib.wgan.processes import Processes
from gexlib.wgan.settings import RMSPROP_EPS, Settings
from gexlib.wgan.state import State


class Autograd:
    """
    Training iterations by automatic differentiation and ``torch.optim.RMSprop``.

    Parameters
    ----------
    state : State
        Changed in place by each iteration.
    settings : Settings
    processes : Processes
        The processes that train together. The gradients of their shares of a minibatch are added up.
    """

    def __init__(self, state: State, settings: Settings, processes: Processes) -> None:
        self.state, self.settings, self.processes = state, settings, processes
        self.draws: dict[int, Draws] = {}
        self.optimizers = {
            player: torch.optim.RMSprop(network.parameters(), alpha=settings.decay, eps=RMSPROP_EPS)
            for player, network in state.players.items()
        }
        for player, network in state.players.items():  # the state holds their means of squared gradients
            for p, square in zip(network.parameters(), state.squares[player], strict=True):
                self.optimizers[player].state[p] = {"step": torch.tensor(0.0), "square_avg": square}

    def set_rate(self, factor: float) -> None:
        """Take steps of `factor` times the learning rate from now on."""
        for player, optimizer in self.optimizers.items():
            optimizer.param_groups[0]["lr"] = factor * self.settings.rate_of(player)

    def __call__(self, real: Batch) -> Tensor:
        """
        Take both players through an iteration.

        Returns the critic's loss, Wasserstein estimate and penalty (of its last update) and the generator's loss, shape
        (4,), of this process's share of the minibatch. They add up over the processes.
        """
        state, settings = self.state, self.settings
        share = self.processes.share(len(real.x))
        if len(real.x) not in self.draws:
            self.draws[len(real.x)] = Draws.of(state, settings, len(real.x), share.rows)
        draws = self.draws[len(real.x)]
        draws.draw()
        x, codes, values = (part[share.rows] for part in real)

        def generate(i: int) -> Tensor:
            return state.generator(draws.z[i], codes, values, None if draws.gene_noise is None else draws.gene_noise[i])

        for i in range(settings.critic_steps):
            with torch.no_grad():
                fake, seen = generate(i), x.clone()
                draws.add_critic_noise(i, fake, seen)
            critic = critic_loss(state.critic, seen, fake, codes, values, draws.mix[i], settings.penalty_weight)
            self._descend("critic", critic.loss, share.weight)

        fake = generate(settings.critic_steps)
        draws.add_critic_noise(settings.critic_steps, fake)
        loss = generator_loss(state.critic, fake, codes, values)
        if state.updates >= settings.critic_warmup:
            self._descend("generator", loss, share.weight)
            state.update_average(state.average_weight(settings.averaging))
        state.updates += 1
        return torch.stack([*critic, loss]).detach() * share.weight

    def _descend(self, player: str, loss: Tensor, weight: float) -> None:
        """Update a player by the gradient of its loss, added up over the processes."""
        parameters = list(self.state.players[player].parameters())
        self.optimizers[player].zero_grad()
        (weight * loss).backward(inputs=parameters)
        for p in parameters:
            self.processes.add_up(p.grad)
        self.optimizers[player].step()

    def release(self) -> None:
        """End the training; the networks drop their gradients."""
        for network in self.state.players.values():
            network.zero_grad()
