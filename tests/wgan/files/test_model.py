"""A fitted model on the disk, without the estimator: all of it comes back, and what is damaged is refused."""

import dataclasses

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
