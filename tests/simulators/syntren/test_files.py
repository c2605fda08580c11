"""Readers for the original's files."""

import numpy as np
import pytest

from gexlib.simulators import read_syntren_expression, read_syntren_network

from ..written_files import written


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
