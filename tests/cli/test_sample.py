"""The command ``gexlib sample``, and all three in turn."""

import errno
import shutil

import anndata
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from tests.cli.conftest import TRAIN


def test_train_sample_evaluate(gexlib, folder):
    result = gexlib(*TRAIN, "--by", "donor", "--divided", "divided.h5ad")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("model: 36 train samples, ")
    divided = anndata.read_h5ad("divided.h5ad")
    assert divided.obs.groupby("donor", observed=True)["split"].nunique().max() == 1

    for seed in ("0", "1"):
        result = gexlib("sample", "model", "divided.h5ad", f"made{seed}.h5ad", "--seed", seed, "--device", "cpu")
        assert result.exit_code == 0, result.stderr
    assert gexlib("sample", "model", "wanted.csv", "lb.h5ad", "--device", "cpu").exit_code == 0
    assert anndata.read_h5ad("lb.h5ad").obs_names.tolist() == list("vwxyz")

    result = gexlib("evaluate", "divided.h5ad", "made0.h5ad", "made1.h5ad", "data.h5ad", "--only", "structure",
                    "--only", "grn", "--regulondb", "network.txt", "--out", "scores.csv")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    table = pd.read_csv("scores.csv", index_col=[0, 1])
    assert table.columns.tolist() == ["bound", "made0", "made1", "data", "Gaussian", "bootstrap", "best"]
    assert table.droplevel(0).index.tolist() == [
        "S_dist",
        "S_dend",
        "edges, precision",
        "edges, recall",
        "S_TF-TG",
        "S_TG-TG",
    ]
    synthetic = table.loc[("structure", "S_dist"), ["made0", "made1", "data"]]
    assert synthetic.idxmax() == "data"
    assert f"{synthetic['made0']:.4f}" in result.stdout


@pytest.fixture
def model(gexlib, folder):
    """A model whose levels of "medium" are 00, 01, NA and None."""
    data = anndata.read_h5ad("data.h5ad")
    data.obs["medium"] = pd.Categorical(np.array(["00", "01", "NA", "None"])[np.arange(60) % 4])
    data.write_h5ad("data.h5ad")
    result = gexlib(*TRAIN, "--by", "donor", "--unseen", "unknown")
    assert result.exit_code == 0, result.stderr
    return folder / "model"


def test_levels_in_a_csv_file_are_text(gexlib, folder, model):
    (folder / "wanted.csv").write_text("id,medium\n001,00\n002,01\n003,NA\n004,None\n")
    result = gexlib("sample", "model", "wanted.csv", "made.h5ad", "--device", "cpu")
    assert (result.exit_code, result.stderr) == (0, "")
    made = anndata.read_h5ad("made.h5ad")
    assert made.obs_names.tolist() == ["001", "002", "003", "004"]
    assert made.obs["medium"].tolist() == ["00", "01", "NA", "None"]
    same = AnnData(obs=pd.DataFrame({"medium": ["00", "01", "NA", "None"]}, index=["001", "002", "003", "004"]))
    same.write_h5ad("wanted.h5ad")
    assert gexlib("sample", "model", "wanted.h5ad", "same.h5ad", "--device", "cpu").exit_code == 0
    np.testing.assert_array_equal(anndata.read_h5ad("same.h5ad").X, made.X)


def test_what_became_unknown_is_counted(gexlib, folder, model):
    (folder / "wanted.csv").write_text("id,medium\na,0\nb,00\nc,1\n")
    result = gexlib("sample", "model", "wanted.csv", "made.h5ad", "--device", "cpu")
    assert result.exit_code == 0
    words = "warning: 2 of 3 samples have a level of 'medium' that the model does not know ('0', '1'"
    assert result.stderr.startswith(words)


def test_data_are_not_replaced_by_samples(gexlib, folder, model):
    before = (folder / "data.h5ad").read_bytes()
    for out, words in {
        "data.h5ad": "data.h5ad is an input, or another output, too",
        "model/made.h5ad": "model/made.h5ad is an input, or another output, too",
        "made.csv": "must end in .h5ad",
        "wanted.csv/made.h5ad": "nothing can be written to wanted.csv/made.h5ad (Not a directory)",
    }.items():
        result = gexlib("sample", "model", "data.h5ad", out, "--overwrite")
        assert (result.exit_code, result.stdout) == (1, "")
        assert words in result.stderr
    assert (folder / "data.h5ad").read_bytes() == before
    shutil.copy("data.h5ad", "other.h5ad")
    result = gexlib("sample", "model", "data.h5ad", "other.h5ad")
    assert "other.h5ad is there already; give --overwrite to replace it, or another name" in result.stderr
    assert (folder / "other.h5ad").read_bytes() == before
    assert gexlib("sample", "model", "data.h5ad", "other.h5ad", "--overwrite").exit_code == 0


@pytest.mark.parametrize(("levels", "cells"), [((0, 1), "0 1"), ((0.5, 1.0), "0.5 1"), ((False, True), "False True")])
def test_levels_that_are_no_text_are_found_in_a_csv_file(gexlib, folder, levels, cells):
    data = anndata.read_h5ad("data.h5ad")
    data.obs["medium"] = np.array(levels)[np.arange(60) % 2]
    data.write_h5ad("data.h5ad")
    assert gexlib(*TRAIN, "--by", "donor").exit_code == 0
    (folder / "wanted.csv").write_text("id,medium\n" + "".join(f"{cell},{cell}\n" for cell in cells.split()))
    result = gexlib("sample", "model", "wanted.csv", "made.h5ad", "--device", "cpu")
    assert (result.exit_code, result.stderr) == (0, "")
    assert anndata.read_h5ad("made.h5ad").obs["medium"].tolist() == list(levels)
    assert gexlib("sample", "model", "made.h5ad", "again.h5ad", "--device", "cpu").exit_code == 0


def test_samples_are_written_though_nobody_listens(gexlib, folder, model, monkeypatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    (folder / "wanted.csv").write_text("id,medium\na,0\n")
    monkeypatch.setattr("typer.echo", full)
    gexlib("sample", "model", "wanted.csv", "made.h5ad", "--device", "cpu")
    assert anndata.read_h5ad("made.h5ad").n_obs == 1
