"""
Command that runs, checks, stages and publishes the book's notebooks, for the Snakefile, the tests and CI.

``python workflow/notebooks.py --help`` lists its subcommands.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import nbfile
import pages
import reference
from nbfile import NotebookError, check_own, keep_apart, mark, problems, read, refuse, strip, tags, write
from parameters import bind

from gexlib.atomic import ended_by_signals, whole_file

Pairs = Iterable[tuple[str, str]]


def run(notebook: Path, out: Path, given: Pairs = (), wiring: Pairs = ()) -> None:
    """
    Execute a notebook, and write the result to ``out`` if the run has no faults.

    Parameters
    ----------
    notebook : Path
        The notebook, which is not changed.
    out : Path
        The path of the executed notebook. A run that fails leaves what was there as it was; the part that was executed
        goes to a file beside it, which ends in ``.failed.ipynb``. Both replace files of earlier runs only.
    given : iterable of (str, str)
        Names and values of parameters.
    wiring : iterable of (str, str)
        Names and values of the parameters that connect notebooks, such as paths. If ``given`` is empty, the book's page
        does not show the cell that sets them.

    Raises
    ------
    NotebookError
        If a parameter is unknown or has another type, a cell fails, the executed notebook has faults, or a file would
        be replaced that is not of an earlier run.
    """
    import matplotlib.font_manager  # noqa: F401  builds the font cache here, so that no cell shows a message about it
    import papermill
    from nbclient.exceptions import DeadKernelError

    given = list(given)
    values = bind(notebook, [*wiring, *given])
    failed = out.with_suffix(".failed.ipynb")
    keep_apart(notebook, out, failed)
    check_own(out, failed)
    os.environ.pop("MPLBACKEND", None)  # a backend for the terminal would leave pages without figures
    with whole_file(out) as temporary:  # hidden until it is complete; the next run clears what a killed one left
        try:
            with _kernel_messages() as messages:
                papermill.execute_notebook(
                    str(notebook),
                    str(temporary),
                    values,
                    progress_bar=False,
                    extra_arguments=["--log-level=CRITICAL"],
                )
            executed = read(temporary)
            about = reference.of_run(executed)
            executed = strip(executed)
            executed.metadata["gexlib"] = {"run": about}
            for cell in executed.cells:
                if "injected-parameters" in tags(cell) and not given:
                    cell.metadata["tags"].append("remove-cell")
            refuse(notebook, problems(executed))
            mark(executed)
            write(executed, temporary)
            check_own(out)  # the run may have taken hours
        except (papermill.PapermillExecutionError, DeadKernelError, NotebookError) as error:
            words = f"{_explain(notebook, error, messages)}\nThe part that was executed: {failed}"
            partial = read(temporary)
            mark(partial)
            write(partial, temporary)
            check_own(failed)
            temporary.replace(failed)
            raise NotebookError(words) from None
    failed.unlink(missing_ok=True)  # it was one of ours


@contextmanager
def _kernel_messages() -> Iterator[list[str]]:
    """Collect what a kernel writes directly to the terminal, such as messages while it shuts down."""
    messages = []
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield messages
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            caught.seek(0)
            messages += caught.read().decode(errors="replace").splitlines()


def _explain(notebook: Path, error: Exception, messages: list[str]) -> str:
    """Describe an error in a few lines: the line that failed, and the end of the traceback."""
    if isinstance(error, NotebookError):
        return str(error)
    if not hasattr(error, "traceback"):
        return "\n".join([f"{notebook} failed: {error}; was there enough memory?", *messages[-3:]])
    lines = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback)).splitlines()
    arrows = [line for line in lines if line.lstrip().startswith("-->")]
    shown = dict.fromkeys([*arrows[:1], *arrows[-1:], *lines[-3:]])
    return "\n".join([f"{notebook} failed in cell [{error.exec_count}]:", *(f"  {line}" for line in shown)])


def each(function: Callable[[Path], None], notebooks: Iterable[Path]) -> None:
    """Call a function on each notebook, and join all NotebookErrors into one."""
    messages = []
    for path in notebooks:
        try:
            function(path)
        except NotebookError as error:
            messages.append(str(error))
    if messages:
        raise NotebookError("\n".join(messages))


class Commands(click.Group):
    """Commands that end with the message of a NotebookError or an OSError, and the exit status 1."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            with ended_by_signals():
                return super().invoke(context)
        except BrokenPipeError:
            raise
        except (NotebookError, OSError) as error:
            raise click.ClickException(str(error)) from None


NOTEBOOK = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
NOTEBOOKS = click.argument("notebooks", type=NOTEBOOK, nargs=-1, required=True)


def pairs(*names: str, text: str) -> Callable:
    """Return an option that takes a name and a value, any number of times."""
    return click.option(*names, type=(str, str), multiple=True, metavar="NAME VALUE", help=text)


@click.group(cls=Commands)
def main() -> None:
    """Run, check, stage and publish the book's notebooks."""


@main.command("run")
@click.argument("notebook", type=NOTEBOOK)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@pairs("-p", "--parameter", "given", text="A parameter of the notebook.")
@pairs("-w", "--wiring", "wiring", text="A parameter that connects notebooks; the page does not show it.")
def run_command(notebook: Path, out: Path, given: Pairs, wiring: Pairs) -> None:
    """Execute NOTEBOOK, and write it to OUT if the run has no faults."""
    run(notebook, out, given, wiring)


@main.command("gate")
@NOTEBOOKS
def gate_command(notebooks: Iterable[Path]) -> None:
    """Check that each notebook was executed completely and in order, without errors, stderr or widgets."""
    each(nbfile.gate, notebooks)


@main.command("check")
@NOTEBOOKS
def check_command(notebooks: Iterable[Path]) -> None:
    """Check that each notebook has no faults, and that its outputs belong to its present code."""
    each(nbfile.check, notebooks)


@main.command("publish")
@click.argument("executed", type=NOTEBOOK)
@click.argument("source", type=NOTEBOOK)
def publish_command(executed: Path, source: Path) -> None:
    """Write the outputs of EXECUTED, a run with default parameters, into SOURCE, a notebook of the book."""
    pages.publish([(executed, source)], Path("book"))


@main.command("stage")
@click.argument("book", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=FOLDER)
@click.argument("executed", type=FOLDER)
def stage_command(book: Path, out: Path, executed: Path) -> None:
    """Copy the folder BOOK to OUT, and give its notebooks the outputs of those in the folder EXECUTED."""
    pages.stage(book, out, executed)


@main.command("print")
@click.argument("page", type=NOTEBOOK)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def print_command(page: Path, out: Path) -> None:
    """Print PAGE, an HTML file, to the PDF file OUT, by Chromium."""
    pages.print_pdf(page, out)


if __name__ == "__main__":
    main()
