"""Scores of generated samples, some rows at a time."""

import numpy as np
import pandas as pd
import pytest
import torch

from gexlib.preprocess import Covariates
from gexlib.wgan import PRESETS, WGANGP, generation


def test_many_samples_do_not_depend_on_the_chunks(small, quick, monkeypatch):
    gan = WGANGP(["medium"], ["temperature"], settings=quick, device="cpu").fit(small[0])
    obs = small[0].obs.iloc[[0, 1] * 50]
    whole = gan.sample(obs, seed=0)
    assert whole.obs_names.is_unique
    monkeypatch.setattr(generation, "SAMPLE_ROWS", 7)
    np.testing.assert_allclose(gan.sample(obs, seed=0).X, whole.X, rtol=1e-5)
    assert gan.sample(obs.iloc[:0]).shape == (0, 12)


@pytest.mark.parametrize("name", ["default", "paper_ecoli", "paper_gtex_tcga", "gtex-tcga", "ecoli"])
def test_a_row_alone_has_the_bits_that_it_has_among_others(small, name):
    if name in PRESETS:
        settings = PRESETS[name].replace(epochs=1, epoch_updates=2, adversarial="always")
        gan = WGANGP(["medium"], ["temperature"], settings, device="cpu").fit(small[0], progress=False)
        obs = small[0].obs
    else:
        gan, rng = WGANGP.load_pretrained(name, device="cpu"), np.random.default_rng(0)
        levels = {column: rng.choice(levels, 60) for column, levels in gan.encoder_.vocabularies_.items()}
        obs = pd.DataFrame(levels | dict.fromkeys(gan.encoder_.numerical, 1), index=[f"s{i}" for i in range(60)])
    whole = gan.sample(obs).X
    for row in (0, 1, 17):
        assert np.array_equal(gan.sample(obs.iloc[[row]]).X[0], whole[row])
    assert np.array_equal(gan.sample(obs.iloc[20:3:-1]).X, whole[20:3:-1])


@torch.no_grad()
def test_gene_noise_has_the_temperature_of_the_settings(small, quick_model):
    gan = WGANGP(["medium"], settings=quick_model, device="cpu").fit(small[0])
    rows = Covariates(np.zeros((300, 1), np.int64), np.empty((300, 0), np.float32))

    def spread(temperature):
        settings = quick_model.replace(gene_noise_temperature=temperature)
        return generation.generated_scores(gan.generator_, rows, settings, 0).std(axis=0).mean()

    assert spread(2.0) > spread(0.5) + 0.05


@torch.no_grad()
def test_rows_without_keys_are_told_apart_by_their_places(small, quick_model):
    gan = WGANGP(["medium"], settings=quick_model, device="cpu").fit(small[0])
    rows = gan.encoder_.transform(pd.DataFrame({"medium": ["LB"] * 5}))
    made = generation.generated_scores(gan.generator_, rows, quick_model, 0)
    keyed = generation.generated_scores(gan.generator_, rows, quick_model, 0, np.arange(5)[::-1, None])
    np.testing.assert_allclose(keyed, made[::-1], rtol=1e-5)
    assert np.abs(made[0] - made[1]).max() > 0.1


@torch.no_grad()
def test_diverged_scores_are_refused(small, quick_model):
    gan = WGANGP(["medium"], settings=quick_model, device="cpu").fit(small[0])
    gan.generator_.layers[-1].bias.fill_(1e6)
    with pytest.raises(FloatingPointError, match="diverged"):
        gan.sample(small[0].obs)
