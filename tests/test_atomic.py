"""Files that are written whole or not at all."""

import os
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from gexlib.atomic import PART, check_output, whole_file

WRITER = """
import sys
from gexlib.atomic import whole_file
with whole_file(sys.argv[1]) as part:
    part.write_text("theirs")
    print("half way", flush=True)
    sys.stdin.read()
"""


ENDED = """
import signal
import sys
from pathlib import Path
from gexlib.atomic import ended_by_signals, whole_file
from gexlib.wgan.files.lock import FolderLock
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it, and so would this process
with ended_by_signals(), FolderLock(sys.argv[1]), whole_file(Path(sys.argv[1]) / "a" / "data") as part:
    part.write_text("theirs")
    print("half way", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path, waiting):
    """Another process that is in the middle of writing ``tmp_path / "data"``, until its standard input ends."""
    return waiting(WRITER, tmp_path / "data", says="half way")


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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_is_asked_to_end_leaves_nothing(tmp_path, waiting, number):
    process = waiting(ENDED, tmp_path / "new", says="half way")
    process.send_signal(number)
    assert process.wait(10) == 128 + number
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/null")])
def test_what_is_no_file_is_not_replaced(tmp_path, make):
    make(tmp_path / "data")
    before = (tmp_path / "data").lstat()
    with pytest.raises(FileExistsError, match="data is no regular file, so it is not replaced; give another name"):
        write(tmp_path / "data")
    assert (tmp_path / "data").lstat() == before


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_a_failed_write_leaves_no_empty_folders(tmp_path, error):
    (tmp_path / "mine").mkdir()

    def fail():
        with whole_file(tmp_path / "mine" / "a" / "b" / "data"):
            raise error

    with pytest.raises(error):
        fail()
    assert [path.name for path in tmp_path.rglob("*")] == ["mine"]


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there, so what is left stays")
def test_an_empty_folder_that_a_killed_process_left_goes_with_any_write(tmp_path, writer):
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    (left,) = unfinished(tmp_path)
    (left / "data").unlink()
    write(tmp_path / "other")
    assert not unfinished(tmp_path)


def test_a_folder_that_is_cleared_before_it_is_locked(tmp_path, monkeypatch):
    """As another process does that finds it empty."""
    real, cleared = tempfile.mkdtemp, []

    def mkdtemp(*arguments, **options):
        folder = real(*arguments, **options)
        if not cleared:
            cleared.append(folder)
            os.rmdir(folder)
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    write(tmp_path / "data")
    assert cleared
    assert (tmp_path / "data").read_text() == "ours"


def test_many_threads_write_into_one_folder(tmp_path):
    """Each clears what others left, and holds a folder that others take for one of those until it is locked."""
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: write(tmp_path / f"data {number % 3}"), range(500)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data 0", "data 1", "data 2"]


class TestCheckOutput:
    def test_what_can_be_written_leaves_nothing(self, tmp_path):
        check_output(tmp_path / "new" / "folder" / "made.h5ad", others=[tmp_path / "data.h5ad"])
        write(tmp_path / "made.h5ad")
        check_output(tmp_path / "made.h5ad", overwrite=True)
        assert [path.name for path in tmp_path.iterdir()] == ["made.h5ad"]

    @pytest.mark.parametrize("name", ["data.h5ad", "x/../data.h5ad", "link.h5ad", "store.zarr/made.h5ad"])
    def test_an_input_is_no_output(self, tmp_path, name):
        write(tmp_path / "data.h5ad")
        (tmp_path / "link.h5ad").symlink_to(tmp_path / "data.h5ad")
        inputs = [tmp_path / "data.h5ad", tmp_path / "store.zarr"]
        with pytest.raises(ValueError, match="is an input, or another output, too; give each a name of its own"):
            check_output(tmp_path / name, overwrite=True, others=inputs)

    def test_what_is_there_is_replaced_on_demand_alone(self, tmp_path):
        write(tmp_path / "made.h5ad")
        with pytest.raises(FileExistsError, match=r"made.h5ad is there already; give --overwrite to replace it"):
            check_output(tmp_path / "made.h5ad")
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
        for name in ("pipe", "dangling", "."):
            with pytest.raises(FileExistsError, match="is there already; give another name"):
                check_output(tmp_path / name, overwrite=True)

    def test_what_cannot_be_written(self, tmp_path):
        write(tmp_path / "file")
        for name, why in {
            "file/made.h5ad": "Not a directory",
            "a" * 300: "File name too long",
            "a\0b": ".*embedded null .*",
        }.items():
            with pytest.raises(OSError, match=rf"nothing can be written to .* \({why}\); give another name or folder"):
                check_output(tmp_path / name)
        assert [path.name for path in tmp_path.iterdir()] == ["file"]
