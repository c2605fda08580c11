"""Differential expression against SciPy and a least-squares fit with all columns; agreement against planted effects."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import stats

from gexlib.differential import Contrast, agreement, contrast_sizes, differential_expression


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
    with pytest.raises(ValueError, match="by='state' is not a column of obs; columns: 'condition', 'tissue', 'age'"):
        differential_expression(data, "state", "cancer", "normal")
    with pytest.raises(
        ValueError, match="adjust='state' is not a column of obs; columns: 'condition', 'tissue', 'age'"
    ):
        differential_expression(data, "condition", "cancer", "normal", ["tissue", "state"])
    with pytest.raises(TypeError, match="adjust='tissue' must be a list of names of columns"):
        differential_expression(data, "condition", "cancer", "normal", "tissue")
    with pytest.raises(
        ValueError, match=r"value='tumour' has 0 samples in by='condition', fewer than 2; .* 'cancer' \(\d+\)"
    ):
        differential_expression(data, "condition", "tumour", "normal")
    with pytest.raises(ValueError, match=r"reference='healthy' has 0 samples in by='condition', fewer than 2; "):
        differential_expression(data, "condition", "cancer", "healthy")
    with pytest.raises(ValueError, match="both 'cancer'"):
        differential_expression(data, "condition", "cancer", "cancer")
    data.obs["lab"] = data.obs["condition"]
    with pytest.raises(ValueError, match=r"adjust=\['lab'\] determines 'condition'"):
        differential_expression(data, "condition", "cancer", "normal", ["lab"])


def test_sizes_of_a_contrast():
    obs = pd.DataFrame({"dose": pd.Categorical([1, 1, 2, 5, None])})
    assert contrast_sizes(obs, Contrast("dose", 1, 5)) == {1: 2, 5: 1}
    with pytest.raises(
        ValueError, match=r"reference=5 has 1 samples in by='dose', fewer than 2; .*: 1 \(2\), 2 \(1\), 5"
    ):
        contrast_sizes(obs, Contrast("dose", 1, 5), least=2)
    with pytest.raises(ValueError, match="value and reference are both 1; give two levels of by='dose'"):
        contrast_sizes(obs, Contrast("dose", 1, 1))
    with pytest.raises(ValueError, match="by='drug' is not a column of obs; columns: 'dose'"):
        contrast_sizes(obs, Contrast("drug", 1, 5))


def effects(values, **columns):
    return pd.DataFrame({"effect": values, **columns}, index=[f"g{i}" for i in range(len(values))], dtype=float)


def test_agreement_of_a_ranking_with_itself_its_negative_and_noise():
    rng = np.random.default_rng(0)
    de = effects(np.r_[rng.choice([-2, 2], 50) + rng.normal(0, 0.1, 50), rng.normal(0, 0.1, 950)])
    de["fdr"] = np.r_[np.full(50, 0.001), np.full(950, 0.9)]
    same = agreement(de * 3, de, top=50)
    assert same.round(9).to_dict() == {
        "Pearson": 1, "Spearman": 1, "slope": 3, "same sign": 1,
        "top 50": 1, "by chance": 0.05, "AUROC": 1, "differential": 50,
    }  # fmt: skip
    turned = agreement(-de, de, top=50)
    assert (round(turned["Pearson"], 9), turned["same sign"], turned["AUROC"], turned["top 50"]) == (-1, 0, 1, 1)
    noise = agreement(effects(rng.normal(size=1000)), de, top=100)
    assert abs(noise["Spearman"]) < 0.1
    assert abs(noise["top 100"] - noise["by chance"]) < 0.1
    assert abs(noise["AUROC"] - 0.5) < 0.15


def test_agreement_matches_genes_by_name_and_says_where_a_number_has_no_meaning():
    de = effects([3.0, -2, 0, 0.5], fdr=[0.9] * 4)
    assert agreement(de[::-1], de, top=2)["Pearson"] == pytest.approx(1)
    nothing = agreement(effects([0.0] * 4), de, top=2)
    assert nothing[["Pearson", "Spearman", "slope", "same sign", "AUROC"]].isna().all()
    with pytest.raises(ValueError, match="column='fdr' is not a column of reference; columns: 'effect'"):
        agreement(de, de[["effect"]])
    with pytest.raises(ValueError, match="column='effect' is not a column of estimate; columns: 'fdr'"):
        agreement(de[["fdr"]], de)
    with pytest.raises(ValueError, match="different genes; only one of them has 'g3'"):
        agreement(de[:3], de)
    with pytest.raises(ValueError, match="top=100 must be from 1 to the number of genes, 4"):
        agreement(de, de)


def test_moderated_variances_are_those_of_the_linear_model_shrunk(data):
    """The t statistics agreed with those of a port of limma to 2e-15 when this was written."""
    from gexlib.moderation import moderate

    plain, shrunk = (
        differential_expression(data, "condition", "cancer", "normal", adjust=["tissue"], moderated=m)
        for m in (False, True)
    )
    varies = plain["t"] != 0
    np.testing.assert_allclose(plain["effect"], shrunk["effect"])
    squares = (plain["effect"] / plain["t"])[varies] ** 2  # variances up to a factor that all genes share
    found = moderate(squares.to_numpy(), plain.attrs["freedom"])
    np.testing.assert_allclose(shrunk["t"][varies], shrunk["effect"][varies] / np.sqrt(found.variance), rtol=1e-6)
    assert shrunk.attrs["freedom"] == pytest.approx(found.freedom, rel=1e-6)
    np.testing.assert_allclose(shrunk["p"][varies], 2 * stats.t.sf(shrunk["t"][varies].abs(), found.freedom), rtol=1e-6)
    assert shrunk["t"][~varies].eq(0).all()


def test_moderation_without_columns_to_adjust_for_is_the_pooled_test(data):
    table = differential_expression(data, "condition", "cancer", "normal", moderated=True)
    assert table.attrs["freedom"] > table.attrs["n_value"] + table.attrs["n_reference"] - 2
    assert (table["fdr"] < 0.05).sum() >= 4
