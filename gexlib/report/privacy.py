"""Metrics of privacy: how much synthetic data give away of training data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from gexlib import metrics
from gexlib.preprocess.kinds import Kinds
from gexlib.report.bounds import HALVES, NO_TRAIN, average, held_out
from gexlib.report.draws import halves
from gexlib.report.inputs import Inputs
from gexlib.report.metric import LOWER, NEARER, Bound, Metric

RATIOS = ["copies", "median ratio", "5 % ratio", "closer to train"]
SMALL = 10  # train samples of a small kind, at most
NO_CRITIC = "models with a critic are not given"
ATTACK = "Attack that tells train (members) from test (others) by the"


def privacy(inputs: Inputs) -> Iterator[Metric]:
    """Yield distances to closest records, nearest-neighbour tests, and attacks of membership inference."""
    missing = "" if inputs.train is not None else NO_TRAIN
    for group in (_closest, _accuracy, _authentic, _gan_leaks, _domias, _logan):
        yield from group(inputs, missing)


def _closest(inputs: Inputs, missing: str) -> Iterator[Metric]:
    """Yield numbers on the distances to the closest training sample, which are computed together."""

    def values(synthetic, test):
        return metrics.closest_records(inputs.train, synthetic, test, inputs.seed)[RATIOS]

    metric = _on_test(inputs, values, function=metrics.closest_records, space="all genes", missing=missing)
    over = "of the distances of synthetic samples to the closest train sample, over that of test samples"
    yield metric(
        name="copies",
        entry="copies",
        text="Share of synthetic samples that equal a train sample.",
        best=0.0,
        better=LOWER,
    )
    yield metric(name="DCR, median ratio", entry="median ratio", text=f"Median {over}; below 1 is too close.")
    yield metric(name="DCR, 5 % ratio", entry="5 % ratio", text=f"5th percentile {over}; below 1 is too close.")
    yield metric(
        name="closer to train",
        entry="closer to train",
        text="Share of synthetic samples that are closer to train than to test (as many samples of both, drawn).",
        best=0.5,
        better=LOWER,
    )


def _accuracy(inputs: Inputs, missing: str) -> Iterator[Metric]:
    """Yield the accuracy of nearest neighbours and the privacy loss, which are computed together."""

    def values(synthetic, test):
        accuracy = metrics.adversarial_accuracy(inputs.train, synthetic, inputs.seed)
        loss = metrics.privacy_loss(inputs.train, synthetic, test, inputs.seed)
        return pd.Series({"accuracy": accuracy, "loss": loss})

    metric = _on_test(inputs, values, space="all genes", missing=missing)
    yield metric(
        name="NN accuracy",
        function=metrics.adversarial_accuracy,
        entry="accuracy",
        text="How well nearest neighbours tell synthetic from train (as many samples of both, drawn); below 0.5 they "
        "are too alike.",
        best=0.5,
        better=NEARER,
    )
    yield metric(
        name="NN privacy loss",
        function=metrics.privacy_loss,
        entry="loss",
        text="NN accuracy on test less that on train; 0.5 for copies.",
        best=0.0,
        better=LOWER,
        high=0.5,
    )


def _authentic(inputs: Inputs, missing: str) -> Iterator[Metric]:
    def values(synthetic, test):
        return pd.Series({"authenticity": metrics.authenticity(inputs.train, synthetic)})

    metric = _on_test(inputs, values, function=metrics.authenticity, space="all genes", missing=missing)
    yield metric(
        name="authenticity",
        entry="authenticity",
        text="Share of synthetic samples that are farther from their nearest train sample than its nearest other train "
        "sample is. Copies: 0; what new samples reach is the bound.",
    )


def _gan_leaks(inputs: Inputs, missing: str) -> Iterator[Metric]:
    def values(synthetic, test):
        return metrics.gan_leaks(inputs.train, synthetic, test)

    metric = _on_test(inputs, values, function=metrics.gan_leaks, space="all genes", missing=missing)
    yield from _attack(metric, "GAN-Leaks", f"{ATTACK} distance to the nearest synthetic sample.")


def _domias(inputs: Inputs, missing: str) -> Iterator[Metric]:
    """Yield the attack over all genes and in principal components, and its success by the size of kinds."""
    if not missing and inputs.validation is None:
        missing = "validation is not given, and train and test are in use"
    scaled = None if inputs.train is None else metrics.ScaledGenes().fit(inputs.train)
    place = "PCs" if inputs.space is None else f"{inputs.space.n_components} PCs"
    for space, suffix, where in (
        (scaled, "", "all genes, z-scores"),
        (inputs.space, f", {place}", f"{place} of train"),
    ):
        yield from _domias_in(inputs, space, suffix, where, missing)


def _domias_in(inputs: Inputs, space, suffix: str, where: str, missing: str) -> Iterator[Metric]:
    def values(synthetic, test):
        sets = inputs.train, synthetic, test, inputs.validation
        if not inputs.within:
            return metrics.domias(*sets, space=space)
        return metrics.domias_by_size(*sets, inputs.within, SMALL, space=space)

    def in_turn():
        a, b = halves(inputs.test, inputs.seed)  # halves of validation would give 0.5 whatever the data
        return average([values(a, b), values(b, a)])

    metric = partial(
        Metric,
        family="privacy",
        function=metrics.domias,
        of=lambda candidate: values(candidate.data, inputs.test),
        bound=Bound(HALVES, in_turn),
        space=where,
        missing=missing,
    )
    text = f"{ATTACK} distance to the nearest validation sample, relative to that to the nearest synthetic one."
    yield from _attack(metric, "DOMIAS", text, suffix)
    of = f"the kinds ({' × '.join(inputs.within)}) that have {{}} {SMALL} train samples"
    for name, which in (("small kinds", "at most"), ("other kinds", "more than")):
        yield metric(
            name=f"DOMIAS AUC, {name}{suffix}",
            function=metrics.domias_by_size,
            entry=f"AUC, {name}",
            text=f"{text} Area under the ROC curve, for train and test samples of {of.format(which)}.",
            best=0.5,
            better=LOWER,
            low=0.5,
            missing=missing or _no_kinds(inputs, name == "small kinds"),
        )


def _no_kinds(inputs: Inputs, small: bool) -> str:
    """Return why there are no records of small or of other kinds; empty if there are some."""
    if not inputs.within:
        return "within is not given"
    kinds = Kinds(inputs.within, unseen="unknown").fit(inputs.train.obs)
    codes = kinds.codes(inputs.test.obs)
    if ((kinds.counts_[codes[codes >= 0]] <= SMALL) == small).any():
        return ""
    return f"test has no samples of a kind with {'at most' if small else 'more than'} {SMALL} train samples"


def _logan(inputs: Inputs, missing: str) -> Iterator[Metric]:
    models = [candidate.model for candidate in inputs.candidates if hasattr(candidate.model, "critic_scores")]

    def values(model, members):
        return metrics.logan(model.critic_scores(members), model.critic_scores(inputs.test))

    def of(candidate):
        if not hasattr(candidate.model, "critic_scores"):
            raise ValueError("it has no critic")
        return values(candidate.model, inputs.train)

    def on_unseen():
        if inputs.validation is None:
            raise ValueError("validation is not given")
        return average([values(model, inputs.validation) for model in models])

    metric = partial(
        Metric,
        family="privacy",
        function=metrics.logan,
        of=of,
        bound=Bound(
            "validation in the place of train: the critic has learned from neither; mean over models", on_unseen
        ),
        missing=missing or ("" if models else NO_CRITIC),
    )
    yield from _attack(metric, "LOGAN", f"{ATTACK} score of the model's critic, from its method critic_scores.")


def _attack(metric: Callable[..., Metric], name: str, text: str, suffix: str = "") -> Iterator[Metric]:
    """Yield the numbers of an attack, which are computed together."""
    area = f"{text} Area under the ROC curve."
    yield metric(name=f"{name} AUC{suffix}", entry="AUC", text=area, best=0.5, better=LOWER, low=0.5)
    for percent in (10, 1):
        yield metric(
            name=f"{name} TPR at {percent} % FPR{suffix}",
            entry=f"TPR at {percent} % FPR",
            text=f"{text} Share of members found where at most {percent} % of others are taken for them.",
            best=percent / 100,
            better=LOWER,
        )


def _on_test(inputs: Inputs, values: Callable, **definition) -> Callable[..., Metric]:
    """Return a maker of metrics whose values come from synthetic and test data, and whose bound is unseen data."""
    return partial(
        Metric,
        family="privacy",
        of=lambda candidate: values(candidate.data, inputs.test),
        bound=held_out(inputs, values),
        **definition,
    )
