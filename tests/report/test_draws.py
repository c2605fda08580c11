"""Real samples are drawn of the kinds that are wanted, without replacement."""

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.report.draws import halves, matched


def test_matched_draws_the_groups_that_are_wanted():
    groups = pd.DataFrame({"t": list("a" * 20 + "b" * 8 + "c" * 2)}, index=[f"s{i}" for i in range(30)])
    train = AnnData(np.zeros((30, 2)), obs=groups)
    obs = pd.DataFrame({"t": list("aabbbbcccc")})
    drawn = matched(train, 10, obs, ["t"], np.random.default_rng(0))
    counts = drawn.obs["t"].value_counts()
    assert (counts["c"], counts["a"] + counts["b"]) == (2, 8), "both of c, and two others for the missing ones"
    assert counts["b"] >= 4
    assert counts["a"] >= 2
    assert drawn.obs_names.is_unique
    assert matched(train, 99, obs, ["t"], np.random.default_rng(0)) is train


def test_halves_hold_every_sample_once(sets):
    a, b = halves(sets["test"], 1)
    assert (a.n_obs, b.n_obs) == (18, 18)
    assert set(a.obs_names) | set(b.obs_names) == set(sets["test"].obs_names)
    assert a.obs_names.equals(halves(sets["test"], 1)[0].obs_names), "the seed decides"
    assert not a.obs_names.equals(halves(sets["test"], 2)[0].obs_names)
