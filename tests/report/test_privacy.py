"""Privacy: copies of training samples are found out, unseen samples are not."""

import numpy as np

from gexlib import metrics
from gexlib.report import evaluate
from gexlib.report.draws import halves
from gexlib.report.inputs import gather
from gexlib.report.privacy import privacy
from tests.report.conftest import Critic


def test_copies_are_found_out_and_the_bound_is_not(report):
    privacy = report.table.loc["privacy"]
    assert privacy.loc["copies", ["bound", "GAN", "copy", "bootstrap"]].tolist() == [0, 0, 1, 1]
    assert privacy.loc["DCR, median ratio", "copy"] == 0
    for attack in ("GAN-Leaks AUC", "DOMIAS AUC", "LOGAN AUC"):
        assert privacy.loc[attack, "copy"] > 0.75
        assert abs(privacy.loc[attack, "bound"] - 0.5) < 0.15
    fidelity = report.table.loc["fidelity", "copy"]
    assert abs(fidelity["recall"] - report.table.loc[("fidelity", "recall"), "bound"]) < 0.15, "only privacy sees it"


def test_privacy_without_validation(sets):
    report = evaluate(sets["train"], sets["test"], sets["near"], families=["privacy"], baselines=[])
    assert abs(report.table.loc[("privacy", "GAN-Leaks AUC"), "bound"] - 0.5) < 0.2
    reasons = report.left_out.set_index("metric")["reason"]
    assert reasons["DOMIAS AUC"].startswith("validation is not given")
    assert reasons["LOGAN AUC"] == "models with a critic are not given"


def test_the_bound_of_domias_is_each_half_of_test_in_turn(sets):
    inputs = gather(sets["train"], sets["test"], sets["near"], validation=sets["validation"], space=5, seed=3)
    (metric,) = (one for one in privacy(inputs) if one.name == "DOMIAS AUC")
    a, b = halves(sets["test"], 3)
    space = metrics.ScaledGenes().fit(sets["train"])
    found = [metrics.domias(sets["train"], x, y, sets["validation"], space=space)["AUC"] for x, y in ((a, b), (b, a))]
    assert metric.number(metric.bound.of()) == np.mean(found) != 0.5


def test_the_bound_of_logan_is_the_mean_over_models(sets):
    critics = [Critic(sets["train"]), Critic(sets["validation"])]
    inputs = gather(
        sets["train"], sets["test"], [sets["near"], sets["far"]], models=critics, validation=sets["validation"]
    )
    (metric,) = (one for one in privacy(inputs) if one.name == "LOGAN AUC")
    assert metric.number(metric.bound.of()) == 0.75, "0.5 of the one that knows neither, 1 of the one that knows all"


def test_the_size_of_kinds_needs_kinds_and_small_ones(sets):
    def table(**asked):
        report = evaluate(
            sets["train"],
            sets["test"],
            sets["copy"],
            validation=sets["validation"],
            families=["privacy"],
            baselines=[],
            **asked,
        )
        return report.table["synthetic"].droplevel(0), report.left_out.drop_duplicates("metric").set_index("metric")[
            "reason"
        ]

    numbers, reasons = table()
    assert reasons["DOMIAS AUC, small kinds"] == "within is not given"
    assert numbers["DOMIAS AUC"] > 0.75
    numbers, reasons = table(within=["tissue", "condition"])
    assert numbers["DOMIAS AUC, small kinds"] > 0.7, "10 training samples of each tissue with cancer"
    assert numbers["DOMIAS TPR at 10 % FPR"] >= numbers["DOMIAS TPR at 1 % FPR"] > 0.3
    assert {"DOMIAS AUC, other kinds", "DOMIAS AUC, other kinds, 12 PCs"} <= set(numbers.index)
    numbers, reasons = table(within=["tissue"])
    assert reasons["DOMIAS AUC, small kinds"] == "test has no samples of a kind with at most 10 train samples"
