import json
import os
import shutil
from pathlib import Path

import pytest
import torch

from gexlib.wgan.files import folder as disk


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
    (folder / ".writing-abc").mkdir()
    (folder / ".writing-abc" / "config.json").write_text("{")
    disk.write(folder, "model", {"seed": 2}, {"w": torch.zeros(3)})
    assert not list(folder.glob(".*"))


def cut_tensors(folder):
    path = tensor_file(folder)
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_byte(folder):
    path = tensor_file(folder)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def edit_config(**changes):
    def edit(folder):
        config = json.loads((folder / "config.json").read_text())
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
        (lambda f: tensor_file(f).unlink(), "is missing"),
        (cut_tensors, "cut short"),
        (flip_a_byte, "has changed"),
    ],
)
def test_damage_is_a_clear_error(folder, damage, words):
    damage(folder)
    with pytest.raises(ValueError, match=words):
        disk.read(folder, "model")


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        disk.read(tmp_path / "nowhere", "model")
