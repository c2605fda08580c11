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


def test_observed_effect_takes_differences_within_groups(data):
    effect = observed_effect(data, "condition", "cancer", "normal", within="study")
    expected = data.X[:20].mean(axis=0, dtype=float) - data.X[20:40].mean(axis=0, dtype=float)
    np.testing.assert_allclose(effect, expected)
    assert effect.attrs == {"n_value": 20, "n_reference": 20}


def test_observed_effect_weighs_groups_by_their_samples():
    x = np.array([[1], [3], [3], [10], [20]], np.float32)
    obs = pd.DataFrame({"oxygen": list("yynyn"), "project": [1, 1, 1, 2, 2]}, index=list("abcde"))
    effect = observed_effect(AnnData(x, obs=obs), "oxygen", "y", "n", within="project")
    assert effect.tolist() == pytest.approx([(2 * (2 - 3) + 1 * (10 - 20)) / 3])
    with pytest.raises(ValueError, match="no project has samples of both 'y' and 'z' in 'oxygen'"):
        observed_effect(AnnData(x, obs=obs), "oxygen", "y", "z", within="project")
