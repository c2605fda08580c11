"""Tumour and normal tissue of one patient: values, names, and faults that are named."""

import gzip

import numpy as np
import pytest

from gexlib.datasets import load_tcga_pairs, read, write

SAMPLES = """sample\tcohort\tpatient\tcondition\tsex\tage
P1-01\tBRCA\tP1\ttumour\tFEMALE\t57.0
P1-11\tBRCA\tP1\tnormal\tFEMALE\t57.0
P2-01\tLUAD\tP2\ttumour\tMALE\t
P2-11\tLUAD\tP2\tnormal\tMALE\t
"""
VALUES = """Hugo_Symbol\tP1-11\tP1-01\tP2-01\tP2-11
TP53\t1\t2\t3\t4
VIM\t5\t\t7\t8
XIST\t-2\t9.5\t0\t1
"""


@pytest.fixture
def folder(tmp_path):
    """A function that writes the two tables, with changes."""

    def write_tables(samples=SAMPLES, values=VALUES):
        (tmp_path / "samples.tsv").write_text(samples)
        (tmp_path / "expression_log2.tsv.gz").write_bytes(gzip.compress(values.encode()))
        return tmp_path

    return write_tables


def test_values_go_with_their_samples_and_a_gene_that_lacks_one_is_left_out(folder, tmp_path):
    data = load_tcga_pairs(folder())
    assert list(data.var_names) == ["TP53", "XIST"]
    assert list(data.obs_names) == ["P1-01", "P1-11", "P2-01", "P2-11"]
    assert data.X.dtype == np.float32
    assert data.X.tolist() == [[2, 9.5], [1, -2], [3, 0], [4, 1]]
    assert data.obs["condition"].tolist() == ["cancer", "normal"] * 2
    assert data.obs["study"].tolist() == ["brca", "brca", "luad", "luad"]
    assert data.obs["sex"].tolist() == ["female", "female", "male", "male"]
    assert data.obs["donor"].tolist() == ["P1", "P1", "P2", "P2"]
    assert data.obs["age"].isna().tolist() == [False, False, True, True]
    assert data.uns["provenance"]["genes_left_out"] == "1"
    write(data, tmp_path / "pairs.h5ad")
    assert read(tmp_path / "pairs.h5ad").obs.equals(data.obs)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"samples": SAMPLES.replace("tumour", "metastasis", 1)}, "the condition is 'metastasis'"),
        ({"samples": SAMPLES.replace("P2\tnormal", "P2\ttumour")}, "patient 'P2' must have one tumour and one normal"),
        ({"samples": SAMPLES.replace("P1-11", "P1-01")}, "sample 'P1-01' has two rows"),
        ({"samples": SAMPLES.replace("patient", "person", 1)}, "'patient' is not a column of samples.tsv"),
        ({"samples": SAMPLES.replace("P1-11", "P1-12")}, "different samples; only one of them has 'P1-11', 'P1-12'"),
        ({"values": VALUES.replace("XIST", "VIM")}, "gene 'VIM' has two rows"),
        ({"values": VALUES.replace("9.5", "high")}, "is no table of numbers"),
        ({"values": VALUES.replace("9.5", "inf")}, "an infinite value in gene 'XIST'"),
        ({"values": VALUES.replace("9.5", "").replace("\t2\t", "\t\t")}, "every gene lacks a value"),
    ],
)
def test_a_fault_is_named(folder, change, words):
    with pytest.raises(ValueError, match=words):
        load_tcga_pairs(folder(**change))


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"has no expression_log2.tsv.gz"):
        load_tcga_pairs(tmp_path)


def test_the_real_tables(shared_data):
    data = load_tcga_pairs(shared_data / "tcga_pairs")
    assert data.shape == (1204, 3556 - 215)
    assert data.obs["donor"].nunique() == 602
    assert data.obs["study"].nunique() == 11
    assert np.isfinite(data.X).all()
