"""Metrics of marginals: whether each gene by itself has the distribution that it has in test data."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gexlib import metrics
from gexlib.report.bounds import in_place
from gexlib.report.inputs import Inputs
from gexlib.report.metric import LOWER, NEARER, Metric, Values

QUANTILES = 99


def marginals(inputs: Inputs) -> Iterator[Metric]:
    """Yield Wasserstein distance, agreement of quantiles, shares of zeros, and standard deviations."""
    test = inputs.test
    yield _metric(
        inputs,
        lambda c: metrics.wasserstein(test, c.data).median(),
        name="Wasserstein",
        function=metrics.wasserstein,
        text=f"Distance between each gene's values in test and in synthetic, median over genes; in {inputs.unit}.",
        best=0.0,
        better=LOWER,
        high=0.0,
    )
    yield from _quantiles(inputs)
    zeros = bool((metrics.zero_shares(test, test)["real"] > 0).any())
    yield _metric(
        inputs,
        lambda c: metrics.zero_shares(test, c.data).diff(axis=1)["synthetic"].abs().mean(),
        name="zeros",
        function=metrics.zero_shares,
        text="Absolute difference between the shares of exact zeros in test and in synthetic, mean over genes.",
        best=0.0,
        better=LOWER,
        high=0.0,
        missing="" if zeros else "test has no exact zeros",
    )
    text = "Standard deviation in synthetic over that in test{}, median over genes."
    yield _metric(
        inputs,
        lambda c: np.nanmedian(metrics.sd_ratio(test, c.data)),
        name="sd ratio",
        function=metrics.sd_ratio,
        text=text.format(""),
        better=NEARER,
    )
    yield _metric(
        inputs,
        lambda c: np.nanmedian(metrics.sd_ratio(test, c.data, inputs.within)),
        name="sd ratio within groups",
        function=metrics.sd_ratio,
        text=text.format(f", within {' × '.join(inputs.within) or 'groups'}"),
        better=NEARER,
        missing="" if inputs.within else "within is not given",
    )


def _quantiles(inputs: Inputs) -> Iterator[Metric]:
    """Yield median and 5th percentile of the agreement over genes, which are computed together."""

    def of(candidate):
        agreement = metrics.quantile_agreement(inputs.test, candidate.data, QUANTILES)
        return {"median": agreement.median(), "worst": agreement.quantile(0.05)}

    bound = in_place(inputs, of)
    text = f"Lin's concordance of {QUANTILES} quantiles in test and in synthetic, {{}} over genes."
    for name, entry, which in (
        ("quantile agreement", "median", "median"),
        ("quantile agreement, worst 5 %", "worst", "5th percentile"),
    ):
        yield Metric(
            family="marginals",
            name=name,
            function=metrics.quantile_agreement,
            text=text.format(which),
            of=of,
            entry=entry,
            bound=bound,
        )


def _metric(inputs: Inputs, of: Callable[..., Values], **definition) -> Metric:
    return Metric(family="marginals", of=of, bound=in_place(inputs, of), **definition)
