"""Random models: their parameters, and the files that hold them."""

import gzip
import json

import networkx as nx
import numpy as np
import pytest
from scipy.stats import ks_2samp

from gexlib.grn import regulons
from gexlib.simulators import GeneNetWeaver
from gexlib.simulators.genenetweaver.model import draw_model

from .networks import chain, signed


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
