"""Data and network of the original."""

import networkx as nx
import pandas as pd
import pytest

from gexlib.simulators import read_syntren_expression


@pytest.fixture(scope="session")
def original(shared_data):
    return read_syntren_expression(shared_data / "simulators/syntren300_expression.csv.gz")


@pytest.fixture(scope="session")
def original_network(shared_data):
    table = pd.read_csv(shared_data / "simulators/syntren300_network.csv.gz", index_col=0)
    network = nx.from_pandas_adjacency(table, create_using=nx.DiGraph)
    nx.set_edge_attributes(network, "?", "effect")
    return network
