"""The lock of a folder: of two processes one is refused, and a killed one leaves no lock."""

import os
import shutil
import signal
import threading

import pytest

from gexlib.wgan.files.lock import LOCK, FolderLock

HOLDER = """
import sys
from gexlib.wgan.files.lock import FolderLock
with FolderLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path, waiting):
    """Another process that holds the folder until its standard input ends."""
    return waiting(HOLDER, tmp_path / "c", says="held")


def test_the_second_is_refused_and_told_who_is_first(tmp_path, holder):
    with pytest.raises(BlockingIOError, match=rf"process {holder.pid} on .* \(since 20.* writes to .*/c; wait"):
        FolderLock(tmp_path / "c").acquire()
    holder.communicate("")
    with FolderLock(tmp_path / "c"):
        assert os.listdir(tmp_path / "c") == [LOCK]
    assert not (tmp_path / "c").exists(), "nothing stays"


def test_a_killed_process_leaves_no_lock(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "c" / LOCK).exists()
    with FolderLock(tmp_path / "c"):
        pass


@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_what_else_has_the_name_of_the_lock_stays(tmp_path, kind):
    data = tmp_path / "notes.json"
    data.write_text('{"process": 1}')
    made = {"file": lambda path: shutil.copy(data, path), "link": lambda path: path.symlink_to(data), "pipe": os.mkfifo}
    made[kind](tmp_path / LOCK)
    with pytest.raises(FileExistsError, match="gexlib-lock is there already and is not of gexlib; remove it"):
        FolderLock(tmp_path).acquire()
    assert data.read_text() == '{"process": 1}'
    assert kind == "pipe" or (tmp_path / LOCK).read_text() == '{"process": 1}'


def test_folders_that_were_made_for_nothing_go(tmp_path):
    with FolderLock(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b" / LOCK).exists()
    assert not list(tmp_path.iterdir())


def test_another_thread_is_refused_too(tmp_path):
    refused = []

    def other():
        try:
            FolderLock(tmp_path).acquire()
        except BlockingIOError as error:
            refused.append(error)

    with FolderLock(tmp_path):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(refused) == 1


def test_a_lock_that_went_with_its_folder_is_taken_again(tmp_path):
    with FolderLock(tmp_path / "c") as lock:
        shutil.rmtree(tmp_path / "c")
        lock.keep()
        assert (tmp_path / "c" / LOCK).exists()
        shutil.rmtree(tmp_path / "c")
        with FolderLock(tmp_path / "c"), pytest.raises(BlockingIOError, match=f"process {os.getpid()} on"):
            lock.keep()


def test_the_words_without_an_owner_or_a_folder(tmp_path):
    with FolderLock(tmp_path):
        (tmp_path / LOCK).write_text("")
        with pytest.raises(BlockingIOError, match="another process writes to"):
            FolderLock(tmp_path).acquire()
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"could not write to the folder .*file \(File exists\)"):
        FolderLock(tmp_path / "file").acquire()
