"""What all commands share: their options, errors and warnings as one line, and standard streams that are open."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Generation and evaluation of gene expression data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
DataFile = Annotated[Path, typer.Argument(help="Samples x genes with covariates in obs: an .h5ad file, or .zarr.")]
Seed = Annotated[int, typer.Option(help="Seed of all random numbers.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, ...")]
_unsaid: list[OSError] = []  # what kept standard output from being written
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace outputs that are there already.")]


@contextmanager
def errors_as_one_line() -> Iterator[None]:
    """Turn an error that the user can mend into one line on stderr and exit status 1; end cleanly by signals."""
    from gexlib.atomic import ended_by_signals

    _unsaid.clear()
    try:
        with ended_by_signals(), warnings.catch_warnings():
            warnings.showwarning = _show_warning
            yield
        if _unsaid:  # the work is done; that it was not told is an error all the same
            why = _unsaid[0].strerror
            raise OSError(_unsaid[0].errno, f"the work is done, but standard output cannot be written ({why})")
    except (ValueError, TypeError, OSError, FloatingPointError, MemoryError, ImportError) as error:
        words = error.strerror if isinstance(error, OSError) and error.filename is None else None
        nothing_said = "out of memory" if isinstance(error, MemoryError) else type(error).__name__
        _tell(words or str(error) or nothing_said)
        raise typer.Exit(1) from None


def say(text: str, err: bool = False) -> None:
    """
    Write a line to standard output, or to standard error.

    A stream that cannot be written, as a pipe whose reader has ended, does not end the work. If it is standard output,
    :func:`errors_as_one_line` ends with an error once the work is done.
    """
    try:
        typer.echo(text, err=err)
    except OSError as error:
        if not err:
            _unsaid.append(error)


def _show_warning(message: Warning | str, *where) -> None:
    _tell(message)


def _tell(message: object) -> None:
    say(f"gexlib: {' '.join(str(message).splitlines())}", err=True)


def open_streams() -> None:
    """
    Open the standard streams that are closed, as by ``2>&-``, to nowhere.

    Otherwise the next file that is opened takes the place of the closed one, and messages go into the file. A stream
    that is open shows characters that it cannot write by their numbers.
    """
    for handle in range(3):
        try:
            os.fstat(handle)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest handle that is free
    for name in ("stdout", "stderr"):
        if (stream := getattr(sys, name)) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  for the whole process
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gexlib {version('gexlib')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Generation and evaluation of gene expression data."""
    open_streams()
