"""Loading, simulating and sampling: the waits between a reader and the data."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.datasets import load_ecoli, load_ecoli_grn, read, write
from gexlib.grn import hierarchy
from gexlib.simulators import Bootstrap, Gaussian, GeneNetWeaver, SynTReN
from gexlib.study import load_demo
from gexlib.wgan import WGANGP


@pytest.mark.parametrize("load", [load_ecoli, load_ecoli_grn, load_demo])
def test_load(measure, quick, load):
    what = {
        load_ecoli: "E. coli, 278 samples x 3,923 genes",
        load_ecoli_grn: "network of E. coli",
        load_demo: "demo cohort, 500 samples",
    }[load]
    measure(load, "Load", what, 5)


@pytest.mark.parametrize("way", ["write", "read"])
def test_h5ad(measure, quick, tmp_path, way):
    shape = (20, 30) if quick else (2287, 2000)
    data = AnnData(np.random.default_rng(0).normal(size=shape).astype("f4"))
    path = tmp_path / "data.h5ad"
    write(data, path)
    call = (lambda: write(data, path)) if way == "write" else (lambda: read(path))
    measure(call, "Load", f"{way} .h5ad, {shape[0]:,} samples x {shape[1]:,} genes", 5)


@pytest.mark.parametrize("simulator", [Bootstrap, Gaussian])
def test_fit_and_simulate(measure, simulator):
    data = load_ecoli()
    call = lambda: simulator().fit(data).simulate(1000)  # noqa: E731
    measure(call, "Simulate", f"{simulator.__name__}, fit to E. coli and 1,000 samples", 5)


@pytest.mark.parametrize("simulator", [GeneNetWeaver, SynTReN])
def test_simulate_network(measure, quick, simulator):
    network = load_ecoli_grn()
    network = hierarchy(network, "crp")
    if quick:
        network = network.subgraph(["crp", *list(network.successors("crp"))[:5]]).copy()
    n_samples = 3 if quick else 100
    model = simulator(network, seed=0)
    what = f"{simulator.__name__}, {n_samples} samples x {len(network):,} genes"
    measure(lambda: model.simulate(n_samples), "Simulate", what, 3)


@pytest.mark.parametrize("name", ["ecoli", "gtex-tcga"])
def test_sample(measure, quick, name):
    gan = WGANGP.load_pretrained(name, device="cpu")
    n_samples = 20 if quick else 1000
    levels = {column: list(values)[:1] for column, values in gan.encoder_.vocabularies_.items()}
    obs = pd.DataFrame({column: first * n_samples for column, first in levels.items()})
    for column in gan.encoder_.numerical:
        obs[column] = 1.0
    measure(lambda: gan.sample(obs), "Sample", f"{name}, {n_samples:,} samples x {len(gan.var_):,} genes", 5)
