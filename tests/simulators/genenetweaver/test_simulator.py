"""The simulator, beside the original's output."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from gexlib.simulators import GeneNetWeaver, read_gnw_expression
from gexlib.simulators.genenetweaver.model import Gene, Input, Module
from gexlib.simulators.kinetic import write_model

from .networks import chain, pair_statistics, signed


def test_noise_free_steady_states_are_those_of_the_original(crp, shared_data):
    folder = shared_data / "simulators"
    shift = pd.read_csv(folder / "gnw_crp_perturbations_100.tsv.gz", sep="\t")
    original = read_gnw_expression(folder / "gnw_crp_noise0_100.tsv.gz")
    simulated = crp.simulate(perturbation=shift, noise=0)
    difference = np.abs(simulated[:, original.var_names].X - original.X)
    assert difference.max() < 2e-3
    assert (difference < 2e-4).mean() >= 0.999
    np.testing.assert_array_equal(simulated.layers["shift"], shift[simulated.var_names])


def test_noise_on_given_perturbations_is_that_of_the_original(crp, shared_data):
    """The first 100 noisy samples of the original have the perturbations of its noise-free ones."""
    folder, names = shared_data / "simulators", list(crp.model)
    shift = pd.read_csv(folder / "gnw_crp_perturbations_100.tsv.gz", sep="\t")
    original = read_gnw_expression(folder / "gnw_crp_noise0.1_680.tsv.gz")[:100, names].X
    quiet = read_gnw_expression(folder / "gnw_crp_noise0_100.tsv.gz")[:, names].X
    simulated = crp.simulate(perturbation=shift, noise=0.1).X
    expected, ours = original - quiet, simulated - quiet
    assert ours.mean() == pytest.approx(expected.mean(), abs=0.003)
    assert ours.std() == pytest.approx(expected.std(), rel=0.05)
    z = (ours.mean(axis=0) - expected.mean(axis=0)) / np.sqrt((ours.var(axis=0) + expected.var(axis=0)) / 100)
    assert abs(z.std() - 1) < 0.15
    pair = [np.corrcoef(x.astype(np.float64), rowvar=False) for x in (original, simulated)]
    assert pair[1].std() == pytest.approx(pair[0].std(), rel=0.08)
    assert np.abs(pair[1]).mean() == pytest.approx(np.abs(pair[0]).mean(), rel=0.07)


@pytest.mark.slow
def test_noisy_data_has_the_statistics_of_the_original(crp, crp_network, shared_data):
    """680 samples each; what repeats vary is estimated from cheap noise-free repeats, relative to their mean."""
    names = list(crp.model)
    original = read_gnw_expression(shared_data / "simulators/gnw_crp_noise0.1_680.tsv.gz")[:, names].X
    simulated = crp.simulate(680, noise=0.1, seed=0).X
    expected, ours = (pair_statistics(x, crp_network.edges, names) for x in (original, simulated))
    repeats = pd.DataFrame(
        [pair_statistics(crp.simulate(680, noise=0, seed=s).X, crp_network.edges, names) for s in range(1, 9)]
    )
    for name, spread in (repeats.std() / repeats.mean()).items():
        assert abs(ours[name] / expected[name] - 1) < 4 * spread, name
    error = np.sqrt((original.var(axis=0) + simulated.var(axis=0)) / 680)
    z = (simulated.mean(axis=0) - original.mean(axis=0)) / error
    assert abs(z.std() - 1) < 0.2
    assert np.abs(z).max() < 5
    ratio = simulated.std(axis=0) / original.std(axis=0)  # a few genes rarely leave their usual level
    assert abs(np.median(ratio) - 1) < 0.02
    assert np.quantile(np.abs(ratio - 1), 0.95) < 0.15
    quantiles = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    np.testing.assert_allclose(np.quantile(simulated, quantiles), np.quantile(original, quantiles), atol=0.01)
    # The share of values near zero shows whether tiny transcription rates survive the arithmetic.
    assert abs((simulated < 1e-5).mean() / (original < 1e-5).mean() - 1) < 0.25


def test_data_of_random_models_has_the_documented_statistics(crp_network):
    names, n_models = list(crp_network), 6
    table = pd.DataFrame(
        [
            pair_statistics(GeneNetWeaver(crp_network, s).simulate(300, noise=0, seed=s).X, crp_network.edges, names)
            for s in range(n_models)
        ]
    )
    known = {"sd": (0.171, 0.022), "mean |r|": (0.107, 0.018), "share > 0.5": (0.032, 0.009)}
    known["TF-target mean |r|"] = (0.311, 0.026)
    for name, (mean, sd) in known.items():
        assert abs(table[name].mean() - mean) < 3.5 * sd / n_models**0.5, name


def test_simulate_is_called_like_the_other_simulators():
    simulator = GeneNetWeaver(chain(), seed=1)
    data = simulator.simulate(7, seed=3)
    assert data.shape == (7, 3)
    assert data.X.dtype == np.float32
    assert list(data.var_names) == ["a", "b", "c"]
    assert data.obs_names.is_unique
    assert set(data.obs["perturbation"]) == {"multifactorial"}
    assert set(data.layers) == {"shift"}
    np.testing.assert_array_equal(data.X, simulator.simulate(7, seed=3).X)
    assert not np.array_equal(data.X, simulator.simulate(7, seed=4).X)
    quiet = simulator.simulate(7, noise=0, seed=3)
    np.testing.assert_array_equal(quiet.layers["shift"], data.layers["shift"])
    again = simulator.simulate(perturbation=data.layers["shift"], noise=0)
    np.testing.assert_array_equal(again.X, quiet.X)
    assert all(isinstance(v, str) for v in data.uns["provenance"].values())


def test_blocks_of_samples_have_noise_of_their_own():
    x = GeneNetWeaver(chain()).simulate(200, perturbation="wild type", noise=0.1).X
    assert len(np.unique(x[:, 0])) == 200


def oscillator():
    """Three genes in a ring that repress each other steeply."""
    rates = {"mrna_decay": 0.05, "protein_decay": 0.05, "alpha": (1.0, 0.0)}
    ring = {"a": "c", "b": "a", "c": "b"}
    return {g: Gene(modules=(Module(False, (Input(r, "activator", 0.2, 8.0),)),), **rates) for g, r in ring.items()}


def test_what_does_not_settle_is_announced(tmp_path):

    write_model(oscillator(), tmp_path / "ring.json")
    ring = GeneNetWeaver.load(tmp_path / "ring.json")
    with pytest.warns(UserWarning, match=r"3 of 3 samples do not settle .*simulate_time_series") as caught:
        data = ring.simulate(perturbation=[{"a": 0.9}, {"a": 0.8}, {"a": 0.7}], noise=0)
    assert all(w.filename == __file__ for w in caught)
    assert not data.obs["converged"].any()
    assert ring.simulate(perturbation={"a": "knock-out"}, noise=0.1).shape == (1, 3)
    course = ring.simulate_time_series(range(0, 2000, 10), perturbation={"a": 0.9}, noise=0)
    assert course.X[100:].std(axis=0).min() > 0.05


def test_time_series_leave_the_wild_type_and_return():
    simulator = GeneNetWeaver(chain(), seed=1)
    wild = simulator.simulate(perturbation="wild type", noise=0).X[0]
    out = simulator.simulate(perturbation={"a": "knock-out"}, noise=0).X[0]
    data = simulator.simulate_time_series(
        [0, 10, 1500, 3000], perturbation={"a": "knock-out"}, noise=0, release=1500, proteins=True
    )
    assert list(data.obs["time"]) == [0, 10, 1500, 3000]
    np.testing.assert_allclose(data.X[0], wild, atol=1e-6)
    np.testing.assert_allclose(data.X[2], out, atol=1e-4)
    np.testing.assert_allclose(data.X[3], wild, atol=1e-4)
    decay = np.exp(-10 * simulator.model["a"].mrna_decay)
    assert data[1, "a"].X[0, 0] == pytest.approx(wild[0] * decay, rel=1e-4)
    assert data.layers["protein"][1, 0] > data.X[1, 0]  # protein lags behind
    noisy = simulator.simulate_time_series([0, 30], n_series=100, noise=0.05, seed=2)
    assert noisy.shape == (200, 3)
    assert list(noisy.obs["series"][:4]) == [0, 0, 1, 1]
    np.testing.assert_allclose(noisy.X[::2], np.tile(wild, (100, 1)), atol=1e-6)
    np.testing.assert_array_equal(noisy.layers["shift"][::2], noisy.layers["shift"][1::2])
    assert noisy.X[1::2].std(axis=0).min() > 0.01


def test_misuse_is_refused():
    simulator = GeneNetWeaver(chain())
    for arguments, message in (
        ({"n_samples": 0}, "n_samples must be at least 1"),
        ({"n_samples": 3, "perturbation": [{"a": 0}]}, "n_samples is 3, but perturbation holds 1"),
        ({"perturbation": "knock-out"}, "perturbation 'knock-out' is not one of 'multifactorial', 'wild type'"),
        ({"perturbation": {"x": 0}}, "perturbed gene 'x' is not one of the 3 genes"),
        ({"perturbation": {"a": "off"}}, "perturbation of gene 'a' is 'off', but must be 'knock-out'"),
        ({"perturbation": {"a": -1}}, "perturbation of gene 'a' is -1"),
        ({"perturbation": []}, "perturbation is empty"),
        ({"perturbation": np.zeros((2, 4))}, r"shape \(2, 4\), but must be \(n_samples, 3 genes\)"),
        ({"perturbation": np.full((2, 3), np.nan)}, "NaN"),
        ({"perturbation": pd.DataFrame({"a": [0], "b": [0], "x": [0]})}, "not in both: x, c"),
        ({"noise": -0.1}, r"noise is -0\.1, but"),
    ):
        with pytest.raises(ValueError, match=message):
            simulator.simulate(**arguments)
    with pytest.raises(TypeError, match=r"noise must be a number, not '0\.1'"):
        simulator.simulate(2, noise="0.1")
    with pytest.raises(TypeError, match="perturbation holds 'a'"):
        simulator.simulate(perturbation=["a"])
    with pytest.raises(ValueError, match=r"times must ascend .* not \[5, 3\]"):
        simulator.simulate_time_series([5, 3])
    with pytest.raises(TypeError, match=r"must be a networkx\.DiGraph, not Graph"):
        GeneNetWeaver(nx.Graph())
    with pytest.raises(ValueError, match="no nodes"):
        GeneNetWeaver(nx.DiGraph())
    with pytest.raises(ValueError, match="edge 'a' to 'b' has effect None.*set the edge attribute 'effect'"):
        GeneNetWeaver(nx.DiGraph([("a", "b")]))
    with pytest.raises(TypeError, match="node 1 of network is not a string"):
        GeneNetWeaver(signed((1, 2, "+")))
    hub = signed(*((f"t{i}", "g", "+") for i in range(400)))
    with pytest.raises(ValueError, match="gene 'g' has 400 regulators: .* at most 16 modules"):
        GeneNetWeaver(hub)


@pytest.mark.parametrize("name", ["model.json", "folder/model.json.gz"])
def test_a_saved_model_simulates_the_same(dense, tmp_path, name):
    simulator = GeneNetWeaver(dense, seed=5)
    simulator.save(tmp_path / name)
    loaded = GeneNetWeaver.load(tmp_path / name)
    assert loaded.model == simulator.model
    np.testing.assert_array_equal(loaded.simulate(3).X, simulator.simulate(3).X)
    assert [p.name for p in (tmp_path / name).parent.iterdir()] == [(tmp_path / name).name]
