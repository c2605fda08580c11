"""Rows on privacy: what synthetic data gives away of real_train, against real_test, which no generator has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib import metrics
from gexlib.report.inputs import Inputs, halves
from gexlib.report.measures import LOWER, NEARER, Measure, Metric
from gexlib.report.realism import NO_TRAIN

RATIOS = ["copies", "median ratio", "5 % ratio", "closer to train"]
ATTACK = "attack to tell real_train (members) from real_test (others): "


def privacy(inputs: Inputs) -> Iterator[Measure]:
    """Distances to closest records, nearest-neighbour tests, and attacks of membership inference."""
    missing = "" if inputs.train is not None else NO_TRAIN
    yield _closest(inputs, missing)
    yield _accuracy(inputs, missing)
    yield _gan_leaks(inputs, missing)
    yield _domias(inputs, missing)
    yield _logan(inputs, missing)


def _closest(inputs: Inputs, missing: str) -> Measure:
    def values(z, holdout):
        return metrics.closest_records(inputs.train, z, holdout, inputs.seed)[RATIOS]

    def metric(name, text, **kwargs):
        return _metric(inputs, name, f"metrics.closest_records: {text}", space="all genes", **kwargs)

    over = "of synthetic samples' distances to the closest real_train sample, over that of real_test samples'"
    return Measure(
        (
            metric("copies", "share of synthetic samples that equal a real_train sample.", best=0.0, better=LOWER),
            metric("DCR, median ratio", f"median {over}; below 1 is too close."),
            metric("DCR, 5 % ratio", f"5th percentile {over}; below 1 is too close."),
            metric(
                "closer to train",
                "share of synthetic samples closer to real_train than to real_test (as many of both, drawn).",
                best=0.5,
                better=LOWER,
            ),
        ),
        lambda c: values(c.data, inputs.test),
        _bound(inputs, values),
        missing,
    )


def _accuracy(inputs: Inputs, missing: str) -> Measure:
    def values(z, holdout):
        on_train = metrics.adversarial_accuracy(inputs.train, z, inputs.seed)
        return [on_train, metrics.privacy_loss(inputs.train, z, holdout, inputs.seed)]

    return Measure(
        (
            _metric(
                inputs,
                "NN accuracy",
                "metrics.adversarial_accuracy: how well nearest neighbours tell synthetic from real_train (as many of "
                "both, drawn); below 0.5 they are too alike.",
                best=0.5,
                better=NEARER,
                space="all genes",
            ),
            _metric(
                inputs,
                "NN privacy loss",
                "metrics.privacy_loss: that on real_test less that on real_train; 0.5 for copies.",
                best=0.0,
                better=LOWER,
                high=0.5,
                space="all genes",
            ),
        ),
        lambda c: values(c.data, inputs.test),
        _bound(inputs, values),
        missing,
    )


def _gan_leaks(inputs: Inputs, missing: str) -> Measure:
    def values(z, holdout):
        return metrics.gan_leaks(inputs.train, z, holdout)

    text = f"metrics.gan_leaks: {ATTACK}distance to the nearest synthetic sample."
    return Measure(
        _attack(inputs, "GAN-Leaks", text, "all genes"),
        lambda c: values(c.data, inputs.test),
        _bound(inputs, values),
        missing,
    )


def _domias(inputs: Inputs, missing: str) -> Measure:
    reference = inputs.validation
    text = (
        f"metrics.domias: {ATTACK}density of synthetic over that of validation samples, from the distance to the "
        "nearest of each."
    )
    bound = "one half of validation in the place of synthetic and the other as the reference, and in turn; mean"
    place = "PCs" if inputs.space is None else f"{inputs.space.n_components} PCs of real_train"

    def of(z, real):
        return metrics.domias(inputs.train, z, inputs.test, real, space=inputs.space)

    def in_turn():
        a, b = halves(reference, inputs.seed)
        return np.mean([of(a, b), of(b, a)], axis=0)

    return Measure(
        _attack(inputs, "DOMIAS", text, place, bound),
        lambda c: of(c.data, reference),
        in_turn,
        missing
        or ("" if reference is not None else "validation is not given, and real_train and real_test are in use"),
    )


def _logan(inputs: Inputs, missing: str) -> Measure:
    def attack(model, members, others):
        return metrics.logan(model.critic_scores(members), model.critic_scores(others))

    def of(c):
        if c.model is None:
            raise ValueError("it has no critic")
        return attack(c.model, inputs.train, inputs.test)

    def on_unseen():
        if inputs.validation is None:
            raise ValueError("validation is not given")
        models = [c.model for c in inputs.candidates if c.model is not None]
        return np.mean([attack(model, inputs.validation, inputs.test) for model in models], axis=0)

    return Measure(
        _attack(
            inputs,
            "LOGAN",
            f"metrics.logan: {ATTACK}score of the model's critic, from its method critic_scores.",
            "",
            "validation in the place of real_train: the critic has learned from neither; mean over models",
        ),
        of,
        on_unseen,
        missing or ("" if inputs.has_models else "models are not given"),
    )


def _bound(inputs: Inputs, values: Callable[[AnnData, AnnData], pd.Series | list]):
    """Values with held-out samples in the place of synthetic ones: validation, or each half of test in turn."""

    def bound():
        if inputs.validation is not None:
            return values(inputs.validation, inputs.test)
        a, b = halves(inputs.test, inputs.seed)
        return np.mean([values(a, b), values(b, a)], axis=0)

    return bound


def _metric(inputs: Inputs, name: str, text: str, bound: str = "", **kwargs) -> Metric:
    if not bound and inputs.validation is not None:
        bound = "validation samples in the place of synthetic ones"
    elif not bound:
        bound = "one half of real_test in the place of synthetic, the other as real_test, and in turn; mean"
    return Metric("privacy", name, text, bound, **kwargs)


def _attack(inputs: Inputs, name: str, text: str, space: str, bound: str = "") -> tuple[Metric, Metric]:
    return (
        _metric(
            inputs,
            f"{name} AUC",
            f"{text} Area under the ROC curve.",
            bound,
            best=0.5,
            better=LOWER,
            low=0.5,
            space=space,
        ),
        _metric(
            inputs,
            f"{name} TPR at 1 % FPR",
            f"{text} Share of members found where at most 1 % of others are taken for them.",
            bound,
            best=0.01,
            better=LOWER,
            space=space,
        ),
    )
