"""Distances to training records: against loops, for copies, fresh samples and everything between."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from gexlib.metrics import PrincipalSpace, adversarial_accuracy, closest_records, dcr, neighbours, privacy_loss


def normal(n, seed, genes=6):
    return np.random.default_rng(seed).normal(5, 1, (n, genes))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(neighbours, "CELLS", 100)


def test_dcr_is_the_smallestneighbours(small_blocks):
    train, synthetic = normal(40, 0), normal(25, 1)
    np.testing.assert_allclose(dcr(train, synthetic), cdist(synthetic, train).min(axis=1), rtol=1e-12)


def test_copies_are_at_distance_zero(small_blocks):
    train = normal(60, 0)
    assert (dcr(train, train[::-2]) == 0).all()


def test_closest_records_against_a_loop(small_blocks):
    train, synthetic, test = normal(50, 0), normal(40, 1) * 0.9, normal(50, 2)
    d, usual, far = cdist(synthetic, train).min(1), cdist(test, train).min(1), cdist(synthetic, test).min(1)
    table = closest_records(train, synthetic, test)
    assert table["median"] == pytest.approx(np.median(d))
    assert table["median ratio"] == pytest.approx(np.median(d) / np.median(usual))
    assert table["5 % ratio"] == pytest.approx(np.quantile(d, 0.05) / np.quantile(usual, 0.05))
    assert table["closer to train"] == np.mean(d < far)
    assert table["copies"] == 0


def test_fresh_samples_are_as_far_as_held_out_ones_however_many_those_are():
    """Thrice as many training records would be closer by chance: the share must not count that."""
    train, fresh, test = normal(600, 0), normal(400, 1), normal(200, 2)
    table = closest_records(train, fresh, test)
    assert table["median ratio"] == pytest.approx(1, abs=0.05)
    assert table["closer to train"] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("space", [None, 3])
def test_copies_are_found_in_all_genes_also_where_distances_are_taken_in_a_space(space):
    train, test = normal(60, 0), normal(60, 1)
    synthetic = np.concatenate([train[:20], normal(20, 2)])
    table = closest_records(train, synthetic, test, space=space and PrincipalSpace(space).fit(train))
    assert table["copies"] == 0.5
    assert table["5 % ratio"] == pytest.approx(0, abs=1e-6)
    assert closest_records(train, train, test)["closer to train"] == 1


def test_equal_distances_count_half():
    """Held-out records that are the training records: no sample is closer to either."""
    train = normal(30, 0)
    table = closest_records(train, normal(30, 1), train)
    assert table["closer to train"] == 0.5
    assert np.isnan(table["median ratio"])


def test_adversarial_accuracy_against_a_loop(small_blocks):
    x, z = normal(30, 0), normal(30, 1) * 0.8

    def leave_one_out(data):
        d = cdist(data, data)
        np.fill_diagonal(d, np.inf)
        return d.min(axis=1)

    d = cdist(x, z)
    expected = (np.mean(d.min(1) > leave_one_out(x)) + np.mean(d.min(0) > leave_one_out(z))) / 2
    assert adversarial_accuracy(x, z) == pytest.approx(expected)


def test_adversarial_accuracy_of_copies_fresh_samples_and_others():
    x = normal(300, 0)
    assert adversarial_accuracy(x, x[::-1]) == 0
    assert adversarial_accuracy(x, x + 100) == 1
    assert adversarial_accuracy(x, normal(300, 1)) == pytest.approx(0.5, abs=0.06)
    assert adversarial_accuracy(x, normal(900, 1)) == pytest.approx(0.5, abs=0.06)  # unequal numbers are made equal


def test_privacy_loss_of_copies_and_fresh_samples():
    train, test = normal(300, 0), normal(200, 1)
    assert privacy_loss(train, normal(300, 2), test) == pytest.approx(0, abs=0.06)
    assert privacy_loss(train, train + 1e-3, test) > 0.25  # two thirds of the 200 drawn records have no copy drawn
    assert privacy_loss(train[:200], train[:200] + 1e-3, test) == pytest.approx(0.5, abs=0.06)


def test_the_seed_sets_the_draw():
    args = normal(90, 0), normal(50, 1), normal(30, 2)
    assert closest_records(*args, seed=1).equals(closest_records(*args, seed=1))
    values = [privacy_loss(*args, seed=seed) for seed in (0, 0, 1, 2, 3)]
    assert values[0] == values[1]
    assert len(set(values)) > 1


def test_errors_name_the_data_set():
    x = normal(20, 0)
    with pytest.raises(ValueError, match="train has 6 genes and test has 5"):
        closest_records(x, x, x[:, 1:])
    with pytest.raises(TypeError, match="train must be an AnnData or a 2-D array"):
        dcr(x.tolist(), x)
    with pytest.raises(ValueError, match="seed must be at least 0"):
        adversarial_accuracy(x, x, seed=-1)
