"""The training loop: epochs of iterations, now and then a score and a checkpoint."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from tqdm import tqdm

from gexlib.wgan.batch import Batch
from gexlib.wgan.distributed import World
from gexlib.wgan.factors import LearnedNoise
from gexlib.wgan.iteration import Iteration
from gexlib.wgan.networks import Critic, Generator
from gexlib.wgan.rmsprop import RMSProp
from gexlib.wgan.settings import Settings

PLAYERS = ("generator", "critic")


@dataclass
class State:
    """Everything that training changes. What :meth:`tensors` and :meth:`info` give is enough to go on exactly."""

    generator: Generator
    critic: Critic
    random: torch.Generator
    optimizers: dict[str, RMSProp] = field(init=False)
    average: Generator | None = None
    updates: int = 0
    epoch: int = 0
    best_score: float = -math.inf
    best_epoch: int = 0
    waited: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict] = field(default_factory=list)
    world: World = field(default_factory=World)
    cuda_graphs: bool = True
    _iterations: dict[tuple[Settings, int], Iteration] = field(default_factory=dict, repr=False)

    @classmethod
    def start(
        cls,
        settings: Settings,
        n_genes: int,
        n_levels: list[int],
        n_numerical: int,
        seed: int,
        device: torch.device,
        head: LearnedNoise | None = None,
        floor: Tensor | None = None,
    ) -> State:
        """New networks and optimisers; every random number comes from `seed`."""
        first = torch.Generator().manual_seed(seed)
        sizes = (n_levels, n_numerical)
        generator = Generator(n_genes, *sizes, settings.latent_dim, settings.hidden, first, head, floor)
        critic = Critic(n_genes, n_levels, n_numerical, settings.hidden, first)
        for network in (generator, critic):
            network.embedding.rescale(settings.embedding_scale)
        draw = int(torch.randint(2**62, (), generator=first))
        state = cls(generator.to(device), critic.to(device), torch.Generator(device).manual_seed(draw))
        state.average = copy.deepcopy(state.generator) if settings.averaging else None
        rates = {"generator": settings.learning_rate, "critic": settings.learning_rate * settings.critic_rate}
        state.optimizers = {
            player: RMSProp(getattr(state, player), rates[player], settings.decay) for player in PLAYERS
        }
        return state

    def iteration(self, settings: Settings, b: int) -> Iteration:
        """What takes the players through an iteration, for minibatches of `b` samples."""
        if (settings, b) not in self._iterations:
            self._iterations[settings, b] = Iteration(self, settings, b)
        return self._iterations[settings, b]

    def is_finite(self) -> bool:
        """Whether all weights are numbers."""
        return all(bool(torch.isfinite(tensor).all()) for tensor in self.networks().values())

    def networks(self) -> dict[str, Tensor]:
        """The parameters of both players, by name."""
        return _named("generator", self.generator) | _named("critic", self.critic)

    @property
    def sampler(self) -> Generator:
        """The generator that samples and scores come from: the averaged one, if there is one."""
        return self.generator if self.average is None else self.average

    def average_weight(self, decay: float) -> float:
        r""":math:`1 - d`, and more at first, so that the random weights of the start are forgotten."""
        return max(1 - decay, 9 / (10 + self.updates))

    @torch.no_grad()
    def update_average(self, weight: Tensor) -> None:
        r"""Move the averaged weights: :math:`\bar\theta \leftarrow d\bar\theta + (1 - d)\theta`."""
        if self.average is not None:
            for mean, value in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mean.lerp_(value, weight)

    def load_networks(self, tensors: dict[str, Tensor], players: Sequence[str] = PLAYERS) -> None:
        """Set the parameters of both players, or of one."""
        for player in players:
            getattr(self, player).load_state_dict(_below(tensors, f"{player}."))

    def release(self) -> None:
        """End the training: the networks no longer share memory with the optimisers."""
        self._iterations.clear()
        for optimizer in self.optimizers.values():
            optimizer.release()

    def tensors(self) -> dict[str, Tensor]:
        """The state's tensors: networks, the best ones, squared-gradient means and the random state."""
        squares = {
            f"optimizer.{player}.{index}": square
            for player, optimizer in self.optimizers.items()
            for index, square in enumerate(optimizer.squares())
        }
        best = {f"best.{name}": tensor for name, tensor in self.best.items()}
        average = {} if self.average is None else _named("average", self.average)
        return self.networks() | squares | average | best | {"random": self.random.get_state()}

    def info(self) -> dict:
        """The rest of the state, as JSON can hold it."""
        return {
            "epoch": self.epoch,
            "updates": self.updates,
            "best_score": self.best_score if math.isfinite(self.best_score) else None,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
            "history": self.history,
        }

    def restore(self, info: dict, tensors: dict[str, Tensor]) -> None:
        """Go back to a saved state."""
        device = next(self.generator.parameters()).device
        tensors = {name: tensor if name == "random" else tensor.to(device) for name, tensor in tensors.items()}
        self.load_networks(tensors)
        for player, optimizer in self.optimizers.items():
            for index, square in enumerate(optimizer.squares()):
                square.copy_(tensors[f"optimizer.{player}.{index}"])
        if self.average is not None:
            self.average.load_state_dict(_below(tensors, "average."))
        self.random.set_state(tensors["random"])
        self.updates = info["updates"]
        self.best = _below(tensors, "best.")
        self.epoch, self.best_epoch, self.waited = info["epoch"], info["best_epoch"], info["waited"]
        self.best_score = -math.inf if info["best_score"] is None else info["best_score"]
        self.history = list(info["history"])


def train(
    state: State,
    data: Batch,
    settings: Settings,
    score: Callable[[Generator], float] | None = None,
    checkpoint: Callable[[State], None] = lambda state: None,
    progress: bool | None = None,
) -> None:
    """
    Train until the score has not risen for `patience` evaluations, or all epochs are done.

    Parameters
    ----------
    state : State
        Changed in place. At the end ``state.best`` holds the networks of the best score, or of the last epoch if
        there is no score.
    data : Batch
        All training samples, on the device of the networks; or a :class:`~gexlib.wgan.stored.StoredBatches`, which
        reads them.
    settings : Settings
    score : callable, optional
        Takes the generator, returns a number that is better when higher. It must not draw from ``state.random``.
    checkpoint : callable
        Called with the state after every evaluation.
    progress : bool, optional
        Show a progress bar on the standard error stream; by default only if that is a terminal.

    Raises
    ------
    FloatingPointError
        If a loss is no longer finite, or a weight that would be scored and saved.
    """
    hide = None if progress is None else not progress
    shown = {}  # the latest losses, and the latest score
    with tqdm(total=settings.epochs, initial=state.epoch, unit="epoch", disable=hide) as bar:
        while state.epoch < settings.epochs and state.waited < settings.patience:
            losses = train_epoch(state, data, settings)
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
                _evaluate(state, score)
                checkpoint(state)
            shown |= {name: value for name, value in state.history[-1].items() if value is not None}
            bar.update()
            bar.set_postfix({name: f"{value:.3g}" for name, value in shown.items()})


def train_epoch(state: State, data: Batch, settings: Settings) -> dict[str, float]:
    """One pass over the samples in random order; returns the means of the losses."""
    for optimizer in state.optimizers.values():
        optimizer.scale_rate(settings.rate_factor(state.epoch))
    losses, n = torch.zeros(4, device=state.random.device), 0
    for real in data.minibatches(state.random, settings.batch_size):
        losses += state.iteration(settings, len(real.x))(real)
        n += 1
    state.world.add_up(losses)
    means = (losses / n).tolist()
    return dict(zip(("critic_loss", "wasserstein", "penalty", "generator_loss"), means, strict=True))


def _evaluate(state: State, score: Callable[[Generator], float] | None) -> None:
    if score is None:
        state.best, state.best_epoch = _best(state), state.epoch
        return
    with torch.no_grad():
        value = state.world.by_first(lambda: float(score(state.sampler)))
    state.history[-1]["score"] = value if math.isfinite(value) else None
    if value > state.best_score:
        state.best, state.best_score, state.best_epoch = _best(state), value, state.epoch
        state.waited = 0
    else:
        state.waited += 1


def _best(state: State) -> dict[str, Tensor]:
    """Copies of the networks to keep."""
    networks = _named("generator", state.sampler) | _named("critic", state.critic)
    return {name: tensor.clone() for name, tensor in networks.items()}


def _named(prefix: str, network: nn.Module) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor.detach() for name, tensor in network.state_dict().items()}


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
