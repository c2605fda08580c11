"""Judges of the benchmarks: at their bound for real samples, and far from it for what they are meant to find."""

import numpy as np
import pytest


@pytest.fixture
def judges(benchmarks):
    import judges

    return judges


def test_real_samples_are_the_bound(judges, expression):
    test, pool = expression(100), expression(300, seed=1)
    narrow, other = expression(100, seed=2), expression(100, seed=3)
    for data in (narrow, other):
        data.X = data.X * 0.7 + 0.3 * data.X.mean(axis=0)
    bound, found = judges.real_likeness(test, pool, ["kind"]), judges.likeness(test, narrow, other)
    assert list(bound) == list(found) == ["S_dist", "precision", "recall", "density", "coverage", "forest AUC", "rfx"]
    assert 0.35 < bound["rfx"] < 0.65 < 0.7 < found["rfx"]
    assert found["recall"] < bound["recall"]


def test_membership_finds_copies_and_nothing_in_fresh_samples(judges, expression):
    train, test, fresh = (expression(150, seed=seed) for seed in range(3))
    near = train.copy()
    near.X = near.X + np.random.default_rng(0).normal(0, 0.3, near.shape).astype(np.float32)
    copied, none = judges.membership(train, near, test), judges.membership(train, fresh, test)
    assert copied["membership AUC"] > 0.95
    assert copied["membership TPR at 10 %"] > 0.9
    assert 0.4 < none["membership AUC"] < 0.6


def test_a_label_is_learned_from_synthetic_samples(judges, expression):
    assert judges.label_f1(expression(100), expression(100, seed=1), "kind") > 0.9
