import networkx as nx
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.analysis import aupr, knockout_scores, network_recovery, precision_recall, tree_importances
from gexlib.simulators import GeneNetWeaver

REGULATORS = [f"t{i}" for i in range(5)]


@pytest.fixture
def planted():
    """Fifteen genes, each a curved function of one or two of five regulators."""
    rng = np.random.default_rng(0)
    network = nx.DiGraph()
    levels = {tf: rng.normal(size=150) for tf in REGULATORS}
    for i in range(15):
        tfs = rng.choice(REGULATORS, size=1 + i % 2, replace=False)
        levels[f"g{i}"] = sum(np.tanh(2 * levels[tf]) * rng.choice([-1, 1]) for tf in tfs) + rng.normal(0, 0.3, 150)
        network.add_edges_from((tf, f"g{i}") for tf in tfs)
    return AnnData(pd.DataFrame(levels, index=[f"s{i}" for i in range(150)]).astype(np.float32)), network


def test_trees_find_a_planted_network(planted):
    data, network = planted
    scores = tree_importances(data, REGULATORS, n_trees=60)
    assert scores.shape == (5, 20)
    np.testing.assert_allclose(scores.sum(), 1)
    assert scores.isna().to_numpy().sum() == 5, "no regulator is scored for itself"
    assert aupr(scores, network) > 0.95
    shuffled = data.copy()
    shuffled.X = np.random.default_rng(1).permuted(data.X, axis=0)
    assert aupr(tree_importances(shuffled, REGULATORS, n_trees=60), network) < 0.5


def test_trees_depend_on_the_seed_but_not_on_units(planted):
    data, _ = planted
    scores = tree_importances(data, REGULATORS, n_trees=20, seed=1)
    pd.testing.assert_frame_equal(scores, tree_importances(data, REGULATORS, n_trees=20, seed=1))
    assert not scores.equals(tree_importances(data, REGULATORS, n_trees=20, seed=2))
    scaled = data.copy()
    scaled.X = data.X * 4  # a power of two, so that thresholds are the same to the last bit
    np.testing.assert_allclose(scores, tree_importances(scaled, REGULATORS, n_trees=20, seed=1))


def test_a_constant_gene_has_no_regulator(planted):
    data, _ = planted
    data.X[:, -1] = 3
    assert (tree_importances(data, REGULATORS, n_trees=5).iloc[:, -1] == 0).all()


def test_knockouts_of_a_kinetic_model_show_its_network():
    network = nx.DiGraph()
    for i, tf in enumerate(REGULATORS):
        network.add_edges_from([(tf, f"g{4 * i + k}") for k in range(4)], effect="+")
    changes = [{tf: "knock-out"} for tf in REGULATORS]
    data = GeneNetWeaver(network, seed=0).simulate(perturbation=changes, noise=0)
    assert aupr(knockout_scores(data, REGULATORS), network) > 0.95


def test_knockout_scores_are_deviations_in_standard_deviations():
    rng = np.random.default_rng(0)
    genes = ["a", "b", "c", "d"]
    x = rng.normal(size=(6, 4))
    x[:, 3] = 2.5
    scores = knockout_scores(AnnData(x, var=pd.DataFrame(index=genes)), ["b", "a", "c", "b", "a", "c"])
    mean = pd.DataFrame({"b": x[[0, 3]].mean(axis=0), "a": x[[1, 4]].mean(axis=0), "c": x[[2, 5]].mean(axis=0)}).T
    assert scores.index.tolist() == ["b", "a", "c"]
    a = mean.loc[["b", "c"], 0]  # without the knock-out of a itself
    np.testing.assert_allclose(scores.loc[["b", "c"], "a"], 1)
    assert np.isnan(scores.loc["a", "a"])
    assert a.std() > 0
    assert (scores["d"] == 0).all()


def test_recovery_counts_the_pairs_that_are_scored():
    rng = np.random.default_rng(0)
    scores = pd.DataFrame(rng.uniform(size=(40, 200)), index=[f"g{i}" for i in range(40)])
    scores.columns = [f"g{i}" for i in range(200)]
    network = nx.gnp_random_graph(200, 0.1, seed=0, directed=True)
    network = nx.relabel_nodes(network, {i: f"g{i}" for i in range(200)})
    network.add_edge("g3", "g3")
    table = network_recovery({"chance": scores}, network).loc["chance"]
    true = sum(network.has_edge(a, b) for a in scores.index for b in scores if a != b)
    assert (table["pairs"], table["true"]) == (40 * 199, true)
    assert table["AUPR"] == pytest.approx(table["chance"], abs=0.02)
    curve = precision_recall(scores, network)
    assert curve["recall"].is_monotonic_increasing
    assert curve["recall"].iloc[[0, -1]].tolist() == [0, 1]
    assert curve["precision"].iloc[-1] == pytest.approx(table["chance"])


def test_misuse_is_refused(planted):
    data, network = planted
    with pytest.raises(ValueError, match="regulators has 1 names that are not genes of data: 'crp'"):
        tree_importances(data, ["t0", "crp"])
    with pytest.raises(ValueError, match="regulators names 1 genes; at least 2"):
        tree_importances(data, ["t0"])
    with pytest.raises(ValueError, match="knocked_out names 2 genes, but data has 150 samples"):
        knockout_scores(data, ["t0", "t1"])
    with pytest.raises(ValueError, match="network has none of the 95 scored pairs"):
        aupr(tree_importances(data, REGULATORS, n_trees=1), nx.relabel_nodes(network, str.upper))
