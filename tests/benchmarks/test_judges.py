"""Judges of the benchmarks: at their bound for real samples, and far from it for what they are meant to find."""

import numpy as np
import pytest


@pytest.fixture
def judges(benchmarks):
    import judges

    return judges


def test_rfx_is_not_misled_by_draws_whose_means_are_fixed(judges, expression):
    test, draw, other = (expression(100, seed=seed) for seed in (0, 1, 2))
    assert 0.4 < judges.rfx(test, draw, other) < 0.6
    flat, flat_other = draw.copy(), other.copy()
    for data in (flat, flat_other):
        data.X = data.X * 0.7 + 0.3 * data.X.mean(axis=0)
    assert judges.rfx(test, flat, flat_other) > 0.7
    with pytest.raises(ValueError, match="100, 100 and 50 samples"):
        judges.rfx(test, draw, other[:50].copy())


def test_edges_count_both_directions(judges, expression):
    real = expression(400)
    assert judges.edges(real, real) == {"edge precision": 1.0, "edge recall": 1.0}
    noise = real.copy()
    noise.X = np.random.default_rng(0).normal(size=noise.shape).astype(np.float32)
    assert np.isnan(judges.edges(real, noise)["edge precision"])
    assert judges.edges(real, noise)["edge recall"] == 0


def test_differential_genes_are_found_again(judges, expression):
    real, more = expression(200), expression(200, seed=1)
    found = judges.differential_recovery(real, more, "kind")
    assert found["DE true positives"] > 0.8 > 0.2 > found["DE false positives"]
    mixed = more.copy()
    mixed.obs["kind"] = np.random.default_rng(0).permutation(mixed.obs["kind"])
    assert judges.differential_recovery(real, mixed, "kind")["DE true positives"] < 0.3


def test_membership_finds_copies_and_nothing_in_fresh_samples(judges, expression):
    train, test, fresh = (expression(150, seed=seed) for seed in range(3))
    near = train.copy()
    near.X = near.X + np.random.default_rng(0).normal(0, 0.3, near.shape).astype(np.float32)
    copied, none = judges.membership(train, near, test), judges.membership(train, fresh, test)
    assert copied["membership AUC"] > 0.95
    assert copied["membership TPR at 10 %"] > 0.9
    assert 0.4 < none["membership AUC"] < 0.6


def test_halves_have_the_same_shares(judges, expression):
    data = expression(80, kinds=("a", "b", "b", "b"))
    a, b = judges.halves(data, data.obs["kind"], seed=0)
    assert a.obs["kind"].value_counts().to_dict() == b.obs["kind"].value_counts().to_dict() == {"b": 30, "a": 10}
    assert not set(a.obs_names) & set(b.obs_names)


def test_a_label_is_learned_from_synthetic_samples(judges, expression):
    assert judges.label_f1(expression(100), expression(100, seed=1), "kind") > 0.9
