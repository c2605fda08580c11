import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbfile import check_own, gate, mark, read, tags, write

ROOT = Path(__file__).parents[2]
PARAMETERS = 'seed: int = 0  # seed of the run\noutput: str = ""  # file to write'


def tool(*arguments):
    """Run the tool as the Snakefile does."""
    command = [sys.executable, ROOT / "workflow/notebooks.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture
def notebook(tmp_path, make_notebook):
    cells = [
        'if seed < 0:\n    raise ValueError("seed is negative")',
        "import sys\n\nseed > 9 and sys.stderr.write('hm')",
    ]
    return make_notebook(tmp_path / "n.ipynb", PARAMETERS, "import matplotlib\n\nmatplotlib.get_backend()", *cells)


def test_a_run_leaves_a_gated_notebook_and_the_source_as_it_was(notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    before = notebook.read_bytes()
    out, failed = tmp_path / "out/n.ipynb", tmp_path / "out/n.failed.ipynb"
    assert tool("run", notebook, out, "-p", "seed", "-1").returncode == 1
    assert failed.exists()
    for _ in range(2):  # the second replaces what the first wrote
        done = tool("run", notebook, out, "-p", "seed", "3", "-w", "output", "there")
        assert done.returncode == 0, done.stderr
    gate(out)
    cells = read(out).cells
    assert cells[2].source == '# Parameters\noutput = "there"\nseed = 3\n'
    assert tags(cells[2]) == ["injected-parameters"]
    assert "inline" in cells[3].outputs[0].data["text/plain"]  # not the backend of the terminal
    assert set(out.parent.iterdir()) == {out}
    assert notebook.read_bytes() == before
    assert "papermill" not in read(out).metadata


def test_wiring_alone_is_kept_off_the_page(notebook, tmp_path):
    assert tool("run", notebook, tmp_path / "out.ipynb", "-w", "output", "there").returncode == 0
    assert tags(read(tmp_path / "out.ipynb").cells[2]) == ["injected-parameters", "remove-cell"]


@pytest.mark.parametrize(("seed", "message"), [("-1", "ValueError: seed is negative"), ("10", "wrote to stderr: hm")])
def test_a_failed_run_leaves_what_was_there_and_what_it_got_to(notebook, tmp_path, seed, message):
    out = tmp_path / "out/n.ipynb"
    assert tool("run", notebook, out).returncode == 0
    before = out.read_bytes()
    for _ in range(2):
        done = tool("run", notebook, out, "-p", "seed", seed)
        assert done.returncode == 1
        assert message in done.stderr
        assert len(done.stderr.splitlines()) < 10
        assert sorted(os.listdir(out.parent)) == ["n.failed.ipynb", "n.ipynb"]
        assert out.read_bytes() == before
        assert len(read(out.parent / "n.failed.ipynb").cells) > 4


@pytest.mark.parametrize("name", ["out.ipynb", "out.failed.ipynb"])
@pytest.mark.parametrize("kind", ["text", "notebook", "edited", "link"])
def test_what_a_run_did_not_write_stays(notebook, tmp_path, name, kind):
    place, theirs = tmp_path / "out" / name, tmp_path / "theirs"
    place.parent.mkdir()
    theirs.write_text("notes" if kind == "text" else notebook.read_text())
    if kind == "edited":
        earlier = read(theirs)
        mark(earlier)
        check_own(write(earlier, theirs) or theirs)
        theirs.write_text(theirs.read_text().replace("# n", "# My notes"))
    place.symlink_to(theirs) if kind == "link" else theirs.rename(place)
    before = place.read_bytes()
    done = tool("run", notebook, tmp_path / "out/out.ipynb")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"{name} is there already, and is not of this tool or was edited since" in done.stderr
    assert place.read_bytes() == before
    assert os.listdir(place.parent) == [name]


def test_a_kernel_that_dies_is_a_failed_run(tmp_path, make_notebook):
    code = "import os\n\nos.write(2, b'out of luck\\n')\nos._exit(9)"
    notebook = make_notebook(tmp_path / "n.ipynb", PARAMETERS, code)
    done = tool("run", notebook, tmp_path / "out.ipynb")
    assert done.returncode == 1
    assert "Kernel died; was there enough memory?\nout of luck" in done.stderr
    assert not (tmp_path / "out.ipynb").exists()


def test_unknown_parameters_do_not_start_a_run(notebook, tmp_path):
    done = tool("run", notebook, tmp_path / "out.ipynb", "-p", "sede", "3")
    assert done.returncode == 1
    assert "has no parameter 'sede'; its parameters: seed, output" in done.stderr
    assert not Path(tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(("source", "out"), [("n.ipynb", "n.ipynb"), ("n.failed.ipynb", "n.ipynb")])
def test_a_run_does_not_replace_its_notebook(notebook, tmp_path, source, out):
    notebook = notebook.rename(tmp_path / source)
    before = notebook.read_bytes()
    done = tool("run", notebook, tmp_path / out)
    assert (done.returncode, "would replace its own source" in done.stderr) == (1, True)
    assert notebook.read_bytes() == before
    assert list(tmp_path.iterdir()) == [notebook]


@pytest.mark.parametrize("out", ["file/n.ipynb", "loop/n.ipynb", "pipe"])
def test_an_output_that_cannot_be_written_is_one_line(notebook, tmp_path, out):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.iterdir())
    done = tool("run", notebook, tmp_path / out)
    assert (done.returncode, len(done.stderr.splitlines()), done.stderr[:7]) == (1, 1, "Error: ")
    assert out in done.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"nbformat": 4, "nbformat_minor": "5", "cells": []}', "[]", None])
def test_what_is_no_notebook_is_one_line(tmp_path, text):
    path = tmp_path / "n.ipynb"
    os.mkfifo(path) if text is None else path.write_text(text)
    done = tool("check", path)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert ("is no regular file" if text is None else "is not a valid notebook: ") in done.stderr


def test_check_reports_every_notebook(notebook, tmp_path, make_notebook):
    other = make_notebook(tmp_path / "other.ipynb", PARAMETERS)
    done = tool("check", notebook, other)
    assert done.returncode == 1
    assert "n.ipynb does not pass" in done.stderr
    assert "other.ipynb does not pass" in done.stderr


def test_what_a_killed_run_left_goes_with_the_next(notebook, tmp_path, make_notebook):
    slow = make_notebook(tmp_path / "slow.ipynb", PARAMETERS, "import time\n\ntime.sleep(60 * (seed > 0))")
    out = tmp_path / "out/n.ipynb"
    command = [sys.executable, ROOT / "workflow/notebooks.py", "run", slow, out, "-p", "seed", "1"]
    with subprocess.Popen(command, start_new_session=True) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("out/.*/n.ipynb")) and time.monotonic() < deadline:
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
    assert len(os.listdir(out.parent)) == 1, "a hidden folder"
    assert tool("run", slow, out).returncode == 0
    assert os.listdir(out.parent) == ["n.ipynb"]
