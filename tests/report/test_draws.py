"""Real samples are drawn that have the covariates that are wanted, without replacement."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.report.draws import disjoint, halves, matched


def table(**columns):
    return pd.DataFrame(columns)


@pytest.mark.parametrize("seed", range(5))
def test_each_test_sample_has_a_training_sample_of_its_covariates_where_one_is_left(seed):
    train, test = table(t=list("a" * 20 + "b" * 8 + "c" * 2)), table(t=list("aabbbbcccc"))
    found = matched(train, test, ["t"], np.random.default_rng(seed))
    assert len(set(found.rows)) == 10, "none twice"
    drawn = train["t"].to_numpy()[found.rows]
    assert (drawn == test["t"].to_numpy()).tolist() == found.same.tolist()
    assert found.same[:6].all()
    assert found.same[6:].sum() == 2, "there are two of c"
    assert (found.rows != matched(train, test, ["t"], np.random.default_rng(seed + 9)).rows).any(), "by chance"


def test_the_nearest_has_as_many_columns_in_common_as_there_are():
    train = table(t=["a", "a", "b", "b"], s=["x", "y", "x", "z"], u=["1", "1", "2", "2"])
    test = table(t=["a"], s=["z"], u=["1"])
    for seed in range(5):
        found = matched(train, test, ["t", "s", "u"], np.random.default_rng(seed))
        assert found.rows[0] in (0, 1)
        assert not found.same[0]


def test_exact_matches_come_before_near_ones():
    train, test = table(t=["a", "b"]), table(t=["c", "b"])
    for seed in range(5):
        found = matched(train, test, ["t"], np.random.default_rng(seed))
        assert found.rows.tolist() == [0, 1]
        assert found.same.tolist() == [False, True]


def test_taken_samples_are_not_drawn_and_too_few_are_said():
    train, test = table(t=list("aaab")), table(t=list("aab"))
    first = matched(train, test, ["t"], np.random.default_rng(0))
    second = matched(train, test, ["t"], np.random.default_rng(0), first.rows)
    assert set(second.rows) == {-1, *set(range(4)) - set(first.rows)}
    assert second.same.sum() == 1
    data = AnnData(np.arange(8.0).reshape(4, 2), obs=train.set_index(pd.Index(list("wxyz"))))
    assert second.of(data).n_obs == 1
    assert first.of(data).obs_names.tolist() == [list("wxyz")[row] for row in first.rows]
    assert first.of(data, np.array([2])).obs["t"].tolist() == ["b"]


def test_without_columns_all_samples_match():
    found = matched(table(t=list("abcd")), table(t=list("ee")), [], np.random.default_rng(0))
    assert found.same.all()
    assert len(set(found.rows)) == 2


def test_disjoint_draws_are_two_of_each_kind_at_the_same_places():
    train, test = table(t=list("aaaaabbbc")), table(t=list("aaabbc"))
    for seed in range(5):
        places, first, second = disjoint(train, test, ["t"], np.random.default_rng(seed))
        assert not set(first) & set(second)
        assert len({*first, *second}) == 2 * len(places)
        for rows in (first, second):
            assert (train["t"].to_numpy()[rows] == test["t"].to_numpy()[places]).all()
        assert sorted(test["t"].iloc[places]) == ["a", "a", "b"], "two pairs of five, one of three, none of one"
    places, *_ = disjoint(train, test, [], np.random.default_rng(0))
    assert len(places) == 4


def test_halves_hold_every_sample_once(sets):
    a, b = halves(sets["test"], 1)
    assert (a.n_obs, b.n_obs) == (18, 18)
    assert set(a.obs_names) | set(b.obs_names) == set(sets["test"].obs_names)
    assert a.obs_names.equals(halves(sets["test"], 1)[0].obs_names), "the seed decides"
    assert not a.obs_names.equals(halves(sets["test"], 2)[0].obs_names)
