"""The base of the kinetic simulators: a model of each gene, its network, its JSON file, and a check of noise."""

from __future__ import annotations

import gzip
import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Self, TypeVar

import networkx as nx
import numpy as np

from gexlib.atomic import whole_file
from gexlib.checks import existing_file
from gexlib.explained import explained

Gene = TypeVar("Gene")


@explained
class KineticSimulator(ABC):
    """
    A simulator with a kinetic model of each gene, which can be saved to a file.

    Subclasses say how a gene is read from a file (``_parse``), what regulates it (``_regulators_of``), and what they
    need to know of a model before they simulate (``_prepare``).

    Attributes
    ----------
    model : dict of str to Gene
        Kinetics of each gene, in the order of the network's nodes.
    """

    model: dict[str, Gene]
    _parse: Callable[[dict, dict], Gene]

    @property
    def network(self) -> nx.DiGraph:
        """The network of the model: its genes, and its edges with the ``effect`` that they have there, + or -."""
        network = nx.DiGraph()
        network.add_nodes_from(self.model)
        for name, gene in self.model.items():
            for regulator, activates in self._regulators_of(gene):
                network.add_edge(regulator, name, effect="+" if activates else "-")
        return network

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """
        Read a model that :meth:`save` wrote, or another one of the same JSON format, compressed or not.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged or holds no such model; the message names the file and the gene.
        """
        simulator = cls.__new__(cls)
        simulator._prepare(read_model(path, cls.__name__, cls._parse), f"read from {Path(path).name}")
        return simulator

    def save(self, path: str | Path) -> None:
        """Write the model as JSON, whole or not at all; compressed if `path` ends in ``.gz``."""
        write_model(self.model, path)

    @abstractmethod
    def _prepare(self, model: dict[str, Gene], origin: str) -> None:
        """Set the model, and its `origin` in words; prepare what simulations need."""

    @staticmethod
    @abstractmethod
    def _regulators_of(gene: Gene) -> Iterable[tuple[str, bool]]:
        """Return the regulators of a gene, and whether each of them activates it."""


def check_noise(name: str, value: float, usual: float) -> float:
    """
    Return a noise coefficient as a float, or raise an error that names it if it is not a number from 0 to 1.

    Examples
    --------
    >>> check_noise("input_noise", 1.5, usual=0.1)
    Traceback (most recent call last):
    ValueError: input_noise is 1.5, but must be from 0 to 1; 0.1 is usual
    """
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}, but must be from 0 to 1; {usual} is usual")
    return float(value)


def write_model(model: Mapping[str, Gene], path: str | Path) -> None:
    """Write a model, a dataclass for each gene, as JSON; compressed if the name ends in ``.gz``."""
    path = Path(path)
    content = json.dumps({name: asdict(gene) for name, gene in model.items()}).encode()
    with whole_file(path) as part:
        part.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def read_model(path: str | Path, simulator: str, parse: Callable[[dict, dict], Gene]) -> dict[str, Gene]:
    """
    Read a model of the simulator of that name, see :meth:`KineticSimulator.load`.

    `parse` makes a gene from its entry and the whole table. An AttributeError, ValueError, TypeError or KeyError
    that it raises becomes a ValueError that names the file and the gene.
    """
    path = existing_file(path, f"give the path of a model that {simulator}.save wrote")
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
