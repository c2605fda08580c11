"""The training loop: epochs of iterations, with a score and a checkpoint every few epochs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count, islice

import numpy as np
import torch
from tqdm import tqdm

from gexlib.wgan.data.batch import Batch
from gexlib.wgan.data.on_disk import BatchesOnDisk
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.networks import Generator
from gexlib.wgan.settings import Settings
from gexlib.wgan.state import State
from gexlib.wgan.step import Autograd


def train(
    step: Autograd | ClosedForm,
    data: Batch | BatchesOnDisk,
    score: Callable[[Generator], Sequence[float]] | None = None,
    checkpoint: Callable[[State], None] = lambda state: None,
    progress: bool | None = None,
) -> None:
    """
    Train until the score has not risen for ``settings.patience`` evaluations, or all epochs are done.

    With ``settings.adversarial="auto"`` or ``"never"``, the fitted start is epoch 0 of the history. It is kept unless a
    later score is higher by more than its noise; see :func:`_is_better`. Without a score, or with ``"never"``, no
    epoch follows.

    Parameters
    ----------
    step : Autograd or ClosedForm
        Takes the players through an iteration. It holds the settings and the state, which changes. At the end
        ``step.state.best`` holds the networks of the best score, or of the last epoch if there is no score.
    data : Batch or BatchesOnDisk
        All training samples, on the device of the networks, or the minibatches of samples on the disk.
    score : callable, optional
        Takes the generator and returns the score of each of several draws of samples; higher is better. It must not
        draw from ``step.state.random``.
    checkpoint : callable
        Called with the state after every evaluation.
    progress : bool, optional
        Show a progress bar on the standard error stream; by default only if that is a terminal.

    Raises
    ------
    FloatingPointError
        If a loss is not finite, or a weight is not finite at an evaluation.
    """
    state, settings = step.state, step.settings
    hide = None if progress is None else not progress
    if settings.adversarial != "always":
        if not state.best:
            state.history.append({"epoch": 0, "score": None})
            _evaluate(state, score, step)
            checkpoint(state)
        if settings.adversarial == "never" or score is None:
            return
    shown = {}  # the latest losses, and the latest score
    with tqdm(total=settings.epochs, initial=state.epoch, unit="epoch", disable=hide) as bar:
        while state.epoch < settings.epochs and state.waited < settings.patience:
            losses = train_epoch(step, data)
            state.epoch += 1
            due = state.epoch % settings.evaluate_every == 0 or state.epoch == settings.epochs
            if not all(map(math.isfinite, losses.values())) or (due and not state.is_finite()):
                raise FloatingPointError(
                    f"training diverged in epoch {state.epoch}: the losses or weights are no longer finite ({losses}). "
                    f"Start anew with a lower learning_rate (now {settings.learning_rate}), or look for extreme "
                    f"values in the data"
                )
            state.history.append({"epoch": state.epoch, **losses, "score": None})
            if due:
                _evaluate(state, score, step)
                checkpoint(state)
            shown |= {name: value for name, value in state.history[-1].items() if value is not None}
            bar.update()
            bar.set_postfix({name: f"{value:.3g}" for name, value in shown.items()})


def train_epoch(step: Autograd | ClosedForm, data: Batch | BatchesOnDisk) -> dict[str, float]:
    """Take the players through an epoch, and return the means of the losses by name."""
    state, settings = step.state, step.settings
    step.set_rate(settings.rate_factor(state.epoch))
    losses, n = torch.zeros(4, device=state.random.device), 0
    for real in _minibatches(data, settings, state.random):
        losses += step(real)
        n += 1
    step.processes.add_up(losses)
    means = (losses / n).tolist()
    return dict(zip(("critic_loss", "wasserstein", "penalty", "generator_loss"), means, strict=True))


def _minibatches(data: Batch | BatchesOnDisk, settings: Settings, random: torch.Generator) -> Iterator[Batch]:
    """Return an iterator over the minibatches of an epoch: those of one pass over the samples, or a fixed number."""
    if not settings.epoch_updates:
        return data.minibatches(random, settings.batch_size)
    passes = (data.minibatches(random, settings.batch_size) for _ in count())
    return islice(chain.from_iterable(passes), settings.epoch_updates)


def _evaluate(state: State, score: Callable[[Generator], Sequence[float]] | None, step: Autograd | ClosedForm) -> None:
    """Score the generator, and keep the networks if the score is the best so far, or if there is none."""
    if score is None:
        state.keep_best()
        return
    fitted = step.settings.adversarial != "always"
    if fitted and state.epoch and state.updates <= step.settings.critic_warmup:
        return  # the generator is still the fitted one
    with torch.no_grad():
        draws = step.processes.by_first(lambda: score(state.sampler), step.settings.score_draws)
    mean = sum(draws) / len(draws)
    state.history[-1]["score"] = mean if math.isfinite(mean) else None
    if _is_better(draws, state.best_draws, noisy=fitted):
        state.keep_best(draws)
        state.waited = 0
    else:
        state.waited += 1


def _is_better(draws: Sequence[float], best: Sequence[float], noisy: bool) -> bool:
    """
    Return whether scores are better than the best ones, on average over the draws.

    If they are `noisy`, the mean gain must be more than twice its standard error over the draws. The draws of both come
    from the same latent vectors, so they are compared in pairs.
    """
    if not all(map(math.isfinite, draws)):
        return False
    if not best:
        return True
    gain = np.subtract(draws, best)
    noise = 2 * gain.std(ddof=1) / math.sqrt(len(gain)) if noisy and len(gain) > 1 else 0.0
    return float(gain.mean()) > noise
