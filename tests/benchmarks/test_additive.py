"""The additive model is exact where effects add up, and keeps the residuals of whole samples."""

import numpy as np
import pandas as pd
from anndata import AnnData


def test_an_unseen_combination_of_effects_that_add_up(benchmarks):
    from additive import Additive

    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {"tissue": np.arange(400) % 2, "tumour": np.arange(400) // 2 % 2, "age": rng.normal(60, 10, 400)}
    )
    obs = obs.astype({"tissue": str, "tumour": str}).set_axis([f"s{i}" for i in range(400)])
    x = 9 + np.outer(obs["tissue"] == "1", [2, 0, 1]) + np.outer(obs["tumour"] == "1", [0, -3, 1])
    x = x + np.outer(obs["age"] - 60, [0.1, 0, 0]) + np.outer(rng.normal(0, 0.3, 400), [1, 1, -1])
    data = AnnData(x.astype(np.float32), obs=obs)
    unseen = ((obs["tissue"] == "1") & (obs["tumour"] == "1")).to_numpy()
    drawn = Additive(["tissue", "tumour"], ["age"]).fit(data[~unseen].copy()).sample(obs[unseen], seed=1)
    np.testing.assert_allclose(drawn.X.mean(axis=0), x[unseen].mean(axis=0), atol=0.15)
    assert np.corrcoef(drawn.X[:, 1], drawn.X[:, 2])[0, 1] < -0.9
    old = drawn.obs["age"] > 60
    assert drawn.X[old.to_numpy(), 0].mean() - drawn.X[~old.to_numpy(), 0].mean() > 1
    assert drawn.uns["provenance"]["covariates"] == "tissue, tumour, age"
    assert (data[~unseen].X.min(axis=0) <= drawn.X).all()
