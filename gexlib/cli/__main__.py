"""The command line as ``python -m gexlib.cli``."""

from gexlib.cli import app

app()
