"""Tables of RNAseqDB are read as they are, and a fault is named with its place."""

import numpy as np
import pytest
from rnaseqdb_tables import (
    BLADDER,
    GENES,
    GTEX_FILE,
    text_of,
    write,
)

from gexlib.datasets import load_rnaseqdb
from gexlib.datasets.fpkm_table import read_samples, read_table


def test_symbols_values_and_samples_are_those_of_the_file(folder):
    genes, fpkm = read_table(folder / GTEX_FILE)
    assert genes.tolist() == GENES
    assert fpkm.dtype == np.float32
    np.testing.assert_array_equal(fpkm, np.array(list(BLADDER.values()), np.float32).T)
    assert read_samples(folder / GTEX_FILE) == list(BLADDER)


SPOILED = {
    "negative": ("1.25", "-1.25", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is '-1.25'"),
    "text": ("1.25", "high", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'high'"),
    "missing": ("1.25", "", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is ''"),
    "NA": ("1.25", "NA", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'NA'"),
    "nan": ("1.25", "nan", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'nan'"),
    "infinite": ("1.25", "inf", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'inf'"),
    "too large": ("1.25", "1e39", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is '1e39'"),
    "short line": ("1.25\t", "", "line 2: TP53 has 1 values, the header 2 samples"),
    "long line": ("1.25\t", "1.25\t1\t", "line 2: TP53 has 3 values, the header 2 samples"),
    "short later line": ("7\t0\n", "7\n", "line 8: A1BG has 1 values, the header 2 samples"),
    "long later line": ("7\t0\n", "7\t0\t1\n", "line 8: A1BG has 3 values, the header 2 samples"),
    "every line too long": (None, None, "line 2: TP53 has 3 values, the header 2 samples"),
    "gene twice": ("A1BG", "TP53", "line 8: gene symbol TP53 a second time, first in line 2"),
    "sample twice": ("GTEX-U4B1-1226-SM-4DXT7", "GTEX-S3XE-1226-SM-4AD4L", "line 1: sample GTEX-S3XE.* a second time"),
    "wrong header": ("Hugo_Symbol", "gene", "line 1: the header must be Hugo_Symbol.* begins with 'gene'"),
    "no Entrez column": ("Entrez_Gene_Id\t", "", "line 1: the header must be Hugo_Symbol"),
    "nameless sample": ("GTEX-U4B1-1226-SM-4DXT7", "", "line 1: the header must be Hugo_Symbol"),
    "not UTF-8": ("A1BG", "A1\udcff", "line 8: not tab-separated UTF-8 text"),
    "NUL in a number": ("1.25", "1\0.25", "line 2: a NUL byte"),
    "NUL in a symbol": ("A1BG", "A1\0BG", "line 8: a NUL byte"),
    "NUL in the header": ("GTEX-U4B1-1226-SM-4DXT7", "GTEX-U4B1\0-1226", "line 1: a NUL byte"),
    "spaces": ("A1BG\t6\t7\t0", "A1BG 6 7 0", "line 8: not tab-separated"),
}


@pytest.mark.parametrize("spoil", SPOILED)
def test_faulty_table_is_refused_with_file_and_line(folder, spoil):
    old, new, message = SPOILED[spoil]
    text = text_of(BLADDER)
    if new is None:
        header, *rows = text.splitlines()
        text = "\n".join([header, *(row + "\t1" for row in rows)])
    else:
        assert text.count(old) == 1
        text = text.replace(old, new)
    write(folder / GTEX_FILE, text)
    with pytest.raises(ValueError, match=rf"{GTEX_FILE}, {message}"):
        load_rnaseqdb(folder)


@pytest.mark.parametrize("genes", [[], ["TP53"]])
def test_table_without_genes_is_refused(folder, genes):
    write(folder / GTEX_FILE, text_of(BLADDER, []) + "\n" * len(genes))
    with pytest.raises(ValueError, match=rf"{GTEX_FILE}: not a tab-separated table of genes by samples"):
        load_rnaseqdb(folder)


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[:-9], lambda b: b[:30], lambda b: b[:60] + b"\0" * 20 + b[80:], lambda _: b"", lambda _: b"text\n"],
    ids=["cut", "cut in the header", "overwritten", "empty", "no gzip"],
)
def test_truncated_or_damaged_gzip_is_refused(folder, damage):
    path = folder / GTEX_FILE
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"{GTEX_FILE}(: truncated or damaged gzip|, line 1: the header must be)"):
        load_rnaseqdb(folder)
