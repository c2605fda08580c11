import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy.stats import kstest

from gexlib.simulators import SMOTE


@pytest.fixture
def train():
    """Tissues of 20, 12, 3 and 1 samples, which overlap, so that the nearest of all is often of another tissue."""
    obs = pd.DataFrame({"tissue": np.repeat(["lung", "liver", "skin", "brain"], [20, 12, 3, 1])})
    obs = obs.sample(frac=1, random_state=0)
    obs.index = [f"s{i}" for i in range(36)]
    return AnnData(np.random.default_rng(0).normal(size=(36, 5)).astype(np.float32), obs=obs)


def neighbours(train, k, within=()):
    """Names of the nearest neighbours of each sample, by sorting all distances."""
    near = {}
    for name in train.obs_names:
        tissue = train.obs["tissue"] == train.obs.loc[name, "tissue"]
        others = train[tissue | (not within)]
        distances = pd.Series(((others.X - train[name].X) ** 2).sum(axis=1), index=others.obs_names)
        near[name] = set(distances.drop(name).nsmallest(k).index) or {name}
    return near


def weights(train, made):
    """How far from the first to the second parent each sample lies, and how far off their line."""
    first, second = (train[made.obs[c]].X.astype(float) for c in ("training_sample", "neighbour"))
    way = second - first
    t = ((made.X - first) * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-12)
    return t, np.abs(first + t[:, None] * way - made.X).max(axis=1)


@pytest.mark.parametrize("within", [[], ["tissue"]])
def test_samples_lie_between_two_neighbours_evenly(train, within):
    made = SMOTE(k=4, within=within).fit(train).simulate(5000, seed=1)
    t, off = weights(train, made)
    assert off.max() < 1e-5
    apart = (made.obs["training_sample"] != made.obs["neighbour"]).to_numpy()
    assert kstest(t[apart], "uniform").pvalue > 0.01
    found = made.obs.groupby("training_sample")["neighbour"].agg(set).to_dict()
    assert found == neighbours(train, 4, within), "each sample with each of its k nearest, and no others"


def test_parents_are_drawn_alike_often(train):
    made = SMOTE(k=3).fit(train).simulate(36_000)
    assert np.abs(made.obs["training_sample"].value_counts() - 1000).max() < 5 * np.sqrt(1000)
    pairs = made.obs.groupby("training_sample")["neighbour"].value_counts()
    assert np.abs(pairs - 1000 / 3).max() < 6 * np.sqrt(1000 / 3)


def test_samples_for_covariates_have_both_parents_of_the_same_ones(train):
    wanted = pd.DataFrame({"tissue": ["skin", "lung", "brain", "liver"] * 50, "age": 1})
    made = SMOTE(within=["tissue"]).fit(train).sample(wanted, seed=3)
    for parent in ("training_sample", "neighbour"):
        assert (train.obs.loc[made.obs[parent], "tissue"].to_numpy() == wanted["tissue"].to_numpy()).all()
    alone = (wanted["tissue"] == "brain").to_numpy()
    brain = train[train.obs["tissue"] == "brain"]
    assert (made.obs.loc[alone, ["training_sample", "neighbour"]] == brain.obs_names[0]).all(axis=None)
    np.testing.assert_array_equal(made.X[alone], np.tile(brain.X, (50, 1)))
    assert (made.obs.loc[~alone, "training_sample"] != made.obs.loc[~alone, "neighbour"]).all()


def test_a_copy_of_a_sample_is_its_neighbour_but_it_is_not_its_own(train):
    train.X[3] = train.X[7]
    made = SMOTE(k=1).fit(train).simulate(2000)
    pair = made.obs[made.obs["training_sample"].isin(["s3", "s7"])]
    assert set(zip(pair["training_sample"], pair["neighbour"], strict=True)) == {("s3", "s7"), ("s7", "s3")}


def test_an_unseen_kind_is_an_error_or_any_samples(train):
    wanted = pd.DataFrame({"tissue": ["skin", *["heart"] * 3000]})
    with pytest.raises(ValueError, match="3000 samples are of kinds .* the first {'tissue': 'heart'}.*unknown'"):
        SMOTE(within=["tissue"]).fit(train).sample(wanted)
    made = SMOTE(k=2, within=["tissue"], unseen="unknown").fit(train).sample(wanted)
    assert train.obs.loc[made.obs["training_sample"].iloc[0], "tissue"] == "skin"
    found = made.obs.iloc[1:].groupby("training_sample")["neighbour"].agg(set).to_dict()
    assert found == neighbours(train, 2)


def test_same_seed_same_samples_and_the_provenance(train):
    first, again, other = (SMOTE(k=2, within=["tissue"]).fit(train).simulate(9, seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.X, again.X)
    assert not np.array_equal(first.X, other.X)
    assert first.X.dtype == np.float32
    kept = {name: first.uns["provenance"][name] for name in ("source", "k", "within", "unseen", "seed")}
    assert kept == {"source": "gexlib.simulators.SMOTE", "k": "2", "within": "tissue", "unseen": "error", "seed": "5"}


def test_no_neighbours_are_refused():
    with pytest.raises(ValueError, match="k must be at least 1, not 0"):
        SMOTE(k=0)
