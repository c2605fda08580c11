import numpy as np
import pytest

from gexlib.metrics.expression import Expression
from gexlib.metrics.regulons import find_regulons, genes_of


@pytest.fixture
def data():
    return Expression(np.eye(6), "real", list("abcdef"))


def found(regulons, data, **options):
    return [(tf, targets.tolist()) for tf, targets in find_regulons(regulons, data, **options)]


def test_absent_genes_are_left_out_and_repeated_targets_count_once(data):
    regulons = {"c": ["f", "gone", "a", "f"], "gone": ["a"], "a": ["gone"], "b": iter(["c"]), "d": []}
    assert found(regulons, data) == [(2, [5, 0]), (1, [2])]


def test_self_regulation(data):
    regulons = {"a": ["a", "b"], "c": ["c"]}
    assert found(regulons, data) == [(0, [0, 1]), (2, [2])]
    assert found(regulons, data, self_regulation=False) == [(0, [1])]


def test_genes_of_regulons_are_their_factors_and_targets(data):
    assert genes_of(find_regulons({"f": ["c", "a"], "c": ["f"]}, data)).tolist() == [0, 2, 5]


def test_names_that_do_not_match_are_listed_from_both_sides(data):
    message = r"none of the 2 .* regulons name 'A', 'B', the data 'a', 'b', 'c', ... \(6 in all\): use"
    with pytest.raises(ValueError, match=message):
        find_regulons({np.str_("A"): ["b"], "B": []}, data)
