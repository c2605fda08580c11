"""Rows on use: what is learned from synthetic data, tested on real_test, and differential expression."""

from __future__ import annotations

from collections.abc import Iterator

from gexlib import metrics
from gexlib.differential import differential_expression
from gexlib.report.inputs import Inputs
from gexlib.report.measures import NEARER, Measure, Metric
from gexlib.report.realism import NO_TRAIN, SAMPLE

RUNS = 3  # trainings of each classifier
TOP = 100
FDR = 0.05


def utility(inputs: Inputs) -> Iterator[Measure]:
    """Classifiers for each label, and agreement of differential expression."""
    if not inputs.labels:
        yield Measure((Metric("utility", "label AUC", "", ""),), lambda c: [], missing="labels are not given")
    for label in inputs.labels:
        yield _classification(inputs, label)
    yield _differential(inputs)


def _classification(inputs: Inputs, label: str) -> Measure:
    text = (
        f"metrics.classification: {{}} of a multilayer perceptron (64, 64) on z-scores that learns {label} from "
        f"synthetic and is tested on real_test; each level against the rest, weighted by its samples; mean of {RUNS} "
        "trainings."
    )
    bound = "the classifier learns from all of real_train"

    def scores(data):
        table = metrics.classification(inputs.test, {"data": data}, label, runs=RUNS, seed=inputs.seed)
        return table[["AUC", "F1"]].mean()

    def of_train():
        if inputs.train is None:
            raise ValueError(NO_TRAIN)
        return scores(inputs.train)

    return Measure(
        (
            Metric("utility", f"{label} AUC", text.format("area under the ROC curve"), bound, low=0.5),
            Metric("utility", f"{label} F1", text.format("F1"), bound),
        ),
        lambda c: scores(c.data),
        of_train,
    )


def _differential(inputs: Inputs) -> Measure:
    by, value, reference = inputs.contrast or ("", "", "")
    adjust = [name for name in inputs.within if name != by]
    about = f"{by} ({value} against {reference}{', adjusted for ' + ', '.join(adjust) if adjust else ''})"
    top = min(TOP, inputs.test.n_vars)
    text = f"metrics.differential_agreement of {about}, synthetic against real_test: "

    def metric(name, what, **kwargs):
        return Metric("utility", f"DE {name}", text + what, SAMPLE, **kwargs)

    return Measure(
        (
            metric("correlation", "Pearson correlation of the effects over all genes."),
            metric("slope", "least-squares slope of synthetic on real effects.", better=NEARER),
            metric("same sign", f"share of the genes with FDR < {FDR} in real_test whose effect has the same sign."),
            metric(f"top {top}", f"share of the {top} genes with the largest absolute effect that both have."),
        ),
        lambda c: metrics.differential_agreement(inputs.test, c.data, by, value, reference, adjust, top=top, fdr=FDR)[
            ["Pearson", "slope", "same sign", f"top {top}"]
        ],
        missing=_no_contrast(inputs, adjust),
    )


def _no_contrast(inputs: Inputs, adjust: list[str]) -> str:
    """Why real data has no differential expression to agree with."""
    if inputs.contrast is None:
        return "contrast is not given"
    try:
        differential_expression(inputs.test, *inputs.contrast, adjust)
    except ValueError as error:
        return f"real_test: {error}"
    return ""
