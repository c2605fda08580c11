"""Notebook files: reading, writing, cleaning, fingerprints, and checks of executed notebooks."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"
PLOTLY = "application/vnd.plotly.v1+json"
DEMO = 'class="demo-cohort"'  # the banner of a notebook that ran without the real files


class NotebookError(Exception):
    """A notebook cannot be read, run, shown or published; the message says why."""


def text_of(path: Path) -> str:
    """Return the text of a file; to read a pipe or a device might never end, so that is a NotebookError."""
    path = Path(path)
    if path.exists() and not path.is_file():
        raise NotebookError(f"{path} is no regular file, so its end may never come; copy its content into a file")
    return path.read_text(encoding="utf-8")


def read(path: Path) -> NotebookNode:
    """Read a notebook, and check that it is valid and has cell ids."""
    try:
        notebook = nbformat.reads(text_of(path), as_version=nbformat.NO_CONVERT)
        if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
            raise NotebookError(f"{path} has no cell ids (its format is older than 4.5); save it with Jupyter")
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise NotebookError(f"there is no notebook {path}") from None
    except (NotebookError, OSError, MemoryError):
        raise
    except Exception as error:  # what a file can hold is without limits, and so are the errors of nbformat
        raise NotebookError(f"{path} is not a valid notebook: {str(error)[:100] or type(error).__name__}") from None
    return notebook


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook; the same notebook always gives the same bytes."""
    write_bytes((nbformat.writes(notebook).rstrip("\n") + "\n").encode(), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file in one step; a file that already has these bytes keeps its time."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def mark(notebook: NotebookNode) -> None:
    """Mark a notebook as a product of this tool, with a fingerprint of its cells."""
    notebook.metadata.setdefault("gexlib", NotebookNode())["written"] = _sha256(notebook.cells)


def check_own(*paths: Path) -> None:
    """Raise a NotebookError if something is at a path that this tool has not written, or that was edited since."""
    for path in filter(os.path.lexists, paths):
        try:
            notebook = read(path)
            own = notebook.metadata.get("gexlib", {}).get("written") == _sha256(notebook.cells)
        except NotebookError:
            own = False
        if not own:
            raise NotebookError(
                f"{path} is there already, and is not of this tool or was edited since; give another name, or remove it"
            )


def keep_apart(source: Path, *outs: Path) -> None:
    """Raise a NotebookError if an output is the source itself, which it would replace."""
    for out in outs:
        if os.path.realpath(out) == os.path.realpath(source) or (out.exists() and out.samefile(source)):
            raise NotebookError(f"{out} would replace its own source {source}; give the output another name")


def code_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Give the code cells that are not empty."""
    return (cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def strip(notebook: NotebookNode) -> NotebookNode:
    """
    Remove what differs between runs or machines: times, paths, versions, and the state of widgets.

    An interactive figure stays as HTML; its second form, for Jupyter sessions, is removed.
    """
    for key in ("papermill", "widgets", "gexlib"):
        notebook.metadata.pop(key, None)
    language = notebook.metadata.pop("language_info", {})
    notebook.metadata["language_info"] = _only(language, "name", "pygments_lexer")
    for cell in notebook.cells:
        cell.metadata = _only(cell.metadata, "tags", "mystnb")
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data.pop(PLOTLY, None)
    return notebook


def _only(metadata: dict, *keys: str) -> NotebookNode:
    return NotebookNode({key: metadata[key] for key in keys if key in metadata})


def digest(notebook: NotebookNode) -> str:
    """Return a fingerprint of the sources and the outputs of the code cells."""
    return _sha256([[cell.source, cell.outputs] for cell in code_cells(notebook)])


def code_digest(path: Path) -> str:
    """Return a fingerprint of the code, on which a run depends; text and outputs do not count."""
    return _sha256([[cell.source, "parameters" in tags(cell)] for cell in code_cells(read(path))])


def library_digest(folder: Path = Path("gexlib")) -> str:
    """Return a fingerprint of the library's code, on which every run and the API page depend."""
    return _sha256([[path.as_posix(), path.read_text(encoding="utf-8")] for path in sorted(folder.rglob("*.py"))])


def page_digest(path: Path) -> str:
    """Return a fingerprint of all cells, their tags and their captions, which a page shows besides outputs."""
    return _sha256([[c.cell_type, c.source, tags(c), c.metadata.get("mystnb", {})] for c in read(path).cells])


def _sha256(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def problems(notebook: NotebookNode) -> list[str]:
    """List the faults of an executed notebook, such as cells that failed or did not run."""
    found = []
    cells = list(code_cells(notebook))
    if not any("parameters" in tags(cell) for cell in cells):
        found.append("no cell is tagged 'parameters'")
    if any("papermill-error-cell-tag" in tags(cell) for cell in notebook.cells):
        found.append("it carries papermill's mark of a failed run")
    for number, cell in enumerate(cells, start=1):
        where = f"code cell {number} ({cell.source.strip().splitlines()[0][:50]})"
        if cell.execution_count is None:
            found.append(f"{where} was not run")
        elif cell.execution_count != number:
            found.append(f"{where} has the execution count {cell.execution_count}; run the cells in order")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{where} raised {output.ename}: {output.evalue}")
            elif output.get("name") == "stderr":
                found.append(f"{where} wrote to stderr: {output.text.strip()[-300:]}")
            elif WIDGET in output.get("data", {}):
                found.append(f"{where} shows a widget, which stays blank on a page")
    return found


def on_demo(notebook: NotebookNode) -> list[str]:
    """Return a message if the outputs have the banner of the demo cohort, which published ones must not have."""
    shown = [output.get("data", {}) for cell in code_cells(notebook) for output in cell.outputs]
    if any(DEMO in data.get(kind, "") for data in shown for kind in ("text/html", "text/markdown")):
        return ["it ran on the demo cohort; publish from a run with the real files, see book/howto/run.md"]
    return []


def gate(path: Path) -> None:
    """Raise a NotebookError that lists the faults of an executed notebook, if there are any."""
    refuse(path, problems(read(path)))


def check(path: Path) -> None:
    """Raise a NotebookError if a published notebook has faults, or outputs of other code than its own."""
    notebook = read(path)
    found = problems(notebook) + on_demo(notebook)
    if notebook.metadata.get("gexlib", {}).get("digest") != digest(notebook):
        found.append("its outputs do not belong to its code; refresh them: snakemake --cores all publish")
    refuse(path, found)


def refuse(path: Path, found: list[str]) -> None:
    """Raise a NotebookError that lists the problems, if there are any."""
    if found:
        raise NotebookError("\n".join([f"{path} does not pass:", *(f"  - {line}" for line in found)]))
