"""The picture in the README is the repository, and data flows one way through the library."""

import ast
import re
from pathlib import Path

import pytest

import gexlib

ROOT = Path(__file__).parents[1]


def picture():
    """Entries of the README's tree: (indent, name)."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("## What is where")[1]
    tree = re.search(r"\n\n((?: {4}.*\n)+)", text).group(1)
    return [(len(line) - len(line.lstrip()) - 4, line.split()[0].rstrip("/")) for line in tree.splitlines()]


ROOMS = [name.removesuffix(".py") for indent, name in picture() if indent]


def test_every_entry_of_the_picture_exists_and_none_is_missing():
    drawn = {name for indent, name in picture() if indent}
    there = {p.name for p in (ROOT / "gexlib").iterdir() if not p.name.startswith(("_", "."))}
    assert drawn == there
    assert all((ROOT / name).is_dir() for indent, name in picture() if not indent)


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "cli"])
def test_a_room_imports_only_from_those_above_it(room):
    files = [ROOT / f"gexlib/{room}.py", *(ROOT / f"gexlib/{room}").rglob("*.py")]
    below = set(ROOMS[ROOMS.index(room) + 1 :])
    for path in filter(Path.exists, files):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None)]
            wrong = [n for n in names if n and n.startswith("gexlib.") and n.split(".")[1] in below]
            assert not wrong, f"{path} imports {wrong[0]}, a room below its own"


def test_public_names_can_be_had():
    for name in gexlib.__all__:
        assert getattr(gexlib, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        gexlib.nothing  # noqa: B018
