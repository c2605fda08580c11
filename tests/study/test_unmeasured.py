"""An unmeasured confounder misleads who cannot know it; robustness values tell how strong it must be."""

import pytest

from gexlib.study.unmeasured import ADJUSTED, GAN, SEEDS, coverage_experiment, unmeasured_experiment


@pytest.fixture(scope="module")
def table():
    small = {"n_genes": 120, "n_responders": 20, "n_confounded": 20, "effect": 1.2}
    return unmeasured_experiment([0.0, 0.3, 0.7], [0], required=(0.0, 0.2), n_hidden=30, **small)


def test_what_nobody_measured_makes_false_calls_and_misleads_the_gan_too(table):
    all_called = table[table["required"] == 0].set_index("strength")
    assert all_called.loc[0.0, "false"] < 0.15
    assert all_called.loc[0.7, "false"] > 0.4
    assert all_called.loc[0.0, "AUPRC, GAN"] > 0.9 > 0.8 > all_called.loc[0.7, "AUPRC, GAN"]
    assert all_called.loc[0.7, "AUPRC"] < 0.8


def test_a_weaker_confounder_than_required_cannot_explain_what_is_left(table):
    weak = table[table["strength"] == 0.3].set_index("required")
    assert weak.loc[0.2, "share"] == pytest.approx(0.09)
    assert weak.loc[0.0, "false"] > 0.3
    assert weak.loc[0.2, "false"] < 0.1
    assert 0.2 < weak.loc[0.2, "found"] <= weak.loc[0.0, "found"]
    assert (table.groupby("strength")["called"].diff().dropna() <= 0).all()


def test_intervals_that_hold_donors_cover_and_those_of_seeds_do_not():
    table = coverage_experiment(0, draws=15, n_samples=120, n_genes=100, n_responders=15, n_confounded=20)
    assert list(table.index) == [ADJUSTED, GAN, SEEDS]
    assert table.loc[GAN, "coverage"] > 0.88
    assert table.loc[SEEDS, "coverage"] < 0.6
    assert table.loc[SEEDS, "width"] < table.loc[GAN, "width"]
