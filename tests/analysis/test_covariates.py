import numpy as np
import pandas as pd
import pytest
import torch

from gexlib.analysis import distance_agreement, level_embeddings, summarise_covariates
from gexlib.wgan import WGANGP, embedding_size


def test_counts_by_hand():
    obs = pd.DataFrame(
        {
            "condition": ["a", "a", "b", "c"],
            "carbon": pd.Categorical(["glucose", "glucose", "acetate", "glucose"]),
            "rate": [0.5, 0.5, np.nan, np.nan],
        }
    )
    table = summarise_covariates(obs, ["carbon", "rate"], within=["condition"])
    assert table.loc["carbon"].tolist() == [2, "glucose", 0.75, 0.0, 1]
    assert table.loc["rate"].tolist() == [1, "0.5", 0.5, 0.5, 1]
    assert "levels in one group" not in summarise_covariates(obs, ["carbon"])


def test_groups_are_the_combinations_of_all_columns():
    obs = pd.DataFrame({"a": list("xxyy"), "b": [1, 2, 1, None], "carbon": ["p", "p", "q", "q"]})
    table = summarise_covariates(obs, ["carbon"], within=["a", "b"])
    assert table.loc["carbon", "levels in one group"] == 1, "q; a sample with a missing value is in no group"
    assert summarise_covariates(obs, ["carbon"], within=["a"]).loc["carbon", "levels in one group"] == 2


def test_a_covariate_of_which_nothing_is_known():
    row = summarise_covariates(pd.DataFrame({"ph": ["unknown"] * 3}), ["ph"]).loc["ph"]
    assert row.tolist() == [0, None, 0.0, 1.0]


def test_columns_that_are_absent():
    obs = pd.DataFrame({"carbon": list("aab")})
    with pytest.raises(ValueError, match="covariates='medium' is not a column of obs; columns: 'carbon'"):
        summarise_covariates(obs, ["carbon", "medium"])
    with pytest.raises(ValueError, match="within='condition' is not a column of obs; columns: 'carbon'"):
        summarise_covariates(obs, ["carbon"], within=["condition"])
    with pytest.raises(TypeError, match="within='carbon' must be a list of names of columns"):
        summarise_covariates(obs, ["carbon"], within="carbon")


def test_embeddings_are_what_the_generator_adds_for_a_level():
    gan = WGANGP.load_pretrained("ecoli")
    name = list(gan.encoder_.vocabularies_)[-1]
    found = level_embeddings(gan, name)
    assert found.shape[1] == embedding_size(len(found))
    obs = pd.DataFrame({column: [levels[0]] * len(found) for column, levels in gan.encoder_.vocabularies_.items()})
    obs = obs.assign(**dict.fromkeys(gan.encoder_.numerical_, 1.0), **{name: found.index})
    encoded = gan.encoder_.transform(obs)
    vectors = gan.generator_.embedding(*map(torch.from_numpy, encoded)).detach().numpy()
    assert vectors[:, -found.shape[1] :] == pytest.approx(found.to_numpy())


def test_embeddings_of_an_unknown_covariate():
    with pytest.raises(ValueError, match="covariate='mood' is not a categorical one of the model; choose of "):
        level_embeddings(WGANGP.load_pretrained("ecoli"), "mood")


def test_distances_agree_in_rotated_spaces_and_not_in_others():
    rng = np.random.default_rng(0)
    one = pd.DataFrame(rng.normal(size=(12, 3)), index=list("abcdefghijkl"))
    turned = one @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
    found = distance_agreement(one.iloc[2:], turned.iloc[::-1], shuffles=199)
    assert (found["r"], found["n"]) == (pytest.approx(1), 10)
    assert found["p"] == 1 / 200
    other = [pd.DataFrame(rng.normal(size=(12, 3)), index=one.index) for _ in range(60)]
    below = [distance_agreement(one, o, shuffles=99, seed=i)["p"] < 0.2 for i, o in enumerate(other)]
    assert 0.05 < np.mean(below) < 0.4


def test_too_few_levels_in_both():
    places = pd.DataFrame(np.eye(5), index=list("abcde"))
    with pytest.raises(ValueError, match="share 3 levels; four or more"):
        distance_agreement(places, places.iloc[2:])
