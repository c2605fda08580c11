"""The benchmarks still run, at tiny sizes, and their table has a row for each. Their times are not looked at."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A quick run of all benchmarks, those for a GPU on the CPU."""
    path = tmp_path_factory.mktemp("benchmarks") / "report.json"
    command = ["-m", "pytest", "benchmarks", "--quick", "--device=cpu", f"--benchmark-json={path}"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "2 skipped" in done.stdout  # the full size
    return path


def test_the_table_has_a_row_for_each_benchmark(report, tmp_path):
    options = ["--into", tmp_path, "--prefix", "a_"]
    subprocess.run([sys.executable, ROOT / "benchmarks/table.py", report, *options], check=True)
    with (tmp_path / "a_benchmarks.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ran = json.loads(report.read_text(encoding="utf-8"))["benchmarks"]
    assert len(rows) == len(ran) > 20
    for row, unit in ((row, unit) for row in rows for unit in ("Median", "Min", "Max")):
        value, _, name = row[unit].partition(" ")
        assert float(value) > 0
        assert name in ("s", "ms")
    by_task = {tuple(row["Task"].rsplit(": ", 1)): row for row in rows}
    plain = {task: row for (task, by), row in by_task.items() if "plain" in by}
    assert {row["Times faster"] for row in plain.values()} == {"1.0"}
    assert all(float(by_task[task, "gexlib"]["Times faster"]) > 0 for task in plain)
    assert any("share of the memory's limit" in row["Also"] for row in rows)
    with (tmp_path / "a_machine.csv").open(newline="", encoding="utf-8") as file:
        shown = dict(list(csv.reader(file))[1:])
    assert {"processor", "GPU", "threads", "torch", "numpy", "clock"} <= set(shown)
    assert shown["clock"] == "wall clock"


def test_without_a_gpu_its_benchmarks_are_skipped_with_a_reason():
    command = ["-m", "pytest", "benchmarks/bench_gpu.py", "--quick", "--benchmark-disable"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "10 passed" in done.stdout or ("10 skipped" in done.stdout and "no GPU here" in done.stdout)


def test_the_ordinary_tests_do_not_collect_them(pytestconfig):
    assert "benchmarks" not in pytestconfig.getini("testpaths")


def test_the_books_table_is_of_benchmarks_that_there_are():
    with (ROOT / "book/howto/benchmarks.csv").open(newline="", encoding="utf-8") as file:
        columns, *rows = csv.reader(file)
    assert columns == ["Task", "Median", "Min", "Max", "Repeats", "Times faster", "Also"]
    steps = (ROOT / "benchmarks/training_steps.py").read_text(encoding="utf-8")
    trained = {
        row[0].removeprefix("Training, an iteration, ").rsplit(": ", 1)[0] for row in rows if "iteration" in row[0]
    }
    assert trained == set(re.findall(r'Problem\("(.*?)"', steps))
