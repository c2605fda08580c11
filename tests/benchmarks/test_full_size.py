"""The rehearsal at full size, small, from end to end on the real files where they are."""

import resource
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks/full_size.py"


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_DATA"), reason="needs a limit of the data segment")
def test_each_step_has_a_row(shared_data, tmp_path):
    small = ["--samples", "300", "--genes", "30", "--work", str(tmp_path / "work"), "--out", str(tmp_path / "t.csv")]
    folder = shared_data / "rnaseqdb/normalized"
    command = [sys.executable, str(SCRIPT), str(folder), *small, "--only", "data", "fit", "evaluate"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    table = pd.read_csv(tmp_path / "t.csv").set_index("step")
    assert list(table.index) == ["data", "fit", "evaluate"]
    assert table.loc["fit", "size"] == "225 + 30 samples x 30 genes"
    assert (table["peak GB"] > 0.1).all()
    again = subprocess.run([*command[:-3], "fit"], capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert len(pd.read_csv(tmp_path / "t.csv")) == 3, "a row is replaced, and the others stay"
