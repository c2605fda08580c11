"""Rows on realism: structure, regulation, fidelity, and the distribution of each gene. The reference is real_test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gexlib import metrics
from gexlib.report.inputs import Inputs
from gexlib.report.measures import LOWER, NEARER, Measure, Metric

K = 5  # neighbours
FOLDS = 5
QUANTILES = 99
SAMPLE = "real_train, as many samples as synthetic has and of the same groups, in its place"
NO_TRAIN = "real_train is not given"


def structure(inputs: Inputs) -> Iterator[Measure]:
    """S_dist and S_dend."""
    text = "Pearson correlation of the {} of all pairs of genes in real_test and in synthetic (constant genes: r = 0)"
    yield Measure(
        (
            Metric("structure", "S_dist", f"metrics.s_dist: {text.format('dissimilarities 1 - r')}.", SAMPLE),
            Metric(
                "structure",
                "S_dend",
                f"metrics.s_dend: {text.format('cophenetic distances, complete linkage on 1 - r,')}.",
                SAMPLE,
            ),
        ),
        lambda c: metrics.table_1(inputs.test, c.data, constant="zero").iloc[0],
    )


def grn(inputs: Inputs) -> Iterator[Measure]:
    """S_TF-TG and S_TG-TG."""
    missing = "" if inputs.regulons is not None else "regulons are not given"
    for name, score, of in (
        ("S_TF-TG", metrics.s_tf_tg, "each transcription factor with its targets"),
        ("S_TG-TG", metrics.s_tg_tg, "the targets of each transcription factor with each other"),
    ):
        text = (
            f"metrics.{score.__name__}: cosine similarity of the Pearson correlations of {of}, between real_test and "
            "synthetic; mean over factors, weighted by their targets."
        )
        yield Measure(
            (Metric("GRN", name, text, SAMPLE),),
            lambda c, score=score: [score(inputs.test, c.data, inputs.regulons, constant="zero")],
            missing=missing,
        )


def fidelity(inputs: Inputs) -> Iterator[Measure]:
    """Precision, recall, density, coverage, MMD and two-sample tests, over all genes and in principal components."""
    unit = inputs.test.uns.get("provenance", {}).get("unit", "units of the data")
    for place, space, missing in _places(inputs):
        tail = "" if space is None and not missing else f", {place}"
        where = f"all genes, {unit}" if not tail else f"{place} of real_train, centred, not scaled"

        def metric(name, text, tail=tail, where=where, **kwargs):
            return Metric("fidelity", name + tail, text, SAMPLE, space=where, **kwargs)

        ball = f"balls reach to the {K}th nearest neighbour, Euclidean"
        yield Measure(
            (
                metric(
                    "precision", f"metrics.prdc: share of synthetic samples in the ball of a real_test sample; {ball}."
                ),
                metric(
                    "recall", f"metrics.prdc: share of real_test samples in the ball of a synthetic sample; {ball}."
                ),
                metric(
                    "density",
                    f"metrics.prdc: real_test balls that hold a synthetic sample, mean number over {K}; {ball}.",
                    better=NEARER,
                ),
                metric("coverage", f"metrics.prdc: share of real_test balls that hold a synthetic sample; {ball}."),
            ),
            lambda c, space=space: metrics.prdc(inputs.test, c.data, k=K, space=space),
            missing=missing,
        )
        yield Measure(
            (
                metric(
                    "MMD²",
                    "metrics.mmd: squared maximum mean discrepancy, unbiased, Gaussian kernel, bandwidth the median "
                    "distance of real_test samples.",
                    best=0.0,
                    better=LOWER,
                    high=0.0,
                ),
            ),
            lambda c, space=space: [metrics.mmd(inputs.test, c.data, seed=inputs.seed, space=space)],
            missing=missing,
        )
        for short, classifier, how in (
            ("forest", "random forest", "a random forest of 100 trees"),
            ("logistic", "logistic regression", "a logistic regression (L2, C = 1) on z-scores"),
        ):
            yield Measure(
                (
                    metric(
                        f"two-sample AUC, {short}",
                        f"metrics.two_sample_auc: area under the ROC curve of {how} that tells synthetic from "
                        f"real_test samples, mean of {FOLDS} shuffled, stratified folds.",
                        best=0.5,
                        better=LOWER,
                        low=0.5,
                    ),
                ),
                lambda c, space=space, classifier=classifier: [
                    metrics.two_sample_auc(
                        inputs.test, c.data, classifier, FOLDS, inputs.seed, space, inputs.jobs
                    ).mean()
                ],
                missing=missing,
            )


def marginals(inputs: Inputs) -> Iterator[Measure]:
    """Wasserstein distances, quantiles, zeros and spread of the genes one by one."""
    unit = inputs.test.uns.get("provenance", {}).get("unit", "units of the data")

    def metric(name, text, **kwargs):
        return Metric("marginals", name, text, SAMPLE, **kwargs)

    yield Measure(
        (
            metric(
                "Wasserstein",
                f"metrics.wasserstein: distance of each gene's values in real_test and synthetic, median over genes; "
                f"in {unit}.",
                best=0.0,
                better=LOWER,
                high=0.0,
            ),
        ),
        lambda c: [metrics.wasserstein(inputs.test, c.data).median()],
    )

    def quantiles(c):
        rho = metrics.quantile_agreement(inputs.test, c.data, QUANTILES)
        return [rho.median(), rho.quantile(0.05)]

    text = f"metrics.quantile_agreement: Lin's concordance of {QUANTILES} quantiles in real_test and synthetic, "
    yield Measure(
        (
            metric("quantile agreement", text + "median over genes."),
            metric("quantile agreement, worst 5 %", text + "the 5th percentile over genes."),
        ),
        quantiles,
    )
    zeros = bool((metrics.zero_shares(inputs.test, inputs.test)["real"] > 0).any())
    yield Measure(
        (
            metric(
                "zeros",
                "metrics.zero_shares: difference between real_test's and synthetic's share of exact zeros, absolute, "
                "mean over genes.",
                best=0.0,
                better=LOWER,
                high=0.0,
            ),
        ),
        lambda c: [metrics.zero_shares(inputs.test, c.data).diff(axis=1)["synthetic"].abs().mean()],
        missing="" if zeros else "real_test has no exact zeros",
    )
    text = "metrics.sd_ratio: standard deviation in synthetic over that in real_test{}, median over genes."
    yield Measure(
        (metric("sd ratio", text.format(""), better=NEARER),),
        lambda c: [np.nanmedian(metrics.sd_ratio(inputs.test, c.data))],
    )
    groups = " × ".join(inputs.within)
    yield Measure(
        (metric("sd ratio within groups", text.format(f" within {groups or 'groups'}"), better=NEARER),),
        lambda c: [np.nanmedian(metrics.sd_ratio(inputs.test, c.data, inputs.within))],
        missing="" if inputs.within else "within is not given",
    )


def _places(inputs: Inputs) -> list[tuple]:
    """Names of the spaces in which samples are compared, the spaces, and why one is missing."""
    if inputs.space is None:
        return [("all genes", None, ""), ("PCs", None, f"{NO_TRAIN}, and components are fitted to it alone")]
    return [("all genes", None, ""), (f"{inputs.space.n_components} PCs", inputs.space, "")]
