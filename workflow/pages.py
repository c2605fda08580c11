"""Outputs of executed notebooks, put into a copy of the book for a build or into the book itself."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import plan as planning
import reference
from nbfile import (
    NotebookError,
    code_cells,
    digest,
    on_demo,
    problems,
    read,
    refuse,
    strip,
    tags,
    write,
    write_bytes,
)
from nbformat import NotebookNode

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOLDED = re.compile(r'(tag_hide-cell[^>]*>\s*<details class="[^"]*")')  # the solution of an exercise
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
    """
    described = {}
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
    for path in out.rglob("*"):
        if path.is_file() and path not in copies.values() and reference.FOLDER not in path.relative_to(out).parts:
            path.unlink()


def about(executed: Path, name: str) -> dict[str, object]:
    """Return what is known of a run: what it wrote down itself, and the hashes of the data that it read."""
    run = read(executed).metadata.get("gexlib", {}).get("run", {})
    rows = planning.table(Path(__file__).with_name("notebooks.yml"))
    return {**run, "data": reference.data_hashes(rows[name].inputs)} if name in rows else run


def print_pdf(page: Path, out: Path) -> None:
    """
    Print an HTML page to a PDF file with an outline, by headless Chromium, once its scripts have drawn all.

    Solutions of exercises are unfolded. The code that pages fold is not printed.

    Raises
    ------
    NotebookError
        If there is no Chromium, or it writes no file.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise NotebookError(f"printing needs one of these programs: {', '.join(BROWSERS)}")
    out.unlink(missing_ok=True)
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's sandbox does not work for root
    options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline"]
    wait = f"--virtual-time-budget={PRINT_WAIT}"
    unfolded = page.with_name("unfolded.html")  # beside it, where its images and styles are
    unfolded.write_text(FOLDED.sub(r"\1 open", page.read_text(encoding="utf-8")), encoding="utf-8")
    command = [program, *options, *sandbox, wait, f"--print-to-pdf={out.resolve()}", unfolded.resolve().as_uri()]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or not out.is_file():
        raise NotebookError(f"{program} did not print {page}: {done.stderr.strip()[-300:]}")


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
        name = source.resolve().relative_to(book.resolve()).with_suffix("").as_posix()
        published.append((notebook, source, about(executed, name), name))
    for notebook, source, run, name in published:
        write(notebook, source)
        reference.write(run, book, name)
