"""Outputs of executed notebooks, put into a copy of the book for a build or into the book itself."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import plan as planning
import reference
from nbfile import (
    NotebookError,
    code_cells,
    digest,
    keep_apart,
    on_demo,
    problems,
    read,
    refuse,
    strip,
    tags,
    text_of,
    write,
    write_bytes,
)
from nbformat import NotebookNode

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOLDED = re.compile(  # the solution of an exercise, and the definitions of a report
    r'(tag_hide-cell[^>]*>\s*<details class="[^"]*"|<details class="report-definitions")'
)
STAGED = ".staged-book"  # in a copy of the book
PRINT_WAIT = 120_000  # milliseconds of the page's own clock, in which its scripts draw


def merge(source: Path, executed: Path, injected: bool = True) -> NotebookNode:
    """
    Return a source notebook with the outputs of a run of the same code; its text and tags are those of the source.

    With ``injected``, the cell in which papermill set the parameters is added. Without it, the cells are counted anew.

    Raises
    ------
    NotebookError
        If the run is of other code.
    """
    notebook = strip(read(source))
    runs = [cell for cell in read(executed).cells if cell.cell_type == "code"]
    setters = [cell for cell in runs if "injected-parameters" in tags(cell)]
    runs = [cell for cell in runs if cell not in setters]
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if [(cell.id, cell.source) for cell in runs] != [(cell.id, cell.source) for cell in codes]:
        raise NotebookError(f"the code of {source} has changed since it was executed into {executed}; run it again")
    for cell, run in zip(codes, runs, strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    if injected:
        place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in tags(cell)) + 1
        notebook.cells[place:place] = setters
        return notebook
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
    return notebook


def book_files(book: Path) -> list[Path]:
    """Return the files of the book, without those that tools leave there."""
    litter = {"_build", ".ipynb_checkpoints", "__pycache__", ".DS_Store"}
    return sorted(path for path in book.rglob("*") if path.is_file() and not litter & set(path.parts))


def stage(book: Path, out: Path, executed: Path) -> None:
    """
    Copy the book, and give its notebooks the outputs of their runs in the folder `executed`.

    A run has the same path in this folder as its notebook has in the book. A notebook without a run is copied as it is.
    Files of the copy that are no longer in the book are removed.

    Raises
    ------
    NotebookError
        If `out` has files and is not a copy that this function made, or a run is of other code.
    """
    described = {}
    _mark_copy(book, out, executed)
    copies = {path: out / path.relative_to(book) for path in book_files(book)}
    for path, copy in copies.items():
        run = executed / path.relative_to(book)
        if path.suffix == ".ipynb" and run.is_file():
            write(merge(path, run), copy)
            name = path.relative_to(book).with_suffix("").as_posix()
            described[name] = about(run, name)
        else:
            write_bytes(path.read_bytes(), copy)
    for name, run in described.items():
        reference.write(run, out, name)
    kept = {*copies.values(), out / STAGED}
    for path in out.rglob("*"):
        if path.is_file() and path not in kept and reference.FOLDER not in path.relative_to(out).parts:
            path.unlink()


def _mark_copy(book: Path, out: Path, executed: Path) -> None:
    """Mark a folder as a copy of the book, whose other files may be removed; refuse one that may hold other files."""
    place, *sources = (Path(os.path.realpath(path)) for path in (out, book, executed))
    if any(place == source or place in source.parents or source in place.parents for source in sources):
        raise NotebookError(f"{out} overlaps the book {book} or the runs {executed}; give a folder of its own")
    toc = "_toc.yml"  # before there was a mark, a copy that was built has the contents of the book
    built = (out / "_build").is_dir() and (book / toc).is_file() and (out / toc).is_file()
    ours = (out / STAGED).is_file() or (built and (out / toc).read_bytes() == (book / toc).read_bytes())
    if not ours and any(path.is_file() for path in out.rglob("*")):
        raise NotebookError(
            f"{out} has files but no {STAGED}, which marks a copy of the book; files that are not in the book would be "
            f"removed there. Give a new folder, or remove {out} if it is an old copy"
        )
    write_bytes(b"A copy of the book, made by stage. Files that are not in the book are removed.\n", out / STAGED)


def about(executed: Path, name: str) -> dict[str, object]:
    """Return what is known of a run: what it wrote down itself, and the hashes of the data that it read."""
    run = read(executed).metadata.get("gexlib", {}).get("run", {})
    rows = planning.table(Path(__file__).with_name("notebooks.yml"))
    return {**run, "data": reference.data_hashes(rows[name].inputs)} if name in rows else run


def print_pdf(page: Path, out: Path) -> None:
    """
    Print an HTML page to a PDF file with an outline, by headless Chromium, once its scripts have drawn all.

    Solutions of exercises and definitions of metrics are unfolded. The code that pages fold is not printed.

    Raises
    ------
    NotebookError
        If there is no Chromium, it writes no file, or there is something at `out`, which stays.
    """
    keep_apart(page, out)
    if os.path.lexists(out):
        raise NotebookError(f"{out} is there already; give another name, or remove it")
    from gexlib.atomic import whole_file  # only printing needs the library

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise NotebookError(f"printing needs one of these programs: {', '.join(BROWSERS)}")
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's sandbox does not work for root
    options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline"]
    wait = f"--virtual-time-budget={PRINT_WAIT}"
    with _unfolded(page) as unfolded, whole_file(out) as part:
        command = [program, *options, *sandbox, wait, f"--print-to-pdf={part.resolve()}", unfolded.resolve().as_uri()]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not part.is_file():
            raise NotebookError(f"{program} did not print {page}: {done.stderr.strip()[-300:]}")


@contextmanager
def _unfolded(page: Path) -> Iterator[Path]:
    """Yield a copy of a page with unfolded solutions, beside it for a while, where its images and styles are."""
    handle, name = tempfile.mkstemp(prefix=f"{page.stem}-unfolded-", suffix=".html", dir=page.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(FOLDED.sub(r"\1 open", text_of(page)))
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def publish(runs: Iterable[tuple[Path, Path]], book: Path) -> None:
    """
    Write the outputs of runs into the book's own notebooks, with a fingerprint of code and outputs.

    What is known of each run goes to a file in the book's folder ``_runs``, which the status page shows.

    Parameters
    ----------
    runs : iterable of (Path, Path)
        Executed notebooks, and their sources. All are checked before any is written.
    book : Path
        The folder of the book.

    Raises
    ------
    NotebookError
        If a run has faults, used the demo cohort, is of other code, or shows a path of this machine.
    """
    published = []
    for executed, source in runs:
        run = read(executed)
        refuse(executed, problems(run) + on_demo(run))
        notebook = merge(source, executed, injected=False)
        outputs = json.dumps([cell.outputs for cell in code_cells(notebook)])
        for place in (Path.cwd(), Path.home()):
            if f"{place}/" in outputs and len(place.parts) > 1:
                raise NotebookError(f"{executed} shows a path of this machine, {place}; show relative paths")
        notebook.metadata["gexlib"] = {"digest": digest(notebook)}
        if not source.resolve().is_relative_to(book.resolve()):
            raise NotebookError(f"{source} is not in the book {book}; give a notebook of the book")
        name = source.resolve().relative_to(book.resolve()).with_suffix("").as_posix()
        published.append((notebook, source, about(executed, name), name))
    for notebook, source, run, name in published:
        write(notebook, source)
        reference.write(run, book, name)
