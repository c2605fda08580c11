import importlib

import numpy as np
import pytest
import scipy.sparse as sp
from anndata import AnnData
from scipy.cluster import hierarchy

from gexlib.metrics import correlations, expression, linkage, s_dend, s_dist, s_tf_tg, s_tg_tg, table_1

from . import reference

GENES = [f"g{i}" for i in range(15)]
REGULONS = {"g0": ["g1", "g2", "g3"], "g4": ["g5", "g6"]}


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(3, 15))
    sets = {}
    for name, n in {"real": 30, "near": 25, "far": 20}.items():
        noise = 10 if name == "far" else 1
        sets[name] = AnnData(rng.normal(size=(n, 3)) @ shared + noise * rng.normal(size=(n, 15)))
        sets[name].var_names = GENES
    return sets


def test_one_row_a_data_set_with_the_values_of_the_functions(data):
    real = data.pop("real")
    data["shuffled"] = data["near"][:, ::-1]
    table = table_1(real, data, REGULONS)
    assert list(table.index) == ["near", "far", "shuffled"]
    assert list(table.columns) == ["S_dist", "S_dend", "S_TF-TG", "S_TG-TG"]
    for name, synthetic in data.items():
        expected = [
            s_dist(real, synthetic),
            s_dend(real, synthetic),
            s_tf_tg(real, synthetic, REGULONS),
            s_tg_tg(real, synthetic, REGULONS),
        ]
        assert table.loc[name].tolist() == pytest.approx(expected, abs=1e-12)
    assert table.loc["near", "S_dist"] > table.loc["far", "S_dist"] + 0.3


def plain(x, z, regulons, genes):
    """The four scores with all pairs in memory, by NumPy and SciPy; constant genes correlate with nothing."""
    upper, at = np.triu_indices(len(genes), 1), {gene: i for i, gene in enumerate(genes)}

    def correlations(data):
        varied = np.ptp(data, axis=0) > 0
        r = np.zeros((len(genes), len(genes)))
        r[np.ix_(varied, varied)] = np.corrcoef(data[:, varied].astype(float), rowvar=False)
        return r

    rx, rz = correlations(x), correlations(z)
    t = [hierarchy.cophenet(hierarchy.linkage(np.clip(1 - r[upper], 0, 2), "complete")) for r in (rx, rz)]
    edges, pairs = [], []
    for tf, names in regulons.items():
        targets = [at[name] for name in names if name in at]
        if tf in at and targets:
            edges.append((len(targets), reference.cosine(rx[at[tf], targets], rz[at[tf], targets])))
        if tf in at and len(targets) > 1:
            i, j = np.triu_indices(len(targets), 1)
            one, other = (r[np.take(targets, i), np.take(targets, j)] for r in (rx, rz))
            pairs.append((len(targets) - 1, reference.cosine(one, other)))
    weighted = [np.average([c for _, c in found], weights=[w for w, _ in found]) for found in (edges, pairs)]
    return [np.corrcoef(rx[upper], rz[upper])[0, 1], np.corrcoef(*t)[0, 1], *weighted]


def network(n_genes, seed):
    """Regulons of up to a third of the genes in any order, with self-regulation and names that no data set has."""
    rng = np.random.default_rng(seed)
    genes = [f"g{i}" for i in range(n_genes)]
    tfs = rng.choice(n_genes, 12, replace=False)
    targets = {genes[tf]: [*rng.choice(genes, rng.integers(1, n_genes // 3), replace=False), "lost"] for tf in tfs}
    targets[genes[tfs[0]]].append(genes[tfs[0]])
    return genes, targets | {"lost": genes[:3], genes[tfs[1]]: [genes[0]]}


@pytest.mark.parametrize("held", [correlations.HELD, 0])
@pytest.mark.parametrize("n", [4, 60])
def test_match_the_plain_formulation(monkeypatch, held, n):
    """All correlations held or not, few samples or many, blocks that cut regulons apart."""
    monkeypatch.setattr(correlations, "HELD", held)
    monkeypatch.setattr(expression, "BLOCK", 16)
    for seed in range(5):
        genes, regulons = network(90, seed)
        rng = np.random.default_rng(seed)
        shared = rng.normal(size=(3, 90))
        x, z = (rng.normal(size=(n, 3)) @ shared + rng.normal(size=(n, 90)) + 5 for _ in range(2))
        row = table_1(x, z, regulons, genes).iloc[0]
        assert row.tolist() == pytest.approx(plain(x, z, regulons, genes), abs=1e-11)


@pytest.mark.parametrize("kind", [np.float64, np.float32, AnnData, sp.csr_matrix, lambda m: AnnData(sp.csr_array(m))])
def test_kinds_of_data_and_constant_genes_match_the_plain_formulation(kind):
    """Counts with zeros; genes that are constant in one data set or both, which tie at distance 1."""
    genes, regulons = network(80, 1)
    rng = np.random.default_rng(1)
    x, z = (
        rng.poisson(np.exp(0.5 * rng.normal(size=(50, 1)) + 0.5 * rng.normal(size=80) + 1)).astype("f4")
        for _ in range(2)
    )
    x[:, [3, 40]], z[:, [3, 70, 71]] = 0, 1
    row = table_1(kind(x), kind(z), regulons, genes, constant="zero").iloc[0]
    assert row.tolist() == pytest.approx(plain(x, z, regulons, genes), abs=1e-11)


def test_copies_of_genes_tie():
    """Distances of 0, which 1 - r may miss on either side, and equal distances from the copies to all others."""
    genes, regulons = network(60, 2)
    x, z = np.random.default_rng(2).normal(size=(2, 30, 60))
    x[:, 30:40] = z[:, 20:30] = 3 * x[:, :10]
    z[:, 50:] = -z[:, 40:50]
    row = table_1(x, z, regulons, genes).iloc[0]
    assert row.tolist() == pytest.approx(plain(x, z, regulons, genes), abs=1e-9)


@pytest.mark.parametrize("held", [correlations.HELD, 0])
def test_what_depends_on_the_real_data_alone_comes_about_once(monkeypatch, data, held):
    monkeypatch.setattr(correlations, "HELD", held)
    real, made = data.pop("real"), []

    def record(owner, name, argument):
        function = getattr(owner, name)

        def recorded(*args, **kwargs):
            made.append((name, argument(args)))
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, recorded)

    module = importlib.import_module("gexlib.metrics.table_1")  # the name in gexlib.metrics is the function
    record(module, "Expression", lambda args: args[1])
    record(module, "Correlations", lambda args: args[0].argument)
    record(linkage.Tree, "of", lambda args: args[0].argument)
    record(module, "find_regulons", lambda args: args[1].argument)
    table = table_1(real, data, REGULONS)
    assert sorted(name for name, of in made if of == "real") == ["Correlations", "Expression", "find_regulons", "of"]
    for name, synthetic in data.items():
        np.testing.assert_array_equal(table.loc[name], table_1(real, synthetic, REGULONS).iloc[0])


def test_one_data_set_without_regulons(data):
    table = table_1(data["real"].X, data["near"].X)
    assert table.shape == (1, 2)
    assert table.index.tolist() == ["synthetic"]
    assert list(table.columns) == ["S_dist", "S_dend"]


def test_arrays_with_gene_names(data):
    table = table_1(data["real"].X, {"a": data["near"].X}, REGULONS, GENES)
    np.testing.assert_array_equal(table, table_1(data["real"], {"a": data["near"]}, REGULONS))


def test_errors_name_the_data_set(data):
    bad = data["near"].X.copy()
    bad[:, 1] = 0
    with pytest.raises(ValueError, match=r"synthetic\['bad'\] has 1 constant genes"):
        table_1(data["real"], {"good": data["near"], "bad": bad})
    assert table_1(data["real"], {"bad": bad}, REGULONS, constant="zero").notna().all(axis=None)
    with pytest.raises(ValueError, match=r"real has 1 constant genes .*: 'g1'"):
        table_1(bad, {"good": data["near"].X}, REGULONS, GENES)
    with pytest.raises(ValueError, match=r"gamma is undefined: all pairs of genes of synthetic\['one'\] .* value, 1;"):
        table_1(data["near"], {"good": data["near"], "one": np.outer(np.arange(4.0), np.arange(1, 16))})
    with pytest.raises(ValueError, match="1 genes are missing from synthetic: 'g14'"):
        table_1(data["near"], data["real"][:, :14])
    with pytest.raises(ValueError, match="none of the 1 transcription factors in the data has two targets"):
        table_1(data["real"], data["near"], {"g0": ["g1"]})
    with pytest.raises(ValueError, match="at least 3"):
        table_1(data["real"].X[:, :2], data["near"].X[:, :2])
    with pytest.raises(ValueError, match="synthetic is empty"):
        table_1(data["real"], {})
    with pytest.raises(ValueError, match="genes is needed"):
        table_1(data["real"].X, data["near"].X, REGULONS)
