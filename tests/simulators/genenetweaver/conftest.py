"""The model and the network of the original, and a dense network."""

import numpy as np
import pytest

from gexlib.simulators import GeneNetWeaver, read_gnw_network

from .networks import signed


@pytest.fixture(scope="session")
def crp(shared_data):
    return GeneNetWeaver.load(shared_data / "simulators/gnw_crp_model.json.gz")


@pytest.fixture(scope="session")
def crp_network(shared_data):
    return read_gnw_network(shared_data / "simulators/gnw_crp_network.tsv")


@pytest.fixture(scope="module")
def dense():
    """A network with modules of many kinds: up to 6 regulators a gene, each gene after its regulators."""
    rng = np.random.default_rng(0)
    names = [f"g{i}" for i in range(60)]
    edges = {(names[rng.integers(i)], names[i]) for i in range(1, 60) for _ in range(6)}
    return signed(*((a, b, "+-?"[rng.integers(3)]) for a, b in sorted(edges)))
