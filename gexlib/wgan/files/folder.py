"""
The folder that holds a model or a checkpoint of a training: JSON for what describes it, safetensors for the numbers.

The folder has a file ``config.json`` and the file ``tensors-*.safetensors`` that it names, with its size and SHA-256.
``config.json`` ends with a SHA-256 of what it says itself. A new version first writes its tensors to a file with a new
name, and then replaces ``config.json`` in one step. So if the process dies at any moment, or the disk is full, the
previous version stays as it was. Nothing is ever unpickled.

One process at a time writes to a folder (``gexlib.wgan.files.lock.FolderLock``). Files that this library did not
write are never replaced or removed, nor is a checkpoint replaced by a model.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from gexlib.atomic import PART, clear_unfinished, try_writing, whole_file
from gexlib.wgan.files.lock import FolderLock

CONFIG = "config.json"
CHECKSUM = "sha256 of the rest"
VERSION = 1
WORDS = {"model": "model", "training": "checkpoint", "coupling": "coupling"}  # for the kinds
TENSORS = r"tensors-([0-9a-f]{16})\.safetensors"
MOST_CONFIG = 1 << 30  # bytes; more is no description of a model


def write(
    folder: str | Path, kind: str, info: dict, tensors: dict[str, Tensor], lock: FolderLock | None = None
) -> None:
    """
    Write a model or checkpoint, and replace the one of its kind that `folder` may hold.

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
    lock : FolderLock, optional
        The lock of the folder, if the caller holds it; by default it is taken and given back here.

    Raises
    ------
    ValueError
        If the folder holds something of another kind, or a file of that name that is not this library's.
    OSError
        If the files cannot be written, or another process writes there; what was there before is then still whole.
    """
    folder = Path(folder)
    if lock is None:
        with FolderLock(folder) as lock:
            return write(folder, kind, info, tensors, lock)
    before = _config_of(folder, kind)
    content = save(_on_cpu(tensors))
    digest = hashlib.sha256(content).hexdigest()
    name = f"tensors-{digest[:16]}.safetensors"
    head = {"format": "gexlib", "version": VERSION, "kind": kind}
    head["tensors"] = {"file": name, "bytes": len(content), "sha256": digest}
    described = head | info | {CHECKSUM: _checksum(head | info)}
    files = {name: content, CONFIG: json.dumps(described, indent=1, allow_nan=False).encode()}
    try:
        try:
            _write_files(folder, dict(files))
        except FileNotFoundError:  # someone has removed the folder meanwhile
            _write_files(folder, dict(files))
        if not (folder / name).exists():  # someone has removed the folder between the two files
            _write_files(folder, dict(files))
    except BaseException as error:
        with suppress(OSError):  # a full disk needs the room
            if not exists(folder) or name not in (folder / CONFIG).read_text(encoding="utf-8"):
                (folder / name).unlink()
                folder.rmdir()  # if it is empty
        if not isinstance(error, OSError):
            raise
        left = "the previous one is intact" if before and exists(folder) else "there is no earlier one"
        why = error
        while isinstance(why.__cause__, OSError):  # each file that was being written adds its words
            why = why.__cause__
        raise OSError(
            error.errno, f"could not write the {WORDS[kind]} {folder} ({why.strerror or why}); {left}"
        ) from error
    for old in folder.glob("tensors-*.safetensors"):
        if old.name != name and (old.name == before or _is_ours(old)):
            old.unlink(missing_ok=True)
    clear_unfinished(folder, f"{re.escape(CONFIG)}|{TENSORS}")


def check_place(folder: str | Path, kind: str, overwrite: bool) -> None:
    """
    Raise an error if a model or checkpoint cannot be written to `folder`: to know that before hours of work.

    Raises
    ------
    ValueError
        If the folder holds something of another kind, or a file of that name that is not this library's.
    FileExistsError
        If there is one of that kind, and `overwrite` is false; or `folder` is not a folder.
    OSError
        If nothing can be written there.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(errno.EEXIST, f"{folder} is a file; give the folder for the {WORDS[kind]}")
    if _config_of(folder, kind) and not overwrite:
        raise FileExistsError(
            errno.EEXIST, f"{folder} holds a {WORDS[kind]} already; give --overwrite to replace it, or another folder"
        )
    try_writing(folder / CONFIG)


def _config_of(folder: Path, kind: str) -> str | None:
    """Return the name of the tensor file of what a folder holds, None if that is nothing; refuse what is not ours."""
    if not exists(folder):
        return None
    try:
        config = _read_config(folder)
        if config["kind"] == kind:
            return str(config["tensors"]["file"])
        what = f"a {WORDS.get(config['kind'], config['kind'])}"
    except (ValueError, KeyError, TypeError):
        what = f"a {CONFIG} that is damaged or not gexlib's"
    raise ValueError(f"{folder} holds {what}, which is not replaced by a {WORDS[kind]}; give another folder")


def _is_ours(path: Path) -> bool:
    """Return whether a file is one of ours that a killed process left: its name then has the digest of its content."""
    named = re.fullmatch(TENSORS, path.name)
    return bool(named) and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest().startswith(named[1])


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
    config = _read_config(folder)
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


def check_not_lost(folder: str | Path) -> None:
    """
    Raise a ValueError if `folder` has tensors of this library, but nothing that describes them.

    A process that was killed while it wrote the first version leaves the description in a hidden folder.
    """
    folder = Path(folder)
    lost = [path.name for path in folder.glob("tensors-*.safetensors") if _is_ours(path)]
    if lost and not exists(folder) and not any(folder.glob(f"{glob.escape(PART)}*/{CONFIG}")):
        raise ValueError(
            f"{folder} has {lost[0]}, but not the {CONFIG} that describes it; put it back, or remove {lost[0]} to "
            f"begin anew, or give another folder"
        )


def _read_config(folder: Path) -> dict:
    path = folder / CONFIG
    if path.exists() and not path.is_file():  # to read a pipe would wait for ever
        raise ValueError(f"{folder} is not a gexlib checkpoint: {CONFIG} is not a file")
    try:
        if path.stat().st_size > MOST_CONFIG:
            raise ValueError(f"{path} is damaged: it has {path.stat().st_size:,} bytes")
        config = json.loads(path.read_text(encoding="utf-8"))
        written = config.pop(CHECKSUM, None) if isinstance(config, dict) else None  # older versions wrote none
        changed = written is not None and written != _checksum(config)
    except FileNotFoundError:
        raise ValueError(f"{folder} is not a gexlib checkpoint: it has no {CONFIG}") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is damaged or cut short: {error}") from None
    if not isinstance(config, dict) or config.get("format") != "gexlib":
        raise ValueError(f'{folder} is not a gexlib checkpoint: {CONFIG} does not say "format": "gexlib"')
    if changed:
        raise ValueError(f"{path} has changed since it was written: its {CHECKSUM} is another")
    return config


def _checksum(config: dict) -> str:
    """Return the SHA-256 of a description, whatever its white space."""
    return hashlib.sha256(json.dumps(config).encode()).hexdigest()


def _read_tensors(folder: Path, config: dict) -> dict[str, Tensor]:
    try:
        named = config["tensors"]
        path, size, digest = folder / Path(named["file"]).name, named["bytes"], named["sha256"]
        there = path.is_file()
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{folder / CONFIG} is damaged: it does not name its tensor file") from None
    if not there:
        raise ValueError(f"{folder} is incomplete: {path.name} is missing")
    if path.stat().st_size != size:
        raise ValueError(f"{path} is cut short or not ours: {path.stat().st_size} bytes instead of {size}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{path} has changed since it was written: its SHA-256 is not the one in {CONFIG}")
    try:
        return load(content)
    except SafetensorError as error:
        raise ValueError(f"{path} is not a safetensors file: {error}") from None


def _on_cpu(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    """
    Write tensors and then their description, each whole or not at all.

    The description lies in a hidden folder before the tensors get their name. So tensors without any description are
    not those of a process that was killed.
    """
    with whole_file(folder / CONFIG) as described:
        described.write_bytes(files.pop(CONFIG))
        for name, content in files.items():
            with whole_file(folder / name) as part:
                part.write_bytes(content)
