import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from gexlib.cli import app
from gexlib.datasets import registry


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
        (["fetch", "gtex"], "name 'gtex' is not a data set that can be fetched: m3d, gtex-tcga"),
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
