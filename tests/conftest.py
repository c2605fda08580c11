import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data that is not part of the repository: ``../shared/data`` next to it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{folder} is missing, and in CI nothing may be skipped")
        pytest.skip(f"needs {folder}")
    return folder


@pytest.fixture
def waiting() -> Callable:
    """Start a script in another process, which says a line and then waits until its standard input ends."""
    with ExitStack() as stack:

        def start(script: str, argument: object, says: str) -> subprocess.Popen:
            command = [sys.executable, "-c", script, str(argument)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(process)
            stack.callback(process.kill)
            assert process.stdout.readline() == f"{says}\n"
            return process

        yield start
