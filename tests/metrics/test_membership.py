"""Attacks: certain on copies, at chance on fresh samples, and in order between."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy.spatial.distance import cdist

from gexlib.metrics import PrincipalSpace, ScaledGenes, attack_success, domias, domias_by_size, gan_leaks, logan


def normal(n, seed, genes=20):
    """Samples of a few factors, as expression has them."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 4)) @ np.random.default_rng(99).normal(size=(4, genes)) + 0.2 * rng.normal(
        size=(n, genes)
    )


TRAIN, TEST, REFERENCE, FRESH = normal(200, 0), normal(150, 1), normal(200, 2), normal(200, 3)

ATTACKS = {
    "GAN-Leaks": gan_leaks,
    "GAN-Leaks, calibrated": lambda *sets: gan_leaks(*sets, reference=REFERENCE),
    "GAN-Leaks, in a space": lambda *sets: gan_leaks(*sets, space=PrincipalSpace(5).fit(REFERENCE)),
    "DOMIAS": lambda *sets: domias(*sets, reference=REFERENCE),
    "DOMIAS, k=3": lambda *sets: domias(*sets, reference=REFERENCE, k=3, space=PrincipalSpace(5).fit(REFERENCE)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_fresh_samples_give_nothing_away_and_near_copies_much(name):
    attack = ATTACKS[name]
    fresh = attack(TRAIN, FRESH, TEST)
    noisy = attack(TRAIN, TRAIN + 0.3 * normal(200, 4), TEST)
    assert fresh["AUC"] == pytest.approx(0.5, abs=0.08)
    assert fresh["TPR at 1 % FPR"] < 0.08
    assert noisy["AUC"] > fresh["AUC"] + 0.02


@pytest.mark.parametrize("name", [name for name in ATTACKS if "k=3" not in name])
def test_copies_give_all_away(name):
    success = ATTACKS[name](TRAIN, TRAIN[::-1], TEST)
    assert success["AUC"] > 0.98
    assert success["TPR at 1 % FPR"] > 0.7


def test_gan_leaks_scores_are_distances_and_calibrated_ones_their_differences():
    def smallest(data):
        return [cdist(records, data).min(axis=1) for records in (TRAIN, TEST)]

    noisy = TRAIN + 0.3 * normal(200, 4)
    near, usual = smallest(noisy), smallest(REFERENCE)
    assert gan_leaks(TRAIN, noisy, TEST).equals(attack_success(-near[0], -near[1]))
    calibrated = attack_success(usual[0] - near[0], usual[1] - near[1])
    assert gan_leaks(TRAIN, noisy, TEST, REFERENCE).equals(calibrated)


def test_domias_is_the_ratio_of_distances_in_the_space_of_the_reference():
    noisy = TRAIN + 0.3 * normal(200, 4)
    space = PrincipalSpace(5).fit(REFERENCE)
    x, z, h, r = map(space.transform, (TRAIN, noisy, TEST, REFERENCE))
    scores = [np.sort(cdist(a, r))[:, 1] / np.sort(cdist(a, z))[:, 1] for a in (x, h)]
    found = domias(TRAIN, noisy, TEST, REFERENCE, k=2, space=space)
    assert found.tolist() == pytest.approx(attack_success(*scores).tolist())


def test_the_default_space_is_that_of_the_reference():
    sets = TRAIN, FRESH, TEST, REFERENCE
    assert domias(*sets).equals(domias(*sets, space=PrincipalSpace(20).fit(REFERENCE)))


def test_attack_success_is_the_share_of_pairs_and_the_best_rate_within_one_percent():
    rng = np.random.default_rng(0)
    train, test = rng.integers(0, 50, 300) + 5.0, rng.integers(0, 50, 250) + 0.0
    wins = np.mean(train[:, None] > test) + np.mean(train[:, None] == test) / 2
    thresholds = [t for t in range(60) if np.mean(test >= t) <= 0.01]
    found = attack_success(train, test)
    assert found["AUC"] == pytest.approx(wins)
    assert found["TPR at 1 % FPR"] == max(np.mean(train >= t) for t in thresholds)
    tenth = [t for t in range(60) if np.mean(test >= t) <= 0.1]
    assert found["TPR at 10 % FPR"] == max(np.mean(train >= t) for t in tenth) > found["TPR at 1 % FPR"]
    assert found.equals(logan(train, test))
    assert attack_success([1, 1], [1, 1]).tolist() == [0.5, 0, 0, 0]


def test_the_error_of_the_area_is_its_spread_over_data_sets_and_delongs_formula():
    rng = np.random.default_rng(0)
    found = [attack_success(rng.normal(1, 2, 80), rng.normal(0, 1, 50)) for _ in range(300)]
    areas, errors = (np.array([one[name] for one in found]) for name in ("AUC", "AUC error"))
    assert errors.mean() == pytest.approx(areas.std(), rel=0.12)
    train, test = rng.integers(0, 9, 30), rng.integers(0, 8, 20)
    wins = (train[:, None] > test) + (train[:, None] == test) / 2
    by_hand = np.sqrt(wins.mean(axis=1).var(ddof=1) / 30 + wins.mean(axis=0).var(ddof=1) / 20)
    assert attack_success(train, test)["AUC error"] == pytest.approx(by_hand)
    assert np.isnan(attack_success([1], [0, 2])["AUC error"])


def grouped(values, sizes):
    kinds = np.repeat([f"kind {i}" for i in range(len(sizes))], sizes)
    return AnnData(values, obs=pd.DataFrame({"kind": kinds}, index=[f"s{i}" for i in range(len(kinds))]))


def test_domias_over_scaled_genes_is_the_ratio_of_distances_between_z_scores():
    units = np.geomspace(1, 1000, 20)  # genes of large values do not outweigh the others
    noisy = TRAIN + 0.3 * normal(200, 4)
    train, made, test, reference = (data * units for data in (TRAIN, noisy, TEST, REFERENCE))
    mean, sd = train.mean(axis=0), train.std(axis=0)
    x, z, h, r = ((data - mean) / sd for data in (train, made, test, reference))
    scores = [cdist(a, r).min(axis=1) / cdist(a, z).min(axis=1) for a in (x, h)]
    found = domias(train, made, test, reference, space=ScaledGenes().fit(train))
    assert found.tolist() == pytest.approx(attack_success(*scores).tolist())


def test_records_of_small_kinds_are_told_from_test_records_of_the_same_kinds():
    noisy = TRAIN + 0.3 * normal(200, 4)
    train, test = grouped(TRAIN, [10, 4, 11, 175]), grouped(TEST, [5, 1, 44, 100])
    test.obs.iloc[-7:, 0] = "kind that train lacks"
    space = PrincipalSpace(5).fit(REFERENCE)
    x, z, h, r = map(space.transform, (TRAIN, noisy, TEST, REFERENCE))
    member, other = (cdist(a, r).min(axis=1) / cdist(a, z).min(axis=1) for a in (x, h))
    found = domias_by_size(train, noisy, test, REFERENCE, ["kind"], space=space)
    assert found[:4].tolist() == pytest.approx(domias(train, noisy, test, REFERENCE, space=space).tolist())
    assert found["AUC, small kinds"] == pytest.approx(np.mean(member[:14, None] > other[:6]))
    assert found["AUC, other kinds"] == pytest.approx(np.mean(member[14:, None] > other[6:-7]))
    assert found[["records of small kinds", "test records of small kinds"]].tolist() == [14, 6]
    none = domias_by_size(train, noisy, test, REFERENCE, ["kind"], small=3, space=space)
    assert np.isnan(none["AUC, small kinds"])
    assert none["AUC, other kinds"] == pytest.approx(np.mean(member[:, None] > other[:-7]))


def test_genes_are_matched_by_name():
    named = [AnnData(a) for a in (TRAIN, FRESH, TEST, REFERENCE)]
    mixed = [a[:, np.random.default_rng(i).permutation(20)].copy() for i, a in enumerate(named[1:])]
    assert domias(named[0], *mixed).tolist() == pytest.approx(domias(*named).tolist())
    assert gan_leaks(named[0], *mixed).equals(gan_leaks(*named))


def test_errors_name_argument_and_way_out():
    with pytest.raises(ValueError, match="reference holds 100% of the test records"):
        domias(TRAIN, FRESH, TEST, TEST)
    with pytest.raises(ValueError, match="reference holds 100% of the test records"):
        gan_leaks(TRAIN, FRESH, TEST, TEST)
    with pytest.raises(ValueError, match="k=201 is more than the 200 samples of synthetic"):
        domias(TRAIN, FRESH, TEST, REFERENCE, k=201)
    with pytest.raises(TypeError, match="train must be an AnnData with 'kind' in obs, not ndarray"):
        domias_by_size(TRAIN, FRESH, TEST, REFERENCE, ["kind"])
    with pytest.raises(ValueError, match="within='tissue' is not a column of train.obs; columns: 'kind'"):
        domias_by_size(grouped(TRAIN, [200]), FRESH, grouped(TEST, [150]), REFERENCE, ["tissue"])
    with pytest.raises(ValueError, match=r"train_scores must be one score for each record; its shape is \(2, 2\)"):
        logan(np.ones((2, 2)), [1])
    with pytest.raises(ValueError, match="test_scores has 1 values that are NaN or infinite"):
        logan([1.0], [np.nan, 0])
