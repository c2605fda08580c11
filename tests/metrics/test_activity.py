import numpy as np
import pytest
from anndata import AnnData
from scipy import stats

from gexlib.metrics import tf_activity

from .regulated import NAMES, REGULONS


def by_scipy(x, targets):
    """Adjusted p-values of one TF, as the paper's authors compute them: test by test."""
    z = (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
    inside = np.isin(NAMES, targets)
    p = [stats.mannwhitneyu(row[inside], row[~inside], alternative="two-sided").pvalue for row in z]
    return stats.false_discovery_control(p)


def test_activity_is_that_of_scipy_test_by_test(x):
    p = tf_activity(x, REGULONS, NAMES)
    assert p.columns.tolist() == ["g0", "g1", "g2", "g3", "g4"]
    for tf in p:
        np.testing.assert_allclose(p[tf], by_scipy(x, REGULONS[tf]), rtol=1e-10, err_msg=tf)
    assert (p["g0"] < 0.05).mean() > 0.2


def test_activity_with_ties_is_that_of_scipy(x):
    x[:, [3, 20, 40]] = 1.0  # three constant genes have z-score 0
    x[:, 21] = x[:, 20 + 2]
    p = tf_activity(x, REGULONS, NAMES, constant="zero")
    for tf in p:
        np.testing.assert_allclose(p[tf], by_scipy(x, REGULONS[tf]), rtol=1e-10, err_msg=tf)
    with pytest.raises(ValueError, match="data has 3 constant genes"):
        tf_activity(x, REGULONS, NAMES)


def test_activity_does_not_depend_on_units_and_names_samples(x):
    data = AnnData(x)
    data.var_names, data.obs_names = NAMES, [f"s{i}" for i in range(30)]
    p = tf_activity(data, REGULONS)
    np.testing.assert_allclose(p, tf_activity(x * 3 - 5, REGULONS, NAMES))
    assert p.index.tolist() == data.obs_names.tolist()


def test_activity_of_chance_keeps_its_rate():
    x = np.random.default_rng(1).normal(size=(400, 60))
    assert (tf_activity(x, REGULONS, NAMES) < 0.05).to_numpy().mean() < 0.01


def test_a_factor_that_regulates_everything_cannot_stand_out(x):
    with pytest.raises(ValueError, match="every transcription factor regulates all genes"):
        tf_activity(x, {"g0": NAMES}, NAMES)
