import numpy as np
import pandas as pd

from gexlib.wgan import WGANGP
from gexlib.wgan.row_draws import row_draws, row_keys


def test_draws_are_standard_gaussian_and_independent():
    drawn = row_draws(3, row_keys(pd.Index([f"s{i}" for i in range(500)])), 200)
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    assert np.abs(np.corrcoef(drawn[:50]) - np.eye(50)).max() < 0.35
    assert not np.array_equal(drawn, row_draws(4, row_keys(pd.Index([f"s{i}" for i in range(500)])), 200))


def test_a_rows_sample_does_not_depend_on_the_other_rows(small, quick_model):
    train, validation = small
    gan = WGANGP(["medium"], settings=quick_model, device="cpu").fit(train, validation)
    all_of = gan.sample(train.obs, seed=3)
    some = gan.sample(train.obs.iloc[[20, 4, 11]], seed=3)
    np.testing.assert_allclose(some.X, all_of[some.obs_names].X, rtol=1e-5)
    twice = gan.sample(train.obs.iloc[[5, 5]], seed=3).X
    np.testing.assert_allclose(twice[0], all_of.X[5], rtol=1e-5)
    assert not np.allclose(twice[0], twice[1]), "rows of one name are told apart by their order"
