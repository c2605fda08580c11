import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.study import real_samples, samples_of, simple_models

SEEDS = [0, 3]


@pytest.fixture(scope="module")
def data():
    obs = pd.DataFrame({"tissue": np.repeat(["liver", "lung"], 30)}, index=[f"s{i}" for i in range(60)])
    x = np.random.default_rng(0).normal(size=(60, 5))
    x[30:] += 10
    return AnnData(x, obs=obs)


def test_models_of_each_kind_know_the_kind_and_others_do_not(data):
    names = ["Bootstrap", "SMOTE", "Gaussian", "Gaussian copula"]
    asked = pd.DataFrame({"tissue": ["lung"] * 20}, index=range(20))
    whole = samples_of(simple_models(data, names, components=3), asked, SEEDS)
    kinds = samples_of(simple_models(data, names, within=["tissue"], each="each tissue", components=3), asked, SEEDS)
    assert list(kinds) == [f"{name} of each tissue" for name in whole]
    assert all(np.mean(run.X > 5) > 0.9 for runs in kinds.values() for run in runs.values())
    assert all(np.mean(run.X > 5) < 0.9 for runs in whole.values() for run in runs.values())


def test_a_model_draws_with_all_seeds_and_models_by_seed_with_their_own(data):
    first, second = (simple_models(part, ["Bootstrap"])["Bootstrap"] for part in (data[:30], data[30:]))
    found = samples_of({"one": first, "by seed": {0: first, 3: second}}, data.obs[:9], SEEDS)
    assert (found["one"][0].X != found["one"][3].X).any()
    assert found["one"][3].X.max() < 5 < found["by seed"][3].X.min()
    assert (found["by seed"][0].X == found["one"][0].X).all()


def test_real_samples_are_as_many_as_test_samples_and_matched_ones_are_of_their_kinds(data):
    drawn, matched = real_samples(data, data[55:], ["tissue"], SEEDS).values()
    assert all(run.n_obs == 5 for runs in (drawn, matched) for run in runs.values())
    assert all((run.obs["tissue"] == "lung").all() for run in matched.values())
    assert not all((run.obs["tissue"] == "lung").all() for run in drawn.values())


def test_a_name_that_is_not_known(data):
    with pytest.raises(ValueError, match="names has 'normal'; choose of 'Random', 'Bootstrap'"):
        simple_models(data, ["normal"])
