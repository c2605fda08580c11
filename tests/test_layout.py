"""The picture in the README is the repository, and data flows one way through the library."""

import ast
import importlib
import inspect
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
FILES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "gexlib").rglob("*.py"))}


def file_of(module):
    """The file of a module of gexlib, or None."""
    path = ROOT.joinpath(*module.split("."))
    found = [p for p in (path.with_suffix(".py"), path / "__init__.py") if p in FILES]
    return found[0] if found else None


def imports(path):
    """What a file imports of gexlib, wherever it does: pairs of the file that it is in, and the name."""
    for node in ast.walk(FILES[path]):
        if isinstance(node, ast.Import):
            yield from ((file_of(alias.name), alias.name) for alias in node.names if file_of(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and file_of(node.module):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield file_of(whole) or file_of(node.module), whole
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: import by the whole name"


def room_of(path):
    return path.relative_to(ROOT / "gexlib").parts[0].removesuffix(".py")


def test_every_entry_of_the_picture_exists_and_none_is_missing():
    drawn = {name for indent, name in picture() if indent}
    there = {p.name for p in (ROOT / "gexlib").iterdir() if not p.name.startswith(("_", "."))}
    assert drawn == there
    assert all((ROOT / name).is_dir() for indent, name in picture() if not indent)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_imports_only_from_its_room_and_those_above_it(path):
    room = room_of(path)
    above = ROOMS[: ROOMS.index(room) + 1] if room in ROOMS else []
    for found, name in imports(path):
        assert room_of(found) in (*above, "__init__"), f"{name} is in a room below"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_takes_a_private_name_of_another(path):
    for _, name in imports(path):
        private = [part for part in name.split(".") if part.startswith("_") and part != "__version__"]
        assert not private, f"{name} is private"


def test_no_files_import_each_other_in_a_circle():
    """Imports in functions and for type checkers count too."""
    done, open_ = set(), []

    def visit(path):
        assert path not in open_, "a circle: " + " > ".join(
            p.relative_to(ROOT).as_posix() for p in [*open_[open_.index(path) :], path]
        )
        if path not in done:
            open_.append(path)
            for found in sorted({found for found, _ in imports(path)} - {path}):
                visit(found)
            open_.pop()
            done.add(path)

    for path in FILES:
        visit(path)


def test_each_file_with_logic_has_a_test_file_of_its_name():
    """A file whose functions do something; what only lists names, or holds constants, needs none."""
    tests = {p.relative_to(ROOT / "tests").as_posix() for p in (ROOT / "tests").rglob("test_*.py")}
    for path, tree in FILES.items():
        if path.name == "__init__.py" or not any(isinstance(n, ast.If | ast.For | ast.BinOp) for n in ast.walk(tree)):
            continue
        *folders, name = path.relative_to(ROOT / "gexlib").parts
        assert "/".join([*folders, f"test_{name}"]) in tests


REFERENCE = sorted(
    name
    for page in (ROOT / "book/api").glob("*.md")
    for name in re.findall(r"made: room (\S+)", page.read_text("utf-8"))
)


@pytest.mark.parametrize("room", REFERENCE)
def test_each_entry_of_the_reference_has_an_example(room):
    """One that runs as a doctest, or shows the call where it takes a download, files or minutes."""
    module = importlib.import_module(room)
    own = [n for n, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    public = [n for n in getattr(module, "__all__", own) if n[0] != "_" and hasattr(module, n)]
    kinds = [n for n in public if inspect.isclass(getattr(module, n)) or inspect.isfunction(getattr(module, n))]
    assert [n for n in kinds if ">>>" not in (inspect.getdoc(getattr(module, n)) or "")] == []


def test_public_names_can_be_had():
    for name in gexlib.__all__:
        assert getattr(gexlib, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        gexlib.nothing  # noqa: B018
