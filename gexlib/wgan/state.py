"""The state of a training: everything that it changes."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from gexlib.wgan.factor_model import GeneNoise
from gexlib.wgan.networks import Critic, Generator, build
from gexlib.wgan.settings import Settings


@dataclass
class State:
    """
    Everything that a training changes; :meth:`tensors` and :meth:`info` are enough to go on exactly.

    Attributes
    ----------
    generator, critic
        The players.
    random : torch.Generator
        Draws the random numbers of the training.
    squares : dict of str to list of Tensor
        For each player, the running means of squared gradients, shaped as its parameters.
    average : Generator or None
        The generator with the running mean of its weights, if the settings ask for one.
    updates : int
        Iterations done.
    epoch, best_epoch, best_score, waited
        Epochs done; the epoch of the best score; that score; and how many scores came after it. Epoch 0 is the fitted
        factor model.
    best_draws : list of float
        The score of each draw of synthetic samples, of which the best score is the mean.
    best : dict of str to Tensor
        The networks' tensors at the best score; the generator's are the averaged ones, if there are any.
    history : list of dict
        The losses and the score of each epoch.
    """

    generator: Generator
    critic: Critic
    random: torch.Generator
    squares: dict[str, list[Tensor]] = field(init=False)
    average: Generator | None = None
    updates: int = 0
    epoch: int = 0
    best_score: float = -math.inf
    best_draws: list[float] = field(default_factory=list)
    best_epoch: int = 0
    waited: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.squares = {
            player: [torch.zeros_like(p, requires_grad=False) for p in network.parameters()]
            for player, network in self.players.items()
        }

    @classmethod
    def start(
        cls,
        settings: Settings,
        n_genes: int,
        n_levels: Sequence[int],
        n_numerical: int,
        seed: int,
        device: torch.device,
        factor_model: GeneNoise | None = None,
        floor: Tensor | None = None,
    ) -> State:
        """Return the state of a new training; every random number comes from `seed`."""
        first = torch.Generator().manual_seed(seed)
        players = build(settings, n_genes, n_levels, n_numerical, first, factor_model, floor)
        draw = int(torch.randint(2**62, (), generator=first))
        state = cls(*(network.to(device) for network in players), torch.Generator(device).manual_seed(draw))
        state.average = copy.deepcopy(state.generator) if settings.averaging else None
        return state

    @property
    def players(self) -> dict[str, nn.Module]:
        """Both networks by name."""
        return {"generator": self.generator, "critic": self.critic}

    @property
    def sampler(self) -> Generator:
        """The generator that samples and scores come from: the averaged one, if there is one."""
        return self.generator if self.average is None else self.average

    def is_finite(self) -> bool:
        """Return whether all weights are finite."""
        return all(bool(torch.isfinite(tensor).all()) for tensor in self.networks().values())

    def networks(self) -> dict[str, Tensor]:
        """Return the tensors of both players, by name."""
        return _named("generator", self.generator) | _named("critic", self.critic)

    def average_weight(self, decay: float) -> float:
        r"""Return the weight :math:`1 - d` of the newest weights in their mean; larger at first."""
        return max(1 - decay, 9 / (10 + self.updates))

    @torch.no_grad()
    def update_average(self, weight: Tensor | float) -> None:
        r"""Move the averaged weights, :math:`\bar\theta \leftarrow d\bar\theta + (1 - d)\theta`; `weight` is 1 - d."""
        if self.average is not None:
            for mean, value in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mean.lerp_(value, weight)

    def keep_best(self, draws: Sequence[float] = ()) -> None:
        """Keep copies of the networks as the best ones so far, and the score of each draw if there is one."""
        networks = _named("generator", self.sampler) | _named("critic", self.critic)
        self.best = {name: tensor.clone() for name, tensor in networks.items()}
        self.best_epoch = self.epoch
        if len(draws):
            self.best_draws, self.best_score = list(draws), sum(draws) / len(draws)

    def load_networks(self, tensors: dict[str, Tensor]) -> None:
        """Set the parameters of both players, by the names of :meth:`networks`."""
        for player, network in self.players.items():
            network.load_state_dict(below(f"{player}.", tensors))

    def tensors(self) -> dict[str, Tensor]:
        """Return the tensors of the state, by name."""
        squares = {
            f"optimizer.{player}.{index}": square
            for player, some in self.squares.items()
            for index, square in enumerate(some)
        }
        best = {f"best.{name}": tensor for name, tensor in self.best.items()}
        average = {} if self.average is None else _named("average", self.average)
        return self.networks() | squares | average | best | {"random": self.random.get_state()}

    def info(self) -> dict:
        """Return the rest of the state, as JSON can hold it."""
        return {
            "epoch": self.epoch,
            "updates": self.updates,
            "best_score": self.best_score if math.isfinite(self.best_score) else None,
            "best_draws": self.best_draws,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
            "history": self.history,
        }

    def restore(self, info: dict, tensors: dict[str, Tensor]) -> None:
        """Go back to a saved state: what :meth:`info` and :meth:`tensors` returned."""
        device = next(self.generator.parameters()).device
        tensors = {name: tensor if name == "random" else tensor.to(device) for name, tensor in tensors.items()}
        self.load_networks(tensors)
        for player, some in self.squares.items():
            for index, square in enumerate(some):
                square.copy_(tensors[f"optimizer.{player}.{index}"])
        if self.average is not None:
            self.average.load_state_dict(below("average.", tensors))
        self.random.set_state(tensors["random"])
        self.updates = info["updates"]
        self.best = below("best.", tensors)
        self.epoch, self.best_epoch, self.waited = info["epoch"], info["best_epoch"], info["waited"]
        self.best_score = -math.inf if info["best_score"] is None else info["best_score"]
        self.best_draws = list(info.get("best_draws", []))
        self.history = list(info["history"])


def below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names begin with `prefix`, under their names without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _named(prefix: str, network: nn.Module) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor.detach() for name, tensor in network.state_dict().items()}
