"""Heads of a copula's leading components learn what a Gaussian does not have, kind by kind."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData


@pytest.fixture
def latent(benchmarks, monkeypatch):
    import latent

    monkeypatch.setattr(latent, "ITERATIONS", 400)
    return latent


def samples(n, seed=0):
    """In kind a the second factor is the size of the first; in kind b they are independent."""
    rng = np.random.default_rng(seed)
    kind = np.array(["a", "b"])[np.arange(n) % 2]
    f = rng.normal(size=(n, 2))
    f[kind == "a", 1] = 1.6 * (np.abs(f[kind == "a", 0]) - 0.8)
    x = 9 + np.repeat(f, 6, axis=1) + rng.normal(0, 0.3, (n, 12))
    obs = pd.DataFrame({"kind": kind}, index=[f"s{i}" for i in range(n)])
    return AnnData(x.astype(np.float32), obs=obs)


def dependence(data, kind):
    """The correlation of the size of the first factor with the second."""
    x = data.X[(data.obs["kind"] == kind).to_numpy()]
    return float(np.corrcoef(np.abs(x[:, :6].mean(axis=1) - 9), x[:, 6:].mean(axis=1))[0, 1])


@pytest.mark.parametrize("head", ["mixture_head", "flow_head"])
def test_dependence_that_a_gaussian_does_not_have_is_learned_in_its_kind(latent, head):
    data = samples(800)
    drawn = latent.LatentCopula(["kind"], getattr(latent, head)).fit(data).sample(data.obs, seed=1)
    gaussian = latent.LatentCopula(["kind"], gaussian_head).fit(data).sample(data.obs, seed=1)
    assert dependence(data, "a") > 0.9
    assert dependence(drawn, "a") > 0.3 > 0.2 > abs(dependence(gaussian, "a"))
    if head == "mixture_head":  # the flow is one network for all kinds, and a short training leaves some in both
        assert abs(dependence(drawn, "b")) < 0.2
    np.testing.assert_allclose(drawn.X.std(axis=0), data.X.std(axis=0), rtol=0.15)
    assert drawn.uns["provenance"]["head"] == head


def gaussian_head(u, codes, seed):
    return lambda code, n, rng: rng.multivariate_normal(np.zeros(u.shape[1]), np.cov(u[codes == code].T), n)


@pytest.mark.parametrize("head", ["mixture_head", "flow_head"])
def test_kinds_of_few_samples_and_kinds_that_are_not_known(latent, head):
    data = samples(40)
    data.obs["kind"] = ["a"] * 37 + ["b", "c", "c"]
    model = latent.LatentCopula(["kind"], getattr(latent, head)).fit(data)
    wanted = pd.DataFrame({"kind": ["a", "b", "c", "d"]}, index=list("wxyz"))
    assert np.isfinite(model.sample(wanted, seed=0).X).all()
    np.testing.assert_array_equal(model.sample(wanted, seed=2).X, model.sample(wanted, seed=2).X)
