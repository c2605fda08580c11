"""The settings of a conditional WGAN-GP, which are checked when they are made."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gexlib.explained import explained

CHOICES = {  # the values of settings that are words
    "transform": ("scores by kind", "normal scores", "z-scores"),
    "kinds": ("chosen", "all"),
    "factor_model": ("full", "noise only", "none"),
    "adversarial": ("auto", "always", "never"),
    "schedule": ("cosine", "constant"),
    "score": ("balanced", "S_dist"),
}
FORMER_NAMES = {  # of settings, in files that older versions wrote
    "head": "factor_model",
    "noise_temperature": "gene_noise_temperature",
    "noise_probability": "critic_noise_probability",
    "noise_critic": "critic_noise_sd",
    "noise_generator": "critic_noise_sd_generator",
}
FORMER_MODELS = {"factors": "full", "noise": "noise only"}  # values of factor_model in such files
RMSPROP_EPS = 1e-7  # added to the root of the mean square: the default of Keras, which the authors used
LAST_RATE = 0.02  # the cosine schedule ends at this share of the step size


def _known_names(cls: type) -> type:
    """Let a dataclass refuse an unknown name with an error that lists the known ones."""
    names, make = [field.name for field in dataclasses.fields(cls)], cls.__init__

    @functools.wraps(make)
    def __init__(self, *values, **settings) -> None:
        if unknown := [name for name in settings if name not in names]:
            alike = difflib.get_close_matches(str(unknown[0]), names, n=1)
            hint = f"do you mean {alike[0]!r}? " if alike else ""
            raise TypeError(f"{unknown[0]!r} is not a setting; {hint}Settings: {', '.join(names)}")
        make(self, *values, **settings)

    cls.__init__ = __init__
    return cls


@explained
@_known_names
@dataclass(frozen=True)
class Settings:
    r"""
    Architecture and training of a conditional WGAN-GP.

    The defaults are meant to do well by all measures of :func:`gexlib.report.evaluate`. The presets
    ``"paper_ecoli"`` and ``"paper_gtex_tcga"`` are what the paper :cite:p:`vinas2022adversarial` and its authors' code
    do, but for a shorter patience of the second (:data:`gexlib.wgan.PRESETS`). The book's page on the generator
    measures how much each difference matters. The paper's text gives the penalty weight, the critic steps, RMSProp with
    its step size, and early stopping. The rest is in the authors' code.

    Parameters
    ----------
    transform : {"scores by kind", "normal scores", "z-scores"}
        What the networks see of the expression data: scores within each kind of sample
        (:class:`gexlib.preprocess.KindScores`), scores among all samples (:class:`gexlib.preprocess.NormalScores`), or
        the paper's z-scores.
    kinds : {"chosen", "all"}
        Which categorical covariates make the kinds of samples of ``"scores by kind"``: those that held-out training
        samples ask for (:mod:`gexlib.preprocess.kind_choice`), or all of them.
    factor_model : {"full", "noise only", "none"}
        What the generator adds to its network's output (:mod:`gexlib.wgan.factor_model`): a conditional factor model
        with gene noise, fitted before the adversarial training; gene noise alone, whose standard deviations are
        learned; or nothing, as in the paper.
    adversarial : {"auto", "always", "never"}
        Whether networks are trained on top of the fitted factor model. ``"auto"`` trains as long as the score of the
        validation samples rises above that of the fitted start by more than its noise, and otherwise keeps the start;
        without validation samples it keeps the start. ``"always"`` trains to the end and keeps the best epoch, as the
        paper does. ``"never"`` keeps the start. Without a full factor model there is nothing to keep, so it must be
        ``"always"``.
    gene_noise_temperature : float
        Gene noise is multiplied by this number when samples are drawn (the temperature of :cite:t:`kingma2018glow`).
        What the factors do not explain is not wholly independent between genes, though gene noise is. So with a
        temperature below 1, fewer samples lie where there is no real one.
    latent_dim : int
        Length of the latent vector :math:`z \sim N(0, I)`. It is also the number of factors of the factor model.
    hidden : tuple of int
        Units of the hidden layers, the same in generator and critic.
    embedding_scale : float
        The first weights of the embeddings of levels are uniform between minus and plus this number. With the authors'
        0.05, the networks hardly see the covariates at first. Correlations between genes can be learned without
        covariates, so a training that stops by S_dist may end before a covariate has any effect.
    penalty_weight : float
        :math:`\lambda`, the weight of the gradient penalty (equation 3).
    critic_steps : int
        Updates of the critic for each update of the generator.
    critic_warmup : int
        Iterations at the start in which only the critic learns. An untrained critic would lead the generator away from
        the factor model that it starts from.
    learning_rate, decay : float
        Step size of RMSProp and the decay of its running mean of squared gradients :cite:p:`hinton2012rmsprop`.
    critic_rate : float
        The critic's step size over the generator's :cite:p:`heusel2017ttur`.
    schedule : {"cosine", "constant"}
        Whether the step sizes fall over the epochs, along half a cosine to 2 %, or stay the same.
    averaging : float
        Decay of the running mean of the generator's weights :cite:p:`yazici2019unusual`. Samples and scores come from
        that mean; 0 takes the weights as they are. The steps of two players who answer each other are noisy, and the
        mean over some hundred steps (about 1 / (1 - `averaging`)) is not. Not in the paper.
    batch_size : int
        Samples in a minibatch.
    epoch_updates : int
        Iterations of an epoch; with 0, an epoch is one pass over the training data. A pass over the paper's data has 21
        (*E. coli*) or 214 (human) minibatches. The presets keep these numbers, and pass over smaller data several times
        in an epoch. So `epochs`, `evaluate_every` and `patience` mean the same training whatever the number of samples.
        With passes over a tenth of the samples, the paper's patience would end the training before the networks know
        the covariates.
    epochs : int
        Epochs, at most.
    evaluate_every : int
        Epochs between two scores on the validation samples, and between two checkpoints.
    score : {"balanced", "S_dist"}
        The score of the validation samples that decides which epoch is kept. ``"S_dist"`` is that of the authors' code;
        it does not see a lack of variety. ``"balanced"`` is the mean of S_dist, coverage, and the harmonic mean of
        precision and recall (:func:`gexlib.metrics.prdc`).
    score_draws : int
        Samples generated for each validation sample when the generator is scored. The authors' code generates one. With
        few validation samples, an early epoch may then have a lucky score that no later epoch reaches.
    patience : int
        The training stops after this many scores without a better one. Scores during the warm-up do not count.
    critic_noise_probability : float
        Fraction of the samples, real and generated, that the critic sees with Gaussian noise added.
    critic_noise_sd, critic_noise_sd_generator : float
        Standard deviation of that noise, in the unit of the scores of genes, in the critic's updates and in the
        generator's.

    Raises
    ------
    TypeError
        If a number has another type, or there is no such setting.
    ValueError
        If a number is out of its range, or a word is not one of the choices.

    Examples
    --------
    >>> settings = Settings(epochs=5)
    >>> settings.replace(epochs=10).epochs, settings.epochs
    (10, 5)
    """

    transform: str = "scores by kind"
    kinds: str = "chosen"
    factor_model: str = "full"
    adversarial: str = "auto"
    gene_noise_temperature: float = 0.85
    latent_dim: int = 384
    hidden: tuple[int, ...] = (256, 256)
    embedding_scale: float = 1.0
    penalty_weight: float = 10.0
    critic_steps: int = 5
    critic_warmup: int = 50
    learning_rate: float = 2e-4
    critic_rate: float = 5.0
    schedule: str = "cosine"
    decay: float = 0.9
    averaging: float = 0.998
    batch_size: int = 32
    epoch_updates: int = 0
    epochs: int = 100
    evaluate_every: int = 1
    score: str = "balanced"
    score_draws: int = 5
    patience: int = 3
    critic_noise_probability: float = 0.0
    critic_noise_sd: float = 0.5
    critic_noise_sd_generator: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, Sequence | np.ndarray) or isinstance(self.hidden, str | bytes):
            raise TypeError(
                f"hidden={self.hidden!r} is a {type(self.hidden).__name__}; it must be a tuple of the units of each "
                f"layer, such as (128, 128)"
            )
        object.__setattr__(self, "hidden", tuple(self.hidden))
        whole = ("latent_dim", "critic_steps", "batch_size", "epochs", "evaluate_every", "score_draws", "patience")
        for name in whole:
            _require(name, getattr(self, name), int, lambda v: v >= 1, "a whole number of 1 or more")
        for units in self.hidden:
            _require("hidden", units, int, lambda v: v >= 1, "whole numbers of 1 or more")
        if not self.hidden:
            raise ValueError("hidden=() has no layer; give the units of at least one, such as (128, 128)")
        for name, known in CHOICES.items():
            if not isinstance(getattr(self, name), str) or getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r} is not known; choose {' or '.join(map(repr, known))}")
        if self.factor_model != "full" and self.adversarial != "always":
            raise ValueError(
                f"adversarial={self.adversarial!r} needs a fitted factor model to keep, but factor_model="
                f"{self.factor_model!r}; set adversarial='always', or factor_model='full'"
            )
        for name in ("critic_warmup", "epoch_updates"):
            _require(name, getattr(self, name), int, lambda v: v >= 0, "a whole number of 0 or more")
        for name in ("penalty_weight", "learning_rate", "embedding_scale", "critic_rate", "gene_noise_temperature"):
            _require(name, getattr(self, name), float, lambda v: 0 < v < float("inf"), "a positive number")
        for name in ("critic_noise_sd", "critic_noise_sd_generator"):
            _require(name, getattr(self, name), float, lambda v: 0 <= v < float("inf"), "0 or more")
        for name in ("decay", "averaging"):
            _require(name, getattr(self, name), float, lambda v: 0 <= v < 1, "at least 0 and less than 1")
        _require("critic_noise_probability", self.critic_noise_probability, float, lambda v: 0 <= v <= 1, "from 0 to 1")

    def replace(self, **changes) -> Settings:
        """Return a copy with some settings changed, checked again."""
        return dataclasses.replace(self, **changes)

    def rate_factor(self, epoch: int) -> float:
        """Return the number that the step sizes are multiplied by in an epoch, counted from 0."""
        if self.schedule == "constant":
            return 1.0
        return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * min(epoch / self.epochs, 1))) / 2

    def rate_of(self, player: str) -> float:
        """Return the step size of a player at the start: ``"generator"`` or ``"critic"``."""
        return self.learning_rate * (self.critic_rate if player == "critic" else 1.0)

    def to_dict(self) -> dict:
        """Return the settings as JSON can hold them."""
        return dataclasses.asdict(self) | {"hidden": list(self.hidden)}

    @classmethod
    def from_dict(cls, saved: dict) -> Settings:
        """
        Return the settings of a saved model.

        A model of an older version may have former names, which are translated. It may lack settings that did not exist
        yet. They get the values of the preset ``"paper_ecoli"``, which train as that version did.
        """
        if not isinstance(saved, Mapping):
            raise TypeError(f"saved={saved!r:.60} is a {type(saved).__name__}; give a dict of settings")
        return cls(**(PAPER_ECOLI.to_dict() | {"epoch_updates": 0} | current_names(saved)))


def current_names(saved: dict) -> dict:
    """
    Return saved settings under the names and with the values that they have now.

    Examples
    --------
    >>> current_names({"head": "factors", "noise_temperature": 0.7, "epochs": 5})
    {'factor_model': 'full', 'gene_noise_temperature': 0.7, 'epochs': 5}
    """
    named = {FORMER_NAMES.get(name, name): value for name, value in saved.items()}
    if (model := named.get("factor_model")) in FORMER_MODELS:
        named["factor_model"] = FORMER_MODELS[model]
    return named


def _require(name: str, value, kind: type, rule, words: str) -> None:
    allowed = (int, float) if kind is float else (int,)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; it must be {words}")
    if not rule(value):
        raise ValueError(f"{name}={value!r} must be {words}")


PAPER_ECOLI = Settings(
    transform="z-scores",
    kinds="all",
    factor_model="none",
    adversarial="always",
    gene_noise_temperature=1.0,
    latent_dim=10,
    hidden=(128, 128),
    embedding_scale=0.05,
    critic_warmup=0,
    critic_rate=1.0,
    schedule="constant",
    learning_rate=5e-4,
    averaging=0.0,
    epoch_updates=680 // 32,
    epochs=500,
    evaluate_every=5,
    score="S_dist",
    score_draws=1,
    patience=10,
    critic_noise_probability=0.25,
)

PRESETS = {
    "default": Settings(),
    "paper_ecoli": PAPER_ECOLI,
    "paper_gtex_tcga": PAPER_ECOLI.replace(
        latent_dim=64,
        hidden=(256, 256),
        critic_noise_probability=0.0,
        epoch_updates=6860 // 32,
        epochs=2000,
        patience=3,
    ),
}
"""
Named settings. ``"paper_ecoli"`` and ``"paper_gtex_tcga"`` are what the paper and its authors' code do for Table 1 and
for the human data; ``"default"`` is for both.

In one thing the human preset differs. It waits for 15 of the paper's epochs of 214 iterations, where the paper waits
for 30 and its code for 50 (``patience=10``): S_dist has stopped rising by then. The tables of the book show trainings
with ``patience=10``.
"""


def resolve(settings: Settings | str) -> Settings:
    """Return `settings` itself or the preset of that name; raise a ValueError if there is no such preset."""
    if isinstance(settings, Settings):
        return settings
    if not isinstance(settings, str):
        raise TypeError(
            f"settings={settings!r} is a {type(settings).__name__}; give Settings(...) or the name of a preset"
        )
    if settings not in PRESETS:
        raise ValueError(
            f"settings={settings!r} is neither Settings(...) nor the name of a preset; presets: {', '.join(PRESETS)}"
        )
    return PRESETS[settings]
