"""Files that are written whole or not at all."""

import signal
import subprocess
import sys

import pytest

from gexlib.atomic import PART, whole_file

WRITER = """
import sys
from gexlib.atomic import whole_file
with whole_file(sys.argv[1]) as part:
    part.write_text("theirs")
    print("half way", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path):
    """Another process that is in the middle of writing ``tmp_path / "data"``, until its standard input ends."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "data")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "half way\n"
        yield process
        process.kill()


def write(path, text="ours"):
    with whole_file(path) as part:
        part.write_text(text)


def unfinished(folder):
    return list(folder.glob(f"{PART}*"))


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there, so what is left stays")
def test_what_a_killed_process_left_goes_with_the_next_write_of_that_file(tmp_path, writer):
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(unfinished(tmp_path)) == 1
    assert not (tmp_path / "data").exists()
    write(tmp_path / "other")
    assert len(unfinished(tmp_path)) == 1
    write(tmp_path / "data")
    assert not unfinished(tmp_path)
    assert (tmp_path / "data").read_text() == "ours"


def test_what_a_living_process_writes_stays(tmp_path, writer):
    write(tmp_path / "data")
    assert len(unfinished(tmp_path)) == 1
    assert (tmp_path / "data").read_text() == "ours"
    writer.communicate("")
    assert writer.returncode == 0
    assert (tmp_path / "data").read_text() == "theirs"
    assert not unfinished(tmp_path)


def test_an_error_changes_nothing_and_leaves_nothing(tmp_path):
    write(tmp_path / "data", "before")
    with pytest.raises(UnicodeEncodeError):
        write(tmp_path / "data", "after \udc00")
    assert (tmp_path / "data").read_text() == "before"
    assert not unfinished(tmp_path)
