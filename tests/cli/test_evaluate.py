"""The command ``gexlib evaluate``."""

import errno
import json
import shutil

import anndata
import pandas as pd
import pytest

from tests.cli.conftest import TRAIN


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
    adversarial = ["--preset", "paper_ecoli"]  # a critic is what LOGAN attacks
    assert gexlib(*TRAIN, *adversarial, "--by", "donor", "--divided", "divided.h5ad").exit_code == 0
    assert gexlib("sample", "model", "divided.h5ad", "made.h5ad", "--device", "cpu").exit_code == 0
    result = gexlib("evaluate", "divided.h5ad", "made.h5ad", "--model", "model", "--only", "privacy", "--only=utility",
                    "--label", "medium", "--contrast", "medium", "LB", "M9", "--out", "r.json")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    report = json.loads((folder / "r.json").read_text())
    assert report["samples"]["train"] == 36
    assert {"DOMIAS AUC", "LOGAN AUC", "DE slope", "medium F1"} <= {m["metric"] for m in report["metrics"]}


def test_reports_replace_nothing_by_accident(gexlib, folder, monkeypatch):
    (folder / "report.csv").write_text("theirs")
    shutil.copy("data.h5ad", "made.h5ad")
    monkeypatch.setattr("gexlib.datasets.read", lambda path: pytest.fail("read the data"))
    for outs, words in {
        ("report.csv",): "report.csv is there already; give --overwrite to replace it, or another name",
        ("a.csv", "x/../a.csv"): "a.csv is an input, or another output, too",
        ("data.h5ad/a.csv",): "data.h5ad/a.csv is an input, or another output, too",
        ("a" * 300 + ".csv",): "(File name too long)",
    }.items():
        options = [word for out in outs for word in ("--out", out)]
        result = gexlib("evaluate", "data.h5ad", "made.h5ad", "--only", "structure", *options)
        assert (result.exit_code, result.stdout) == (1, "")
        assert words in result.stderr
    assert (folder / "report.csv").read_text() == "theirs"


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--seed", "4294967295"], "seed must be at most 4294967292"), (["--jobs", "0"], "jobs must be a number")],
)
def test_numbers_that_later_steps_do_not_take_are_refused(gexlib, folder, options, words):
    shutil.copy("data.h5ad", "made.h5ad")
    result = gexlib("evaluate", "data.h5ad", "made.h5ad", "--only", "structure", *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


def test_files_are_written_though_nobody_listens(gexlib, folder, monkeypatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    shutil.copy("data.h5ad", "made.h5ad")
    monkeypatch.setattr("typer.echo", full)
    gexlib("evaluate", "data.h5ad", "made.h5ad", "--only", "structure", "--out", "r.csv")
    assert len(pd.read_csv("r.csv"))
