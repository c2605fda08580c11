"""Readers for the original's files."""

import numpy as np
import pytest

from gexlib.simulators import read_gnw_expression, read_gnw_network

from ..written_files import written


def test_real_files(shared_data):
    network = read_gnw_network(shared_data / "simulators/gnw_crp_network.tsv")
    assert (network.number_of_nodes(), network.number_of_edges()) == (1076, 2149)
    data = read_gnw_expression(shared_data / "simulators/gnw_crp_noise0_100.tsv.gz")
    assert data.shape == (100, 1076)
    assert set(data.var_names) == set(network)
    assert data.X.dtype == np.float32
    assert data[0, ["crp", "aaea"]].X[0] == pytest.approx([1, 0.774331])


@pytest.mark.parametrize("name", ["net.tsv", "net.tsv.gz"])
def test_network(tmp_path, name):
    network = read_gnw_network(written(tmp_path, "b\ta\t+\r\na\tc\t?\n\nb\ta\t-\nb\tb\t-\n", name))
    assert list(network) == ["b", "a", "c"]
    assert list(network.edges(data="effect")) == [("b", "a", "+-"), ("b", "b", "-"), ("a", "c", "?")]


def test_unsigned_gold_standard(tmp_path):
    network = read_gnw_network(written(tmp_path, "G1\tG2\t1\nG1\tG3\t0\n"))
    assert list(network) == ["G1", "G2", "G3"]
    assert list(network.edges(data="effect")) == [("G1", "G2", "?")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\t+\na\tc\n", r"file\.tsv, line 2: 2 tab-separated columns"),
        ("a\tb\t+\n\na\tc\tup\n", r"file\.tsv, line 3: effect 'up' is not one of"),
        ("a\t\t+\n", r"file\.tsv, line 1: the name of the regulator or of the target is empty"),
        ("\n", r"file\.tsv: the file is empty"),
    ],
)
def test_what_is_no_network_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_gnw_network(written(tmp_path, text))


@pytest.mark.parametrize("name", ["net_multifactorial.tsv", "net_multifactorial.tsv.gz"])
def test_expression(tmp_path, name):
    data = read_gnw_expression(written(tmp_path, '"G1"\t"G2"\n0.5\t1e-3\n0\t1\n\n', name))
    assert list(data.var_names) == ["G1", "G2"]
    np.testing.assert_array_equal(data.X, np.array([[0.5, 1e-3], [0, 1]], dtype=np.float32))
    assert name in data.uns["provenance"]["source"]


def test_time_series(tmp_path):
    data = read_gnw_expression(written(tmp_path, '"Time"\t"G1"\n\n0\t0.5\n10\t0.6\n\n0\t0.5\n10\t0.7\n'))
    assert list(data.obs["time"]) == [0, 10, 0, 10]
    assert list(data.obs["series"]) == [0, 0, 1, 1]
    assert list(data.var_names) == ["G1"]
    assert data.X[:, 0] == pytest.approx([0.5, 0.6, 0.5, 0.7])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"file\.tsv, line 1: expected the names of the genes"),
        ("0.1\t0.2\n", r"file\.tsv, line 1: expected the names of the genes"),
        ("a\ta\n1\t2\n", r"line 1: expected the names of the genes, each once"),
        ("a\tb\n", r"file\.tsv: no samples"),
        ("a\tb\n1\t2\n1\n", r"file\.tsv, line 3: 1 values, but the first line has 2 names"),
        ("a\tb\n1\tx\n", r"file\.tsv, line 2: 'x' for 'b' is not a finite number"),
        ("a\tb\n1\tnan\n", r"file\.tsv, line 2: 'nan' for 'b' is not a finite number"),
    ],
)
def test_what_is_no_expression_table_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_gnw_expression(written(tmp_path, text))
