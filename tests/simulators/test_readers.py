import gzip

import numpy as np
import pytest

from gexlib.simulators import (
    read_gnw_expression,
    read_gnw_network,
    read_syntren_expression,
    read_syntren_network,
)


def written(folder, text, name="file.tsv"):
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


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


@pytest.mark.parametrize("read", [read_gnw_expression, read_gnw_network, read_syntren_expression, read_syntren_network])
def test_missing_and_damaged_files(tmp_path, read):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none\.tsv"):
        read(tmp_path / "none.tsv")
    path = written(tmp_path, "a\tb\n1\t2\n", "cut.tsv.gz")
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(ValueError, match=r"cut\.tsv\.gz cannot be read"):
        read(path)
    (tmp_path / "binary.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"binary\.tsv cannot be read as text"):
        read(tmp_path / "binary.tsv")


# SynTReN


@pytest.mark.parametrize("name", ["net.sif", "net.sif.gz"])
def test_syntren_network(tmp_path, name):
    text = "b ac a c\r\nalone\n\nb\tre\tgene with spaces\na DU b\nc un c\nb re a\n"
    network = read_syntren_network(written(tmp_path, text, name))
    assert list(network) == ["b", "a", "c", "alone", "gene with spaces"]
    assert {(a, b): e for a, b, e in network.edges(data="effect")} == {
        ("b", "a"): "+-",  # two lines that disagree
        ("b", "c"): "+",
        ("b", "gene with spaces"): "-",
        ("a", "b"): "+-",
        ("c", "c"): "?",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a ac b\na ac\n", r"file\.tsv, line 2: \['a', 'ac'\], expected a gene, or regulator"),
        ("a\tac\t\n", r"file\.tsv, line 1: \['a', 'ac', ''\], expected"),
        ("a pp b\n", r"file\.tsv, line 1: type of interaction 'pp' is not one of ac, re, du, un"),
        ("\n \n", r"file\.tsv: the file is empty"),
    ],
)
def test_what_is_no_syntren_network_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_syntren_network(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("GENE\ts0\ts1\nG1\t0.5\t0\nG2\t1e-3\t1\n", ["s0", "s1"]),  # the tool's
        ("GENE\ts0\ts1\t\nG1\t0.5\t0\t\nG2\t1e-3\t1\t\n", ["s0", "s1"]),  # lines that end in a tab
        ("G1,G2\n0.5,1e-3\n0,1\n", ["0", "1"]),  # grndata's, written as CSV
        (',"G1","G2"\n"s0",0.5,1e-3\n"s1",0,1\n', ["s0", "s1"]),  # write.csv of R
        ("G1\tG2\ns0\t0.5\t1e-3\ns1\t0\t1\n", ["s0", "s1"]),  # write.table of R
    ],
)
@pytest.mark.parametrize("name", ["nn2_maxExpr1_dataset.txt", "nn2_unnormalized_dataset.txt.gz"])
def test_syntren_expression(tmp_path, text, samples, name):
    data = read_syntren_expression(written(tmp_path, text, name))
    assert (list(data.var_names), list(data.obs_names)) == (["G1", "G2"], samples)
    np.testing.assert_array_equal(data.X, np.array([[0.5, 1e-3], [0, 1]], dtype=np.float32))
    assert name in data.uns["provenance"]["source"]


def test_real_syntren_data(shared_data):
    data = read_syntren_expression(shared_data / "simulators/syntren300_expression.csv.gz")
    assert data.shape == (800, 300)
    assert data[0, ["gltBDF", "lrp"]].X[0] == pytest.approx([0.486520, 0.333192])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"file\.tsv: expected a line of names and lines of values"),
        ("GENE\ts0\n", r"file\.tsv: expected a line of names"),
        ("0.1,0.2\n0.3,0.4\n", r"line 1: expected names, each once, but got \['0.1', '0.2'\]"),
        ("GENE\ts0\ts0\na\t1\t2\n", r"line 1: expected names, each once"),
        ("GENE\ts0\na\t1\na\t2\n", r"line 3: the name 'a' is empty or repeated"),
        ("a,b\n1,2\n1\n", r"file\.tsv, line 3: 1 values, but line 1 has 2 names"),
        ("a,b\n1,2\n1,x\n", r"file\.tsv, line 3: 'x' for 'b' is not a finite number"),
        ("GENE\ts0\na\tNaN\n", r"file\.tsv, line 2: 'NaN' for 's0' is not a finite number"),
    ],
)
def test_what_is_no_syntren_table_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_syntren_expression(written(tmp_path, text))
