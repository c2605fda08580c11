import numpy as np
import pandas as pd
import pytest

from gexlib.wgan import WGANGP, Settings
from gexlib.wgan.decision import decision


def history(*scores):
    return pd.DataFrame({"epoch": range(len(scores)), "score": scores})


@pytest.mark.parametrize(
    ("adversarial", "scores", "best", "words"),
    [
        (
            "auto",
            (0.8, np.nan, 0.85),
            2,
            "networks of epoch 2 were kept: adversarial training raised .* 0.8000 to 0.8500",
        ),
        (
            "auto",
            (0.8, np.nan, 0.79),
            0,
            r"factor model was kept: in 2 epochs, .* more than its noise \(0.8000 .* 0.7900",
        ),
        ("auto", (0.8, np.nan), 0, "no epoch of adversarial training has a score beside that of the start, 0.8000"),
        ("auto", (np.nan,), 0, "factor model was kept: without validation samples"),
        ("never", (0.8,), 0, "factor model was kept: the settings ask for no adversarial training"),
        ("always", (np.nan, 0.7), 1, "networks of epoch 1 were kept: it has the best score .* 0.7000"),
        ("always", (np.nan, np.nan), 1, "networks of epoch 1 were kept: the last"),
    ],
)
def test_what_was_kept_is_said(adversarial, scores, best, words):
    assert pd.Series([decision(adversarial, history(*scores), best)]).str.contains(words).all()


def test_the_default_keeps_its_fitted_start_unless_the_networks_beat_it(small, tmp_path):
    train, validation = small
    sizes = {"hidden": (8, 8), "latent_dim": 4, "epochs": 6, "critic_warmup": 2, "batch_size": 8}
    gan = WGANGP(["medium"], ["temperature"], settings=Settings(**sizes), device="cpu").fit(train, validation)
    assert gan.history_["epoch"].iloc[0] == 0
    assert gan.history_["score"].iloc[0] > 0
    assert (gan.best_epoch_ == 0) == (gan.critic_ is None)
    assert gan.decision_ in (decision("auto", gan.history_, gan.best_epoch_),)
    start = WGANGP(["medium"], ["temperature"], settings=Settings(adversarial="never", **sizes), device="cpu")
    start.fit(train, validation)
    assert (start.best_epoch_, len(start.history_), start.critic_) == (0, 1, None)
    assert start.history_["score"].iloc[0] == gan.history_["score"].iloc[0]
    with pytest.raises(ValueError, match="kept its fitted start, which has no critic; there are no scores"):
        start.critic_scores(train)
    start.save(tmp_path)
    again = WGANGP.load(tmp_path, device="cpu")
    assert again.decision_ == start.decision_
    np.testing.assert_array_equal(again.sample(train.obs).X, start.sample(train.obs).X)


def test_without_validation_samples_the_start_is_kept(small):
    sizes = {"hidden": (8, 8), "latent_dim": 4, "epochs": 3, "critic_warmup": 0}
    gan = WGANGP(["medium"], settings=Settings(**sizes), device="cpu").fit(small[0])
    assert (gan.best_epoch_, len(gan.history_)) == (0, 1)
    trained = WGANGP(["medium"], settings=Settings(adversarial="always", **sizes), device="cpu").fit(small[0])
    assert (trained.best_epoch_, len(trained.history_)) == (3, 3)


def test_a_start_needs_a_factor_model():
    with pytest.raises(ValueError, match="adversarial='auto' needs a fitted factor model to keep.*'none'"):
        Settings(factor_model="none")
