"""The equations, their steady states, and noise."""

import networkx as nx
import numpy as np
import pytest

from gexlib.simulators import GeneNetWeaver

from .networks import signed, transcription


@pytest.mark.parametrize("seed", range(3))
def test_steady_states_solve_the_equations_of_the_model(dense, seed):
    simulator = GeneNetWeaver(dense, seed)
    data = simulator.simulate(4, noise=0, seed=seed, proteins=True)
    shift = data.layers["shift"]
    for s in range(4):
        y = dict(zip(data.var_names, data.layers["protein"][s].astype(float), strict=True))
        expected = [transcription(simulator.model[g], y, shift[s, j]) for j, g in enumerate(data.var_names)]
        np.testing.assert_allclose(data.X[s], expected, atol=2e-6)
    assert np.isfinite(data.X).all()
    assert data.X.std(axis=0).mean() > 0.05


def test_noise_has_the_documented_size():
    """Stationary variance of mRNA c^2 x, mean raised by about c sqrt(2 delta x)."""
    network = nx.DiGraph()
    network.add_node("a")
    model = GeneNetWeaver(network, seed=4)
    data = model.simulate(4000, perturbation="wild type", noise=0.1, proteins=True)
    x, delta = data.X[:, 0].astype(float), model.model["a"].mrna_decay
    assert x.var() == pytest.approx(0.01, rel=0.1)
    assert x.mean() - 1 == pytest.approx(0.1 * (2 * delta) ** 0.5 + 0.01 / 4, abs=0.006)
    assert np.corrcoef(x, data.layers["protein"][:, 0])[0, 1] > 0.3  # proteins follow
    assert model.simulate(500, perturbation="wild type", noise=0.01).X.std() == pytest.approx(0.01, rel=0.15)


def test_loops_settle_in_a_steady_state_and_remember_the_wild_type():
    switch = GeneNetWeaver(signed(("a", "b", "-"), ("b", "a", "-"), ("b", "c", "+")), seed=0)
    data = switch.simulate(50, noise=0, proteins=True)
    assert data.obs["converged"].all()
    for s in range(50):
        y = dict(zip("abc", data.X[s].astype(float), strict=True))
        expected = [transcription(switch.model[g], y, data.layers["shift"][s, j]) for j, g in enumerate("abc")]
        np.testing.assert_allclose(data.X[s], expected, atol=1e-4)
    noisy = switch.simulate(50, perturbation="wild type", noise=0.02)
    wild = switch.simulate(perturbation="wild type", noise=0)
    assert np.abs(noisy.X.mean(axis=0) - wild.X[0]).max() < 0.05
