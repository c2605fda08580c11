import numpy as np
import pytest
from scipy import stats

from gexlib.metrics import (
    Properties,
    expression_properties,
    gene_ranges,
    intensities,
    property_distances,
)

from .regulated import NAMES, REGULONS


def test_intensities_and_ranges_have_no_unit(x):
    assert intensities(x).shape == (1800,)
    np.testing.assert_allclose([intensities(x).mean(), intensities(x).std()], [0, 1], atol=1e-12)
    np.testing.assert_allclose(intensities(x), intensities(100 * x + 3))
    np.testing.assert_allclose(gene_ranges(x), gene_ranges(100 * x + 3))
    expected = np.quantile(x[:, 4], 0.95) - np.quantile(x[:, 4], 0.05)
    np.testing.assert_allclose(gene_ranges(x, standardize=False)[4], expected)
    np.testing.assert_allclose(gene_ranges(x)[4], expected / x.std())
    with pytest.raises(ValueError, match="cannot be standardised: all its values are 2"):
        intensities(np.full((3, 3), 2.0))


def test_distances_are_those_of_kolmogorov_and_smirnov(x):
    rng = np.random.default_rng(5)
    other = expression_properties(
        x[rng.permuted(np.tile(np.arange(30), (60, 1)), axis=1).T, np.arange(60)], REGULONS, NAMES
    )
    real = expression_properties(x, REGULONS, NAMES)
    table = property_distances(real, {"itself": real, "shuffled": other})
    assert (table.loc["itself"] < 1e-12).all(), "steps up and down cancel to rounding"
    for column, field in {"intensities": "intensities", "gene ranges": "ranges", "TF activity": "activity"}.items():
        expected = stats.ks_2samp(getattr(real, field), getattr(other, field), method="asymp").statistic
        np.testing.assert_allclose(table.loc["shuffled", column], expected, atol=1e-12)


def test_distance_of_correlations_counts_only_what_regulation_adds():
    def made(tf_tg, background):
        flat = np.array([0.0])
        return Properties(flat, flat, np.array(tf_tg), np.array(background), flat, flat, flat)

    real = made([0.5, 0.6], [0.0, 0.1])
    shifted = made([0.7, 0.8], [0.0, 0.1])
    unregulated = made([0.0, 0.1], [0.0, 0.1])
    wrong = made([-0.6, -0.5], [0.0, 0.1])
    table = property_distances(real, {"s": shifted, "u": unregulated, "w": wrong})["TF-TG"]
    assert table["u"] == 1
    assert table["w"] == 1
    assert table["s"] == 1
    assert property_distances(real, {"same": made([0.5, 0.6], [0.0, 0.1])}).loc["same", "TF-TG"] == 0
    reverse = property_distances(made([1.0], [-1.0]), {"reverse": made([-1.0], [1.0])})["TF-TG"]
    assert reverse["reverse"] == 2


def test_properties_of_random_data_show_no_regulation():
    x = np.random.default_rng(2).uniform(size=(200, 60))
    found = expression_properties(x, REGULONS, NAMES)
    assert abs(found.tf_tg.mean()) < 0.03
    assert abs(found.tg_tg_background.std() - 1 / np.sqrt(199)) < 0.01
    assert found.tf_tg.max() < 0.5, "a factor's correlation with itself is not among them"
    assert found.activity.shape == (5,)
