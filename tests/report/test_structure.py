"""Structure: two coefficients from one computation, and those of the network if regulons are given."""

import pytest

from gexlib import metrics
from gexlib.metrics.linkage import Tree
from gexlib.report.inputs import gather
from gexlib.report.structure import grn, structure
from tests.report.conftest import GENES, REGULONS


def test_both_coefficients_come_from_one_computation(sets):
    inputs = gather(sets["train"], sets["test"], sets["near"])
    dist, dend, *_ = structure(inputs)
    assert dist.of is dend.of
    values = dist.of(inputs.candidates[0])
    assert dist.number(values) == pytest.approx(metrics.s_dist(sets["test"], sets["near"]), rel=1e-12)
    assert dend.number(values) == pytest.approx(metrics.s_dend(sets["test"], sets["near"]), rel=1e-12)


def test_the_genes_of_the_test_samples_are_clustered_once(sets, monkeypatch):
    clustered = []
    of = Tree.of
    monkeypatch.setattr(Tree, "of", lambda correlations: clustered.append(correlations.argument) or of(correlations))
    inputs = gather(sets["train"], sets["test"], {"one": sets["near"], "other": sets["train"]})
    dist, *_ = structure(inputs)
    one, other = (dist.of(candidate) for candidate in inputs.candidates)
    assert clustered == ["real", "synthetic", "synthetic"]
    assert one == metrics.table_1(sets["test"], sets["near"]).iloc[0].to_dict()
    assert other["S_dist"] != one["S_dist"]


def test_constant_genes_count_as_uncorrelated(sets):
    flat = sets["near"].copy()
    flat.X[:, 0] = 1
    inputs = gather(None, sets["test"], flat)
    dist, *_ = structure(inputs)
    expected = metrics.s_dist(sets["test"], flat, constant="zero")
    assert dist.number(dist.of(inputs.candidates[0])) == pytest.approx(expected, rel=1e-12)


def test_the_network_needs_regulons_and_takes_names_for_arrays(sets):
    assert [one.missing for one in grn(gather(None, sets["test"], sets["near"]))] == ["regulons are not given"] * 2
    inputs = gather(None, sets["test"].X, sets["near"].X, regulons=REGULONS, genes=GENES)
    for one in grn(inputs):
        expected = one.function(sets["test"], sets["near"], REGULONS, constant="zero")
        assert one.number(one.of(inputs.candidates[0])) == expected
