"""A fitted model on the disk, without the estimator: all of it comes back, and what is damaged is refused."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import torch

from gexlib.preprocess import CovariateEncoder, NormalScores
from gexlib.wgan.factor_model import FactorModel, fit_factors
from gexlib.wgan.files import folder as disk
from gexlib.wgan.files import model as files
from gexlib.wgan.networks import build
from gexlib.wgan.settings import Settings


@pytest.fixture
def fitted():
    rng = np.random.default_rng(0)
    x = np.maximum(rng.normal(size=(30, 6)), 0).astype(np.float32)
    obs = pd.DataFrame({"tissue": rng.choice(["lung", "liver"], 30), "age": rng.normal(50, 9, 30)})
    encoder, standardizer = CovariateEncoder(["tissue"], ["age"]).fit(obs), NormalScores().fit(x)
    settings = Settings(transform="normal scores", hidden=(5,), latent_dim=3)
    codes, values = encoder.transform(obs)
    factors = fit_factors(standardizer.transform(x), codes, values, [2], standardizer.floor_, 3, 0)
    random = torch.Generator().manual_seed(0)
    generator, critic = build(settings, 6, [2], 1, random, factors, files.floor_of(standardizer))
    torch.nn.init.constant_(generator.layers[-1].weight, 0.1)
    row = {"epoch": 5, "critic_loss": -1.5, "wasserstein": 1.0, "penalty": 0.1, "generator_loss": 2.0, "score": None}
    return files.FittedModel(
        settings=settings,
        seed=7,
        encoder=encoder,
        standardizer=standardizer,
        var=pd.DataFrame({"symbol": list("abcdef"), "length": [1, 2, 3, 4, 5, 6]}, index=[f"g{i}" for i in range(6)]),
        provenance={"unit": "log(1 + FPKM)"},
        generator=generator,
        critic=critic,
        history=files.history_frame([row]),
        best_epoch=5,
        best_score=float("nan"),
    )


def test_all_of_it_comes_back(fitted, tmp_path):
    files.write(tmp_path, fitted)
    again = files.read(tmp_path)
    for name in ("settings", "seed", "provenance", "best_epoch"):
        assert getattr(again, name) == getattr(fitted, name), name
    assert np.isnan(again.best_score)
    assert again.encoder.to_dict() == fitted.encoder.to_dict()
    pd.testing.assert_frame_equal(again.var, fitted.var)
    pd.testing.assert_frame_equal(again.history, fitted.history)
    for name, value in vars(fitted.standardizer).items():
        np.testing.assert_array_equal(getattr(again.standardizer, name), value, err_msg=name)
    assert isinstance(again.generator.factor_model, FactorModel)
    torch.testing.assert_close(again.generator.floor, fitted.generator.floor)
    for player in ("generator", "critic"):
        expected, found = (getattr(model, player).state_dict() for model in (fitted, again))
        assert expected.keys() == found.keys()
        assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_without_a_critic(fitted, tmp_path):
    files.write(tmp_path, dataclasses.replace(fitted, critic=None))
    assert files.read(tmp_path).critic is None
    assert not any(name.startswith("critic.") for name in disk.read(tmp_path, "model")[1])


@pytest.mark.parametrize("lost", ["generator.layers.0.bias", "critic.layers.1.weight", "standardizer.floor_"])
def test_a_tensor_that_is_missing_is_named(fitted, tmp_path, lost):
    files.write(tmp_path, fitted)
    info, tensors = disk.read(tmp_path, "model")
    info = {name: value for name, value in info.items() if name not in ("format", "version", "kind", "tensors")}
    del tensors[lost]
    disk.write(tmp_path, "model", info, tensors)
    with pytest.raises(ValueError, match="is not a whole model"):
        files.read(tmp_path)


def edited(folder, change):
    """Change the description of a model, as a program of another version writes it."""
    config = json.loads((folder / "config.json").read_text())
    del config[disk.CHECKSUM]
    change(config)
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["settings"].update(hidden=[40_000, 40_000]), r"generator.layers.0.weight has the shape \(5, 6\)"),
        (lambda c: c["settings"].update(latent_dim=10**9), "generator.layers.0.weight has the shape"),
        (lambda c: c["settings"].update(hidden="abc"), "is not a whole model"),
        (lambda c: c["genes"].append("g7"), "generator.layers.1.weight has the shape"),
        (lambda c: c["covariates"]["vocabularies"].update(tissue=[["lung"], []]), "is not a whole model"),
        (lambda c: c["covariates"]["vocabularies"].update(tissue=["lung", "lung"]), "the levels of 'tissue' are"),
        (lambda c: c["covariates"]["numerical"].update(age=[50, 0]), "the mean and the scale of 'age' are 50 and 0"),
        (lambda c: c["covariates"]["numerical"].update(age=[1e300, 1]), "the mean and the scale of 'age'"),
        (lambda c: c.update(history=[1, 2]), "is not a whole model"),
        (lambda c: c.update(seed="7"), "seed must be a whole number"),
        (lambda c: c.update(provenance=[]), "is not a whole model"),
        (lambda c: c.update(var={"symbol": ["a"]}), "is not a whole model"),
    ],
)
def test_a_description_that_does_not_fit_the_tensors(fitted, tmp_path, change, words):
    """Networks of 40,000 x 40,000 units would take 23 GB."""
    files.write(tmp_path, fitted)
    edited(tmp_path, change)
    with pytest.raises(ValueError, match=words):
        files.read(tmp_path)


def test_weights_that_are_not_finite(fitted, tmp_path):
    next(fitted.generator.parameters()).data.fill_(float("nan"))
    files.write(tmp_path, fitted)
    with pytest.raises(ValueError, match="is not a whole model: its samples are not finite"):
        files.read(tmp_path)
