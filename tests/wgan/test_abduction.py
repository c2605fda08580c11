"""Latent vectors and gene noise that are known are found again."""

import numpy as np
import pandas as pd
import pytest
import torch
from anndata import AnnData

from gexlib.wgan import WGANGP, Settings
from gexlib.wgan.abduction import is_linear, jacobian, latent_state, made

START = Settings(adversarial="never", latent_dim=4)
SMALL = {"latent_dim": 4, "hidden": (16, 16), "epochs": 3, "epoch_updates": 10, "batch_size": 16}
TRAINED = Settings(adversarial="always", learning_rate=0.003, critic_warmup=0, **SMALL)


def cohort():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"state": ["off", "on"] * 30}, index=[f"s{i}" for i in range(60)])
    x = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 40)) + 0.3 * rng.normal(size=(60, 40))
    return AnnData((x + 2 * (obs["state"] == "on").to_numpy()[:, None] + 8).astype(np.float32), obs=obs)


@pytest.fixture(scope="module", params=[START, TRAINED], ids=["factor model", "trained network"])
def model(request):
    return WGANGP(["state"], settings=request.param, device="cpu").fit(cohort(), progress=False)


def generated(gan, seed=1):
    """Latent vectors, gene noise, covariates, and the scores that they make."""
    rng, covariates = np.random.default_rng(seed), gan.encoder_.transform(cohort().obs)
    z, noise = (rng.normal(size=(60, n)).astype(np.float32) for n in (4, 40))
    with torch.no_grad():
        scores = gan.generator_(*map(torch.from_numpy, (z, *covariates, noise))).numpy()
    return z, noise, covariates, scores


def test_known_latent_states_are_recovered(model):
    z, noise, covariates, scores = generated(model)
    found = latent_state(model.generator_, scores, covariates)
    assert np.corrcoef(found.z.ravel(), z.ravel())[0, 1] > 0.95
    assert np.corrcoef(found.gene_noise.ravel(), noise.ravel())[0, 1] > 0.9


def test_the_posterior_is_as_wide_as_its_errors(model):
    """(z - mean)' covariance^-1 (z - mean) is a chi-square with 4 degrees of freedom: mean 4, and 60 of them."""
    z, _, covariates, scores = generated(model)
    found = latent_state(model.generator_, scores, covariates)
    whole = zip(found.factor, z - found.z, strict=True)
    square = [error @ np.linalg.solve(root @ root.T, error) for root, error in whole]
    assert np.mean(square) == pytest.approx(4, abs=4 * np.sqrt(8 / 60))


def test_the_state_makes_the_samples_again(model):
    _, _, covariates, scores = generated(model)
    found = latent_state(model.generator_, scores, covariates)
    with torch.no_grad():
        again = model.generator_(*map(torch.from_numpy, (found.z, *covariates, found.gene_noise)))
    np.testing.assert_allclose(again, scores, atol=1e-5)


def test_the_network_counts_only_if_it_was_trained(model):
    assert is_linear(model.generator_) == (model.settings.adversarial == "never")
    one = model.encoder_.transform(cohort().obs[:1])
    at, step = np.full(4, 0.3), np.eye(4)[1] * 1e-2
    slope = (made(model.generator_, at + step, one) - made(model.generator_, at - step, one)) / 2e-2
    found = jacobian(model.generator_, at, one)[:, 1]
    np.testing.assert_allclose(found, slope, atol=0.05)  # a ReLU may have its kink between the two points
    assert np.corrcoef(found, slope)[0, 1] > 0.999


def test_a_model_without_gene_noise_has_made_no_measured_sample(small, quick):
    gan = WGANGP(["medium"], settings=quick, device="cpu").fit(small[0], progress=False)
    with pytest.raises(ValueError, match="has no gene noise.*factor_model='full'"):
        gan.counterfactual(small[1], "medium", "LB")
