"""The command line: ``gexlib fetch``, ``prepare``, ``train``, ``sample``, ``evaluate`` and ``export``."""

from gexlib.cli.console import app
from gexlib.cli.evaluate import evaluate
from gexlib.cli.export import export
from gexlib.cli.fetch import fetch
from gexlib.cli.prepare import prepare
from gexlib.cli.sample import sample
from gexlib.cli.train import train

for command in (fetch, prepare, train, sample, evaluate, export):
    app.command()(command)

__all__ = ["app"]
