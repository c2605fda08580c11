"""Controls of several sources: planted differences between sources are found, and cancel within them."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.analysis import compare_controls, observed_effect


@pytest.fixture
def data():
    """Tumours of study a only; controls of a, b and one of c; 10 genes answer to the tumour, 20 differ in study b."""
    rng = np.random.default_rng(0)
    condition = ["cancer"] * 20 + ["normal"] * 41
    study = ["a"] * 40 + ["b"] * 20 + ["c"]
    obs = pd.DataFrame({"condition": condition, "study": study}, index=[f"s{i}" for i in range(61)])
    x = rng.normal(5, 0.5, (61, 80))
    x[:20, :10] += 2
    x[40:60, 10:30] += 3
    return AnnData(x.astype(np.float32), obs=obs)


def test_a_source_that_differs_is_seen_without_the_tumours(data):
    table = compare_controls(data, "condition", "cancer", "normal", "study")
    assert list(table.index) == ["a", "b"], "one sample of c is too few"
    assert table["controls"].tolist() == [20, 20]
    assert table["own"].tolist() == [True, False]
    assert table["differ from other controls"].between(18, 24).all()
    misled = table["Spearman"]
    data.X[40:60, 10:30] -= 3
    assert (compare_controls(data, "condition", "cancer", "normal", "study")["Spearman"] > misled).all()


def test_sources_that_do_not_differ_agree(data):
    data.X[40:60, 10:30] -= 3
    table = compare_controls(data, "condition", "cancer", "normal", "study")
    assert (table["differ from other controls"] <= 2).all()
    only = compare_controls(data[:40].copy(), "condition", "cancer", "normal", "study")
    assert only[["differ from other controls", "Spearman"]].isna().all(axis=None)


def test_few_controls_make_an_uncertain_correlation(data):
    columns = ("condition", "cancer", "normal", "study")
    table = compare_controls(data, *columns)
    assert table["Spearman sd"].between(0.005, 0.2).all()
    few = data[np.r_[0:20, 20:24, 40:44]].copy()
    assert (compare_controls(few, *columns)["Spearman sd"] > table["Spearman sd"]).all()
    pd.testing.assert_frame_equal(table, compare_controls(data, *columns))
    with pytest.raises(ValueError, match="draws must be at least 2, not 1"):
        compare_controls(data, *columns, draws=1)


def test_observed_effect_takes_differences_within_groups(data):
    effect = observed_effect(data, "condition", "cancer", "normal", within=["study"])
    expected = data.X[:20].mean(axis=0, dtype=float) - data.X[20:40].mean(axis=0, dtype=float)
    np.testing.assert_allclose(effect, expected)
    assert effect.attrs == {"n_value": 20, "n_reference": 20}


def test_observed_effect_weighs_groups_by_their_samples():
    x = np.array([[1], [3], [3], [10], [20]], np.float32)
    obs = pd.DataFrame({"oxygen": list("yynyn"), "project": [1, 1, 1, 2, 2]}, index=list("abcde"))
    effect = observed_effect(AnnData(x, obs=obs), "oxygen", "y", "n", within=["project"])
    assert effect.tolist() == pytest.approx([(2 * (2 - 3) + 1 * (10 - 20)) / 3])
    without = observed_effect(AnnData(x, obs=obs), "oxygen", "y", "n")
    assert without.tolist() == pytest.approx([(1 + 3 + 10) / 3 - (3 + 20) / 2])
    assert without.attrs == {"n_value": 3, "n_reference": 2}
    obs["oxygen"] = list("yymnm")
    with pytest.raises(
        ValueError, match=r"within=\['project'\]: no kind of sample has both 'y' and 'n' in by='oxygen'"
    ):
        observed_effect(AnnData(x, obs=obs), "oxygen", "y", "n", within=["project"])


def test_observed_effect_within_combinations_of_columns():
    x = np.array([[1], [0], [5], [3]], np.float32)
    obs = pd.DataFrame({"state": list("ynyn"), "lab": list("aabb"), "day": [1, 1, 2, 1]}, index=list("abcd"))
    assert observed_effect(AnnData(x, obs=obs), "state", "y", "n", within=["lab"]).tolist() == [1.5]
    assert observed_effect(AnnData(x, obs=obs), "state", "y", "n", within=["lab", "day"]).tolist() == [1]


def test_columns_and_levels_that_are_absent(data):
    contrast = ("condition", "cancer", "normal")
    columns = "is not a column of obs; columns: 'condition', 'study'"
    for name, call in {"source": compare_controls, "within": lambda *a: observed_effect(*a[:-1], [a[-1]])}.items():
        with pytest.raises(ValueError, match=f"{name}='lab' {columns}"):
            call(data, *contrast, "lab")
        with pytest.raises(ValueError, match=f"by='state' {columns}"):
            call(data, "state", "cancer", "normal", "study")
        with pytest.raises(ValueError, match=r"value='tumour' has 0 samples in by='condition', fewer than 1; levels "
                           r"and their samples: 'cancer' \(20\), 'normal' \(41\)"):  # fmt: skip
            call(data, "condition", "tumour", "normal", "study")
        with pytest.raises(ValueError, match="reference='healthy' has 0 samples in by='condition', fewer than 1"):
            call(data, "condition", "cancer", "healthy", "study")
        with pytest.raises(ValueError, match="value and reference are both 'normal'"):
            call(data, "condition", "normal", "normal", "study")
    with pytest.raises(TypeError, match="within='study' must be a list of names of columns"):
        observed_effect(data, *contrast, within="study")
    data.obs.loc["s0", "study"] = None
    with pytest.raises(ValueError, match="within='study' has 1 missing values in obs"):
        observed_effect(data, *contrast, within=["study"])
