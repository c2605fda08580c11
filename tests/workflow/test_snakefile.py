"""The real Snakefile on a repository in miniature, one story: each test goes on where the last stopped."""

import os
import subprocess
import sys

import nbformat
import pandas as pd
import pytest
from nbfile import check, gate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def snakemake(repository):
    """Return a function that calls Snakemake in the miniature repository."""

    def call(*arguments):
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        environment = {**os.environ, "CI": "true"}
        return subprocess.run(
            command, cwd=repository, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )

    return call


@pytest.fixture
def would_run(snakemake):
    """Return a function that tells which rules a call would run."""

    def rules(*arguments):
        done = snakemake("--dry-run", "--quiet", "host", *arguments)
        assert done.returncode == 0, done.stderr
        lines = (done.stdout + done.stderr).splitlines()
        return {line.split()[1].rstrip(":") for line in lines if line.startswith(("rule ", "localrule "))} - {"all"}

    return rules


def edit(path, cell, source):
    """Change the source of one cell."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[cell].source = source
    nbformat.write(notebook, path)


def test_one_call_executes_the_notebooks_and_builds_the_site(snakemake, repository):
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert "workflow/profiles/default" in done.stderr
    for name in ("01_prepare", "02_train", "03_compare", "howto/use"):
        gate(repository / f"_build/executed/{name}.ipynb")
    assert (repository / "_build/results/01_prepare/data.txt").read_text() == "xxx"
    assert (repository / "_build/results/02_train/model/w").exists()
    assert (repository / "_build/results/howto/use/used.txt").read_text().startswith("name,score")
    assert "used 42" in (repository / "_build/html/howto/use.html").read_text()
    page = (repository / "_build/html/02_train.html").read_text()
    assert "0.1 [4, 4]" in page
    assert "_build/results" not in page  # the paths between notebooks are of no interest to a reader


def test_publish_refreshes_the_book_and_nothing_has_to_run_after_it(snakemake, would_run, repository):
    done = snakemake("publish")
    assert done.returncode == 0, done.stderr
    assert "execute_" not in done.stderr
    for path in (repository / "book").rglob("*.ipynb"):
        check(path)
    (repository / "gexlib/__init__.py").touch()  # the time alone does not count
    assert would_run() == set()


def test_publish_wants_the_default_parameters(snakemake):
    assert "leave out --config" in snakemake("publish", "--config", "rate=0.2").stderr


def test_only_what_changed_runs_again(would_run, repository):
    with open(repository / "book/intro.md", "a") as page:
        page.write("More.\n")
    edit(repository / "book/01_prepare.ipynb", 0, "# Another title")
    assert would_run() == {"site"}
    edit(repository / "book/03_compare.ipynb", -1, "print(max(seeds))")
    assert would_run() == {"execute_03_compare", "site"}
    assert would_run("--config", "rate=0.2") == {"execute_02_train", "execute_03_compare", "execute_howto_use", "site"}


def test_an_unknown_parameter_stops_the_call_before_anything_runs(snakemake):
    done = snakemake("--config", "sede=1")
    assert done.returncode == 1
    assert "--config sede: no notebook has this parameter; there are data, rate" in done.stderr


def test_a_failing_run_leaves_the_others_of_its_sweep(snakemake, repository):
    done = snakemake("--config", "seed=[1,-1]", "sizes=[2,3]")
    assert done.returncode == 1
    assert "book/02_train.ipynb failed in cell [3]" in done.stderr
    assert "ValueError: seed is negative" in done.stderr
    runs = repository / "runs/02_train"
    assert {path.name for path in (runs / "seed=-1+sizes=2_3").iterdir()} == {"notebook.failed.ipynb"}
    assert {path.name for path in (runs / "seed=1+sizes=2_3").iterdir()} == {
        "notebook.ipynb",
        "model",
        "scores.csv",
    }
    assert not (runs / "summary.csv").exists()


def test_a_sweep_joins_the_scores_of_its_runs(snakemake, repository):
    done = snakemake("sweep", "--config", "seed=[1,2]", "sizes=[2,3]")
    assert done.returncode == 0, done.stderr
    assert "run          1" in done.stderr  # seed 1 is there
    summary = pd.read_csv(repository / "runs/02_train/summary.csv")
    assert summary.to_dict("list") == {
        "seed": [1, 2],
        "sizes": ["[2, 3]", "[2, 3]"],
        "name": ["GAN", "GAN"],
        "score": [6, 7],
    }
