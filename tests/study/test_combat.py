"""ComBat takes batches out and keeps the condition."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.study.combat import combat


def batches(seed=0, genes=300):
    rng = np.random.default_rng(seed)
    obs = pd.DataFrame({"lab": np.repeat(["a", "b", "c"], [20, 30, 40]), "state": np.tile(["ill", "well"], 45)})
    obs.index = [f"s{i}" for i in range(90)]
    effect, shift = rng.normal(size=genes), rng.normal(1, 1, genes)
    x = 5 + rng.normal(size=(90, genes)) * np.where(obs["lab"] == "c", 2, 1)[:, None]
    x += np.outer(obs["state"] == "ill", effect) + np.outer(obs["lab"] == "b", shift)
    x[:, 0] = 7
    return AnnData(x.astype(np.float32), obs=obs), effect


def test_levels_and_spreads_become_alike_and_the_effect_stays():
    data, effect = batches()
    fixed = combat(data, "lab", ["state"])
    well = (data.obs["state"] == "well").to_numpy()

    def level(d, lab):
        return d.X[(well & (d.obs["lab"] == lab)).to_numpy()]

    assert np.abs(level(data, "b").mean(axis=0) - level(data, "a").mean(axis=0))[1:].mean() > 0.9
    assert np.abs(level(fixed, "b").mean(axis=0) - level(fixed, "a").mean(axis=0))[1:].mean() < 0.4
    ratio = level(fixed, "c").std(axis=0)[1:].mean() / level(fixed, "a").std(axis=0)[1:].mean()
    assert ratio == pytest.approx(1, abs=0.12)
    found = fixed.X[~well].mean(axis=0) - fixed.X[well].mean(axis=0)
    assert np.corrcoef(found[1:], effect[1:])[0, 1] > 0.95
    assert (fixed.X[:, 0] == 7).all()
    assert data.X[0, 1] != fixed.X[0, 1]


def test_what_is_not_kept_may_go_with_the_batch():
    """The state is nearly the batch: the effect stays only if the state is kept."""
    data, effect = batches()
    data.obs["state"] = np.where(data.obs["lab"] == "a", "ill", "well")
    data.obs.iloc[:3, 1], data.obs.iloc[-3:, 1] = "well", "ill"
    ill = (data.obs["state"] == "ill").to_numpy()
    data.X += np.outer(ill, 3 * np.sign(effect)).astype(np.float32)
    sizes = []
    for keep in ([], ["state"]):
        x = combat(data, "lab", keep).X
        sizes.append(np.abs(x[ill].mean(axis=0) - x[~ill].mean(axis=0))[1:].mean())
    assert sizes[0] < 0.5 * sizes[1]


def test_wrong_use_is_refused():
    data, _ = batches()
    with pytest.raises(ValueError, match="two or more, each with two samples"):
        combat(data[:20], "lab")
    with pytest.raises(ValueError, match="place"):
        combat(data, "place")
