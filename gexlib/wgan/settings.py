"""The settings of a conditional WGAN-GP, checked when made."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    r"""
    Architecture and training of a conditional WGAN-GP.

    The defaults are those of the paper's *E. coli* model :cite:p:`vinas2022adversarial`, but for three. The score on a
    few dozen validation samples is noisy, and one lucky early score should not end the training: the patience is twice
    as long, and each score is over five times as many synthetic samples. And the embeddings start twenty times larger,
    so that the model heeds its covariates. The paper's text gives the penalty weight, the critic steps, RMSProp with
    its step size, and early stopping; the rest is in the authors' code.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector :math:`z \sim N(0, I)`.
    hidden : tuple of int
        Units of the hidden layers, the same in generator and critic.
    embedding_scale : float
        The first weights of the categories' embeddings are uniform between minus and plus this number. The authors'
        0.05 makes the networks all but blind to the covariates at first. Correlations between genes can be learned
        without them, so a training that stops by S_dist may end before a covariate has any effect.
    penalty_weight : float
        :math:`\lambda`, the weight of the gradient penalty (equation 2).
    critic_steps : int
        Updates of the critic for each update of the generator.
    learning_rate, decay : float
        Step size of RMSProp and the decay of its running mean of squared gradients :cite:p:`hinton2012rmsprop`.
    averaging : float
        Decay of the running mean of the generator's weights :cite:p:`yazici2019unusual` that samples and scores come
        from; 0 takes the weights as they are. The last steps of two players who answer each other are noisy, and
        the mean of some hundred (about 1 / (1 - `averaging`)) is not. Not in the paper.
    batch_size : int
        Samples in a minibatch.
    epochs : int
        Passes over the training data, at most.
    evaluate_every : int
        Epochs between two scores on the validation data (and between two checkpoints).
    score_draws : int
        Samples generated for each validation sample when the generator is scored. With one, as in the authors' code, an
        early epoch's luck may outshine all later ones where there are few validation samples.
    patience : int
        Stop after so many scores without a better one.
    noise_probability : float
        Fraction of the samples, real and generated, that the critic sees with Gaussian noise added.
    noise_critic, noise_generator : float
        Standard deviation of that noise (in z-scores) in the critic's and in the generator's updates.
    """

    latent_dim: int = 10
    hidden: tuple[int, ...] = (128, 128)
    embedding_scale: float = 1.0
    penalty_weight: float = 10.0
    critic_steps: int = 5
    learning_rate: float = 5e-4
    decay: float = 0.9
    averaging: float = 0.0
    batch_size: int = 32
    epochs: int = 500
    evaluate_every: int = 5
    score_draws: int = 5
    patience: int = 20
    noise_probability: float = 0.25
    noise_critic: float = 0.5
    noise_generator: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        whole = ("latent_dim", "critic_steps", "batch_size", "epochs", "evaluate_every", "score_draws", "patience")
        for name in whole:
            _require(name, getattr(self, name), int, lambda v: v >= 1, "a whole number of 1 or more")
        for units in self.hidden:
            _require("hidden", units, int, lambda v: v >= 1, "whole numbers of 1 or more")
        if not self.hidden:
            raise ValueError("hidden=() has no layer; give the units of at least one, such as (128, 128)")
        for name in ("penalty_weight", "learning_rate", "embedding_scale"):
            _require(name, getattr(self, name), float, lambda v: 0 < v < float("inf"), "a positive number")
        for name in ("noise_critic", "noise_generator"):
            _require(name, getattr(self, name), float, lambda v: 0 <= v < float("inf"), "0 or more")
        for name in ("decay", "averaging"):
            _require(name, getattr(self, name), float, lambda v: 0 <= v < 1, "at least 0 and less than 1")
        _require("noise_probability", self.noise_probability, float, lambda v: 0 <= v <= 1, "from 0 to 1")

    def replace(self, **changes) -> Settings:
        """A copy with some settings changed, checked again."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict:
        """The settings as JSON can hold them."""
        return dataclasses.asdict(self) | {"hidden": list(self.hidden)}


def _require(name: str, value, kind: type, rule, words: str) -> None:
    allowed = (int, float) if kind is float else (int,)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; it must be {words}")
    if not rule(value):
        raise ValueError(f"{name}={value!r} must be {words}")


HUMAN = Settings(latent_dim=64, hidden=(256, 256), noise_probability=0.0, epochs=2000)
PAPER = {"embedding_scale": 0.05, "score_draws": 1, "patience": 10}

PRESETS = {
    "default": Settings(),
    "human": HUMAN.replace(averaging=0.998),
    "paper_ecoli": Settings(**PAPER),
    "paper_gtex_tcga": HUMAN.replace(**PAPER),
}
"""
Named settings. ``"paper_ecoli"`` and ``"paper_gtex_tcga"`` are what the paper and its authors' code do for Table 1 and
for the human data. ``"default"`` and ``"human"`` have the same architectures, larger first embeddings, steadier scores
and twice the patience; ``"human"`` also averages the generator.
"""


def resolve(settings: Settings | str) -> Settings:
    """The settings themselves, or the preset of that name."""
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
