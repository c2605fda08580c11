import dataclasses
import json

import pytest

from gexlib.wgan import PRESETS, Settings
from gexlib.wgan.settings import resolve


def test_paper_preset_is_what_the_authors_code_does():
    paper = PRESETS["paper_ecoli"]
    assert (paper.latent_dim, paper.hidden, paper.penalty_weight, paper.critic_steps) == (
        10,
        (128, 128),
        10,
        5,
    )
    assert (paper.learning_rate, paper.decay, paper.batch_size, paper.evaluate_every) == (5e-4, 0.9, 32, 5)
    assert paper.patience == 10
    assert paper.embedding_scale == 0.05
    assert (paper.critic_noise_probability, paper.critic_noise_sd, paper.critic_noise_sd_generator) == (0.25, 0.5, 1)


def test_settings_are_frozen_and_survive_json():
    settings = Settings(hidden=[16, 8])
    assert Settings(**json.loads(json.dumps(settings.to_dict()))) == settings
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.epochs = 3


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"latent_dim": 0}, ValueError, "latent_dim=0 must be a whole number of 1 or more"),
        ({"epochs": 2.5}, TypeError, "epochs=2.5 is a float"),
        ({"hidden": ()}, ValueError, "hidden"),
        ({"hidden": (8, -1)}, ValueError, "hidden=-1"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate=-1.0 must be a positive number"),
        ({"learning_rate": float("nan")}, ValueError, "learning_rate"),
        ({"decay": 1.0}, ValueError, "decay"),
        ({"critic_noise_probability": 1.5}, ValueError, "from 0 to 1"),
    ],
)
def test_bad_settings_are_named(change, error, words):
    with pytest.raises(error, match=words):
        Settings(**change)


def test_unknown_preset_lists_the_presets():
    with pytest.raises(ValueError, match="'paper' is neither.*paper_ecoli"):
        resolve("paper")


def test_human_preset_is_what_the_authors_code_does_but_for_its_patience():
    paper = PRESETS["paper_gtex_tcga"]
    assert (paper.latent_dim, paper.hidden, paper.critic_noise_probability) == (64, (256, 256), 0)
    assert (paper.learning_rate, paper.batch_size, paper.critic_steps, paper.patience) == (5e-4, 32, 5, 3)
