"""Metrics of utility: whether what is learned from synthetic data holds in test data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gexlib import metrics
from gexlib.differential import differential_expression
from gexlib.report.bounds import NO_TRAIN, in_place
from gexlib.report.inputs import Inputs
from gexlib.report.metric import NEARER, Bound, Metric

RUNS = 3  # trainings of each classifier
TOP = 100
FDR = 0.05


def utility(inputs: Inputs) -> Iterator[Metric]:
    """Yield scores of a classifier of each label, and agreement of differential expression."""
    if not inputs.labels:
        area, _ = _classification(inputs, "label")
        yield area
    for label in inputs.labels:
        yield from _classification(inputs, label)
    yield from _differential(inputs)


def _classification(inputs: Inputs, label: str) -> Iterator[Metric]:
    """Yield AUC and F1 of a classifier, which are computed together."""

    def scores(data):
        table = metrics.classification(inputs.test, {"data": data}, label, RUNS, seed=inputs.seed, jobs=inputs.jobs)
        return table[["AUC", "F1"]].mean()

    def of_train():
        if inputs.train is None:
            raise ValueError(NO_TRAIN)
        return scores(inputs.train)

    metric = partial(
        Metric,
        family="utility",
        function=metrics.classification,
        of=lambda candidate: scores(candidate.data),
        bound=Bound("the classifier learns from all of train", of_train),
        missing="" if inputs.labels else "labels are not given",
    )
    text = (
        f"{{}} of a multilayer perceptron (64, 64) on z-scores that learns {label} from synthetic and is tested on "
        f"test; each level against the rest, weighted by its samples; mean of {RUNS} trainings."
    )
    yield metric(name=f"{label} AUC", entry="AUC", text=text.format("Area under the ROC curve"), low=0.5)
    yield metric(name=f"{label} F1", entry="F1", text=text.format("F1"))


def _differential(inputs: Inputs) -> Iterator[Metric]:
    """Yield numbers on the agreement of the contrast's effects, which are computed together."""
    by, value, reference = inputs.contrast or ("", "", "")
    adjust = [name for name in inputs.within if name != by]
    about = f"{by} ({value} against {reference}{', adjusted for ' + ', '.join(adjust) if adjust else ''})"
    top = min(TOP, inputs.test.n_vars)

    def of(candidate):
        return metrics.differential_agreement(
            inputs.test, candidate.data, by, value, reference, adjust, top=top, fdr=FDR
        )

    metric = partial(
        Metric,
        family="utility",
        function=metrics.differential_agreement,
        of=of,
        bound=in_place(inputs, of),
        missing=_why_no_effects(inputs, adjust),
    )
    text = f"Effects of {about} in synthetic against those in test: "
    yield metric(name="DE correlation", entry="Pearson", text=f"{text}Pearson correlation over all genes.")
    yield metric(
        name="DE slope",
        entry="slope",
        text=f"{text}least-squares slope of synthetic on test effects.",
        better=NEARER,
    )
    yield metric(
        name="DE same sign",
        entry="same sign",
        text=f"{text}share of the genes with FDR < {FDR} in test whose effect has the same sign.",
    )
    yield metric(
        name=f"DE top {top}",
        entry=f"top {top}",
        text=f"{text}concordance, the share of the {top} genes with the largest absolute effect that both have.",
    )
    found = f"genes with FDR < {FDR}"
    yield metric(
        name="DE true positives",
        entry="true positives",
        text=f"{text}share of the {found} in test that have it in synthetic too, with the same sign.",
    )
    yield metric(
        name="DE precision",
        entry="precision",
        text=f"{text}share of the {found} in synthetic that have it in test too, with the same sign.",
    )


def _why_no_effects(inputs: Inputs, adjust: list[str]) -> str:
    """Return why test data have no differential expression to agree with; empty if they have."""
    if inputs.contrast is None:
        return "contrast is not given"
    try:
        differential_expression(inputs.test, *inputs.contrast, adjust)
    except ValueError as error:
        return f"test: {error}"
    return ""
