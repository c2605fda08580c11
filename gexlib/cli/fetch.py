"""The command ``gexlib fetch``."""

from pathlib import Path
from typing import Annotated

import typer

from gexlib.cli.console import Overwrite, errors_as_one_line, say


def fetch(
    name: Annotated[str, typer.Argument(help="Data set: m3d (E. coli microarrays) or gtex-tcga (human RNA-seq).")],
    folder: Annotated[
        Path | None,
        typer.Option(help="Folder for the files [default: $GEXLIB_DATA/NAME, or the user's cache]."),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(metavar="URL|FOLDER", help="Take the files from here, not from GitHub."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress bar.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """
    Download a data set, verify every byte, and print the folder it is in.

    Complete files are not downloaded again. After an interruption, give the same command again. Other files of the same
    names stay, unless --overwrite is given.
    """
    with errors_as_one_line():
        from gexlib.datasets.registry import fetch

        say(fetch(name, folder, mirror, progress=not quiet, overwrite=overwrite))
