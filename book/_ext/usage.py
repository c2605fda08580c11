"""Which chapters use a public function or class of gexlib: computed from the code of the book's notebooks."""

import ast
import functools
import importlib
import inspect
from pathlib import Path

import nbformat

Bound = dict[str, str]  # names in a notebook, and the dotted names in gexlib that they stand for


@functools.cache
def users(book: Path) -> dict[str, list[str]]:
    """Return the notebooks that use each object of gexlib, by the name of the place where the object is defined."""
    found = {}
    for path in sorted(book.rglob("*.ipynb")):
        name = path.relative_to(book).with_suffix("").as_posix()
        for key in sorted(names_used(path)):
            found.setdefault(key, []).append(name)
    return found


def names_used(notebook: Path) -> set[str]:
    """Return the objects of gexlib that a notebook names, by the names of the places where they are defined."""
    cells = nbformat.read(notebook, as_version=nbformat.NO_CONVERT).cells
    tree = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code"))
    bound = {}
    for node in ast.walk(tree):
        bound |= _imported(node)
    dotted = {text for node in ast.walk(tree) if (text := _dotted(node, bound))}
    return {key for text in dotted if (key := _key(text))}


def _imported(node: ast.AST) -> Bound:
    if isinstance(node, ast.Import):
        return {a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0]
                for a in node.names if a.name.split(".")[0] == "gexlib"}  # fmt: skip
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gexlib":
        return {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return {}


def _dotted(node: ast.AST, bound: Bound) -> str | None:
    """Return ``gexlib.plots.sizes`` for the expression ``plots.sizes``, and nothing for names of other libraries."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([bound[node.id], *reversed(parts)]) if isinstance(node, ast.Name) and node.id in bound else None


def _key(dotted: str) -> str | None:
    """Return where the object of a dotted name is defined; of a method, where its class is."""
    thing, *parts = importlib.import_module("gexlib"), *dotted.split(".")[1:]
    while parts and inspect.ismodule(thing):
        part = parts.pop(0)
        thing = getattr(thing, part) if hasattr(thing, part) else importlib.import_module(f"{thing.__name__}.{part}")
    return key_of(thing) if inspect.isclass(thing) or inspect.isfunction(thing) else None


def key_of(thing: type) -> str:
    """Return the name of the place where a class or function is defined."""
    return f"{thing.__module__}.{thing.__qualname__}"
