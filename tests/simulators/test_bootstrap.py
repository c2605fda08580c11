import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from sklearn.exceptions import NotFittedError

from gexlib.simulators import Bootstrap


@pytest.fixture
def train():
    obs = pd.DataFrame({"tissue": ["lung", "lung", "liver", "skin"] * 10, "sex": ["f", "m"] * 20})
    obs.index = [f"s{i}" for i in range(40)]
    return AnnData(np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32), obs=obs)


def test_every_sample_is_a_copy_of_the_training_sample_it_names(train):
    made = Bootstrap().fit(train).simulate(200, seed=1)
    np.testing.assert_array_equal(made.X, train[made.obs["training_sample"]].X)


def test_training_samples_are_drawn_alike_often_and_with_replacement(train):
    counts = Bootstrap().fit(train).simulate(40_000).obs["training_sample"].value_counts()
    assert len(counts) == 40
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_samples_for_covariates_come_from_training_samples_with_the_same_ones(train):
    wanted = pd.DataFrame({"sex": ["m", "f", "m"] * 30, "tissue": ["lung", "skin", "skin"] * 30, "age": 1})
    wanted = wanted[~((wanted["sex"] == "f") & (wanted["tissue"] == "skin"))]  # skin is always of the other sex
    made = Bootstrap(within=["tissue", "sex"]).fit(train).sample(wanted, seed=3)
    origin = train.obs.loc[made.obs["training_sample"]]
    assert (origin["tissue"].to_numpy() == wanted["tissue"].to_numpy()).all()
    assert (origin["sex"].to_numpy() == wanted["sex"].to_numpy()).all()
    assert made.obs["training_sample"].nunique() > 10
    assert made.obs_names.tolist() == wanted.index.astype(str).tolist()


def test_an_unseen_kind_is_an_error_or_any_sample(train):
    wanted = pd.DataFrame({"tissue": ["skin", *["brain"] * 300]})
    with pytest.raises(ValueError, match="300 samples are of kinds .* the first {'tissue': 'brain'}.*unknown'"):
        Bootstrap(within=["tissue"]).fit(train).sample(wanted)
    made = Bootstrap(within=["tissue"], unseen="unknown").fit(train).sample(wanted)
    assert train.obs.loc[made.obs["training_sample"].iloc[0], "tissue"] == "skin"
    assert made.obs["training_sample"].nunique() == 40


def test_misuse_is_refused(train):
    with pytest.raises(ValueError, match="within='organ' is not a column of obs; columns: 'tissue', 'sex'"):
        Bootstrap(within=["organ"]).fit(train)
    train.obs.iloc[3, 0] = None
    with pytest.raises(ValueError, match="within='tissue' has 1 missing values in obs; make them a level"):
        Bootstrap(within=["tissue"]).fit(train)
    with pytest.raises(TypeError, match="within='sex' must be a list of names of columns, such as"):
        Bootstrap(within="sex")
    with pytest.raises(ValueError, match="within=.* names a column twice"):
        Bootstrap(within=["sex", "sex"])
    with pytest.raises(ValueError, match="unseen='any' is not known"):
        Bootstrap(unseen="any")
    with pytest.raises(NotFittedError, match="this Bootstrap is not fitted; call fit first"):
        Bootstrap().sample(train.obs)
    with pytest.raises(TypeError, match="obs is a dict; give a DataFrame"):
        Bootstrap().fit(train).sample({"sex": ["f"]})
