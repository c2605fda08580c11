import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy.stats import spearmanr
from sklearn.covariance import ledoit_wolf_shrinkage

from gexlib.simulators import GaussianCopula
from gexlib.simulators.copula import Margins, ledoit_wolf, normal_scores


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


def test_quantiles_of_untied_genes_are_hazens():
    x, u = np.random.default_rng(0).normal(size=(23, 4)).astype(np.float32), np.linspace(0, 1, 101)
    expected = np.quantile(x, u, axis=0, method="hazen")
    np.testing.assert_allclose(Margins.of(x).quantiles(np.tile(u[:, None], 4)), expected, rtol=1e-5)


def test_a_shared_lowest_value_keeps_its_exact_share_and_nothing_lies_below_the_next():
    x = np.array([[0, 0, 0, 5, 6, 7, 8, 9], [2] * 8, [1, 2, 3, 4, 5, 6, 7, 8], [-1, -1, 0, 0, 0, 1, 2, 3]], float).T
    u = (np.arange(8000) + 0.5) / 8000
    drawn = Margins.of(x).quantiles(np.tile(u[:, None], 4))
    assert (drawn[:, 0] == 0).sum() == 3000
    assert drawn[3000:, 0].min() == 5
    assert (drawn[:, 1] == 2).all()
    assert (drawn[:, 2] == 1).sum() == 500, "a single lowest value holds for half its step, as the highest does"
    assert (drawn[:, 3] == -1).sum() == 2000
    assert (np.diff(drawn, axis=0) >= 0).all()


@pytest.mark.parametrize("shape", [(30, 200), (200, 30)])
def test_shrinkage_is_that_of_ledoit_and_wolf(shape, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(shape[0], 3)) @ rng.normal(size=(3, shape[1])) + rng.normal(size=shape)
    expected = ledoit_wolf_shrinkage(x, assume_centered=True)
    assert 0.001 < expected < 0.9
    assert ledoit_wolf(x) == pytest.approx(expected)
    monkeypatch.setattr("gexlib.simulators.copula.BLOCK", 7)
    assert ledoit_wolf(x) == pytest.approx(expected)


def test_each_gene_keeps_its_distribution_in_each_kind(train):
    simulator = GaussianCopula(within=["tissue"]).fit(train)
    u = np.linspace(0.02, 0.98, 25)
    for tissue in ("lung", "liver"):
        real = train[train.obs["tissue"] == tissue].X
        made = simulator.sample(pd.DataFrame({"tissue": [tissue] * 40_000})).X
        np.testing.assert_allclose(np.quantile(made, u, axis=0), np.quantile(real, u, axis=0), rtol=0.05, atol=0.1)
        np.testing.assert_allclose(
            (made == made.min(axis=0)).mean(axis=0)[2:], (real == real.min(axis=0)).mean(axis=0)[2:], atol=0.01
        )
        assert (made >= real.min(axis=0)).all()
        assert (made <= real.max(axis=0)).all()
    assert (simulator.sample(pd.DataFrame({"tissue": ["skin"] * 3})).X == [1, 2, 3, 4]).all(), "all it can give"


@pytest.mark.parametrize("kappa", [0, 100])
def test_normal_scores_have_the_mixed_and_shrunk_correlations(train, kappa):
    tissues, z = train.obs["tissue"].to_numpy(), np.zeros((501, 2))
    for tissue in ("lung", "liver"):
        scores = normal_scores(train.X[tissues == tissue, :2])
        z[tissues == tissue] = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    common = np.corrcoef(z, rowvar=False)[0, 1]
    simulator = GaussianCopula(within=["tissue"], shrinkage=kappa).fit(train)
    assert 0 < simulator.shrinkage_ < 0.5
    for tissue, n in {"lung": 300, "liver": 200}.items():
        own, w = np.corrcoef(z[tissues == tissue], rowvar=False)[0, 1], (n - 1) / (n - 1 + kappa)
        expected = (1 - simulator.shrinkage_) * (w * own + (1 - w) * common)
        made = simulator.sample(pd.DataFrame({"tissue": [tissue] * 30_000})).X
        found = np.corrcoef(normal_scores(made[:, 0]), normal_scores(made[:, 1]))[0, 1]
        assert found == pytest.approx(expected, abs=0.02)


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


def test_an_unseen_kind_is_an_error_or_drawn_from_all(train):
    wanted = pd.DataFrame({"tissue": ["brain"] * 20_000})
    with pytest.raises(ValueError, match="20000 samples are of kinds that the training data do not have"):
        GaussianCopula(within=["tissue"]).fit(train).sample(wanted)
    made = GaussianCopula(within=["tissue"], unseen="unknown").fit(train).sample(wanted).X
    plain = GaussianCopula().fit(train).simulate(20_000, seed=1).X
    u = np.linspace(0.05, 0.95, 10)
    np.testing.assert_allclose(np.quantile(made, u, axis=0), np.quantile(plain, u, axis=0), atol=0.25)
    assert spearmanr(made[:, 0], made[:, 1])[0] == pytest.approx(spearmanr(plain[:, 0], plain[:, 1])[0], abs=0.02)


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
        "shrinkage": "10",
        "unit": "that of the training data",
        "seed": "5",
        "training_source": "somewhere",
    }


def test_a_negative_shrinkage_is_refused():
    with pytest.raises(ValueError, match="shrinkage is -1, but must be a number of samples of at least 0"):
        GaussianCopula(shrinkage=-1)
