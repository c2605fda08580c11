"""One iteration of the training: as gexlib takes it, and as it is defined."""

from __future__ import annotations

from collections.abc import Callable

import torch

from gexlib.wgan import Settings, critic_loss, generator_loss
from gexlib.wgan.train import Batch, State, train_step

SIZES = [(1044, (128, 128)), (2000, (256, 256)), (18_154, (256, 256))]  # genes, hidden
QUICK = [(50, (8, 8)), (60, (8, 8)), (70, (8, 8))]
N_LEVELS = [4, 14, 12, 3, 8, 5, 2, 9]  # and two numerical covariates


def name(n_genes: int, hidden: tuple[int, ...]) -> str:
    """How the table calls a size."""
    return f"{n_genes:,} genes, hidden {'-'.join(map(str, hidden))}"


def start(n_genes: int, settings: Settings, device: torch.device) -> tuple[State, Batch]:
    """New networks, and a minibatch of 32 with ten covariates."""
    random = torch.Generator().manual_seed(0)
    b = settings.batch_size
    x, values = torch.randn(b, n_genes, generator=random), torch.randn(b, 2, generator=random)
    codes = torch.stack([torch.randint(v, (b,), generator=random) for v in N_LEVELS], dim=1)
    state = State.start(settings, n_genes, N_LEVELS, 2, 0, device)
    return state, Batch(x.to(device), codes.to(device), values.to(device))


def closed_form(n_genes: int, settings: Settings, device: torch.device) -> Callable[[], None]:
    """The iteration of `gexlib.wgan.train`."""
    state, batch = start(n_genes, settings, device)
    return lambda: train_step(state, batch, settings)


def autograd(n_genes: int, settings: Settings, device: torch.device) -> Callable[[], None]:
    """The definition: the losses of `gexlib.wgan.losses`, torch.autograd and torch.optim.RMSprop."""
    state, batch = start(n_genes, settings, device)
    state.release()
    optimizers = {
        player: torch.optim.RMSprop(
            getattr(state, player).parameters(), settings.learning_rate, alpha=settings.decay, eps=1e-7
        )
        for player in ("generator", "critic")
    }
    return lambda: plain_step(state, optimizers, batch, settings)


def plain_step(state: State, optimizers: dict, real: Batch, settings: Settings) -> None:
    """Five updates of the critic and one of the generator, differentiated by autograd."""
    b, k, device = len(real.x), settings.critic_steps, real.x.device

    def blur(scale: float, *batches: torch.Tensor) -> list[torch.Tensor]:
        rows = torch.rand(b, 1, device=device) < settings.noise_probability
        return [x + rows * scale * torch.randn_like(x) for x in batches]

    def descend(player: str, loss: torch.Tensor) -> None:
        parameters = list(getattr(state, player).parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        optimizers[player].step()

    with torch.no_grad():
        z = torch.randn(k * b, settings.latent_dim, device=device)
        fakes = state.generator(z, real.codes.repeat(k, 1), real.values.repeat(k, 1)).split(b)
    for fake in fakes:
        seen, fake = blur(settings.noise_critic, real.x, fake)
        mix = torch.rand(b, 1, device=device)
        loss = critic_loss(state.critic, seen, fake, real.codes, real.values, mix, settings.penalty_weight).loss
        descend("critic", loss)
    fake = state.generator(torch.randn(b, settings.latent_dim, device=device), real.codes, real.values)
    (fake,) = blur(settings.noise_generator, fake)
    descend("generator", generator_loss(state.critic, fake, real.codes, real.values))
