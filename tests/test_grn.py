import gzip

import networkx as nx
import pandas as pd
import pytest

from gexlib import grn
from gexlib.datasets import load_ecoli

TABLE = """# a comment

CRP\taraC\t+\t[BPP]\tStrong
CRP\tfis\t+\t[BPP]\tStrong
CRP\tfis\t-\t[GEA]\tWeak
AraC\taraB\t?\t[]\tnull
AraC\taraB\t+\t[GEA]\tWeak
Fis\tcrp\t-\t[GEA]\tconfirmed
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "tf_tg"
    path.write_text(TABLE)
    return path


@pytest.fixture(scope="module")
def release_10(shared_data):
    return grn.read_regulondb(shared_data / "regulondb" / "regulatory_interactions_10.0.txt")


@pytest.fixture(scope="module")
def m3d_symbols(shared_data):
    probes = pd.read_csv(shared_data / "m3d" / "E_coli_v4_Build_6.probe_set_descriptions", sep="\t")
    return list(probes["gene_symbol"].dropna().str.lower())


def edges(graph):
    return list(graph.edges(data="effect"))


def test_read_reconciles_rows_and_keeps_the_order_of_the_file(table):
    graph = grn.read_regulondb(table)
    assert list(graph) == ["crp", "arac", "fis", "arab"]
    assert edges(graph) == [
        ("crp", "arac", "+"),
        ("crp", "fis", "+-"),
        ("arac", "arab", "+"),
        ("fis", "crp", "-"),
    ]


def test_read_keeps_rows_with_enough_evidence(table):
    assert edges(grn.read_regulondb(table, "strong")) == [
        ("crp", "arac", "+"),
        ("crp", "fis", "+"),
        ("fis", "crp", "-"),
    ]
    assert edges(grn.read_regulondb(table, "confirmed")) == [("fis", "crp", "-")]
    assert "arab" in grn.read_regulondb(table, "null")


def test_read_refuses_unknown_level_of_evidence(table):
    with pytest.raises(
        ValueError,
        match="evidence='good' is not a level; levels, the weakest first: 'null', 'weak', 'strong', 'confirmed'",
    ):
        grn.read_regulondb(table, "good")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\tStrong\nCRP", "\nCRP", "4 tab-separated columns"),
        ("fis\t-", "fis\tx", r"line 5: effect 'x' is not one of '\+', '-', '\+-', '\?'"),
        ("confirmed", "sure", "line 8: evidence strength 'sure'"),
        ("Fis\t", "\t", "line 8: the name of the TF or of the gene is empty"),
        ("AraC\taraB\t+", "Ara\udcff\taraB\t+", "line 7: the byte 0xff is no text in UTF-8"),
        ("AraC\taraB\t+", "Ara\0\taraB\t+", "line 7: the byte 0x00 is no text in UTF-8"),
    ],
)
def test_read_names_file_and_line_of_what_is_malformed(table, old, new, message):
    assert old in TABLE
    table.write_bytes(TABLE.replace(old, new).encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=f"tf_tg, .*{message}"):
        grn.read_regulondb(table)


@pytest.mark.parametrize("packed", [False, True])
def test_read_drops_a_byte_order_mark(table, packed):
    whole, text = grn.read_regulondb(table), TABLE.partition("\n")[2]
    content = text.encode("utf-8-sig")
    table.write_bytes(gzip.compress(content) if packed else content)
    assert list(grn.read_regulondb(table).edges(data="effect")) == list(whole.edges(data="effect"))
    table.write_bytes(gzip.compress(content)[:-9])
    with pytest.raises(ValueError, match="tf_tg is not a whole file .*get it again"):
        grn.read_regulondb(table)


def test_read_refuses_a_file_without_interactions(tmp_path):
    (tmp_path / "empty").write_text("# nothing\n")
    with pytest.raises(ValueError, match="no TF-gene interaction"):
        grn.read_regulondb(tmp_path / "empty")


def test_effects_are_reconciled_whatever_the_order():
    for effects, expected in [("+-", "+-"), ("-+", "+-"), ("?-", "-"), ("-?", "-"), ("??", "?"), ("++", "+")]:
        graph = nx.DiGraph()
        for effect in effects:
            grn.add_regulation(graph, "a", "b", effect)
        assert graph.edges["a", "b"]["effect"] == expected, effects


def test_both_releases_parse(shared_data, release_10):
    release_9 = grn.read_regulondb(shared_data / "regulondb" / "tf_tg.txt", "null")
    assert (len(release_9), release_9.number_of_edges()) == (1869, 4284)
    assert (len(release_10), release_10.number_of_edges()) == (1884, 4358)
    assert {"accb", "accc"} <= set(release_9["accb"])
    assert not grn.read_regulondb(shared_data / "regulondb" / "tf_tg.txt").has_edge("accb", "accc")
    assert release_10.has_edge("gade-rcsb", "gada")


def test_crp_hierarchy_has_the_papers_numbers(release_10, m3d_symbols):
    assert len(grn.hierarchy(release_10)) == 1208
    assert len(grn.hierarchy(release_10, genes=m3d_symbols)) == 1076
    acyclic = grn.hierarchy(release_10, genes=m3d_symbols, break_loops=True)
    assert (len(acyclic), acyclic.number_of_edges()) == (1076, 2149)
    assert nx.is_directed_acyclic_graph(acyclic)


def test_acyclic_hierarchy_is_the_network_given_to_genenetweaver(shared_data, release_10, m3d_symbols):
    original = pd.read_csv(shared_data / "simulators" / "gnw_crp_network.tsv", sep="\t", header=None)
    acyclic = grn.hierarchy(release_10, genes=m3d_symbols, break_loops=True)
    assert set(acyclic.edges) == set(zip(original[0], original[1], strict=True))
    # Where the table has both a "+" and a "+-" row, the original took the first and we say "+-".
    differ = {(effect, acyclic.edges[tf, gene]["effect"]) for tf, gene, effect in original.itertuples(index=False)}
    assert {pair for pair in differ if pair[0] != pair[1]} == {("+", "+-")}


def test_precise_measures_1044_genes_of_the_hierarchy(release_10):
    genes = load_ecoli().var_names
    assert len(grn.hierarchy(grn.match_case(release_10, genes), genes=genes)) == 1044


def test_hierarchy_breaks_loops_at_the_edge_that_closes_them():
    graph = nx.DiGraph([("a", "b"), ("a", "c"), ("b", "d"), ("c", "b"), ("d", "c"), ("d", "d"), ("b", "a"), ("x", "a")])
    nx.set_edge_attributes(graph, "+", "effect")
    acyclic = grn.hierarchy(graph, "a", break_loops=True)
    assert set(graph.edges) - set(acyclic.edges) == {("d", "c"), ("d", "d"), ("b", "a"), ("x", "a")}
    assert nx.is_directed_acyclic_graph(acyclic)
    assert set(nx.get_edge_attributes(acyclic, "effect").values()) == {"+"}


def test_hierarchy_cuts_after_the_walk():
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("x", "c")])
    assert list(grn.hierarchy(graph, "a", genes=["c", "a", "elsewhere"])) == ["a", "c"]


def test_hierarchy_leaves_the_graph_alone():
    graph = nx.DiGraph([("a", "a"), ("a", "b")])
    grn.hierarchy(graph, "a", break_loops=True).add_edge("b", "z")
    assert list(graph.edges) == [("a", "a"), ("a", "b")]


def test_hierarchy_suggests_the_root_that_was_meant():
    with pytest.raises(ValueError, match="root='CRP' is not one of the 2 nodes; did you mean 'crp'"):
        grn.hierarchy(nx.DiGraph([("crp", "fis")]), "CRP")


def test_regulons_follow_the_order_of_genes_and_keep_self_regulation():
    graph = nx.DiGraph([("b", "a"), ("b", "b"), ("b", "c"), ("a", "z"), ("q", "a")])
    assert grn.regulons(graph, ["c", "b", "a"]) == {"b": ["c", "b", "a"]}
    assert grn.regulons(graph) == {"b": ["b", "a", "c"], "a": ["z"], "q": ["a"]}


def test_match_case_renames_and_keeps_attributes():
    graph = nx.DiGraph()
    graph.add_edge("crp", "arac", effect="+")
    graph.add_edge("crp", "other", effect="-")
    assert edges(grn.match_case(graph, ["araC", "crp"])) == [("crp", "araC", "+"), ("crp", "other", "-")]


def test_match_case_refuses_names_that_differ_in_case_only():
    with pytest.raises(ValueError, match="'araC' and 'AraC' differ in case only"):
        grn.match_case(nx.DiGraph(), ["araC", "AraC"])
