import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy.special import ndtri
from scipy.stats import rankdata, spearmanr

from gexlib.simulators import GaussianCopula


def skewed(n, seed=0, correlation=0.8):
    """Four genes: two that go together, exponential and log-normal; one that is off in some samples; a constant one."""
    rng = np.random.default_rng(seed)
    a, b = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n).T
    off = np.maximum(rng.normal(size=n) - 0.3, 0)
    return np.column_stack([-np.log(np.clip(0.5 * (1 - np.tanh(a)), 1e-9, 1)), np.exp(b), off, np.full(n, 3.5)])


@pytest.fixture
def train():
    """Tissues of 300, 200 and 1 samples, the genes of the second higher and going together the other way."""
    x = np.concatenate([skewed(300), 10 + skewed(200, seed=1, correlation=-0.8), [[1, 2, 3, 4]]])
    obs = pd.DataFrame({"tissue": ["lung"] * 300 + ["liver"] * 200 + ["skin"]}, index=[f"s{i}" for i in range(501)])
    order = np.random.default_rng(2).permutation(501)
    data = AnnData(x.astype(np.float32), obs=obs, uns={"provenance": {"source": "somewhere"}})[order].copy()
    data.var_names = ["a", "b", "off", "constant"]
    return data


def test_each_gene_keeps_its_distribution_in_each_kind(train):
    simulator = GaussianCopula(within=["tissue"]).fit(train)
    u = np.linspace(0.05, 0.9, 25)
    for tissue in ("lung", "liver"):
        real = train[train.obs["tissue"] == tissue].X
        made = simulator.sample(pd.DataFrame({"tissue": [tissue] * 40_000})).X
        np.testing.assert_allclose(np.quantile(made, u, axis=0), np.quantile(real, u, axis=0), rtol=0.1, atol=0.1)
    off, made = (
        train[train.obs["tissue"] == "lung"].X[:, 2],
        simulator.sample(pd.DataFrame({"tissue": ["lung"] * 9999})),
    )
    assert (made.X[:, 2] == 0).mean() == pytest.approx((off == 0).mean(), abs=0.02)
    assert (made.X[:, 2] >= 0).all()


def test_a_kind_of_one_sample_is_no_copy_but_what_its_tissue_and_all_samples_say(train):
    made = GaussianCopula(within=["tissue"]).fit(train).sample(pd.DataFrame({"tissue": ["skin"] * 2000})).X
    assert (made[:, :3].std(axis=0) > 0.3).all()
    assert (made[:, 3] > 3).all()


@pytest.mark.parametrize("kappa", [0, 100])
def test_scores_have_the_mixed_correlations(train, kappa):
    tissues, z = train.obs["tissue"].to_numpy(), np.zeros((501, 2))
    for tissue in ("lung", "liver"):
        ranks = rankdata(train.X[tissues == tissue, :2], axis=0)
        scores = ndtri((ranks - 0.5) / len(ranks))
        z[tissues == tissue] = scores / scores.std(axis=0)
    common = np.corrcoef(z, rowvar=False)[0, 1]
    simulator = GaussianCopula(within=["tissue"], shrinkage=kappa).fit(train)
    for tissue, n in {"lung": 300, "liver": 200}.items():
        own, w = np.corrcoef(z[tissues == tissue], rowvar=False)[0, 1], n / (n + kappa)
        made = simulator.sample(pd.DataFrame({"tissue": [tissue] * 30_000})).X
        found = 2 * np.sin(np.pi / 6 * spearmanr(made[:, 0], made[:, 1])[0])  # the correlation behind Spearman's
        assert found == pytest.approx(w * own + (1 - w) * common, abs=0.03)


def test_dependence_of_a_gaussian_copula_is_recovered_whatever_the_margins():
    x = skewed(3000)
    made = GaussianCopula().fit(AnnData(x.astype(np.float32))).simulate(20_000).X
    assert spearmanr(made[:, 0], made[:, 1])[0] == pytest.approx(spearmanr(x[:, 0], x[:, 1])[0], abs=0.03)
    assert spearmanr(made[:, 0], made[:, 2])[0] == pytest.approx(spearmanr(x[:, 0], x[:, 2])[0], abs=0.03)


def test_more_genes_than_samples_are_no_copies():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(30, 3)) @ rng.normal(size=(3, 400)) + rng.normal(size=(30, 400))).astype(np.float32)
    made = GaussianCopula().fit(AnnData(x)).simulate(200).X
    nearest = np.sqrt(((made[:, None] - x[None]) ** 2).sum(axis=2)).min(axis=1)
    apart = np.sqrt(((x[:, None] - x[None]) ** 2).sum(axis=2) + np.diag([np.inf] * 30)).min(axis=1)
    assert nearest.mean() > 0.7 * apart.mean()


def test_an_unseen_kind_is_an_error_or_drawn_from_what_the_kinds_have_in_common(train):
    wanted = pd.DataFrame({"tissue": ["brain"] * 20_000})
    with pytest.raises(ValueError, match="20000 samples are of kinds that the training data do not have"):
        GaussianCopula(within=["tissue"]).fit(train).sample(wanted)
    made = GaussianCopula(within=["tissue"], unseen="unknown").fit(train).sample(wanted).X
    centre = np.median(train.X, axis=0)
    assert (np.quantile(made, 0.05, axis=0)[:3] < centre[:3]).all()
    assert (np.quantile(made, 0.95, axis=0)[:3] > centre[:3]).all()


def test_simulate_draws_kinds_and_says_which(train):
    made = GaussianCopula(within=["tissue"]).fit(train).simulate(1000, seed=4)
    low = made.X[:, 3] < 10
    assert ((made.obs["tissue"] == "liver") == ~low).all()
    assert 500 < (made.obs["tissue"] == "lung").sum() < 700


def test_same_seed_same_samples_and_the_provenance(train):
    before = train.X.copy()
    first, again, other = (GaussianCopula(within=["tissue"]).fit(train).sample(train.obs, seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.X, again.X)
    assert not np.array_equal(first.X, other.X)
    np.testing.assert_array_equal(train.X, before)
    assert first.X.dtype == np.float32
    assert first.obs.equals(train.obs)
    assert first.uns["provenance"] == {
        "source": "gexlib.simulators.GaussianCopula",
        "within": "tissue",
        "unseen": "error",
        "shrinkage": "0.5",
        "unit": "that of the training data",
        "seed": "5",
        "training_source": "somewhere",
    }


def test_a_negative_shrinkage_is_refused():
    with pytest.raises(ValueError, match="shrinkage is -1, but must be a number of samples of at least 0"):
        GaussianCopula(shrinkage=-1)
