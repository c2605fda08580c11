import gzip
import itertools
import json

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from gexlib.grn import regulons
from gexlib.simulators import GeneNetWeaver, read_gnw_expression, read_gnw_network
from gexlib.simulators.gnw_model import Gene, Input, Module, draw_model


def signed(*edges):
    network = nx.DiGraph()
    network.add_edges_from((a, b, {"effect": effect}) for a, b, effect in edges)
    return network


def chain(sign="+"):
    return signed(("a", "b", sign), ("b", "c", sign), ("a", "c", "+-"))


@pytest.fixture(scope="session")
def crp(shared_data):
    return GeneNetWeaver.load(shared_data / "simulators/gnw_crp_model.json.gz")


@pytest.fixture(scope="session")
def crp_network(shared_data):
    return read_gnw_network(shared_data / "simulators/gnw_crp_network.tsv")


def transcription(gene, y, shift=0.0):
    """Section 2 and 5 of the model, gene by gene and state by state."""
    means = []
    for module in gene.modules:
        nu = [(i.role == "activator", (y[i.regulator] / i.k) ** i.n) for i in module.inputs]
        a, r = (np.prod([v for active, v in nu if active == role]) for role in (True, False))
        if not module.binds_as_complex:
            means.append(a / np.prod([1 + v for _, v in nu]))
        else:
            means.append(a / (1 + a + (a * r if any(not active for active, _ in nu) else 0)))
    moved = np.clip(gene.alpha[0] + shift, 0, 1) - gene.alpha[0]
    total = 0.0
    for state in itertools.product((0, 1), repeat=len(means)):
        alpha = np.clip(gene.alpha[sum(s << j for j, s in enumerate(state))] + moved, 0, 1)
        total += alpha * np.prod([m if s else 1 - m for s, m in zip(state, means, strict=True)])
    return total


def pair_statistics(x, edges, names):
    index = {name: i for i, name in enumerate(names)}
    c = np.corrcoef(x.astype(np.float64), rowvar=False)
    r = c[np.triu_indices(len(c), 1)]
    t = np.array([c[index[a], index[b]] for a, b in edges])
    return {
        "sd": r.std(),
        "mean |r|": np.abs(r).mean(),
        "share > 0.5": (np.abs(r) > 0.5).mean(),
        "share > 0.3": (np.abs(r) > 0.3).mean(),
        "TF-target mean": t.mean(),
        "TF-target mean |r|": np.abs(t).mean(),
        "TF-target share > 0.5": (np.abs(t) > 0.5).mean(),
    }


# The original's output


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


def parameters(model):
    genes = list(model.values())
    modules = [m for g in genes for m in g.modules]
    inputs = [i for m in modules for i in m.inputs]
    return {
        "mRNA half-life": [np.log(2) / g.mrna_decay for g in genes],
        "protein half-life": [np.log(2) / g.protein_decay for g in genes],
        "k": [i.k for i in inputs],
        "n": [i.n for i in inputs],
        "modules": [len(g.modules) for g in genes],
        "module size": [len(m.inputs) for m in modules],
        "activators": [sum(i.role == "activator" for i in m.inputs) for m in modules],
        "complex": [m.binds_as_complex for m in modules],
        "alpha_0": [g.alpha[0] for g in genes],
        "alpha": [a for g in genes for a in g.alpha[1:]],
        "alpha of the last state": [g.alpha[-1] for g in genes],
        "enhancer": [g.alpha[1 << j] > g.alpha[0] for g in genes for j in range(len(g.modules))],
    }


def test_random_models_are_distributed_like_the_original(crp, crp_network):
    drawn = [parameters(draw_model(crp_network, seed)) for seed in range(4)]
    for name, original in parameters(crp.model).items():
        ours = np.concatenate([d[name] for d in drawn])
        assert ks_2samp(ours.astype(float), np.asarray(original, float)).pvalue > 1e-3, name


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


# The model


def test_drawn_parameters_keep_their_rules():
    network = signed(*((f"t{i}", f"g{j}", "+-?"[(i + j) % 3]) for i in range(5) for j in range(400)))
    model = draw_model(network, seed=3)
    p = {name: np.array(values, float) for name, values in parameters(model).items()}
    for name, low, high, mean in (
        ("mRNA half-life", 5, 50, 27.5),
        ("protein half-life", 5, 50, 27.5),
        ("k", 0.01, 1, 0.505),
        ("n", 1, 10, 3.0),
    ):
        assert low <= p[name].min() <= p[name].max() <= high
        assert abs(p[name].mean() - mean) < 5 * p[name].std() / len(p[name]) ** 0.5, name
    effect = nx.get_edge_attributes(network, "effect")
    for name, gene in model.items():
        modules, alpha = gene.modules, np.array(gene.alpha)
        up = [alpha[1 << j] > alpha[0] for j in range(len(modules))]
        assert sorted(gene.regulators()) == sorted(network.predecessors(name))
        for module, enhances in zip(modules, up, strict=True):
            signs = [effect[i.regulator, name] for i in module.inputs]
            if signs.count("+") != signs.count("-"):
                assert enhances == (signs.count("+") > signs.count("-"))
            for i, sign in zip(module.inputs, signs, strict=True):
                if sign != "?":
                    assert (i.role == "activator") == ((sign == "+") == enhances)
        enhancing = sum(1 << j for j, e in enumerate(up) if e)
        if not any(up):
            assert alpha[0] == 1
        else:
            assert 0 <= alpha[0] <= 0.25 if all(up) else 0.25 <= alpha[0] <= 0.75
            assert alpha[enhancing] == pytest.approx(1)  # full activation
        if modules and not all(up):
            assert alpha[len(alpha) - 1 - enhancing] <= 0.25 + 1e-9  # full repression


def test_two_inputs_share_a_module_half_of_the_time():
    network = signed(*((t, f"g{j}", "+") for t in "ab" for j in range(2000)))
    n_modules = [len(gene.modules) for name, gene in draw_model(network).items() if name not in "ab"]
    assert abs(np.mean(n_modules) - 1.5) < 0.05


def test_a_network_without_any_sign_has_activators_in_half_of_each_module():
    edges = [(f"t{i}", f"g{j}") for i in range(6) for j in range(200)]
    inputs = [m.inputs for g in draw_model(signed(*((*e, "?") for e in edges))).values() for m in g.modules]
    assert all(sum(i.role == "activator" for i in m) >= len(m) / 2 for m in inputs)
    mixed = draw_model(signed(*((*e, "?") for e in edges), ("t0", "t1", "+")))
    assert any(
        sum(i.role == "activator" for i in m.inputs) < len(m.inputs) / 2 for g in mixed.values() for m in g.modules
    )


def test_self_regulation_is_left_out_and_effects_are_kept():
    network = chain()
    network.add_edge("b", "b", effect="-")
    modelled = GeneNetWeaver(network, seed=2).network
    assert set(modelled.edges) == set(chain().edges)
    assert list(modelled) == ["a", "b", "c"]
    assert modelled.edges["a", "b"]["effect"] == modelled.edges["b", "c"]["effect"] == "+"
    assert modelled.edges["a", "c"]["effect"] in "+-"
    assert len(network.edges) == 4  # the caller's is not changed
    repressed = GeneNetWeaver(signed(("a", "b", "-")), seed=0)
    assert repressed.network.edges["a", "b"]["effect"] == "-"


# Simulation


@pytest.fixture(scope="module")
def dense():
    """A network with modules of many kinds: up to 6 regulators a gene, each gene after its regulators."""
    rng = np.random.default_rng(0)
    names = [f"g{i}" for i in range(60)]
    edges = {(names[rng.integers(i)], names[i]) for i in range(1, 60) for _ in range(6)}
    return signed(*((a, b, "+-?"[rng.integers(3)]) for a, b in sorted(edges)))


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


def test_blocks_of_samples_have_noise_of_their_own():
    x = GeneNetWeaver(chain()).simulate(200, perturbation="wild type", noise=0.1).X
    assert len(np.unique(x[:, 0])) == 200


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


def oscillator():
    """Three genes in a ring that repress each other steeply."""
    rates = {"mrna_decay": 0.05, "protein_decay": 0.05, "alpha": (1.0, 0.0)}
    ring = {"a": "c", "b": "a", "c": "b"}
    return {g: Gene(modules=(Module(False, (Input(r, "activator", 0.2, 8.0),)),), **rates) for g, r in ring.items()}


def test_what_does_not_settle_is_announced(tmp_path):
    from gexlib.simulators.model_file import write_model

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


# Files


@pytest.mark.parametrize("name", ["model.json", "folder/model.json.gz"])
def test_a_saved_model_simulates_the_same(dense, tmp_path, name):
    simulator = GeneNetWeaver(dense, seed=5)
    simulator.save(tmp_path / name)
    loaded = GeneNetWeaver.load(tmp_path / name)
    assert loaded.model == simulator.model
    np.testing.assert_array_equal(loaded.simulate(3).X, simulator.simulate(3).X)
    assert [p.name for p in (tmp_path / name).parent.iterdir()] == [(tmp_path / name).name]


def test_the_file_is_that_of_the_original(crp, crp_network, shared_data, tmp_path):
    path = shared_data / "simulators/gnw_crp_model.json.gz"
    crp.save(tmp_path / "copy.json")
    with gzip.open(path) as file:
        assert json.loads((tmp_path / "copy.json").read_text()) == json.load(file)
    assert regulons(crp.network).keys() == regulons(crp_network).keys()
    modelled, given = (dict(nx.get_edge_attributes(n, "effect")) for n in (crp.network, crp_network))
    assert modelled.keys() == given.keys()
    assert all(modelled[e] == effect for e, effect in given.items() if effect in ("+", "-"))


def test_damaged_files_are_refused(tmp_path):
    path = tmp_path / "model.json.gz"
    with pytest.raises(FileNotFoundError, match=r"no file .*model\.json\.gz"):
        GeneNetWeaver.load(path)
    GeneNetWeaver(chain()).save(path)
    whole = path.read_bytes()
    for content in (whole[:-20], whole[:30] + b"xxxx" + whole[34:], b"", b"{", b"\xff\xfe", b"[1, 2]", b"{}"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"model\.json\.gz is not a .*GeneNetWeaver model"):
            GeneNetWeaver.load(path)
    for change, message in (
        (lambda m: m["b"].pop("alpha"), "gene 'b': 'alpha' is missing"),
        (lambda m: m["b"].update(alpha=[1.0]), "gene 'b': alpha has 1 values"),
        (lambda m: m["b"].update(alpha=[0.5, 2.0]), "gene 'b': alpha is 2.0, but must be a number from 0 to 1"),
        (lambda m: m["b"].update(mrna_decay=-1), "gene 'b': mrna_decay is -1"),
        (lambda m: m["b"]["modules"][0]["inputs"][0].update(k="x"), "gene 'b': k of regulator 'a' is 'x'"),
        (lambda m: m["b"]["modules"][0]["inputs"][0].update(role="boss"), "gene 'b': role 'boss'"),
        (lambda m: m["b"]["modules"][0]["inputs"][0].update(regulator="x"), "gene 'b': regulator 'x' is not a gene"),
        (lambda m: m["b"]["modules"][0].update(inputs=[]), "gene 'b': a module has no activator"),
        (lambda m: m["b"]["modules"][0].update(binds_as_complex=2), "gene 'b': binds_as_complex must be true or false"),
        (lambda m: m.update(b=3), "gene 'b'"),
    ):
        model = json.loads(gzip.decompress(whole))
        change(model)
        path.write_text(json.dumps(model))
        with pytest.raises(ValueError, match=message):
            GeneNetWeaver.load(path)
