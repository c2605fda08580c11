"""Training on stored data under a limit of memory, small, from end to end."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks/larger_than_memory.py"


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_DATA"), reason="needs a limit of the data segment")
def test_it_trains_and_tells_its_rates(tmp_path):
    sizes = ["--samples", "1000", "--genes", "40", "--iterations", "12", "--cap", "4", "--folder", str(tmp_path)]
    run = subprocess.run([sys.executable, str(SCRIPT), *sizes], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "reading and training, an iteration, part 4 of 4" in run.stdout
    assert "in 12 iterations; peak memory" in run.stdout
