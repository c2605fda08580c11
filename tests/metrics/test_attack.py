"""The success of an attack: shares of pairs, the best rates within a limit, and the error of the area."""

import numpy as np
import pytest

from gexlib.metrics import attack_success, logan


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


def test_errors_name_argument_and_way_out():
    with pytest.raises(ValueError, match=r"train_scores must be one score for each record; its shape is \(2, 2\)"):
        logan(np.ones((2, 2)), [1])
    with pytest.raises(ValueError, match="test_scores has 1 values that are NaN or infinite"):
        logan([1.0], [np.nan, 0])
