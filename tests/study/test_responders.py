"""Known responders, found by tests and by counterfactuals."""

import pytest

from gexlib.study import recovery_experiment
from gexlib.study.responders import METHODS


@pytest.fixture(scope="module")
def table():
    return recovery_experiment(
        [0, 0.9], [0], n_samples=200, n=100, n_genes=100, n_responders=15, n_confounded=30, effect=1.5
    )


def test_one_row_for_each_strength_seed_and_method(table):
    assert list(table["method"]) == [*METHODS] * 2
    assert table["strength"].tolist() == [0] * 4 + [0.9] * 4
    assert table["AUPRC"].between(0, 1).all()
    assert table["chance"].eq(15 / 100).all()


def test_without_confounding_all_find_the_responders(table):
    rows = table[table["strength"] == 0].set_index("method")
    assert rows.loc[list(METHODS[:2]), "AUROC"].min() > 0.98
    assert rows.loc[list(METHODS[2:]), "AUROC"].min() > 0.85


def test_confounding_misleads_who_does_not_know_the_confounder(table):
    rows = table[table["strength"] == 0.9].set_index("method")
    assert rows.loc["adjusted t", "AUPRC"] > rows.loc["Welch t", "AUPRC"] + 0.15
    assert rows.loc["Welch t", "moved genes"] > rows.loc["adjusted t", "moved genes"] + 0.5
    assert rows.loc["GAN, condition only", "moved genes"] > rows.loc["GAN, both covariates", "moved genes"]
