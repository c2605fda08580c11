import hashlib
import json
import os
import platform
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
import torch

from gexlib.atomic import PART
from gexlib.wgan.files import folder as disk
from gexlib.wgan.files.lock import FolderLock


@pytest.fixture
def folder(tmp_path):
    disk.write(tmp_path / "model", "model", {"seed": 1}, {"w": torch.arange(1000.0)})
    return tmp_path / "model"


def tensor_file(folder):
    (path,) = folder.glob("tensors-*.safetensors")
    return path


def test_comes_back(folder):
    info, tensors = disk.read(folder, "model")
    assert info["seed"] == 1
    assert torch.equal(tensors["w"], torch.arange(1000.0))


def test_replacing_leaves_one_of_each_file(folder):
    disk.write(folder, "model", {"seed": 2}, {"w": torch.zeros(3)})
    info, tensors = disk.read(folder, "model")
    assert (info["seed"], tensors["w"].tolist()) == (2, [0, 0, 0])
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("failing", ["tensors", "config"])
def test_a_full_disk_keeps_the_previous_checkpoint(folder, monkeypatch, failing):
    real = Path.write_bytes

    def full_disk(path: Path, content: bytes):
        if path.name.startswith(failing):
            real(path, content[: len(content) // 2])
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match=r"could not write the model .*\(No space left .*previous one is intact") as e:
        disk.write(folder, "model", {"seed": 2}, {"w": torch.zeros(3)})
    assert e.value.errno == 28
    assert disk.read(folder, "model")[0]["seed"] == 1
    with pytest.raises(OSError, match="there is no earlier one"):
        disk.write(folder / "new", "model", {"seed": 2}, {"w": torch.zeros(3)})
    assert len(list(folder.iterdir())) == 2, "no part, and no empty folder"


def test_a_failed_sync_leaves_no_part_behind(folder, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        disk.write(folder, "model", {}, {"w": torch.zeros(3)})
    assert not list(folder.glob(".*"))


def test_a_folder_that_vanishes_between_two_files(folder, monkeypatch):
    """The tensors, gone with the folder, are written again: never a config.json without them."""
    real, gone = os.replace, []

    def vanish(part, path):
        real(part, path)
        if not gone:
            gone.append(path)
            shutil.rmtree(folder)

    monkeypatch.setattr(os, "replace", vanish)
    disk.write(folder, "model", {"seed": 2}, {"w": torch.zeros(3)})
    assert gone
    assert disk.read(folder, "model")[0]["seed"] == 2


def test_what_a_killed_process_left_is_cleared(folder):
    for name in ("config.json", "tensors-0123456789abcdef.safetensors", None):
        left = Path(tempfile.mkdtemp(dir=folder, prefix=f"{PART}{platform.node()}."))
        if name:
            (left / name).write_text("{")
    stray = b"tensors of a process that was killed before it wrote config.json"
    (folder / f"tensors-{hashlib.sha256(stray).hexdigest()[:16]}.safetensors").write_bytes(stray)
    disk.write(folder, "model", {"seed": 2}, {"w": torch.zeros(3)})
    assert len(list(folder.iterdir())) == 2


def test_tensors_that_nothing_describes_are_told(folder):
    disk.check_not_lost(folder)
    (folder / "config.json").rename(folder.parent / "config.json")
    with pytest.raises(ValueError, match=r"has tensors-\w+.safetensors, but not the config.json that describes it"):
        disk.check_not_lost(folder)
    left = Path(tempfile.mkdtemp(dir=folder, prefix=f"{PART}{platform.node()}."))
    (left / "config.json").write_text("{")
    disk.check_not_lost(folder)


def test_a_first_write_that_is_killed_is_told_from_a_lost_description(tmp_path):
    """SIGKILL after the tensors have their name, and before the description has it."""
    child = os.fork()
    if not child:
        real = os.replace

        def killed(part, path):
            if Path(path).name == "config.json":
                os.kill(os.getpid(), signal.SIGKILL)
            real(part, path)

        os.replace = killed
        disk.write(tmp_path, "training", {}, {"w": torch.zeros(3)})
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert tensor_file(tmp_path).exists()
    disk.check_not_lost(tmp_path)
    disk.write(tmp_path, "training", {}, {"w": torch.ones(3)})
    assert len(list(tmp_path.iterdir())) == 2


def test_files_of_others_stay(folder):
    """Tensors of another program, also under a name like ours, notes, and a hidden folder of such a name."""
    others = ["tensors-other.safetensors", "tensors-0123456789abcdef.safetensors", "notes.txt", f"{PART}notes/a.txt"]
    for name in others:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("theirs")
    disk.write(folder, "model", {"seed": 2}, {"w": torch.zeros(3)})
    assert all((folder / name).read_text() == "theirs" for name in others)


@pytest.mark.parametrize("text", ['{"model_type": "bert"}', "not JSON", "[]", '{"format": "gexlib", "version": 1}'])
def test_a_config_of_another_program_is_not_replaced(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ValueError, match=r"damaged or not gexlib's, which is not replaced by a model; give another"):
        disk.write(tmp_path, "model", {}, {"w": torch.zeros(3)})
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("config.json", text)]


def test_a_model_does_not_replace_a_checkpoint(tmp_path):
    disk.write(tmp_path, "training", {}, {"w": torch.zeros(3)})
    with pytest.raises(ValueError, match="holds a checkpoint, which is not replaced by a model"):
        disk.write(tmp_path, "model", {}, {"w": torch.ones(3)})
    assert disk.read(tmp_path, "training")[1]["w"].sum() == 0


def test_two_do_not_write_at_once(folder):
    with FolderLock(folder), pytest.raises(BlockingIOError, match=r"process \d+ on .* writes to .*model; wait"):
        disk.write(folder, "model", {"seed": 2}, {"w": torch.zeros(3)})
    assert disk.read(folder, "model")[0]["seed"] == 1


def test_a_place_is_tried_before_the_work(folder, tmp_path):
    disk.check_place(tmp_path / "new" / "model", "model", overwrite=False)
    disk.check_place(folder, "model", overwrite=True)
    with pytest.raises(FileExistsError, match="holds a model already; give --overwrite"):
        disk.check_place(folder, "model", overwrite=False)
    with pytest.raises(ValueError, match="holds a model, which is not replaced by a checkpoint"):
        disk.check_place(folder, "training", overwrite=True)
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError, match="file is a file; give the folder for the model"):
        disk.check_place(tmp_path / "file", "model", overwrite=True)
    with pytest.raises(OSError, match=r"nothing can be written to .*\(Not a directory\)"):
        disk.check_place(tmp_path / "file" / "model", "model", overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "model"]


def cut_tensors(folder):
    path = tensor_file(folder)
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_byte(folder):
    path = tensor_file(folder)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def replace_in_config(folder, old, new):
    path = folder / "config.json"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def edit_config(**changes):
    def edit(folder):
        config = json.loads((folder / "config.json").read_text())
        del config[disk.CHECKSUM]
        (folder / "config.json").write_text(json.dumps(config | changes))

    return edit


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: (f / "config.json").unlink(), "it has no config.json"),
        (
            lambda f: (f / "config.json").write_text((f / "config.json").read_text()[:30]),
            "damaged or cut short",
        ),
        (lambda f: (f / "config.json").write_bytes(b"\xff\xfe\x00"), "damaged or cut short"),
        (lambda f: (f / "config.json").write_text("[]"), "not a gexlib checkpoint"),
        (edit_config(format="other"), "not a gexlib checkpoint"),
        (edit_config(version=99), "format version 99"),
        (edit_config(kind="training"), "'training' checkpoint, not a 'model' one"),
        (edit_config(tensors=None), "does not name its tensor file"),
        (edit_config(tensors={"file": "a\0b", "bytes": 1, "sha256": ""}), "does not name its|is missing"),
        (lambda f: (f / "config.json").write_text("[" * 100_000), "damaged or cut short"),
        (lambda f: os.mkfifo(f / "pipe") or os.replace(f / "pipe", f / "config.json"), "config.json is not a file"),
        (lambda f: os.mkfifo(f / "pipe") or os.replace(f / "pipe", tensor_file(f)), "is missing"),
        (lambda f: tensor_file(f).unlink(), "is missing"),
        (cut_tensors, "cut short"),
        (flip_a_byte, "has changed"),
        (lambda f: replace_in_config(f, '"seed": 1', '"seed": 2'), "config.json has changed since it was written"),
        (lambda f: replace_in_config(f, 'of the rest": "', 'of the rest": "0'), "has changed since"),
    ],
)
def test_damage_is_a_clear_error(folder, damage, words):
    damage(folder)
    with pytest.raises(ValueError, match=words):
        disk.read(folder, "model")


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        disk.read(tmp_path / "nowhere", "model")
