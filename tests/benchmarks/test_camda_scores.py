"""The challenge's scores: at their bound for real samples, and far from it for what they are meant to find."""

import numpy as np
import pytest


@pytest.fixture
def camda_scores(benchmarks):
    import camda_scores

    return camda_scores


def test_the_challenges_score_of_detection(camda_scores, expression):
    train, like, test = (expression(200, seed=seed) for seed in range(3))
    far = like.copy()
    far.X = far.X + 3
    assert (
        camda_scores.discriminative_f1(train, far, test, 0)
        > 0.95
        > camda_scores.discriminative_f1(train, like, test, 0)
    )


def test_edges_count_both_directions(camda_scores, expression):
    real = expression(400)
    assert camda_scores.edges(real, real) == {"edge precision": 1.0, "edge recall": 1.0}
    noise = real.copy()
    noise.X = np.random.default_rng(0).normal(size=noise.shape).astype(np.float32)
    assert np.isnan(camda_scores.edges(real, noise)["edge precision"])
    assert camda_scores.edges(real, noise)["edge recall"] == 0


def test_differential_genes_are_found_again(camda_scores, expression):
    real, more = expression(200), expression(200, seed=1)
    found = camda_scores.differential_recovery(real, more, "kind")
    assert found["DE true positives"] > 0.8 > 0.2 > found["DE false positives"]
    mixed = more.copy()
    mixed.obs["kind"] = np.random.default_rng(0).permutation(mixed.obs["kind"])
    assert camda_scores.differential_recovery(real, mixed, "kind")["DE true positives"] < 0.3


def test_accuracy_is_of_the_classes_of_test_samples(camda_scores, expression):
    train, test = expression(100), expression(50, seed=1)
    swapped = train.copy()
    swapped.obs["kind"] = np.where(train.obs["kind"] == "a", "b", "a")
    assert camda_scores.accuracy(train, train, test, "kind") > 0.9
    assert camda_scores.accuracy(train, swapped, test, "kind") < 0.1
