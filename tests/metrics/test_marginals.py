"""Gene by gene: against SciPy and pandas, in extreme cases, and by name."""

import anndata
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import stats

from gexlib.metrics import expression, quantile_agreement, sd_ratio, wasserstein, zero_shares


def cohort(n, seed, sd=1.0, genes=9, levels=("liver", "lung", "skin")):
    rng = np.random.default_rng(seed)
    tissue = np.array(levels)[rng.integers(0, len(levels), n)]
    place = {"liver": 0, "lung": 20, "skin": 50}
    x = sd * rng.normal(size=(n, genes)) + np.array([place[t] for t in tissue])[:, None]
    obs = pd.DataFrame(
        {"tissue": pd.Categorical(tissue), "sex": rng.choice(["f", "m"], n)}, index=[f"s{i}" for i in range(n)]
    )
    return AnnData(x, obs=obs, var=pd.DataFrame(index=[f"g{i}" for i in range(genes)]))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(expression, "BLOCK", 4)


@pytest.mark.parametrize(("n", "m"), [(30, 30), (31, 12), (7, 90), (2, 3)])
def test_wasserstein_is_that_of_scipy(small_blocks, n, m):
    rng = np.random.default_rng(n)
    x, z = rng.gamma(1, size=(n, 9)), np.maximum(rng.normal(size=(m, 9)), 0)
    expected = [stats.wasserstein_distance(x[:, i], z[:, i]) for i in range(9)]
    np.testing.assert_allclose(wasserstein(x, z), expected, rtol=1e-12)


def test_quantile_agreement_is_lins_concordance_and_one_for_equal_genes_only(small_blocks):
    rng = np.random.default_rng(0)
    x = rng.gamma(2, size=(200, 6))
    z = x * [1, 2, 1, 1, 1, 0] + [0, 0, 1, 0, 0, 0]
    x[:, 4] = z[:, 4] = 3  # constant in both
    x[:, 3], z[:, 3] = 1, 2  # two constants
    rho = quantile_agreement(x, z)
    assert rho[0] == pytest.approx(1)
    assert rho[4] == 1
    assert rho[3] == rho[5] == 0
    assert (rho[[1, 2]] < 0.9).all()
    q = [np.percentile(data[:, 1], np.arange(1, 100)) for data in (x, z)]
    covariance = np.cov(*q, ddof=0)
    expected = 2 * covariance[0, 1] / (np.trace(covariance) + (q[0].mean() - q[1].mean()) ** 2)
    assert rho[1] == pytest.approx(expected)


def test_a_share_of_zeros_lowers_the_agreement_of_quantiles():
    x = np.random.default_rng(0).gamma(2, size=(400, 3))
    x[:200] = 0
    without = x + (x == 0) * 2.0
    assert (quantile_agreement(x, without) < quantile_agreement(x[::2], x[1::2]) - 0.1).all()


def test_zero_shares_count_exact_zeros_alone():
    real, synthetic = np.zeros((4, 3)), np.full((10, 3), 1e-30)
    real[:1, 0], synthetic[:4, 2] = 5, -0.0
    table = zero_shares(real, synthetic)
    assert table["real"].tolist() == [0.75, 1, 1]
    assert table["synthetic"].tolist() == [0, 0, 0.4]


def test_sd_ratio_in_all_and_within_groups(small_blocks):
    real, synthetic = cohort(300, 0), cohort(200, 1, sd=0.5)
    total, within = sd_ratio(real, synthetic), sd_ratio(real, synthetic, ["tissue"])
    np.testing.assert_allclose(total, synthetic.X.std(axis=0, ddof=1) / real.X.std(axis=0, ddof=1))
    assert total.median() == pytest.approx(1, abs=0.1)
    assert within.median() == pytest.approx(0.5, abs=0.05)


def test_the_pooled_sd_is_the_residual_sd_of_the_group_means():
    """For groups of equal shares in both: the within-group sd as an analysis of variance has it."""
    real, synthetic = cohort(90, 0), cohort(90, 1, sd=3)
    for data in (real, synthetic):
        data.obs["tissue"] = ["liver", "lung", "skin"] * 30

    def residual(data):
        frame = data.to_df()
        rest = frame - frame.groupby(data.obs["tissue"]).transform("mean")
        return np.sqrt((rest**2).sum() / (90 - 3))

    np.testing.assert_allclose(sd_ratio(real, synthetic, ["tissue"]), residual(synthetic) / residual(real))


def test_proportions_of_the_groups_do_not_matter():
    """Groups of different spread, in another mixture: the same samples four times over count once."""
    real = cohort(200, 0)
    real.X[real.obs["tissue"] == "skin"] *= 5
    skin = np.nonzero(real.obs["tissue"] == "skin")[0]
    more = anndata.concat([real, *[real[skin]] * 3], index_unique="-")
    assert sd_ratio(real, more, ["tissue"]).median() == pytest.approx(1, abs=0.01)
    assert sd_ratio(real, more, ["tissue", "sex"]).median() == pytest.approx(1, abs=0.02)


def test_groups_that_are_not_in_both_are_left_out():
    real, synthetic = cohort(200, 0), cohort(200, 1, levels=("liver", "lung"))
    shared = real[real.obs["tissue"] != "skin"].copy()
    pd.testing.assert_series_equal(sd_ratio(real, synthetic, ["tissue"]), sd_ratio(shared, synthetic, ["tissue"]))


def test_constant_real_genes_have_no_ratio():
    x, z = np.random.default_rng(0).normal(size=(2, 20, 3))
    x[:, 1] = 0.1
    assert sd_ratio(x, z).isna().tolist() == [False, True, False]


@pytest.mark.parametrize("metric", [wasserstein, quantile_agreement, sd_ratio])
def test_genes_are_matched_by_name_and_name_the_result(metric):
    real, synthetic = cohort(30, 0), cohort(30, 1)
    synthetic.X = synthetic.X * np.arange(1, 10)
    values = metric(real, synthetic)
    assert values.index.tolist() == real.var_names.tolist()
    pd.testing.assert_series_equal(metric(real, synthetic[:, ::-1].copy()), values)


def test_errors_name_the_column_and_the_data_set():
    real, synthetic = cohort(20, 0), cohort(20, 1)
    with pytest.raises(ValueError, match=r"within='organ' is not a column of real.obs; columns: 'tissue', 'sex'"):
        sd_ratio(real, synthetic, ["organ"])
    with pytest.raises(
        TypeError, match=r"synthetic must be an AnnData to have groups within=\['tissue'\], not ndarray"
    ):
        sd_ratio(real, synthetic.X, ["tissue"])
    synthetic.obs["tissue"] = "brain"
    with pytest.raises(ValueError, match=r"no group of within=\['tissue'\] has two samples"):
        sd_ratio(real, synthetic, ["tissue"])
    with pytest.raises(TypeError, match="within='tissue' must be a list of names of columns"):
        sd_ratio(real, synthetic, "tissue")
    with pytest.raises(ValueError, match="n must be at least 2, not 1"):
        quantile_agreement(real, synthetic, n=1)
