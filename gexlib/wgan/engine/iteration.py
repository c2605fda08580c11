"""One training iteration in closed form: the updates of the critic on a minibatch, then that of the generator."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from gexlib.wgan.data.batch import Batch
from gexlib.wgan.draws import Draws
from gexlib.wgan.engine.critic import CriticUpdates
from gexlib.wgan.engine.cuda_graph import Recorded
from gexlib.wgan.engine.generator import Generation
from gexlib.wgan.engine.rmsprop import RMSProp
from gexlib.wgan.processes import Processes
from gexlib.wgan.settings import Settings
from gexlib.wgan.state import State


class Iteration:
    """
    An iteration for minibatches of one size, in memory that is allocated once.

    The generator does not change during the updates of the critic. So it makes all samples of the iteration in one
    pass, those of its own update included.

    On a GPU, the CPU never waits for a result within an iteration. After the first few, iterations are replayed from a
    CUDA graph (:mod:`gexlib.wgan.engine.cuda_graph`).

    Parameters
    ----------
    state : State
        Changed in place.
    settings : Settings
    processes : Processes
        The processes that train together.
    optimizers : dict of str to RMSProp
        The optimizers of both players, by ``"generator"`` and ``"critic"``.
    b : int
        Samples of a minibatch, over all processes.
    cuda_graphs : bool
        Whether to replay iterations on a GPU.
    """

    def __init__(
        self,
        state: State,
        settings: Settings,
        processes: Processes,
        optimizers: dict[str, RMSProp],
        b: int,
        cuda_graphs: bool,
    ) -> None:
        self.state, self.settings, self.processes, self.optimizer = state, settings, processes, optimizers["generator"]
        self.share = share = processes.share(b)
        alone = processes.size == 1
        self.generation = Generation(state.generator, self.optimizer.layout, share.n, settings.critic_steps + 1)
        self.critic = CriticUpdates(state.critic, optimizers["critic"], share.n, None if alone else self._add_up)
        self.draws = Draws.of(state, settings, b, share.rows)
        self.average_weight = self.generation.samples.new_empty(())

        self.real: Batch | None = None
        self.steps = {learn: partial(self._steps, learn) for learn in (False, True)}
        self.recorded = state.random.device.type == "cuda" and alone and cuda_graphs
        if self.recorded:
            self.steps = {learn: Recorded(steps, state.random) for learn, steps in self.steps.items()}

    @torch.no_grad()
    def __call__(self, real: Batch) -> Tensor:
        """Take both players through an iteration, and return the losses as :class:`gexlib.wgan.step.Autograd` does."""
        real, state = Batch(*(part[self.share.rows] for part in real)), self.state
        if self.recorded and self.real is not None:
            for own, part in zip(self.real, real, strict=True):
                own.copy_(part)
        else:
            self.real = Batch(*(part.clone() for part in real)) if self.recorded else real
        self.average_weight.fill_(state.average_weight(self.settings.averaging))
        losses = self.steps[state.updates >= self.settings.critic_warmup]()
        state.updates += 1
        return losses * self.share.weight

    def _steps(self, learn: bool) -> Tensor:
        """Update the critic, and the generator if it is to learn; return the four losses."""
        draws, real = self.draws, self.real
        draws.draw()
        generated = self.generation(draws.z, real.codes, real.values, draws.gene_noise)
        critic = self.critic(generated, real, draws.mix, self.settings.penalty_weight, draws.add_critic_noise)
        losses = torch.stack([*critic, self.critic.judge()])
        if learn:
            self.critic.differentiate_judgement(out=self.generation.by_samples)
            self.generation.write()
            self._add_up(self.optimizer)
            self.optimizer.step()
            self.state.update_average(self.average_weight)
        return losses

    def _add_up(self, optimizer: RMSProp) -> None:
        self.processes.add_up(optimizer.weighted(self.share.weight))
