"""Perturbations: what an experiment does to the genes."""

import numpy as np
import pytest

from gexlib.simulators import GeneNetWeaver

from .networks import chain, transcription


def test_shifts_are_normal_and_do_not_repeat_the_draws_of_the_model():
    shift = GeneNetWeaver(chain()).simulate(5000, noise=0).layers["shift"]
    assert abs(shift.mean()) < 0.01
    assert abs(shift.std() - 0.25) < 0.01


def test_wild_type_and_named_genes():
    simulator = GeneNetWeaver(chain(), seed=1)
    wild = simulator.simulate(3, perturbation="wild type", noise=0)
    assert (wild.X[0] == wild.X).all()
    assert not wild.layers
    kinds = [{}, {"a": "knock-out"}, {"a": "knock-down"}, {"b": 0.5, "c": "over-expression"}, {"b": "knock-out"}]
    data = simulator.simulate(perturbation=kinds, noise=0)
    assert list(data.obs["perturbation"]) == [
        "wild type",
        "a knock-out",
        "a knock-down",
        "b x 0.5, c over-expression",
        "b knock-out",
    ]
    np.testing.assert_array_equal(data.layers["factor"][3], [1, 0.5, 2])
    np.testing.assert_array_equal(data.X[0], wild.X[0])
    a, b, c = data.X.T
    assert a[1] == 0
    assert a[2] == a[0] / 2
    assert b[1] < b[2] < b[0]  # an activator is missed
    assert b[3] == b[0] / 2
    assert b[4] == 0
    np.testing.assert_array_equal(a[3:], a[0])  # what is upstream does not notice
    y = {"a": float(a[3]), "b": float(b[3])}
    assert c[3] == pytest.approx(2 * transcription(simulator.model["c"], y), rel=1e-5)
    one = simulator.simulate(2, perturbation={"a": "knock-out"}, noise=0)
    np.testing.assert_array_equal(one.X, data.X[[1, 1]])
