"""Metrics of fidelity: whether synthetic samples are like test samples, and whether they cover them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pandas as pd
from anndata import AnnData

from gexlib import metrics
from gexlib.metrics import PrincipalSpace
from gexlib.report.bounds import NO_TRAIN, check_rows, in_place, matched_pair
from gexlib.report.candidates import Candidate
from gexlib.report.inputs import Inputs
from gexlib.report.intervals import of_folds, of_groups
from gexlib.report.metric import LOWER, NEARER, Metric

NEIGHBOURS = 5
FOLDS = 5
NO_SECOND = "it has no second draw; give its model in models, or the draw in second_draws"
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
    yield from _faithful(inputs, space, suffix, metric)

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
    again = _Forests(inputs)
    for short, classifier, described in CLASSIFIERS:
        shared = short == "forest" and not suffix

        def auc(candidate, classifier=classifier, shared=shared):
            with suppress(ValueError):  # it has no second draw
                if shared:
                    return of_folds(again.areas(candidate)["same draw"])
            return of_folds(
                metrics.two_sample_auc(inputs.test, candidate.data, classifier, FOLDS, inputs.seed, space, inputs.jobs)
            )

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
    if not suffix:
        yield _independent(inputs, again, metric)


class _Forests:
    """The areas of forests that are tested on a second draw too, computed once for each data set."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs, self.found = inputs, {}

    def areas(self, candidate: Candidate) -> pd.DataFrame:
        """Return the areas on each fold, or raise a ValueError that says why there are none."""
        if candidate.again is None:
            raise ValueError(NO_SECOND)
        if id(candidate) not in self.found:
            second = candidate.again()
            check_rows(self.inputs, candidate.data.obs, "its draw")
            check_rows(self.inputs, second.obs, "its second draw")
            self.found[id(candidate)] = self.of(self.inputs.test, candidate.data, second)
        return self.found[id(candidate)]

    def of(self, real: AnnData, first: AnnData, second: AnnData) -> pd.DataFrame:
        """Return the areas on each fold."""
        of = self.inputs
        return metrics.independent_draw_auc(real, first, second, CLASSIFIERS[0][1], FOLDS, of.seed, jobs=of.jobs)


def _independent(inputs: Inputs, again: _Forests, metric: partial) -> Metric:
    """Return the two-sample test whose forest is tested on a draw that it has not seen."""
    return metric(
        name="two-sample AUC, forest, independent draw",
        function=metrics.independent_draw_auc,
        text="Area under the ROC curve of a random forest of 100 trees that learns from test and synthetic samples of "
        f"all but one of {FOLDS} folds, and is tested on test samples of that one and on an independent second draw of "
        "synthetic for their covariates. The forests are those of the test on one draw.",
        of=lambda candidate: of_folds(again.areas(candidate)["independent draw"]),
        bound=matched_pair(inputs, lambda *draws: of_folds(again.of(*draws)["independent draw"])),
        best=0.5,
        better=LOWER,
        low=0.5,
    )


def _neighbours(inputs: Inputs, space: PrincipalSpace | None, suffix: str, metric: partial) -> Iterator[Metric]:
    """Yield precision, recall, density and coverage, which are computed together."""

    def of(candidate):
        found = metrics.prdc_samples(inputs.test, candidate.data, k=NEIGHBOURS, space=space)
        return {name: of_groups(each, inputs.groups_of(len(each)), inputs.seed) for name, each in found.items()}

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


def _faithful(inputs: Inputs, space: PrincipalSpace | None, suffix: str, metric: partial) -> Iterator[Metric]:
    """Yield alpha-precision and beta-recall, which are computed together."""

    def of(candidate):
        return metrics.alpha_precision(inputs.test, candidate.data, space)

    metric = partial(metric, function=metrics.alpha_precision, of=of, bound=in_place(inputs, of))
    for name, text in (
        (
            "alpha-precision",
            "Agreement of the shares of synthetic and test samples in balls around the mean of test, over all radii.",
        ),
        (
            "beta-recall",
            "Agreement of the share of test samples whose nearest synthetic sample is nearer than their nearest other "
            "test sample, and lies in a ball around the mean of synthetic, with the share of this ball, over all "
            "radii. About 0.5 for two samples of one distribution.",
        ),
    ):
        yield metric(name=name + suffix, entry=name, text=text)
