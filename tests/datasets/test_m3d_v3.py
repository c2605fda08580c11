"""The table of M3D's older release is read as it is, and a fault is named with its place."""

import gzip

import numpy as np
import pytest

from gexlib.datasets import load_m3d, load_m3d_v3, read, write

TABLE = """gene_symbol\tlocus\tchip001\tchip002\tchip003
CRP\tb3357\t8.5\t9\t10.25
ARAC\tb0064\t7\t6.5\t1e1
NLPB\tNA\t3\t4\t5
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "ecoli_m3d_v3_3chips_3genes.tsv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))
    return path


def test_values_genes_and_chips_are_those_of_the_table(table):
    data = load_m3d_v3(table)
    assert data.X.dtype == np.float32
    assert data.X.tolist() == [[8.5, 7, 3], [9, 6.5, 4], [10.25, 10, 5]]
    assert list(data.obs_names) == ["chip001", "chip002", "chip003"]
    assert list(data.obs.columns) == []
    assert list(data.var_names) == ["crp", "araC", "nlpB"]
    assert list(data.var["locus_tag"]) == ["b3357", "b0064", "unknown"]
    assert list(data.var["symbol"]) == ["CRP", "ARAC", "NLPB"]
    assert "RMA" in data.uns["provenance"]["unit"]
    assert data.uns["provenance"]["source"] == table.name


def test_text_that_is_not_gzipped_and_h5ad(table, tmp_path):
    (tmp_path / "plain.tsv").write_text(TABLE)
    plain = load_m3d_v3(tmp_path / "plain.tsv")
    assert plain.X.tolist() == load_m3d_v3(table).X.tolist()
    write(plain, tmp_path / "plain.h5ad")
    assert read(tmp_path / "plain.h5ad").var.equals(plain.var)


SPOILED = {
    "text": ("10.25", "high", "line 2: CRP in chip003 is 'high', not a finite number"),
    "empty": ("10.25", "", "line 2: CRP in chip003 is ''"),
    "nan": ("10.25", "nan", "line 2: CRP in chip003 is 'nan'"),
    "infinite": ("10.25", "inf", "line 2: CRP in chip003 is 'inf'"),
    "short line": ("\t10.25", "", "line 2: 4 tab-separated cells, the header has 5"),
    "gene twice": ("ARAC", "CRP", "line 3: gene CRP a second time"),
    "no symbol": ("ARAC", "", "line 3: the gene has no symbol"),
    "chip twice": ("chip003", "chip001", "line 1: the header must be gene_symbol, locus"),
    "other header": ("gene_symbol", "gene", "line 1: the header must be .* begins with 'gene', 'locus', 'chip001'"),
    "no chips": (TABLE, "gene_symbol\tlocus\nCRP\tb3357\n", "line 1: the header must be"),
    "no genes": (TABLE, TABLE.partition("\n")[0], "has no genes"),
    "nothing": (TABLE, "", "line 1: the header must be .* begins with nothing"),
}


@pytest.mark.parametrize("spoil", SPOILED)
def test_faulty_table_is_refused_with_file_and_line(table, spoil):
    old, new, message = SPOILED[spoil]
    assert TABLE.count(old) == 1
    table.write_bytes(gzip.compress(TABLE.replace(old, new).encode()))
    with pytest.raises(ValueError, match=rf"3genes\.tsv\.gz.*{message}"):
        load_m3d_v3(table)


def test_missing_and_damaged_files(table):
    table.write_bytes(table.read_bytes()[:-9])
    with pytest.raises(ValueError, match="is not a whole file|is no text in UTF-8"):
        load_m3d_v3(table)
    table.unlink()
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_m3d_v3(table)


def test_524_chips_agree_with_the_later_release(shared_data):
    data = load_m3d_v3(shared_data / "m3d/ecoli_m3d_v3_524chips_1146genes.tsv.gz")
    assert data.shape == (524, 1146)
    later = load_m3d(shared_data / "m3d")  # 16 of the 907 chips of build 6
    name_of = dict(zip(later.var["locus_tag"], later.var_names, strict=True))
    known = data.var["locus_tag"].isin(name_of)
    assert known.sum() == 1135
    assert (data.var_names[known] == data.var["locus_tag"][known].map(name_of)).all()
    genes = data.var_names[known]
    x, y = data[:, genes].X.astype(float), later[:, genes].X.astype(float)
    best = np.corrcoef(x, y)[: len(x), len(x) :].max(axis=0)  # chips have no names, so the most alike
    assert np.median(best) > 0.99
    hierarchy = set((shared_data / "m3d/crp_hierarchy_1076_genes.txt").read_text().split())
    assert sum(gene.lower() in hierarchy for gene in data.var_names) == 719
