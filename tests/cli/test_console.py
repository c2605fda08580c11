"""Version, help, and errors and warnings as one line."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version

import pytest
import typer

from gexlib.cli.console import errors_as_one_line
from gexlib.wgan import train
from tests.cli.conftest import TRAIN


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
    table = "structure" if arguments[0] == "evaluate" else ""

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = gexlib(*arguments)
    assert result.exit_code == 1
    assert (table in result.stdout) if table else (result.stdout == ""), "what was computed is shown"
    assert f"gexlib: {message}" in result.stderr
    assert table or result.stderr.count("\n") == 1
    assert sorted(folder.rglob("*")) == before, "an error leaves nothing behind"


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
        "gexlib: the checkpoint ck of epoch 6 was removed during the training; writing that of epoch 7 there\n"
    )


@pytest.mark.parametrize("error", [MemoryError(), ValueError(), OSError(28, "No space left on device")])
def test_no_error_is_without_words(error, capsys):
    with pytest.raises(typer.Exit), errors_as_one_line():
        raise error
    said = {MemoryError: "out of memory", ValueError: "ValueError", OSError: "No space left on device"}[type(error)]
    assert capsys.readouterr().err == f"gexlib: {said}\n"


def test_an_error_of_several_lines_is_one(capsys):
    with pytest.raises(typer.Exit), errors_as_one_line():
        raise ValueError("one\ntwo")
    assert capsys.readouterr().err == "gexlib: one two\n"


def test_closed_streams_lead_nowhere(tmp_path):
    code = f"""
import os, sys
from gexlib.cli.console import open_streams
open_streams()
with open({str(tmp_path / "file")!r}, "w") as file:
    print("nobody", file=sys.stderr)
    os.write(2, b"hears")
    file.write(str(file.fileno()))
"""
    done = subprocess.run(["sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-', sys.executable, code], check=False)
    assert done.returncode == 0
    assert int((tmp_path / "file").read_text()) > 2


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("kind", ["full", "pipe"])
def test_the_work_is_done_though_nobody_listens(folder, stream, kind):
    (folder / "counts.csv").write_text("sample,medium,crp,fis\ns1,LB,5,3\ns2,M9,6,1\ns3,LB,4,9\n")
    if kind == "full":
        target = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, target = os.pipe()
        os.close(reader)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: target}
    command = [
        sys.executable,
        "-m",
        "gexlib.cli",
        "prepare",
        "counts.csv",
        "out.h5ad",
        "--scale",
        "log-cpm",
        "--rows",
        "samples",
    ]
    done = subprocess.run(command, text=True, check=False, **streams)
    os.close(target)
    assert (folder / "out.h5ad").is_file()
    assert done.returncode == (1 if stream == "stdout" else 0)
    if stream == "stdout":
        assert done.stderr.startswith("gexlib: the work is done, but standard output cannot be written (")
        assert len(done.stderr.splitlines()) == 1
