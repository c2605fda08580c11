"""The critic's scores of real data are its network's output."""

import numpy as np
import pytest
import torch

import gexlib.wgan.model as model_module
from gexlib.wgan import WGANGP


def make(settings):
    return WGANGP(["medium"], ["temperature"], settings=settings, device="cpu")


def test_scores_are_the_critics_output_on_standardised_data(small, quick, monkeypatch):
    train, validation = small
    gan = make(quick).fit(train)
    scores = gan.critic_scores(validation)
    x = torch.from_numpy(((validation.X - train.X.mean(axis=0)) / train.X.std(axis=0)).astype(np.float32))
    codes = torch.from_numpy((validation.obs["medium"] == "M9").to_numpy(np.int64))[:, None]
    warm = (validation.obs["temperature"] - train.obs["temperature"].mean()) / train.obs["temperature"].std(ddof=0)
    values = torch.from_numpy(warm.to_numpy(np.float32))[:, None]
    expected = gan.critic_(x, codes, values).detach().numpy()
    np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4)
    monkeypatch.setattr(model_module, "SAMPLE_ROWS", 5)
    np.testing.assert_allclose(gan.critic_scores(validation), scores, rtol=1e-5, atol=1e-6)


def test_wrong_data(small, quick):
    train, validation = small
    with pytest.raises(ValueError, match="not fitted"):
        make(quick).critic_scores(validation)
    gan = make(quick).fit(train)
    with pytest.raises(ValueError, match="data has other genes than the model"):
        gan.critic_scores(validation[:, ::-1].copy())
    del validation.obs["medium"]
    with pytest.raises(ValueError, match="medium"):
        gan.critic_scores(validation)


def test_a_model_may_be_saved_without_its_critic(small, quick, tmp_path):
    train, validation = small
    gan = make(quick).fit(train)
    gan.save(tmp_path / "whole"), gan.save(tmp_path / "published", critic=False)
    size = {folder.name: sum(path.stat().st_size for path in folder.iterdir()) for folder in tmp_path.iterdir()}
    assert size["published"] < size["whole"]
    published = WGANGP.load(tmp_path / "published", device="cpu")
    assert np.array_equal(published.sample(validation.obs).X, gan.sample(validation.obs).X)
    with pytest.raises(ValueError, match="saved without its critic; there are no scores"):
        published.critic_scores(validation)
    published.save(tmp_path / "again", critic=False)
    assert WGANGP.load(tmp_path / "whole", device="cpu").critic_ is not None
