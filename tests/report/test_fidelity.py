"""Fidelity: the same metrics over all genes and in principal components."""

from gexlib import metrics
from gexlib.report.compute import compute
from gexlib.report.fidelity import fidelity
from gexlib.report.inputs import gather


def test_each_metric_stands_in_both_spaces(sets):
    found = list(fidelity(gather(sets["train"], sets["test"], sets["near"], space=5)))
    found = [one for one in found if one.function is not metrics.independent_draw_auc]
    half = len(found) // 2
    assert [one.name + ", 5 PCs" for one in found[:half]] == [one.name for one in found[half:]]
    assert {one.space for one in found[:half]} == {"all genes, log(1 + FPKM)"}
    assert {one.space for one in found[half:]} == {"5 PCs of train, centred, not scaled"}
    assert [one.text for one in found[:half]] == [one.text for one in found[half:]]


def test_without_training_data_there_are_no_components(sets):
    found = list(fidelity(gather(None, sets["test"], sets["near"])))
    assert [bool(one.missing) for one in found] == [one.name.endswith(", PCs") for one in found]
    assert found[-1].missing == "train is not given, and components are fitted to it alone"


def test_an_independent_draw_needs_the_covariates_of_test_row_by_row(sets):
    turned = sets["near"][::-1].copy()
    asked = {"within": ["tissue"], "second_draws": {"a": sets["far"], "b": sets["near"]}}
    inputs = gather(sets["train"], sets["test"], {"a": sets["near"], "b": turned}, **asked)
    (one,) = (one for one in fidelity(inputs) if one.function is metrics.independent_draw_auc)
    values, left_out = compute([one], inputs.candidates)
    assert [value.data for value in values] == ["bound", "a"]
    assert (
        values[1].value
        == metrics.independent_draw_auc(sets["test"], sets["near"], sets["far"])["independent draw"].mean()
    )
    assert [row.reason for row in left_out] == ["its draw does not have the tissue of the test samples, row by row"]


def test_neighbours_are_searched_once_for_each_data_set_and_space(sets, monkeypatch):
    real, calls = metrics.prdc_samples, []

    def counted(*arguments, **settings):
        calls.append(settings["space"])
        return real(*arguments, **settings)

    monkeypatch.setattr(metrics, "prdc_samples", counted)
    inputs = gather(sets["train"], sets["test"], sets["near"], space=5)
    some = [one for one in fidelity(inputs) if one.function is metrics.prdc]
    values, _ = compute(some, inputs.candidates)
    assert len(values) == 16, "four metrics, two spaces, the bound and one data set"
    assert calls == [None, None, inputs.space, inputs.space]


def test_the_forest_of_two_draws_is_trained_once_for_both_of_its_metrics(sets, monkeypatch):
    real, calls = metrics.independent_draw_auc, []
    monkeypatch.setattr(metrics, "independent_draw_auc", lambda *a, **k: calls.append(a) or real(*a, **k))
    inputs = gather(
        sets["train"], sets["test"], {"a": sets["near"], "b": sets["near"]}, second_draws={"a": sets["far"]}
    )
    some = [one for one in fidelity(inputs) if one.name.startswith("two-sample AUC, forest") and "PCs" not in one.name]
    found = {(value.metric, value.data): value.value for value in compute(some, inputs.candidates)[0]}
    both = real(sets["test"], sets["near"], sets["far"]).mean()
    assert found["two-sample AUC, forest", "a"] == both["same draw"]
    assert found["two-sample AUC, forest, independent draw", "a"] == both["independent draw"]
    assert found["two-sample AUC, forest", "b"] == metrics.two_sample_auc(sets["test"], sets["near"]).mean()
    assert len(calls) == 2, "the bound, and the data set with a second draw"
