"""The command ``gexlib prepare``: from two tables of text to a report."""

import os
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """Counts with genes in rows, as featureCounts writes them, and a table of samples in another order."""
    rng = np.random.default_rng(0)
    samples, genes = [f"LB-{i}" for i in range(60)], [f"b{i:04}" for i in range(40)]
    kind = np.arange(60) % 2
    rates = np.exp(rng.normal(5, 1, 40) + np.outer(kind, rng.normal(size=40)) + 0.3 * rng.normal(size=(60, 40)))
    counts = pd.DataFrame(rng.poisson(rates).T, pd.Index(genes, name="Geneid"), samples)
    counts.insert(0, "Length", 1000)
    counts.insert(0, "Chr", "NC_000913.3")
    (tmp_path / "counts.txt").write_text('# Program:featureCounts; Command:"a" "b"\n' + counts.to_csv(sep="\t"))
    obs = pd.DataFrame({"medium": np.where(kind, "LB", "M9"), "batch": [f"0{i // 4}" for i in range(60)]}, samples)
    obs.loc["LB-0", "medium"] = None
    obs.iloc[::-1].to_csv(tmp_path / "samples.csv", index_label="sample")
    monkeypatch.chdir(tmp_path)
    return counts


ASK = ["prepare", "counts.txt", "data.h5ad", "--covariates", "samples.csv", "--describing", "Length"]


def test_from_tables_to_a_report(gexlib, tables):
    result = gexlib(*ASK, "--scale", "log-cpm", "--fill", "medium=unknown", "--by", "batch", "--most-variable", "30")
    assert result.exit_code == 0, result.stderr
    assert "rows are genes; 60 samples x 40 genes; whole numbers from 2" in result.stdout
    data = anndata.read_h5ad("data.h5ad")
    assert data.shape == (60, 30)
    counts = tables.drop(columns=["Chr", "Length"]).T
    expected = np.log2(1e6 * counts.div(counts.sum(axis=1), axis=0) + 1)[data.var_names]
    np.testing.assert_allclose(data.to_df().loc["LB-7"], expected.loc["LB-7"], rtol=1e-5)
    assert data.obs.loc["LB-0", "medium"] == "unknown"
    assert data.obs.loc["LB-7", ["medium", "batch"]].tolist() == ["LB", "01"]

    train = ["train", "data.h5ad", "model", "--by", "batch", "--categorical", "medium", "--unseen", "unknown"]
    assert gexlib(*train, "--epochs", "2", "--device", "cpu").exit_code == 0
    assert gexlib("sample", "model", "data.h5ad", "made.h5ad", "--split", "test", "--device", "cpu").exit_code == 0
    made = anndata.read_h5ad("made.h5ad")
    assert made.obs_names.tolist() == data.obs_names[data.obs["split"] == "test"].tolist()
    result = gexlib("evaluate", "data.h5ad", "made.h5ad", "--only", "structure", "--out", "report.html")
    assert result.exit_code == 0, result.stderr
    assert "Numbers of samples differ" not in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "data seems to hold counts: whole numbers from 2"),
        (["--scale", "log10"], "scale='log10' is not known; choose 'log-cpm', 'log-tpm', 'log2', 'as-is'"),
        (["--scale", "log-tpm"], "needs the lengths of the genes"),
        (["--scale", "log-cpm", "--rows", "samples"], "Is the table the other way round (--rows)?"),
        (["--scale", "log-cpm", "--most-variable", "5"], "--most-variable needs --by"),
        (["--scale", "log-cpm", "--by", "batch", "--seed", "-1"], "seed must be at least 0, not -1"),
        (["--scale", "log-cpm", "--fill", "medium"], "--fill 'medium' must be COLUMN=LEVEL"),
        (["--scale", "log-cpm", "--fill", "media=LB"], "fill='media' is not a column of obs"),
    ],
)
def test_what_to_mend_is_one_line(gexlib, tables, options, words):
    result = gexlib(*ASK, *options)
    assert result.exit_code == 1
    assert words in result.stderr
    assert not Path("data.h5ad").exists()


def test_a_table_is_no_data_set(gexlib, tables):
    result = gexlib("train", "counts.txt", "model", "--by", "batch")
    assert "counts.txt is a table of text: gexlib.datasets.read_tables reads it" in result.stderr


def test_samples_of_a_part_that_is_not_there(gexlib, tables):
    assert gexlib(*ASK, "--scale", "log-cpm", "--fill", "medium=unknown", "--by", "batch").exit_code == 0
    train = ["train", "data.h5ad", "model", "--by", "batch", "--categorical", "medium", "--epochs", "1"]
    assert gexlib(*train, "--device", "cpu").exit_code == 0
    result = gexlib("sample", "model", "data.h5ad", "made.h5ad", "--split", "exam")
    assert "--split exam: data.h5ad has no samples with 'exam' in a column 'split'" in result.stderr


def test_a_covariate_without_values_is_written(gexlib, tables):
    obs = pd.read_csv("samples.csv", dtype=str)
    obs.assign(note=None).to_csv("samples.csv", index=False)
    result = gexlib(*ASK, "--scale", "log-cpm")
    assert result.exit_code == 0, result.stderr
    assert anndata.read_h5ad("data.h5ad").obs["note"].isna().all()


def test_a_pipe_of_genes_does_not_hang(gexlib, tables):
    os.mkfifo("genes.txt")
    result = gexlib(*ASK, "--scale", "log-cpm", "--fill", "medium=unknown", "--genes", "genes.txt")
    assert result.exit_code == 1
    assert "genes.txt is a pipe or a device, whose end may never come" in result.stderr
    assert not os.path.exists("data.h5ad")
