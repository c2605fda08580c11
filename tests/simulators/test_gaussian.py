import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.metrics import table_1
from gexlib.simulators import Gaussian, gaussian


@pytest.fixture
def train():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 4)) * [4, 3, 2, 1] @ rng.normal(size=(4, 25)) + rng.normal(size=(120, 25)) + 7
    data = AnnData(x.astype(np.float32), uns={"provenance": {"source": "somewhere"}})
    data.var_names = [f"g{i}" for i in range(25)]
    return data


def test_fitted_attributes_are_the_principal_components(train):
    simulator = Gaussian(n_components=5).fit(train)
    x = train.X.astype(np.float64)
    variances, axes = np.linalg.eigh(np.cov(x, rowvar=False))
    np.testing.assert_allclose(simulator.mean_, x.mean(axis=0))
    np.testing.assert_allclose(simulator.explained_variance_, variances[:-6:-1])
    np.testing.assert_allclose(np.abs(simulator.components_), np.abs(axes[:, :-6:-1].T), atol=1e-8)
    assert (simulator.components_[range(5), np.abs(simulator.components_).argmax(axis=1)] > 0).all()
    leftover = np.cov(x, rowvar=False).diagonal() - simulator.explained_variance_ @ simulator.components_**2
    np.testing.assert_allclose(simulator.residual_variance_, leftover)


def test_residual_noise_keeps_the_variance_of_each_gene(train):
    x = Gaussian(n_components=2).fit(train).simulate(20_000).X
    np.testing.assert_allclose(x.mean(axis=0), train.X.mean(axis=0), atol=0.3)
    np.testing.assert_allclose(x.std(axis=0), train.X.std(axis=0), rtol=0.05)
    flat = Gaussian(n_components=2, residual=False).fit(train).simulate(20_000).X
    assert (flat.std(axis=0) < x.std(axis=0)).all()


def test_without_residual_samples_lie_in_the_components(train):
    x = Gaussian(n_components=3, residual=False).fit(train).simulate(50).X.astype(np.float64)
    values = np.linalg.svd(x - train.X.mean(axis=0), compute_uv=False)
    assert values[2] > 1
    assert values[3] < 1e-3


def test_all_components_reproduce_the_covariance(train):
    x = Gaussian(n_components=25).fit(train).simulate(50_000).X
    expected = np.cov(train.X, rowvar=False)
    assert np.abs(np.cov(x, rowvar=False) - expected).max() < 0.05 * expected.max()


def test_more_components_score_better(train):
    regulons = {"g0": ["g1", "g2", "g3"], "g4": ["g5", "g6", "g7"]}
    table = table_1(
        train[:60],
        {k: Gaussian(n_components=k).fit(train[60:]).simulate(500) for k in (1, 4)},
        regulons,
    )
    assert table.loc[4, "S_dist"] > table.loc[1, "S_dist"] + 0.05
    assert table.loc[4, "S_dist"] > 0.9


def test_same_seed_same_samples(train):
    first = Gaussian(n_components=4).fit(train).simulate(6, seed=5)
    again = Gaussian(n_components=4).fit(train).simulate(6, seed=5)
    np.testing.assert_array_equal(first.X, again.X)
    assert not np.array_equal(first.X, Gaussian(n_components=4).fit(train).simulate(6, seed=6).X)
    assert first.var_names.equals(train.var_names)
    assert first.X.dtype == np.float32
    assert first.uns["provenance"] == {
        "source": "gexlib.simulators.Gaussian",
        "n_components": "4",
        "residual": "True",
        "unit": "that of the training data",
        "seed": "5",
        "training_source": "somewhere",
    }


def test_training_data_is_left_alone(train):
    before = train.X.copy()
    Gaussian(n_components=4).fit(train)
    np.testing.assert_array_equal(train.X, before)


def test_constant_genes_stay_constant(train):
    train.X[:, 3] = 2.5
    np.testing.assert_allclose(Gaussian(n_components=4).fit(train).simulate(20).X[:, 3], 2.5, atol=1e-5)


def test_too_many_components_are_refused(train):
    with pytest.raises(ValueError, match="n_components is 50, but 120 samples of 25 genes have at most 25"):
        Gaussian().fit(train)
    with pytest.raises(ValueError, match="at most 9 principal components; use n_components=9 or fewer"):
        Gaussian(n_components=10).fit(train[:10])
    Gaussian(n_components=9).fit(train[:10])
    with pytest.raises(ValueError, match="n_components must be at least 1, not 0"):
        Gaussian(n_components=0)
    with pytest.raises(TypeError, match=r"n_components must be a whole number, not 0\.9"):
        Gaussian(n_components=0.9)


# Per kind


@pytest.fixture
def tissues():
    """Three tissues with means, directions of variation and numbers of samples of their own."""
    rng = np.random.default_rng(1)
    parts, obs = [], []
    for name, n, centre in (("lung", 400, 0.0), ("liver", 200, 10.0), ("skin", 1, 20.0)):
        axis = rng.normal(size=(1, 8)) * 2
        parts.append(centre + rng.normal(size=(n, 1)) @ axis + rng.normal(size=(n, 8)))
        obs += [name] * n
    order = rng.permutation(601)
    obs = pd.DataFrame({"tissue": pd.Categorical(np.array(obs)[order])}, index=[f"s{i}" for i in range(601)])
    return AnnData(np.concatenate(parts)[order].astype(np.float32), obs=obs)


def test_each_kind_has_its_mean_and_covariance(tissues):
    simulator = Gaussian(n_components=8, within=["tissue"], shrinkage=0).fit(tissues)
    for tissue in ("lung", "liver"):
        real = tissues[tissues.obs["tissue"] == tissue].X
        made = simulator.sample(pd.DataFrame({"tissue": [tissue] * 40_000})).X
        np.testing.assert_allclose(made.mean(axis=0), real.mean(axis=0), atol=0.08)
        expected = np.cov(real, rowvar=False)
        assert np.abs(np.cov(made, rowvar=False) - expected).max() < 0.05 * expected.max()


def test_shrinkage_mixes_the_own_and_the_common_covariance(tissues):
    centred, codes = tissues.X.astype(np.float64).copy(), tissues.obs["tissue"].to_numpy()
    covariances = {}
    for tissue in np.unique(codes):
        centred[codes == tissue] -= centred[codes == tissue].mean(axis=0)
        covariances[tissue] = centred[codes == tissue].T @ centred[codes == tissue] / max(sum(codes == tissue) - 1, 1)
    common = centred.T @ centred / (601 - 3)
    simulator = Gaussian(n_components=8, within=["tissue"], shrinkage=100).fit(tissues)
    for tissue, w in {"lung": 399 / 499, "liver": 199 / 299, "skin": 0}.items():
        made = simulator.sample(pd.DataFrame({"tissue": [tissue] * 60_000})).X
        expected = w * covariances[tissue] + (1 - w) * common
        assert np.abs(np.cov(made, rowvar=False) - expected).max() < 0.05 * expected.max()


def test_simulate_draws_kinds_with_their_frequencies_and_says_which(tissues):
    made = Gaussian(n_components=4, within=["tissue"]).fit(tissues).simulate(6010, seed=2)
    counts = made.obs["tissue"].value_counts()
    assert abs(counts["lung"] - 4000) < 5 * np.sqrt(6010 * 2 / 9)
    assert 1 <= counts["skin"] < 40
    means = pd.DataFrame(made.X).groupby(made.obs["tissue"].to_numpy()).mean().mean(axis=1)
    assert abs(means["lung"]) < 1
    assert abs(means["liver"] - 10) < 1


def test_one_kind_for_all_is_the_plain_gaussian(tissues):
    tissues.obs["same"] = "x"
    plain = Gaussian(n_components=8).fit(tissues).simulate(30_000).X
    single = Gaussian(n_components=8, within=["same"]).fit(tissues).simulate(30_000).X
    covariance = np.cov(plain, rowvar=False)
    assert np.abs(np.cov(single, rowvar=False) - covariance).max() < 0.05 * covariance.max()


def test_an_unseen_kind_is_an_error_or_drawn_from_all(tissues):
    wanted = pd.DataFrame({"tissue": ["brain"] * 20_000})
    with pytest.raises(ValueError, match="20000 samples are of kinds that the training data do not have"):
        Gaussian(n_components=4, within=["tissue"]).fit(tissues).sample(wanted)
    made = Gaussian(n_components=4, within=["tissue"], unseen="unknown").fit(tissues).sample(wanted).X
    np.testing.assert_allclose(made.mean(axis=0), tissues.X.mean(axis=0), atol=0.2)
    np.testing.assert_allclose(made.std(axis=0), tissues.X.std(axis=0), rtol=0.05)


def test_provenance_of_kinds(tissues):
    made = Gaussian(n_components=4, within=["tissue"], shrinkage=5).fit(tissues).sample(tissues.obs[:3], seed=1)
    assert made.obs.equals(tissues.obs[:3])
    kept = {name: made.uns["provenance"][name] for name in ("within", "unseen", "shrinkage")}
    assert kept == {"within": "tissue", "unseen": "error", "shrinkage": "5"}
    assert made.obs["tissue"].dtype == "category"


def test_kinds_that_leave_no_freedom_are_refused(tissues):
    few = tissues[:12].copy()
    few.obs["group"] = list("aabbccddeeff")
    with pytest.raises(ValueError, match="n_components is 7, but 12 samples of 6 kinds have at most 6"):
        Gaussian(n_components=7, within=["group"]).fit(few)
    with pytest.raises(ValueError, match="shrinkage is -1, but must be"):
        Gaussian(shrinkage=-1)


@pytest.mark.parametrize("shape", [(60, 90), (90, 62)])
@pytest.mark.parametrize("within", [[], ["kind"]])
def test_components_that_are_found_alone_are_those_of_the_whole_decomposition(monkeypatch, shape, within):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(shape[0], 6)) @ rng.normal(size=(6, shape[1])) + 0.1 * rng.normal(size=shape)
    obs = pd.DataFrame({"kind": ["a", "b"] * (shape[0] // 2)}, index=[str(i) for i in range(shape[0])])
    data = AnnData(x, obs=obs)
    whole = Gaussian(3, within=within).fit(data)
    monkeypatch.setattr(gaussian, "LARGE", 40)
    alone = Gaussian(3, within=within).fit(data)
    for name in ("components_", "explained_variance_", "residual_variance_"):
        np.testing.assert_allclose(getattr(alone, name), getattr(whole, name), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(alone.sample(obs, seed=2).X, whole.sample(obs, seed=2).X, atol=1e-5)
