import gzip
import hashlib
import importlib.util
import json
import sqlite3
from contextlib import closing, contextmanager

import pytest

from gexlib.datasets import load_go, read_gmt
from gexlib.datasets.registry import embedded

BUILD = embedded("go/build.py")
MANIFEST = json.loads((BUILD.parent / "manifest.json").read_text())


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_go", BUILD)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_embedded_gene_sets_have_the_hash_of_the_manifest(build):
    product = BUILD.parent / build.PRODUCT
    assert MANIFEST["products"] == {build.PRODUCT: hashlib.sha256(product.read_bytes()).hexdigest()}
    assert {name: MANIFEST["source"][name] for name in build.SOURCES} == build.SOURCES
    assert product.stat().st_size < 1.1e6


def test_go_is_what_the_manifest_says(build):
    go = load_go()
    assert MANIFEST["content"] == {"terms": len(go), "genes": len(set().union(*go.values()))}
    assert {build.SMALLEST <= len(genes) <= build.LARGEST for genes in go.values()} == {True}
    assert all(genes == sorted(set(genes)) for genes in go.values())
    readme = (BUILD.parent / "README.md").read_text()
    assert f"{len(go):,} terms" in readme
    assert MANIFEST["source"]["versions"]["Gene Ontology"] in readme
    assert "CC BY 4.0" in readme


def test_go_carries_genes_up_the_ontology():
    go = load_go()
    below, above = go["keratinization (GO:0031424)"], go["keratinocyte differentiation (GO:0030216)"]
    assert set(below) < set(above), "keratinization is a part of keratinocyte differentiation"


def test_go_agrees_term_by_term_with_a_file_made_in_r(shared_data):
    other, go = read_gmt(shared_data / "go" / "go_bp_human.gmt.gz"), load_go()
    assert go.keys() == other.keys()
    assert [term for term in go if set(go[term]) != set(other[term])] == []


@contextmanager
def databases(folder, carried):
    """A tiny org.Hs.eg.db and GO.db: one direct annotation to the lowest of three terms, and those carried up."""
    with closing(sqlite3.connect(folder / "org.sqlite")) as org, closing(sqlite3.connect(folder / "go.sqlite")) as go:
        fill(org, go, carried)
        yield org, go


def fill(org, go, carried):
    go.execute("CREATE TABLE go_term (_id, go_id, term, ontology)")
    go.execute("CREATE TABLE go_bp_offspring (_id, _offspring_id)")
    go.executemany("INSERT INTO go_term VALUES (?, ?, ?, 'BP')", [(1, "GO:1", "a"), (2, "GO:2", "b"), (3, "GO:3", "c")])
    go.executemany("INSERT INTO go_bp_offspring VALUES (?, ?)", [(1, 2), (1, 3), (2, 3)])
    org.execute("CREATE TABLE gene_info (_id, symbol)")
    org.executemany("INSERT INTO gene_info VALUES (?, ?)", [(1, "TP53"), (2, "ACTB"), (3, "ACTB")])
    for table, terms in {"go_bp": ["GO:3"], "go_bp_all": carried}.items():
        org.execute(f"CREATE TABLE {table} (_id, go_id, evidence)")
        org.executemany(f"INSERT INTO {table} VALUES (?, ?, 'IEA')", [(g, t) for t in terms for g in (1, 2, 3)])


def test_build_checks_that_annotations_were_carried_to_all_ancestors(build, tmp_path):
    with databases(tmp_path, ["GO:1", "GO:2", "GO:3"]) as (org, go):
        terms = build.annotations(org, build.ancestors(go))
    assert terms == {term: ["ACTB", "TP53"] for term in ("GO:1", "GO:2", "GO:3")}
    (tmp_path / "other").mkdir()
    disagree = pytest.raises(ValueError, match=r"disagree on 1 terms, such as \['GO:1'\]")
    with databases(tmp_path / "other", ["GO:2", "GO:3"]) as (org, go), disagree:
        build.annotations(org, build.ancestors(go))


def test_build_refuses_other_databases(build, tmp_path):
    for name in ("org.sqlite", "go.sqlite"):
        (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(ValueError, match=r"org.sqlite: SHA-256 of the database is [0-9a-f]{64}, expected bba36057"):
        build.build(tmp_path / "org.sqlite", tmp_path / "go.sqlite", tmp_path)


def test_read_gmt_keeps_order_and_drops_weights_repeats_and_empty_columns(tmp_path):
    text = "b\tx\tG2,1.0\tG1,0.5\tG2\t\t\n\na\t\tG3\n"
    (tmp_path / "sets.gmt").write_text(text)
    with gzip.open(tmp_path / "sets.gmt.gz", "wt") as file:
        file.write(text)
    for name in ("sets.gmt", "sets.gmt.gz"):
        assert list(read_gmt(tmp_path / name).items()) == [("b", ["G2", "G1"]), ("a", ["G3"])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tx\tG\nb G1 G2\n", r"sets.gmt, line 2: a set needs a name, a description and genes, tab-separated"),
        ("a\tx\n", r"sets.gmt, line 1: a set needs"),
        ("a\tx\t\t\n", r"sets.gmt, line 1: a set needs"),
        ("\tx\tG\n", r"sets.gmt, line 1: a set needs"),
        ("a\tx\tG\na\tx\tH\n", r"sets.gmt, line 2: set 'a' a second time"),
        ("\n", r"sets.gmt has no gene set"),
    ],
)
def test_read_gmt_names_file_and_line(tmp_path, text, message):
    (tmp_path / "sets.gmt").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_gmt(tmp_path / "sets.gmt")


def test_read_gmt_of_a_broken_gzip(tmp_path):
    whole = gzip.compress(b"a\tx\tG\n" * 1000)
    for content in (whole[: len(whole) // 2], whole[:30] + b"x" + whole[31:], whole[:-5]):
        (tmp_path / "sets.gmt.gz").write_bytes(content)
        with pytest.raises(ValueError, match=r"sets.gmt.gz is not a whole file"):
            read_gmt(tmp_path / "sets.gmt.gz")
    (tmp_path / "sets.gmt.gz").write_bytes(b"\xef\xbb\xbfa\tx\tG\n")  # text after all, with a byte order mark
    assert read_gmt(tmp_path / "sets.gmt.gz") == {"a": ["G"]}
    with pytest.raises(FileNotFoundError):
        read_gmt(tmp_path / "none.gmt")
