"""Kinetic models as JSON files: an object of genes, whole or not at all."""

import gzip
import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Self, TypeVar

from gexlib.atomic import whole_file

Gene = TypeVar("Gene")


class KineticSimulator(ABC):
    """
    A simulator with a kinetic model of each gene, which can be kept in a file.

    Subclasses say how a gene is read (``_parse``) and take the model in (``_prepare``).
    """

    model: dict[str, Gene]
    _parse: Callable[[dict, dict], Gene]

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """
        Read the model that `save` wrote, or one of the same JSON format, compressed or not.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged or no such model; the message names the file, and the gene.
        """
        simulator = cls.__new__(cls)
        simulator._prepare(read_model(path, cls.__name__, cls._parse), f"read from {Path(path).name}")
        return simulator

    def save(self, path: str | Path) -> None:
        """Write the model as JSON; compressed if `path` ends in ``.gz``, and whole or not at all."""
        write_model(self.model, path)

    @abstractmethod
    def _prepare(self, model: dict[str, Gene], origin: str) -> None:
        """Take in a model, and where it comes from in words."""


def write_model(model: Mapping[str, Gene], path: str | Path) -> None:
    """Write a model, dataclasses by gene, as JSON; compressed if the name ends in ``.gz``."""
    path = Path(path)
    content = json.dumps({name: asdict(gene) for name, gene in model.items()}).encode()
    with whole_file(path) as part:
        part.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def read_model(path: str | Path, simulator: str, parse: Callable[[dict, dict], Gene]) -> dict[str, Gene]:
    """
    Read a model of the class named `simulator`, as :meth:`KineticSimulator.load` does.

    `parse` takes the entry of a gene and the whole table, and returns the gene. What it raises (AttributeError,
    ValueError, TypeError, KeyError) becomes a ValueError that names the file and the gene.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; give the path of a model that {simulator}.save wrote")
    content = path.read_bytes()
    try:
        table = json.loads(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a whole {simulator} model: {error}") from None
    if not isinstance(table, dict) or not table:
        raise ValueError(f"{path} is not a {simulator} model: it holds no object of genes")
    model = {}
    for name, entry in table.items():
        try:
            model[name] = parse(entry, table)
        except (AttributeError, ValueError, TypeError, KeyError) as error:
            message = f"{error} is missing" if isinstance(error, KeyError) else error
            raise ValueError(f"{path}, gene {name!r}: {message}") from None
    return model
