"""Metrics of fidelity: whether synthetic samples are like test samples, and whether they cover them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gexlib import metrics
from gexlib.metrics import PrincipalSpace
from gexlib.report.bounds import NO_TRAIN, in_place
from gexlib.report.inputs import Inputs
from gexlib.report.metric import LOWER, NEARER, Metric

NEIGHBOURS = 5
FOLDS = 5
CLASSIFIERS = (
    ("forest", "random forest", "a random forest of 100 trees"),
    ("logistic", "logistic regression", "a logistic regression (L2, C = 1) on z-scores"),
)


def fidelity(inputs: Inputs) -> Iterator[Metric]:
    """Yield nearest-neighbour metrics, MMD and two-sample tests, over all genes and in principal components."""
    yield from _in_space(inputs, None, "", f"all genes, {inputs.unit}", "")
    place = "PCs" if inputs.space is None else f"{inputs.space.n_components} PCs"
    missing = "" if inputs.space is not None else f"{NO_TRAIN}, and components are fitted to it alone"
    yield from _in_space(inputs, inputs.space, f", {place}", f"{place} of train, centred, not scaled", missing)


def _in_space(inputs: Inputs, space: PrincipalSpace | None, suffix: str, where: str, missing: str) -> Iterator[Metric]:
    """Yield all metrics in one space; their names end with `suffix`."""
    metric = partial(Metric, family="fidelity", space=where, missing=missing)
    yield from _neighbours(inputs, space, suffix, metric)

    def discrepancy(candidate):
        return metrics.mmd(inputs.test, candidate.data, seed=inputs.seed, space=space)

    yield metric(
        name=f"MMD²{suffix}",
        function=metrics.mmd,
        text="Squared maximum mean discrepancy, unbiased; Gaussian kernel, whose bandwidth is the median distance of "
        "test samples.",
        of=discrepancy,
        bound=in_place(inputs, discrepancy),
        best=0.0,
        better=LOWER,
        high=0.0,
    )
    for short, classifier, described in CLASSIFIERS:

        def auc(candidate, classifier=classifier):
            return metrics.two_sample_auc(
                inputs.test, candidate.data, classifier, FOLDS, inputs.seed, space, inputs.jobs
            ).mean()

        yield metric(
            name=f"two-sample AUC, {short}{suffix}",
            function=metrics.two_sample_auc,
            text=f"Area under the ROC curve of {described} that tells synthetic from test samples; mean of {FOLDS} "
            "shuffled, stratified folds.",
            of=auc,
            bound=in_place(inputs, auc),
            best=0.5,
            better=LOWER,
            low=0.5,
        )


def _neighbours(inputs: Inputs, space: PrincipalSpace | None, suffix: str, metric: partial) -> Iterator[Metric]:
    """Yield precision, recall, density and coverage, which are computed together."""

    def of(candidate):
        return metrics.prdc(inputs.test, candidate.data, k=NEIGHBOURS, space=space)

    metric = partial(metric, function=metrics.prdc, of=of, bound=in_place(inputs, of))
    balls = f"balls reach to the {NEIGHBOURS}th nearest neighbour, Euclidean"
    for name, text, better in (
        ("precision", "Share of synthetic samples in the ball of a test sample", {}),
        ("recall", "Share of test samples in the ball of a synthetic sample", {}),
        (
            "density",
            f"Mean number of balls of test samples that hold a synthetic sample, divided by {NEIGHBOURS}",
            {"better": NEARER},
        ),
        ("coverage", "Share of balls of test samples that hold a synthetic sample", {}),
    ):
        yield metric(name=name + suffix, entry=name, text=f"{text}; {balls}.", **better)
