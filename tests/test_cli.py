import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version

import anndata
import numpy as np
import pandas as pd
import pytest
import torch
from anndata import AnnData
from typer.testing import CliRunner

from gexlib.cli import app
from gexlib.datasets import registry
from gexlib.wgan import train


@pytest.fixture
def gexlib():
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_version(gexlib):
    result = gexlib("--version")
    assert (result.exit_code, result.stdout) == (0, f"gexlib {version('gexlib')}\n")


def test_help_needs_no_heavy_library():
    code = """
import sys
from typer.testing import CliRunner
from gexlib.cli import app
result = CliRunner().invoke(app, ["--help"])
assert result.exit_code == 0 and "fetch" in result.stdout, result.stdout
heavy = {"torch", "anndata", "pandas", "sklearn", "matplotlib", "pooch"} & set(sys.modules)
assert not heavy, heavy
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_fetch_help_explains_every_option(gexlib):
    result = gexlib("fetch", "--help")
    assert result.exit_code == 0
    for word in ("NAME", "m3d", "gtex-tcga", "--folder", "--mirror", "--quiet", "GEXLIB_DATA"):
        assert word in result.stdout


def test_fetch_prints_the_folder(gexlib, tmp_path, monkeypatch):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "file").write_bytes(b"hello")
    file = registry.UpstreamFile("owner/repository", "0", "file", "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0")
    monkeypatch.setattr(registry, "upstream_files", lambda name: [file])
    result = gexlib("fetch", "m3d", "--folder", str(tmp_path / "out"), "--mirror", str(tmp_path / "mirror"), "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{tmp_path / 'out'}\n", "")
    assert (tmp_path / "out" / "file").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch", "gtex"], "name='gtex' is not a data set that can be fetched; there are: 'm3d', 'gtex-tcga'"),
        (
            ["fetch", "m3d", "--mirror", "/no/such/folder"],
            "'/no/such/folder' is neither an http(s) address nor a folder",
        ),
    ],
)
def test_errors_are_one_line_on_stderr(gexlib, arguments, message):
    result = gexlib(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert result.stderr.startswith("gexlib: ")
    assert result.stderr.count("\n") == 1


def test_missing_argument_is_a_usage_error(gexlib):
    assert gexlib("fetch").exit_code == 2


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with data.h5ad, wanted.csv and a network, and the process in it."""
    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {"medium": rng.choice(["LB", "M9"], 60), "donor": [f"d{i // 2}" for i in range(60)]},
        index=[f"s{i}" for i in range(60)],
    )
    x = 5 + rng.normal(size=(60, 3)) @ rng.normal(size=(3, 8)) + rng.normal(size=(60, 8))
    genes = pd.DataFrame(index=["crp", "araC", "lacZ", "fis", "a", "b", "c", "d"])
    AnnData(x.astype(np.float32), obs=obs, var=genes).write_h5ad(tmp_path / "data.h5ad")
    pd.DataFrame({"medium": ["LB"] * 5}, index=list("vwxyz")).to_csv(tmp_path / "wanted.csv")
    (tmp_path / "network.txt").write_text("CRP\taraC\t+\t[X]\tStrong\nCRP\tlacZ\t+\t[X]\tStrong\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


TRAIN = ["train", "data.h5ad", "model", "--categorical", "medium", "--epochs", "3", "--device", "cpu"]


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


def test_evaluate_reports_on_runs_in_all_formats(gexlib, folder):
    data = anndata.read_h5ad("data.h5ad")
    parts = {"train": slice(0, 30), "test": slice(30, 60)}
    for name, rows in parts.items():
        data[rows].copy().write_h5ad(f"{name}.h5ad")
    options = ["--runs", "--only", "privacy", "--only", "structure", "--within", "medium", "--seed", "2"]
    files = [word for end in ("html", "json", "csv") for word in ("--out", f"report.{end}")]
    result = gexlib("evaluate", "test.h5ad", "train.h5ad", "test.h5ad", "--train", "train.h5ad", *options, *files)
    assert result.exit_code == 0, result.stderr
    table = pd.read_csv("report.csv", index_col=[0, 1])
    assert table.loc[("privacy", "copies"), ["synthetic", "synthetic sd"]].round(4).tolist() == [0.5, 0.7071]
    assert "left out: DOMIAS AUC, DOMIAS TPR at 10 % FPR, DOMIAS TPR at 1 % FPR, DOMIAS AUC, small" in result.stderr
    assert "(all): validation is not given, and train and test are in use" in result.stderr
    report = json.loads((folder / "report.json").read_text())
    assert (report["settings"]["seed"], report["settings"]["within"]) == (2, ["medium"])
    assert "<svg" in (folder / "report.html").read_text()


def test_evaluate_takes_the_parts_and_the_model(gexlib, folder):
    assert gexlib(*TRAIN, "--by", "donor", "--divided", "divided.h5ad").exit_code == 0
    assert gexlib("sample", "model", "divided.h5ad", "made.h5ad", "--device", "cpu").exit_code == 0
    result = gexlib("evaluate", "divided.h5ad", "made.h5ad", "--model", "model", "--only", "privacy", "--only=utility",
                    "--label", "medium", "--contrast", "medium", "LB", "M9", "--out", "r.json")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    report = json.loads((folder / "r.json").read_text())
    assert report["samples"]["train"] == 36
    assert {"DOMIAS AUC", "LOGAN AUC", "DE slope", "medium F1"} <= {m["metric"] for m in report["metrics"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (TRAIN, "name the groups that stay together: --by"),
        ([*TRAIN, "--by", "patient"], "by='patient' is not a column of obs"),
        ([*TRAIN, "--by", "donor", "--preset", "best"], "settings='best' is neither"),
        ([*TRAIN, "--by", "donor", "--backed", "--divided", "d.h5ad"], "which --backed cannot"),
        (["train", "none.h5ad", "model"], "there is no file none.h5ad"),
        (["sample", "model", "wanted.csv", "lb.h5ad"], "there is no folder model"),
        (["evaluate", "data.h5ad", "data.h5ad", "--split", "test"], "no samples with 'test'"),
        (["evaluate", "data.h5ad", "data.h5ad", "--out", "report.pdf"], "--out report.pdf is none of: .html, .json"),
        (["evaluate", "data.h5ad", "data.h5ad", "--only", "beauty"], "families has 'beauty'"),
        (["evaluate", "data.h5ad", "data.h5ad", "--within", "donors"], "within='donors' is not a column of test.obs"),
    ],
)
def test_what_the_user_can_mend_is_one_line(gexlib, folder, arguments, message):
    before = sorted(folder.iterdir())
    result = gexlib(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert result.stderr.startswith("gexlib: ")
    assert sorted(folder.iterdir()) == before, "an error leaves nothing behind"


def test_train_on_data_that_stay_on_the_disk(gexlib, folder):
    for options in ([], ["--backed"]):
        result = gexlib(*TRAIN, "--by", "donor", *options)
        assert result.exit_code == 0, result.stderr
        assert result.stdout.startswith("model: 36 train samples, ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*TRAIN, "--by", "donor", "--checkpoint", "ck"], "could not write the checkpoint ck (No space left"),
        ([*TRAIN, "--by", "donor"], "could not write the model model (No space left"),
        (["sample", "model", "wanted.csv", "lb.h5ad", "--device", "cpu"], "could not write lb.h5ad (No space left"),
        (["evaluate", "data.h5ad", "data.h5ad", "--out", "new/t.csv"], "could not write new/t.csv (No space left"),
    ],
)
def test_a_full_disk_is_one_line(gexlib, folder, monkeypatch, arguments, message):
    if arguments[0] == "sample":
        assert gexlib(*TRAIN, "--by", "donor").exit_code == 0
    before = sorted(folder.rglob("*"))

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = gexlib(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"gexlib: {message}")
    assert result.stderr.count("\n") == 1
    assert sorted(folder.rglob("*")) == before, "an error leaves nothing behind"


def test_a_training_that_diverges_or_lacks_memory_is_one_line(gexlib, folder, monkeypatch):
    def no_memory(*arguments):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nAnd more")

    for name, step in {
        "diverged in epoch 1": lambda *arguments: {"critic_loss": float("nan")},
        "out of memory on cpu (CUDA out of memory. Tried to allocate 20.00 MiB)": no_memory,
    }.items():
        monkeypatch.setattr("gexlib.wgan.train.train_epoch", step)
        result = gexlib(*TRAIN, "--by", "donor", "--checkpoint", "ck")
        assert result.exit_code == 1
        assert name in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.filterwarnings("default:the checkpoint")
def test_a_warning_is_one_line_too(gexlib, folder, monkeypatch):
    real = train.train_epoch

    def remove(step, *arguments):
        if step.state.epoch == 6:
            shutil.rmtree("ck")
        return real(step, *arguments)

    monkeypatch.setattr(train, "train_epoch", remove)
    result = gexlib(*TRAIN, "--by", "donor", "--epochs", "7", "--checkpoint", "ck")
    assert result.exit_code == 0
    assert result.stderr == (
        "gexlib: the checkpoint ck of epoch 5 was removed during the training; writing that of epoch 7 there\n"
    )
