"""The limits of an iteration, small, from end to end."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import torch

SCRIPT = Path(__file__).parents[2] / "benchmarks/iteration_limits.py"


def test_products_are_a_part_of_an_iteration(tmp_path):
    command = [sys.executable, str(SCRIPT), "--quick", "--repeats", "8", "--out", str(tmp_path / "t.csv")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    table = pd.read_csv(tmp_path / "t.csv")
    assert len(table) == 4
    shares = table["Their share"].str.rstrip("%").astype(int)
    assert ((shares > 0) & (shares < 100)).all()


def test_products_are_computed_again(benchmarks):
    from iteration_limits import Recorded

    a, b, out = torch.ones(3, 4), torch.ones(4, 2), torch.zeros(3, 2)
    with Recorded() as recorded:
        torch.mm(a, b, out=out)
        (a * 2).sum()
    assert len(recorded.calls) == 1
    out.zero_()
    recorded.again()
    assert (out == 4).all()
