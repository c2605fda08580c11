"""
Parts of pages that are made from the program and from results: API summaries, command line, settings, status, numbers.

A page has a line such as ``<!-- made: settings -->`` where such a part goes.
"""

import dataclasses
import importlib
import inspect
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import in_short
import speed
import status
from stacked import stacked
from usage import key_of, users

LINE = re.compile(r"^<!-- made: (\S+) ?(\S*) -->$", re.MULTILINE)


def room(name: str, book: Path) -> str:
    """Return a table of the public names of a module: what each is, and the chapters that use it."""
    module = importlib.import_module(name)
    rows = ["| Name | What it is | Used in |", "| --- | --- | --- |"]
    for public in public_names(module):
        thing = getattr(module, public)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        role = "class" if inspect.isclass(thing) else "func"
        used = ", ".join(f"{{doc}}`{_short(n)} </{n}>`" for n in users(book).get(key_of(thing), []))
        rows.append(f"| {{{role}}}`~{name}.{public}` | {_first_sentence(thing)} | {used} |")
    return "\n".join(stacked(rows, "room"))


def public_names(module: object) -> list[str]:
    """Return the public names of a module: ``__all__``, or the functions and classes that are defined in it."""
    own = [n for n, o in vars(module).items() if n[0] != "_" and getattr(o, "__module__", None) == module.__name__]
    return sorted(getattr(module, "__all__", own), key=str.lower)


def _short(notebook: str) -> str:
    return notebook.split("/")[-1].split("_")[0] if notebook[0].isdigit() else notebook.split("/")[-1].replace("_", " ")


def _first_sentence(thing: object) -> str:
    return _markdown(inspect.getdoc(thing).split("\n\n")[0])


def _markdown(text: str) -> str:
    """Return the first sentence of a docstring, with its formulas, citations and references as Markdown."""
    text = " ".join(text.split())
    text = re.sub(r":math:`([^`]*)`", r"$\1$", text)
    text = re.sub(r":(cite:\w):`([^`]*)`", r"{\1}`\2`", text)
    text = re.sub(r":\w+:`~?\.?([^`]*)`", lambda m: f"`{m[1].split(' <')[0]}`", text).replace("``", "`")
    return re.split(r"(?<=[a-z)`0-9%$]\.)\s", text)[0].replace("|", "\\|")


def command_line(_: str, book: Path) -> str:
    """Return the help of each command of ``gexlib``, as Markdown; Typer makes it."""
    import typer
    from gexlib.cli import app
    from typer.cli import get_docs_for_click

    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command, info_name="gexlib"), name="gexlib")
    text = text.split("\n", 1)[1]  # the page has its own title
    return re.sub(r"^\* `(.+?)`: ", r"* **`\1`**: ", text, flags=re.MULTILINE)


def settings(_: str, book: Path) -> str:
    """Return a table of all settings: ours and those of the paper, for both kinds of data."""
    from gexlib.wgan import PRESETS, Settings

    rows = [
        "| Setting | default | paper, *E. coli* | paper, human | What it is |",
        "| --- | --- | --- | --- | --- |",
    ]
    meant = _parameters(inspect.getdoc(Settings))
    for field in dataclasses.fields(Settings):
        values = [getattr(PRESETS[name], field.name) for name in ("default", "paper_ecoli", "paper_gtex_tcga")]
        cells = [
            str(values[0]),
            *(f"**{v}**" if v != values[0] else str(v) for v in values[1:]),
        ]
        rows.append(f"| `{field.name}` | {' | '.join(cells)} | {meant[field.name]} |")
    return "\n".join(stacked(rows, "settings"))


def _parameters(doc: str) -> dict[str, str]:
    """Return the first sentence on each parameter of a docstring in numpy's style."""
    section = doc.split("Parameters\n----------\n")[1].split("\nRaises\n")[0]
    found = {}
    for names, text in re.findall(r"^(\w[\w, ]*) : .*\n((?: {4}.*\n?)+)", section, re.MULTILINE):
        found |= dict.fromkeys(names.split(", "), _markdown(text))
    return found


PARTS = {
    "room": room,
    "command-line": command_line,
    "settings": settings,
    "status": lambda _, book: status.table(book),
    "generator-in-short": in_short.generator,
    "speed-in-short": speed.sentences,
    "speed": speed.table,
}


def fill(app, docname, source):
    """Put the parts that a page asks for into its text."""
    source[0] = LINE.sub(lambda m: PARTS[m[1]](m[2], Path(app.srcdir)), source[0])


def say_where_used(app, what, name, thing, options, lines):
    """Add to the documentation of a class or function the chapters that use it."""
    if what in ("class", "function") and (chapters := users(Path(app.srcdir)).get(key_of(thing))):
        lines += [
            "",
            f"*Used in* {', '.join(f':doc:`/{chapter}`' for chapter in chapters)}.",
            "",
        ]


def keep_archive(app, error):
    """Put the archive of the notebooks beside the pages."""
    if error is None and app.builder.format == "html":
        status.write_archive(Path(app.srcdir), Path(app.outdir, "_downloads"))


def setup(app):
    """Connect the extension to Sphinx."""
    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", say_where_used, priority=900)
    app.connect("build-finished", keep_archive)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
