"""
The folder that holds a model or a checkpoint of a training: JSON for what describes it, safetensors for the numbers.

The folder has a file ``config.json`` and the file ``tensors-*.safetensors`` that it names, with its size and SHA-256. A
new version first writes its tensors to a file with a new name, and then replaces ``config.json`` in one step. So if the
process dies at any moment, or the disk is full, the previous version stays as it was. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from gexlib.atomic import PART, whole_file

CONFIG = "config.json"
VERSION = 1


def write(folder: str | Path, kind: str, info: dict, tensors: dict[str, Tensor]) -> None:
    """
    Write a model or checkpoint, and replace the one that `folder` may hold.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    kind : str
        What it is, such as ``"model"`` or ``"training"``; :func:`read` asks for it.
    info : dict
        What describes it, as JSON can hold it.
    tensors : dict of str to Tensor
        On any device.

    Raises
    ------
    OSError
        If the files cannot be written; what was there before is then still whole.
    """
    folder = Path(folder)
    content = save(_on_cpu(tensors))
    digest = hashlib.sha256(content).hexdigest()
    name = f"tensors-{digest[:16]}.safetensors"
    head = {"format": "gexlib", "version": VERSION, "kind": kind}
    head["tensors"] = {"file": name, "bytes": len(content), "sha256": digest}
    files = {name: content, CONFIG: json.dumps(head | info, indent=1, allow_nan=False).encode()}
    previous = exists(folder)
    try:
        _write_files(folder, files)
        if not (folder / name).exists():  # someone has removed the folder between the two files
            _write_files(folder, files)
    except OSError as error:
        with suppress(OSError):  # a full disk needs the room
            if not exists(folder) or name not in (folder / CONFIG).read_text(encoding="utf-8"):
                (folder / name).unlink()
                folder.rmdir()  # if it is empty
        left = "the previous one is intact" if previous and exists(folder) else "there is no earlier one"
        why = error.__cause__ or error
        what = "model" if kind == "model" else "checkpoint"
        message = f"could not write the {what} {folder} ({why.strerror or why}); {left}"
        raise OSError(error.errno, message) from error
    for old in folder.glob("tensors-*.safetensors"):
        if old.name != name:
            old.unlink(missing_ok=True)
    for left in folder.glob(f"{PART}*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)


def read(folder: str | Path, kind: str) -> tuple[dict, dict[str, Tensor]]:
    """
    Read a model or checkpoint.

    Returns
    -------
    info : dict
        What describes it.
    tensors : dict of str to Tensor
        On the CPU.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If the folder has no model or checkpoint of this library, or one of another kind or version, or if a file of it
        is missing, cut short or changed.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; give the folder that holds {CONFIG}")
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{folder} is not a gexlib checkpoint: it has no {CONFIG}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{folder / CONFIG} is damaged or cut short: {error}") from None
    if not isinstance(config, dict) or config.get("format") != "gexlib":
        raise ValueError(f'{folder} is not a gexlib checkpoint: {CONFIG} does not say "format": "gexlib"')
    if config.get("version") != VERSION:
        raise ValueError(
            f"{folder} has the format version {config.get('version')!r}, this gexlib reads {VERSION}; "
            f"use the gexlib that wrote it"
        )
    if config.get("kind") != kind:
        raise ValueError(f"{folder} holds a {config.get('kind')!r} checkpoint, not a {kind!r} one")
    return config, _read_tensors(folder, config)


def pack(info: dict, tensors: dict[str, Tensor]) -> bytes:
    """Return the content of a checkpoint as bytes, to send it to another process; :func:`unpack` reads them."""
    return save(_on_cpu(tensors), metadata={"info": json.dumps(info)})


def unpack(content: bytes) -> tuple[dict, dict[str, Tensor]]:
    """Return the information and the tensors that :func:`pack` was given."""
    length = int.from_bytes(
        content[:8], "little"
    )  # a file of safetensors begins with the length of its header, which is JSON
    return json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["info"]), load(content)


def exists(folder: str | Path) -> bool:
    """Return whether `folder` holds a model or a checkpoint (of any kind, whole or not)."""
    return (Path(folder) / CONFIG).exists()


def _read_tensors(folder: Path, config: dict) -> dict[str, Tensor]:
    try:
        named = config["tensors"]
        path, size, digest = folder / Path(named["file"]).name, named["bytes"], named["sha256"]
    except (KeyError, TypeError):
        raise ValueError(f"{folder / CONFIG} is damaged: it does not name its tensor file") from None
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ValueError(f"{folder} is incomplete: {path.name} is missing") from None
    if len(content) != size:
        raise ValueError(f"{path} is cut short or not ours: {len(content)} bytes instead of {size}")
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{path} has changed since it was written: its SHA-256 is not the one in {CONFIG}")
    try:
        return load(content)
    except SafetensorError as error:
        raise ValueError(f"{path} is not a safetensors file: {error}") from None


def _on_cpu(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files one after the other, each whole or not at all."""
    for name, content in files.items():
        with whole_file(folder / name) as part:
            part.write_bytes(content)
