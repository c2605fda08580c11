"""Which way round a table of expression is."""

import pandas as pd
import pytest

from gexlib.datasets.which_axis import which_axis

LANDMARKS = pd.Index(["x1", "x2", "Actb", "GAPDH", "Myc"])
TAGS = pd.Index(["PA0001", "PA0002", "PA0003"])
ENSEMBL = pd.Index(["ENSG00000141510", "ENSG00000141510.18", "ENSMUSG00000059552"])
BARCODES = pd.Index(["TCGA-A7-A0CE", "TCGA-A7-A0CF", "s1"])
ACCESSIONS = pd.Index(["GSM1234", "GSM1235", "SRR99887"])


@pytest.mark.parametrize("genes", [LANDMARKS, TAGS, ENSEMBL], ids=["familiar", "tags", "Ensembl"])
@pytest.mark.parametrize("samples", [ACCESSIONS, BARCODES])
def test_names_of_genes_tell(genes, samples):
    assert which_axis("x.csv", genes, samples) == "genes"
    assert which_axis("x.csv", samples, genes) == "samples"


def test_names_of_samples_tell_whatever_genes_look_like():
    assert which_axis("x.csv", TAGS, ENSEMBL, pd.Index(["PA0002"])) == "samples"
    assert which_axis("x.csv", TAGS, ENSEMBL, ENSEMBL[:2]) == "genes"


def test_what_cannot_be_told_is_an_error():
    with pytest.raises(ValueError, match=r"its 3 rows .* neither of rows and columns .*rows='samples'"):
        which_axis("x.csv", ACCESSIONS, pd.Index(["one", "two"]))
    with pytest.raises(ValueError, match=r"both of rows and columns look like genes"):
        which_axis("x.csv", TAGS, ENSEMBL)
    with pytest.raises(ValueError, match=r"1 rows and as many columns have names of samples"):
        which_axis("x.csv", TAGS, ENSEMBL, pd.Index([TAGS[0], ENSEMBL[0]]))
