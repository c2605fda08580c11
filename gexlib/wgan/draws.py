"""The random numbers of a training iteration, the same for every way to compute it."""

from __future__ import annotations

import torch
from torch import Tensor

from gexlib.wgan.settings import Settings
from gexlib.wgan.state import State


class Draws:
    r"""
    The random numbers of an iteration, in memory that is allocated once.

    The numbers have a fixed order, so the same seed gives the same training. Call :meth:`draw` first, then
    :meth:`add_critic_noise` for the minibatches 0, 1, ..., ``critic_steps``. The generator learns from the last one.

    Parameters
    ----------
    settings : Settings
    b : int
        Samples of a minibatch, over all processes. All processes draw the numbers of all samples.
    rows : slice
        The samples of the minibatch that this process works on.
    n_genes : int
        Genes of a sample.
    gene_noise : bool
        Whether the generator needs noise for each gene.
    random : torch.Generator
        Draws the numbers, on its device.
    dtype : torch.dtype
        Of all numbers.

    Attributes
    ----------
    z : Tensor, shape (critic_steps + 1, n_rows, latent_dim)
        Latent vectors of the generated samples, standard Gaussian.
    gene_noise : Tensor, shape (critic_steps + 1, n_rows, n_genes), or None
        Standard Gaussian.
    mix : Tensor, shape (critic_steps, n_rows, 1)
        :math:`\alpha`, uniform in [0, 1]: the gradient penalty is taken at this place between a real and a generated
        sample.
    """

    def __init__(
        self,
        settings: Settings,
        b: int,
        rows: slice,
        n_genes: int,
        gene_noise: bool,
        random: torch.Generator,
        dtype: torch.dtype,
    ) -> None:
        self.settings, self.b, self.rows, self.random, k = settings, b, rows, random, settings.critic_steps

        def memory(*shape: int) -> Tensor:
            return torch.zeros(shape, dtype=dtype, device=random.device)

        self._z, self._mix, self._uniform = memory(k + 1, b, settings.latent_dim), memory(k, b, 1), memory(k + 1, b)
        self._gene_noise = memory(k + 1, b, n_genes) if gene_noise else None
        self._critic_noise = memory(2, b, n_genes) if settings.critic_noise_probability else None
        self.z, self.mix = self._z[:, rows], self._mix[:, rows]
        self.gene_noise = self._gene_noise[:, rows] if gene_noise else None
        self.for_noisy_rows_only = random.device.type == "cpu"
        """Whether to draw critic noise for noisy rows only: fewer numbers, but a GPU must be asked how many rows."""

    @classmethod
    def of(cls, state: State, settings: Settings, b: int, rows: slice) -> Draws:
        """Return the random numbers of the next iterations of a training, for minibatches of `b` samples."""
        generator, weight = state.generator, next(state.generator.parameters())
        gene_noise = generator.factor_model is not None
        return cls(settings, b, rows, generator.n_genes, gene_noise, state.random, weight.dtype)

    def draw(self) -> None:
        """Draw the numbers of the next iteration; they overwrite those of the last one."""
        for values in (self._z, self._gene_noise):
            if values is not None:
                values.normal_(generator=self.random)
        for values in (self._mix, self._uniform):
            values.uniform_(generator=self.random)
        self.noisy = self._uniform < self.settings.critic_noise_probability

    def add_critic_noise(self, i: int, *samples: Tensor) -> None:
        """
        Add noise to some of the samples that the critic is to see, in place.

        Parameters
        ----------
        i : int
            The number of their minibatch in the iteration, from 0 to ``critic_steps``.
        *samples : Tensor, each of shape (n_rows, n_genes)
            The generated samples, and, but for the last minibatch, the real ones. The same rows get noise in both.
        """
        if self._critic_noise is None:
            return
        last = i == self.settings.critic_steps
        sd = self.settings.critic_noise_sd_generator if last else self.settings.critic_noise_sd
        noisy = self.noisy[i]
        if not self.for_noisy_rows_only:
            drawn = self._critic_noise[: len(samples)].normal_(generator=self.random)
            for x, values in zip(samples, drawn[:, self.rows], strict=True):
                x.addcmul_(values, noisy[self.rows, None].to(x.dtype), value=sd)
            return
        at = noisy.nonzero().squeeze(1)
        drawn = self._critic_noise.flatten(0, 1)[: len(samples) * len(at)]
        drawn = drawn.normal_(generator=self.random).mul_(sd).view(len(samples), len(at), drawn.shape[1])
        if len(samples[0]) < self.b:
            mine = (at >= self.rows.start) & (at < self.rows.stop)
            at, drawn = at[mine] - self.rows.start, drawn[:, mine]
        for x, values in zip(samples, drawn, strict=True):
            x.index_put_((at,), values, accumulate=True)  # no row comes twice
