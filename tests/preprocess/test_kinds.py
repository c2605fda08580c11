import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from gexlib.preprocess import CodedKinds, CovariateEncoder, Kinds
from gexlib.preprocess.kinds import key_places


@pytest.fixture
def obs():
    return pd.DataFrame({"a": ["x", "x", "y", "x"], "b": [1, 2, 1, 1]})


def test_kinds_are_the_combinations_that_occur(obs):
    kinds = Kinds(["a", "b"]).fit(obs)
    assert kinds.table_.to_numpy().tolist() == [["x", 1], ["x", 2], ["y", 1]]
    assert kinds.codes_.tolist() == [0, 1, 2, 0]
    assert kinds.counts_.tolist() == [2, 1, 1]
    assert len(kinds) == 3
    assert kinds.codes(obs[::-1].astype({"a": "category"})).tolist() == [0, 2, 1, 0], "dtypes do not matter"
    with pytest.raises(ValueError, match=r"1 samples .* the first {'a': 'y', 'b': 2}"):
        kinds.codes(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}))


def test_order_is_that_of_the_first_occurrence(obs):
    kinds = Kinds(["a", "b"]).fit(obs[::-1])
    assert kinds.table_.to_numpy().tolist() == [["x", 1], ["y", 1], ["x", 2]]
    assert kinds.codes_.tolist() == [0, 1, 2, 0]


def test_without_columns_all_are_of_one_kind():
    kinds = Kinds().fit(pd.DataFrame(index=range(3)))
    assert kinds.codes(pd.DataFrame({"any": [1, 2]})).tolist() == [0, 0]
    assert kinds.draw(4, np.random.default_rng(0)).shape == (4, 0)
    assert kinds.counts_.tolist() == [3]
    assert kinds.settings() == {}


def test_draws_have_the_frequencies_of_the_training_data():
    kinds = Kinds(["a"]).fit(pd.DataFrame({"a": ["x"] * 30 + ["y"] * 10}))
    drawn = kinds.draw(4000, np.random.default_rng(0))["a"]
    assert abs((drawn == "y").mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 4000)


def test_rare_combinations_are_no_kinds(obs):
    kinds = Kinds(["a", "b"], smallest=2, unseen="unknown").fit(obs)
    assert kinds.table_.to_numpy().tolist() == [["x", 1]]
    assert kinds.codes_.tolist() == [0, -1, -1, 0]
    assert kinds.codes(obs).tolist() == [0, -1, -1, 0]
    assert set(kinds.draw(20, np.random.default_rng(0))["b"]) == {1}
    assert kinds.settings() == {"within": "a, b", "unseen": "unknown", "smallest": "2"}
    with pytest.raises(ValueError, match=r"2 samples .* have fewer than 2 samples of, the first {'a': 'x', 'b': 2}"):
        Kinds(["a", "b"], smallest=2).fit(obs).codes(obs)
    none = Kinds(["a", "b"], smallest=9, unseen="unknown").fit(obs)
    assert (len(none), none.codes(obs).tolist()) == (0, [-1] * 4)
    with pytest.raises(ValueError, match=r"no combination of \['a', 'b'\] has 9 training samples"):
        none.draw(2, np.random.default_rng(0))


def test_levels_of_unknown_combinations_are_known(obs):
    kinds = Kinds(["a", "b"], unseen="unknown").fit(obs)
    new = pd.DataFrame({"a": ["y", "z"], "b": [2, 1]})
    assert kinds.codes(new).tolist() == [-1, -1]
    assert kinds.level_codes(new).tolist() == [[1, 1], [-1, 0]]
    assert kinds.levels_ == {"a": ["x", "y"], "b": [1, 2]}


def test_codes_agree_with_a_plain_search():
    rng = np.random.default_rng(0)
    train, new = (pd.DataFrame(rng.integers(0, high, (300, 3)), columns=list("abc")) for high in (5, 7))
    kinds = Kinds(list("abc"), smallest=3, unseen="unknown").fit(train)
    rows = [tuple(row) for row in train.to_numpy()]
    common = [row for row in dict.fromkeys(rows) if rows.count(row) >= 3]
    assert [tuple(row) for row in kinds.table_.to_numpy()] == common
    assert kinds.counts_.tolist() == [rows.count(row) for row in common]
    expected = [common.index(row) if (row := tuple(values)) in common else -1 for values in new.to_numpy()]
    assert kinds.codes(new).tolist() == expected


def test_misuse_is_refused(obs):
    with pytest.raises(TypeError, match="within='a' must be a list of names of columns, such as \\['a'\\]"):
        Kinds("a")
    with pytest.raises(ValueError, match="names a column twice"):
        Kinds(["a", "a"])
    with pytest.raises(ValueError, match="unseen='any' is not known"):
        Kinds(unseen="any")
    with pytest.raises(ValueError, match="smallest must be at least 1, not 0"):
        Kinds(smallest=0)
    with pytest.raises(NotFittedError, match="this Kinds is not fitted"):
        Kinds().codes(obs)
    with pytest.raises(ValueError, match="within='c' is not a column of obs; columns: 'a', 'b'"):
        Kinds(["c"]).fit(obs)
    with pytest.raises(ValueError, match="obs has no rows"):
        Kinds().fit(obs[:0])
    obs.iloc[2, 0] = None
    with pytest.raises(ValueError, match="within='a' has 1 missing values"):
        Kinds(["a"]).fit(obs)


def test_coded_kinds_are_those_of_the_covariate_table(obs):
    encoder = CovariateEncoder(["a", "b"], unseen="unknown").fit(obs)
    n_levels = [len(levels) for levels in encoder.vocabularies_.values()]
    coded = CodedKinds.of(encoder.transform(obs).codes, n_levels, smallest=2)
    assert len(coded) == 1
    expected = Kinds(["a", "b"], smallest=2, unseen="unknown").fit(obs).codes_.tolist()
    assert coded.codes(encoder.transform(obs).codes).tolist() == expected
    new = pd.DataFrame({"a": ["z"], "b": [1]})
    assert coded.codes(encoder.transform(new).codes).tolist() == [-1]


def test_each_combination_has_a_key_of_its_own():
    codes = np.array([[a, b, c] for a in range(3) for b in range(2) for c in range(4)])
    coded = CodedKinds.of(codes, [3, 2, 4])
    assert coded.keys.tolist() == list(range(24))
    assert np.array_equal(np.sort(coded.codes(codes)), np.arange(24))
    assert coded.codes(np.array([[3, 0, 0], [0, -1, 0]])).tolist() == [-1, -1], "not mistaken for another combination"
    assert CodedKinds.of(np.empty((5, 0), int), []).counts.tolist() == [5]


def test_too_many_combinations_are_an_error():
    with pytest.raises(ValueError, match=r"2\*\*63 combinations or more"):
        key_places([2] * 63)
    assert key_places([2] * 62).tolist() == [2**j for j in range(62)]
