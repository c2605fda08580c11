"""Regulation of a gene, random models, and the files that hold them."""

import json

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest, wasserstein_distance

from gexlib.simulators import SynTReN
from gexlib.simulators.syntren.model import Gene, Regulation

from .networks import QUIET, signed, star

# Constants of the original, fitted to its output: target, role and k of each regulator, combination, basal rate
ORIGINAL = {
    "gltBDF": ("lrp + 1.1158309", "independent", 0),
    "livJ": ("lrp - 0.4992425", "independent", 0),
    "appY": ("nlpD_rpoS + 0.7523396, arcA + 0.6121118", "independent", 0),
    "carAB": ("himA + 0.9053415, argR - 0.8679897", "independent", 0.02),
    "stpA": ("lrp + 0.7707978, hns - 0.47538", "competitive", 0.02),
    "fadBA": ("fadR - 0.5649546, arcA - 0.8722722", "independent", 0),
    "frdABCD": ("narL - 0.4889596, fnr + 1.1604201, yjdHG + 0.9255172", "independent", 0.05),
    "tsx": ("crp + 0.2966373, cytR - 0.9413642, deoR - 0.9896079", "independent", 0.05),
    "nupG": ("crp - 0.9995896, cytR - 0.6800007, deoR - 0.6075416", "independent", 0),
    "sodA": (
        "himA - 0.7870334, arcA - 0.4220326, rob + 0.4650852, fur - 0.7691915, marRAB + 0.3986445, soxS + 1.2576345",
        "independent",
        0.05,
    ),
    "cpxAR": ("nlpD_rpoS + 0.5753853, cpxAR + 1.2900856", "independent", 0),
    "araC": ("crp + 0.7139108, araC - 0.7162694", "independent", 0.02),
    "marRAB": ("rob + 0.6402809, marRAB - 1.0165816", "competitive", 0.02),
}


def gene_of_the_original(name):
    regulators, combination, basal = ORIGINAL[name]
    cells = [r.split() for r in regulators.split(", ")]
    roles = {"+": "activator", "-": "repressor"}
    return Gene(tuple(Regulation(tf, roles[s], float(k)) for tf, s, k in cells), combination, basal)


@pytest.mark.parametrize("name", ORIGINAL)
def test_levels_are_those_of_the_original(name, original):
    """The equations, and not only the statistics: every form of regulation, on the original's own regulators."""
    gene = gene_of_the_original(name)
    level = gene.level([original[:, r.regulator].X[:, 0].astype(float) for r in gene.regulations])
    np.testing.assert_allclose(level[1:], original[1:, name].X[:, 0], atol=5e-6)


def test_self_regulation_settles_where_that_of_the_original_does(original, tmp_path):
    genes = {name: gene_of_the_original(name) for name in ("cpxAR", "araC", "marRAB")}
    inputs = ["nlpD_rpoS", "crp", "rob"]
    syntren = SynTReN(signed(*((i, "x", "?") for i in inputs)))
    syntren.model.clear()
    syntren.model.update({g: Gene() for g in inputs} | genes)
    syntren.save(tmp_path / "model.json")
    external = original[1:, inputs].to_df().reset_index(drop=True)
    simulated = SynTReN.load(tmp_path / "model.json").simulate(external=external, **QUIET)
    np.testing.assert_allclose(simulated[:, list(genes)].X, original[1:, list(genes)].X, atol=1e-5)
    assert simulated.obs["converged"].all()


def statistics(x, network):
    x = x.astype(np.float64)
    column = {g: i for i, g in enumerate(network)}
    regulated = np.array([any(tf != g for tf in network.predecessors(g)) for g in network])
    r = np.corrcoef(x, rowvar=False)
    return {
        "values": x.ravel()[::7],  # as good, and faster
        "means": x.mean(axis=0),
        "sds": x.std(axis=0)[regulated],
        "TF-target": np.abs([r[column[a], column[b]] for a, b in network.edges if a != b]),
        "pairs": np.abs(r[np.triu_indices(len(r), 1)])[::3],
    }


# Wasserstein distances, averaged over five models; means and sds over 20 models are in benchmarks/results
TOLERANCES = {"values": 0.06, "means": 0.06, "sds": 0.012, "TF-target": 0.03, "pairs": 0.04}


def distances(original, network, **shares):
    real = statistics(original[:, list(network)].X, network)
    found = []
    for seed in range(5):
        ours = statistics(SynTReN(network, seed, **shares).simulate(800, seed=seed, **QUIET).X, network)
        found.append({name: wasserstein_distance(real[name], ours[name]) for name in real})
    return pd.DataFrame(found).mean()


def test_random_models_have_the_statistics_of_the_original(original, original_network):
    found = distances(original, original_network)
    assert (found < pd.Series(TOLERANCES)).all(), found


@pytest.mark.parametrize(
    ("shares", "worse"),
    [
        ({"hill_share": 1}, "sds"),
        ({"correlated_share": 0}, "pairs"),
        ({"cooperative_share": 1}, "sds"),
    ],
)
def test_the_tolerances_tell_other_models_apart(original, original_network, shares, worse):
    assert distances(original, original_network, **shares)[worse] > TOLERANCES[worse]


@pytest.mark.parametrize("effect", ["+", "-"])
def test_a_lone_regulator_has_the_michaelis_menten_response(effect):
    syntren = star(effect)
    x = np.linspace(0, 1, 101)
    y = syntren.simulate(external=pd.DataFrame({"tf0": x}), **QUIET)[:, "target"].X[:, 0]
    k = syntren.model["target"].regulations[0].k
    rising = x * (1 + k) / (x + k)
    np.testing.assert_allclose(y, rising if effect == "+" else 1 - rising, atol=1e-6)
    assert (np.diff(y) * (1 if effect == "+" else -1) > 0).all()


@pytest.mark.parametrize("shares", [{}, {"hill_share": 1}, {"competitive_share": 1, "cooperative_share": 1}])
@pytest.mark.parametrize("effects", ["++", "+-", "--", "++-", "+--", "+++---"])
def test_levels_span_0_to_1_and_follow_the_signs(effects, shares):
    gene = star(effects, **shares).model["target"]
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 5)] * len(effects), indexing="ij"))
    y = gene.level(list(grid))
    assert (y.min(), y.max()) == pytest.approx((0, 1), abs=1e-15)
    for axis, effect in enumerate(effects):
        assert (np.diff(y, axis=axis) * (1 if effect == "+" else -1) > -1e-12).all()


def test_competition_and_cooperation():
    both = (Regulation("a", "activator", 0.5), Regulation("r", "repressor", 0.25))
    ends = [np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])]
    g = np.array([0.02, 0.02 / 5, 2.02 / 3, 2.02 / 7])
    np.testing.assert_allclose(Gene(both, "competitive", 0.02).level(ends), (g - g[1]) / (g[2] - g[1]))
    g = np.array([0.02, 0.02 / 5, 2.02 / 3, 2.02 / 15])
    np.testing.assert_allclose(Gene(both, "independent", 0.02).level(ends), (g - g[1]) / (g[2] - g[1]))
    two = (Regulation("a", "activator", 0.5), Regulation("b", "activator", 0.25, n=2.0))
    np.testing.assert_allclose(Gene(two, "cooperative").level(ends), [0, 0, 0, 1])
    np.testing.assert_allclose(
        Gene(two, "independent").level(ends), [0, (16 / 17) / (2 / 3 + 16 / 17), (2 / 3) / (2 / 3 + 16 / 17), 1]
    )


def test_drawn_constants_and_combinations():
    network = signed(*((f"{tf}{i}", f"g{i}", e) for i in range(2000) for tf, e in (("a", "+"), ("r", "-"))))
    model = SynTReN(network, competitive_share=0.25, hill_share=0.4).model
    genes = [gene for gene in model.values() if gene.regulations]
    regulations = [r for gene in genes for r in gene.regulations]
    assert kstest([np.log(r.k) for r in regulations], "norm", (np.log(0.603), 0.371)).pvalue > 0.01
    assert {gene.basal for gene in genes} == {0.02}
    assert np.mean([gene.combination == "competitive" for gene in genes]) == pytest.approx(0.25, abs=0.04)
    hill = [r.n for r in regulations if r.n != 1]
    assert len(hill) / len(regulations) == pytest.approx(0.4, abs=0.04)
    assert kstest(hill, "uniform", (2, 2)).pvalue > 0.01
    assert [r.role for r in genes[0].regulations] == ["activator", "repressor"]


def test_unknown_signs_activate_most_targets_and_agree_within_a_regulator():
    network = signed(*((f"tf{i}", f"g{i}_{j}", "?") for i in range(600) for j in range(5)))
    drawn = nx.get_edge_attributes(SynTReN(network).network, "effect")
    share = np.array([np.mean([drawn[f"tf{i}", f"g{i}_{j}"] == "+" for j in range(5)]) for i in range(600)])
    assert share.mean() == pytest.approx(0.65, abs=0.06)
    assert np.isin(share, [0, 1]).mean() == pytest.approx(0.56, abs=0.08)  # 0.12 if regulators were alike


def test_a_share_of_the_input_genes_follows_another():
    network = signed(*((f"tf{i}", "target", "+") for i in range(43)))
    syntren = SynTReN(network)
    follows = {name: gene for name, gene in syntren.model.items() if gene.source}
    assert len(follows) == 21
    levels = syntren.simulate(50, **QUIET).to_df()
    for name, gene in follows.items():
        source = levels[gene.source]
        np.testing.assert_allclose(levels[name], 1 - source if gene.mirrored else source, atol=1e-6)
        assert syntren.model[gene.source].source is None
    assert 0 < sum(gene.mirrored for gene in follows.values()) < 21
    assert not any(gene.source for gene in SynTReN(network, correlated_share=0).model.values())
    assert sum(gene.source is not None for gene in SynTReN(network, correlated_share=1).model.values()) == 42


GOOD = {"regulator": "a", "role": "activator", "k": 0.5, "n": 1.0}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "'regulations' is missing"),
        ({"regulations": [GOOD | {"k": 0}]}, "k of regulator 'a' is 0, but must be a number above 0"),
        ({"regulations": [GOOD | {"role": "helper"}]}, "role 'helper' of regulator 'a' is not one of activator, repre"),
        ({"regulations": [GOOD | {"regulator": "x"}]}, "regulator 'x' is not a gene of the model"),
        ({"regulations": [GOOD], "combination": "competitive"}, "'competitive' needs one activator and one repressor"),
        ({"regulations": [GOOD], "combination": "other"}, "combination 'other' is not one of independent, comp"),
        ({"regulations": [GOOD], "basal": 1}, "basal is 1, but must be a number from 0 to below 1"),
        ({"regulations": [GOOD], "source": "a"}, "a gene with regulators cannot follow the input gene 'a'"),
        ({"regulations": [], "source": "x"}, "source 'x' is not an independent input gene"),
    ],
)
def test_damaged_models_are_refused(tmp_path, entry, message):
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"a": {"regulations": []}, "b": entry}))
    with pytest.raises(ValueError, match=f"model.json, gene 'b': .*{message}"):
        SynTReN.load(path)
