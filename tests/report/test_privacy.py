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
    assert reasons["LOGAN AUC"] == "models are not given"


def test_the_bound_of_domias_is_each_half_of_validation_in_turn(sets):
    inputs = gather(sets["train"], sets["test"], sets["near"], validation=sets["validation"], space=5, seed=3)
    (metric,) = (one for one in privacy(inputs) if one.name == "DOMIAS AUC")
    a, b = halves(sets["validation"], 3)
    found = [metrics.domias(sets["train"], x, sets["test"], y, space=inputs.space)["AUC"] for x, y in ((a, b), (b, a))]
    assert metric.number(metric.bound.of()) == np.mean(found)


def test_the_bound_of_logan_is_the_mean_over_models(sets):
    critics = [Critic(sets["train"]), Critic(sets["validation"])]
    inputs = gather(
        sets["train"], sets["test"], [sets["near"], sets["far"]], models=critics, validation=sets["validation"]
    )
    (metric,) = (one for one in privacy(inputs) if one.name == "LOGAN AUC")
    assert metric.number(metric.bound.of()) == 0.75, "0.5 of the one that knows neither, 1 of the one that knows all"
