"""The command line: ``gexlib fetch`` downloads data sets."""

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


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Data set: m3d (E. coli microarrays) or gtex-tcga (human RNA-seq).")],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the files go [default: $GEXLIB_DATA/NAME, or the user's cache]."),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(metavar="URL|FOLDER", help="Take the files from here instead of from GitHub."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress bar.")] = False,
) -> None:
    """Download a data set, verify every byte, and print the folder it is in.

    Files that are complete are not downloaded again, so an interrupted download can simply be repeated.
    """
    from gexlib.datasets.registry import fetch

    try:
        typer.echo(fetch(name, folder=folder, mirror=mirror, progress=not quiet))
    except (ValueError, OSError) as error:
        typer.echo(f"gexlib: {error}", err=True)
        raise typer.Exit(1) from None
