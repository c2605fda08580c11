"""Differential expression against SciPy and against a least-squares fit with all columns."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import stats

from gexlib.analysis import differential_expression


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {
            "condition": rng.choice(["normal", "cancer", "other"], 60),
            "tissue": rng.choice(["colon", "liver", "uterus"], 60),
            "age": rng.uniform(20, 80, 60),
        },
        index=[f"s{i}" for i in range(60)],
    )
    x = rng.normal(5, 1, (60, 40))
    x[:, :5] += 1.5 * (obs["condition"] == "cancer").to_numpy()[:, None]
    x[:, 5:10] += 2 * (obs["tissue"] == "liver").to_numpy()[:, None] + 0.05 * obs[["age"]].to_numpy()
    x[:, 39] = 3
    return AnnData(x.astype(np.float32), obs=obs)


def test_welch_is_scipys(data):
    table = differential_expression(data, "condition", "cancer", "normal")
    parts = [data[data.obs["condition"] == level].X.astype(float) for level in ("cancer", "normal")]
    expected = stats.ttest_ind(parts[0][:, :39], parts[1][:, :39], equal_var=False)
    np.testing.assert_allclose(table["t"][:39], expected.statistic)
    np.testing.assert_allclose(table["p"][:39], expected.pvalue)
    np.testing.assert_allclose(table["effect"], parts[0].mean(axis=0) - parts[1].mean(axis=0))
    assert table.attrs["n_value"] == len(parts[0])
    assert (table["fdr"] < 0.05).sum() >= 4


def test_fdr_is_benjamini_and_hochbergs(data):
    table = differential_expression(data, "condition", "cancer", "normal").sort_values("p")
    by_hand = (table["p"] * len(table) / np.arange(1, len(table) + 1))[::-1].cummin()[::-1]
    np.testing.assert_allclose(table["fdr"], by_hand)


def test_a_constant_gene_is_no_finding(data):
    for adjust in ([], ["tissue"]):
        row = differential_expression(data, "condition", "cancer", "normal", adjust).iloc[39]
        assert (abs(row["effect"]) < 1e-12, row["t"], row["p"]) == (True, 0, 1)


def test_adjusted_is_the_coefficient_of_the_whole_linear_model(data):
    table = differential_expression(data, "condition", "cancer", "normal", ["tissue", "age"])
    kept = data[data.obs["condition"] != "other"]
    obs = kept.obs
    columns = [np.ones(len(obs)), obs["condition"] == "cancer", obs["tissue"] == "liver", obs["tissue"] == "uterus"]
    design = np.column_stack([*columns, obs["age"]]).astype(float)
    x = kept.X[:, 7].astype(float)
    beta, rss, _, _ = np.linalg.lstsq(design, x)
    freedom = len(x) - 5
    t = beta[1] / np.sqrt(rss[0] / freedom * np.linalg.inv(design.T @ design)[1, 1])
    np.testing.assert_allclose(table.iloc[7][["effect", "t", "p"]], [beta[1], t, 2 * stats.t.sf(abs(t), freedom)])


def test_adjusting_takes_away_what_a_confounder_brings(data):
    rng = np.random.default_rng(1)
    treated = rng.random(60) < 0.5
    tissue = np.where(rng.random(60) < 0.85, treated, ~treated)
    data.obs["condition"], data.obs["tissue"] = (np.where(v, *names) for v, names in
        ((treated, ("cancer", "normal")), (tissue, ("liver", "colon"))))  # fmt: skip
    data.X[:, 20:30] += 2 * tissue[:, None]
    plain, adjusted = (differential_expression(data, "condition", "cancer", "normal", a) for a in ([], ["tissue"]))
    assert plain["effect"][20:30].abs().mean() > 1
    assert adjusted["effect"][20:30].abs().mean() < 0.5


def test_errors(data):
    with pytest.raises(ValueError, match="'state' is not a column of obs; columns: condition, tissue, age"):
        differential_expression(data, "state", "cancer", "normal")
    with pytest.raises(ValueError, match=r"value='tumour' has 0 samples in 'condition'; .* 'cancer' \(\d+\)"):
        differential_expression(data, "condition", "tumour", "normal")
    with pytest.raises(ValueError, match="both 'cancer'"):
        differential_expression(data, "condition", "cancer", "cancer")
    data.obs["lab"] = data.obs["condition"]
    with pytest.raises(ValueError, match=r"adjust=\['lab'\] tells 'condition' of every sample"):
        differential_expression(data, "condition", "cancer", "normal", ["lab"])
