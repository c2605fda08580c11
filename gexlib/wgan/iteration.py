"""One iteration of the training: the critic's updates on a minibatch, then the generator's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gexlib.wgan.batch import Batch
from gexlib.wgan.generation import Generation
from gexlib.wgan.gradients import CriticUpdates, Samples
from gexlib.wgan.recording import Recorded
from gexlib.wgan.rmsprop import RMSProp
from gexlib.wgan.settings import Settings

if TYPE_CHECKING:
    from gexlib.wgan.train import State


class Iteration:
    """
    An iteration for minibatches of one size, in memory that is taken once.

    As in the authors' code, all updates of the critic see one minibatch. The generator does not change meanwhile, so it
    makes the samples of all updates, its own included, in one pass.

    On a GPU the CPU is asked nothing within an iteration, and after the first few it is replayed from a CUDA graph
    (:mod:`gexlib.wgan.recording`).

    Parameters
    ----------
    state : State
        Changed in place.
    settings : Settings
    b : int
        Samples of a minibatch, over all processes.
    """

    def __init__(self, state: State, settings: Settings, b: int) -> None:
        self.state, self.settings, self.b, k = state, settings, b, settings.critic_steps
        alone, n_genes = state.world.size == 1, state.critic.n_genes
        self.share = share = state.world.share(b)
        self.generation = Generation(state.generator, state.optimizers["generator"], share.n, k + 1)
        self.critic = CriticUpdates(state.critic, state.optimizers["critic"], share.n, None if alone else self._add_up)
        new = self.generation.samples.new_empty
        self.z, self.mix, self.uniform = new(k + 1, b, settings.latent_dim), new(k, b, 1), new(k + 1, b)
        self.spread = None if state.generator.head is None else new(k + 1, b, n_genes)
        self.noise = new(2, b, n_genes) if settings.noise_probability else None
        self.average_weight = new(())
        self.by_rows = self.z.is_cpu
        """Draw noise for the rows that get some only, which is less, but their number has to be asked for."""

        self.real: Batch | None = None
        self.steps = {learn: partial(self._steps, learn) for learn in (False, True)}
        self.recorded = self.z.is_cuda and alone and state.cuda_graphs
        if self.recorded:
            self.steps = {learn: Recorded(steps, state.random) for learn, steps in self.steps.items()}

    @torch.no_grad()
    def __call__(self, real: Batch) -> Tensor:
        """
        Take the players through it.

        Returns the critic's loss, Wasserstein estimate and penalty (last update) and the generator's loss, shape (4,),
        of this process's share of the minibatch; they add up over the processes.
        """
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
        """All updates, the generator's if it is to learn; the four losses."""
        settings, state, rows = self.settings, self.state, self.share.rows
        x, codes, values = self.real
        for drawn in (self.z, self.spread):
            if drawn is not None:
                drawn.normal_(generator=state.random)
        for drawn in (self.mix, self.uniform):
            drawn.uniform_(generator=state.random)
        noisy = self.uniform < settings.noise_probability

        spread = None if self.spread is None else self.spread[:, rows]
        generated = self.generation(self.z[:, rows], codes, values, spread)
        critic = self.critic
        critic.next_samples.load(generated[0], x)
        self._blur(critic.next_samples, noisy[0], settings.noise_critic)
        critic.begin(codes, values)
        for i, mix in enumerate(self.mix[:, rows], start=1):
            last = i == len(self.mix)
            critic.next_samples.load(generated[i], None if last else x)
            self._blur(critic.next_samples, noisy[i], settings.noise_generator if last else settings.noise_critic)
            critic.update(mix, settings.penalty_weight)
        losses = torch.stack([*critic.loss(settings.penalty_weight), critic.judge()])
        if learn:
            critic.by_generated(out=self.generation.by_samples)
            self.generation.write()
            optimizer = state.optimizers["generator"]
            self._add_up(optimizer)
            optimizer.step()
        state.update_average(self.average_weight)
        return losses

    def _add_up(self, optimizer: RMSProp) -> None:
        self.state.world.add_up(optimizer.weighted(self.share.weight))

    def _blur(self, samples: Samples, noisy: Tensor, scale: float) -> None:
        """Add Gaussian noise to the `noisy` samples of the whole minibatch, in this process's share of it."""
        if self.noise is None:
            return
        kinds, here = [samples.generated, samples.real][: samples.rows // samples.n], self.share.rows
        if not self.by_rows:
            drawn = self.noise[: len(kinds)].normal_(generator=self.state.random)
            for x, values in zip(kinds, drawn[:, here], strict=True):
                x.addcmul_(values, noisy[here, None].to(x.dtype), value=scale)
            return
        at = noisy.nonzero().squeeze(1)
        drawn = self.noise.flatten(0, 1)[: len(kinds) * len(at)].normal_(generator=self.state.random).mul_(scale)
        drawn = drawn.view(len(kinds), len(at), drawn.shape[1])
        if self.share.n < self.b:
            mine = (at >= here.start) & (at < here.stop)
            at, drawn = at[mine] - here.start, drawn[:, mine]
        for x, values in zip(kinds, drawn, strict=True):
            x.index_put_((at,), values, accumulate=True)  # no row comes twice
