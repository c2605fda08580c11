"""What wins from which number on, beyond the noise over seeds."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def table(benchmarks):
    """From 400 samples on, a is better than b in S_dist by far more than the noise; in rfx both are as far from 0.5."""
    rng = np.random.default_rng(0)
    rows = []
    for n in (100, 200, 400, 800):
        for seed in range(3):
            gain = 0.1 if n >= 400 else 0
            rows.append({"n": n, "generator": "a", "seed": seed, "S_dist": 0.8 + gain, "rfx": 0.4})
            rows.append({"n": n, "generator": "b", "seed": seed, "S_dist": 0.8 + rng.normal(0, 0.01), "rfx": 0.6})
    return pd.DataFrame(rows).assign(data="made up")


def test_a_win_is_beyond_the_noise_at_this_and_all_larger_numbers(table):
    from wins import advantage, from_which_n, wins

    compared = advantage(table, "S_dist", "a", "b")
    assert compared["verdict"].tolist() == ["level", "level", "better", "better"]
    assert advantage(table, "S_dist", "b", "a")["verdict"].tolist() == ["level", "level", "worse", "worse"]
    assert from_which_n(compared) == 400
    found = wins(table, ["a", "b"], ["S_dist", "rfx"]).set_index(["score", "generator"])
    assert found.loc[("S_dist", "a"), ["wins from n", "not worse from n"]].tolist() == [400, 100]
    assert found.loc[("S_dist", "b"), ["wins from n", "not worse from n"]].isna().all()
    assert found.loc[("rfx", "a"), "not worse from n"] == 100
    assert found.loc[("rfx", ["a", "b"]), "wins from n"].isna().all()


def test_one_seed_decides_nothing(table):
    from wins import advantage

    one = advantage(table[table["seed"] == 0], "S_dist", "a", "b")
    assert one["verdict"].tolist() == ["level"] * 4
    assert one["low"].isna().all()
    assert len(advantage(table, "S_dist", "a", "absent")) == 0
