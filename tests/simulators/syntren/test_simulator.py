"""Samples: loops, external conditions, noise."""

import json

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from gexlib.simulators import SynTReN

from .networks import QUIET, signed


def test_loops_settle_in_a_steady_state():
    loop = [("a", "b", "+"), ("b", "c", "-"), ("c", "a", "+"), ("x", "a", "-"), ("x", "b", "+"), ("c", "c", "-")]
    syntren = SynTReN(signed(*loop), seed=3)
    data = syntren.simulate(40, **QUIET)
    assert data.obs["converged"].all()
    level = {g: data[:, g].X[:, 0].astype(float) for g in data.var_names}
    for name in "abc":
        gene = syntren.model[name]
        np.testing.assert_allclose(gene.level([level[r.regulator] for r in gene.regulations]), level[name], atol=1e-5)


def test_an_input_gene_that_regulates_itself_keeps_the_external_level():
    syntren = SynTReN(signed(("a", "a", "-"), ("a", "b", "+")))
    data = syntren.simulate(20, **QUIET)
    np.testing.assert_allclose(data[:, "a"].X[:, 0], data.obsm["external"]["a"], atol=1e-7)
    assert list(syntren.network.edges) == [("a", "b")]


def test_what_does_not_settle_is_announced(tmp_path):
    steep = {"combination": "independent", "basal": 0.0}
    regulations = [{"regulator": "a", "role": "repressor", "k": 0.4, "n": 40.0}]
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"a": steep | {"regulations": regulations}}))
    with pytest.warns(UserWarning, match=r"The loops of 3 of 3 samples do not settle"):
        data = SynTReN.load(path).simulate(3, **QUIET)
    assert not data.obs["converged"].any()


def test_simulate_is_called_like_the_other_simulators(original_network):
    data = SynTReN(original_network, seed=2).simulate(30, 1, 1, 1, seed=4)
    assert (data.shape, data.X.dtype) == ((30, 300), np.float32)
    assert list(data.var_names) == list(original_network)
    assert data.X.min() >= 0
    assert data.X.max() <= 1
    assert data.uns["provenance"] == {
        "source": "gexlib.simulators.SynTReN",
        "model": "drawn with seed 2",
        "biological_noise": "1.0",
        "experimental_noise": "1.0",
        "input_noise": "1.0",
        "seed": "4",
        "unit": "relative to the largest noise-free level of the gene",
    }
    assert SynTReN(original_network).simulate().n_obs == 1


def test_seeds_of_model_and_samples(original_network):
    one, other = SynTReN(original_network, seed=1), SynTReN(original_network, seed=2)
    assert one.model == SynTReN(original_network, seed=1).model != other.model
    np.testing.assert_array_equal(one.simulate(5, seed=7).X, one.simulate(5, seed=7).X)
    assert (one.simulate(5, seed=7).X != one.simulate(5, seed=8).X).any()
    noisy, quiet = one.simulate(5, seed=7), one.simulate(5, seed=7, **QUIET)
    pd.testing.assert_frame_equal(noisy.obsm["external"], quiet.obsm["external"])


def test_without_noise_levels_are_a_function_of_the_external_conditions(original_network):
    syntren = SynTReN(original_network)
    first = syntren.simulate(10, seed=1, **QUIET)
    again = syntren.simulate(external=first.obsm["external"], seed=2, **QUIET)
    np.testing.assert_allclose(again.X, first.X, atol=1e-6)


def test_external_conditions_are_uniform_unless_given():
    network = signed(("a", "t", "+"), ("b", "t", "-"), ("b", "u", "+"))
    free = SynTReN(network, correlated_share=0)
    drawn = free.simulate(3000, **QUIET).obsm["external"]
    assert kstest(drawn["a"], "uniform").pvalue > 0.01
    assert abs(drawn.corr().loc["a", "b"]) < 0.06
    given = free.simulate(external=pd.DataFrame({"a": [0.0] * 50}), **QUIET).obsm["external"]
    assert (given["a"] == 0).all()
    assert given["b"].nunique() == 50
    tied = SynTReN(network, correlated_share=0.5)
    follower = next(name for name in "ab" if tied.model[name].source)
    levels = tied.simulate(external=pd.DataFrame({follower: [0.25, 0.5]}), **QUIET).obsm["external"]
    assert list(levels[follower]) == [0.25, 0.5]


def test_noise_has_the_documented_size_and_place():
    """A chain whose input is 0.2, so that nothing reaches 1."""
    syntren = SynTReN(signed(("a", "b", "+"), ("b", "c", "-")))
    low = pd.DataFrame({"a": [0.2] * 4000})
    still = syntren.simulate(external=low, **QUIET).X[0]

    def spread(**noise):
        data = syntren.simulate(external=low, **(QUIET | noise))
        return np.log(data.X.astype(float) / still).std(axis=0)

    np.testing.assert_allclose(spread(experimental_noise=0.1), [0.1, 0.1, 0.1], atol=0.005)
    a, b, c = spread(input_noise=0.1)
    assert a == pytest.approx(0.1, abs=0.005)
    assert 0 < b < a
    assert c > 0
    a, b, c = spread(biological_noise=0.1)
    assert (a, b) == (0, pytest.approx(0.1, abs=0.005))
    assert c > 0.11  # its own noise, and that of b
    assert spread(biological_noise=0.2)[1] == pytest.approx(2 * b, rel=0.01)
    together = np.log(syntren.simulate(external=low, **(QUIET | {"experimental_noise": 0.1})).X.astype(float))
    assert abs(np.corrcoef(together[:, :2], rowvar=False)[0, 1]) < 0.06


def test_input_noise_parts_correlated_input_genes():
    syntren = SynTReN(signed(("a", "t", "+"), ("b", "t", "-")))
    r = [syntren.simulate(2000, 0, 0, noise).to_df()[["a", "b"]].corr().iloc[0, 1] for noise in (0, 0.1, 0.5)]
    assert 1 - abs(r[0]) < 1e-6 < 1 - abs(r[1]) < 1 - abs(r[2])


@pytest.mark.parametrize("name", ["model.json", "model.json.gz"])
def test_models_are_saved_whole(original_network, tmp_path, name):
    syntren = SynTReN(original_network, hill_share=0.5, cooperative_share=0.5)
    syntren.save(tmp_path / name)
    loaded = SynTReN.load(tmp_path / name)
    assert loaded.model == syntren.model
    np.testing.assert_array_equal(loaded.simulate(4).X, syntren.simulate(4).X)
    assert loaded.simulate().uns["provenance"]["model"] == f"read from {name}"


def test_misuse_is_refused():
    network = signed(("a", "b", "+"))
    syntren = SynTReN(network)
    with pytest.raises(ValueError, match="hill_share is 2, but a share must be from 0 to 1"):
        SynTReN(network, hill_share=2)
    with pytest.raises(TypeError, match="competitive_share must be a number, not '1'"):
        SynTReN(network, competitive_share="1")
    with pytest.raises(ValueError, match="edge 'a' to 'b' has effect None"):
        SynTReN(nx.DiGraph([("a", "b")]))
    with pytest.raises(ValueError, match="input_noise is 1.5, but must be from 0 to 1"):
        syntren.simulate(2, input_noise=1.5)
    with pytest.raises(TypeError, match="biological_noise must be a number, not None"):
        syntren.simulate(2, biological_noise=None)
    with pytest.raises(ValueError, match="n_samples must be at least 1, not 0"):
        syntren.simulate(0)
    with pytest.raises(TypeError, match="external must be a DataFrame .* not ndarray"):
        syntren.simulate(external=np.zeros((2, 1)))
    for table, message in (
        (pd.DataFrame({"b": [0.0]}), "columns that are not input genes: b; the 1 input genes are .*: a"),
        (pd.DataFrame({"a": [0.0, 1.1]}), r"levels outside \[0, 1\]"),
        (pd.DataFrame({"a": [0.0, np.nan]}), r"levels outside \[0, 1\]"),
        (pd.DataFrame({"a": []}), "at least one row"),
    ):
        with pytest.raises(ValueError, match=message):
            syntren.simulate(external=table)
    with pytest.raises(ValueError, match="n_samples is 3, but external holds 1 samples"):
        syntren.simulate(3, external=pd.DataFrame({"a": [0.5]}))
    with pytest.raises(TypeError, match="external must hold numbers"):
        syntren.simulate(external=pd.DataFrame({"a": ["high"]}))
