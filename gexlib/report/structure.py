"""Metrics of structure: whether genes are correlated as in test data, all of them and along the network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gexlib import metrics
from gexlib.metrics.table_1 import Table1
from gexlib.report.bounds import in_place
from gexlib.report.inputs import Inputs
from gexlib.report.metric import Metric

EDGE = 0.7


def structure(inputs: Inputs) -> Iterator[Metric]:
    """Yield S_dist and S_dend, which are computed together, and precision and recall of co-expression edges."""
    against = Table1(inputs.test, constant="zero")

    def of(candidate):
        return against.scores(candidate.data)

    metric = partial(Metric, family="structure", of=of, bound=in_place(inputs, of))
    text = "Pearson correlation of the {} of all pairs of genes in test and in synthetic (constant genes: r = 0)."
    yield metric(name="S_dist", function=metrics.s_dist, entry="S_dist", text=text.format("dissimilarities 1 - r"))
    yield metric(
        name="S_dend",
        function=metrics.s_dend,
        entry="S_dend",
        text=text.format("cophenetic distances, complete linkage on 1 - r,"),
    )
    yield from _edges(inputs)


def _edges(inputs: Inputs) -> Iterator[Metric]:
    def of(candidate):
        return metrics.coexpression_edges(inputs.test, candidate.data, EDGE, constant="zero")

    metric = partial(Metric, family="structure", function=metrics.coexpression_edges, of=of, bound=in_place(inputs, of))
    edges = f"co-expression edges (pairs of genes with |r| > {EDGE})"
    yield metric(
        name="edges, precision",
        entry="precision",
        text=f"Share of the {edges} of synthetic that test has too, with the same sign.",
    )
    yield metric(
        name="edges, recall",
        entry="recall",
        text=f"Share of the {edges} of test that synthetic has too, with the same sign.",
    )


def grn(inputs: Inputs) -> Iterator[Metric]:
    """Yield S_TF-TG and S_TG-TG."""
    for name, function, pairs in (
        ("S_TF-TG", metrics.s_tf_tg, "each transcription factor with its targets"),
        ("S_TG-TG", metrics.s_tg_tg, "the targets of each transcription factor with each other"),
    ):

        def of(candidate, function=function):
            return function(inputs.test, candidate.data, inputs.regulons, constant="zero")

        yield Metric(
            family="GRN",
            name=name,
            function=function,
            text=f"Cosine similarity of the Pearson correlations of {pairs}, between test and synthetic; mean over "
            "factors, weighted by their numbers of targets.",
            of=of,
            bound=in_place(inputs, of),
            missing="" if inputs.regulons is not None else "regulons are not given",
        )
