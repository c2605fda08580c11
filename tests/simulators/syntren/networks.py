"""Networks to simulate, and simulation without noise."""

import networkx as nx

from gexlib.simulators import SynTReN

QUIET = {"biological_noise": 0, "experimental_noise": 0, "input_noise": 0}


def signed(*edges):
    network = nx.DiGraph()
    network.add_edges_from((a, b, {"effect": effect}) for a, b, effect in edges)
    return network


def star(effects, **shares):
    """One gene and a model of its regulation."""
    network = signed(*((f"tf{i}", "target", effect) for i, effect in enumerate(effects)))
    return SynTReN(network, correlated_share=0, **shares)
