"""The command line: ``gexlib fetch``, ``train``, ``sample`` and ``evaluate``."""

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
DataFile = Annotated[Path, typer.Argument(help="Samples x genes with covariates in obs: an .h5ad file.")]
Seed = Annotated[int, typer.Option(help="Decides all random numbers.")]


def _show_warning(message: Warning | str, *where) -> None:
    typer.echo(f"gexlib: {message}", err=True)


@contextmanager
def _errors_as_one_line() -> Iterator[None]:
    """End with the message of an error that the user can mend, and exit status 1, instead of a traceback."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            yield
    except (ValueError, TypeError, OSError, FloatingPointError, MemoryError) as error:
        message = error.strerror if isinstance(error, OSError) and error.filename is None else None
        typer.echo(f"gexlib: {message or error or 'out of memory'}", err=True)
        raise typer.Exit(1) from None


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
    with _errors_as_one_line():
        from gexlib.datasets.registry import fetch

        typer.echo(fetch(name, folder=folder, mirror=mirror, progress=not quiet))


@app.command()
def train(
    data: DataFile,
    model: Annotated[Path, typer.Argument(help="Folder for the model.")],
    by: Annotated[
        str | None,
        typer.Option(help="Column whose groups stay together (donor, condition); not needed if obs has 'split'."),
    ] = None,
    categorical: Annotated[list[str] | None, typer.Option(help="A categorical covariate; repeat for more.")] = None,
    numerical: Annotated[list[str] | None, typer.Option(help="A numerical covariate; repeat for more.")] = None,
    preset: Annotated[str, typer.Option(help="Settings: default, human, paper_ecoli or paper_gtex_tcga.")] = "default",
    epochs: Annotated[int | None, typer.Option(help="Passes over the data, at most [default: as the preset].")] = None,
    unseen: Annotated[str, typer.Option(help="A level that training never saw is an 'error', or 'unknown'.")] = "error",
    seed: Seed = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    checkpoint: Annotated[
        Path | None, typer.Option(help="Folder from which an interrupted training goes on; give the same again.")
    ] = None,
    divided: Annotated[
        Path | None, typer.Option(help="Also write the data with their division, column 'split', to this .h5ad file.")
    ] = None,
) -> None:
    """Train a model on 60 % of the groups of a data set, and stop by another 15 %.

    The rest, the test samples, has no part in it. With a column 'split' in obs (train, validation, test), as
    --divided writes it, that division is used instead. Several processes train one model together under
    torchrun --nproc-per-node 2 --no-python gexlib train ...
    """
    with _errors_as_one_line():
        from gexlib.datasets import read, write
        from gexlib.preprocess import prepare
        from gexlib.wgan import WGANGP
        from gexlib.wgan.distributed import process_group
        from gexlib.wgan.settings import resolve

        settings = resolve(preset)
        settings = settings if epochs is None else settings.replace(epochs=epochs)
        with process_group() as first:
            gan = WGANGP(categorical or (), numerical or (), settings, seed, unseen, device)
            samples = read(data)
            if "split" not in samples.obs:
                if by is None:
                    raise ValueError(f"{data} has no column 'split' in obs; name the groups that stay together: --by")
                samples = prepare(samples, by=by, seed=seed)
            parts = {name: samples[samples.obs["split"] == name].copy() for name in ("train", "validation")}
            gan.fit(parts["train"], parts["validation"], checkpoint=checkpoint)
        if not first:
            return
        gan.save(model)
        if divided is not None:
            write(samples, divided)
        sizes = ", ".join(f"{part.n_obs} {name} samples" for name, part in parts.items())
        typer.echo(f"{model}: {sizes}; epoch {gan.best_epoch_}, S_dist {gan.best_score_:.3f} on the validation samples")


@app.command()
def sample(
    model: Annotated[Path, typer.Argument(help="Folder of a model, or a pretrained one: ecoli, gtex-tcga.")],
    covariates: Annotated[
        Path, typer.Argument(help="What to generate, one row a sample: a .csv with a header and names, or an .h5ad.")
    ],
    out: Annotated[Path, typer.Argument(help="The .h5ad file to write.")],
    seed: Seed = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
) -> None:
    """Generate a sample for each row of a table of covariates."""
    with _errors_as_one_line():
        import pandas as pd

        from gexlib.datasets import read, write
        from gexlib.wgan import WGANGP
        from gexlib.wgan.model import PRETRAINED

        pretrained = str(model) in PRETRAINED and not model.exists()
        gan = WGANGP.load_pretrained(str(model), device) if pretrained else WGANGP.load(model, device)
        obs = read(covariates).obs if covariates.suffix == ".h5ad" else pd.read_csv(covariates, index_col=0)
        synthetic = gan.sample(obs, seed=seed)
        write(synthetic, out)
        typer.echo(f"{out}: {synthetic.n_obs} samples x {synthetic.n_vars} genes")


@app.command()
def evaluate(
    real: DataFile,
    synthetic: Annotated[list[Path], typer.Argument(help="One or more data sets of the same genes.")],
    regulondb: Annotated[
        Path | None, typer.Option(help="A RegulonDB table of regulations: adds S_TF-TG and S_TG-TG.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Use only these samples of REAL, such as test (column 'split' in obs).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the table to this .csv file.")] = None,
) -> None:
    """Score synthetic data against real data; 1 is best. Give real data among them to see what is attainable."""
    with _errors_as_one_line():
        from gexlib import metrics
        from gexlib.atomic import whole_file
        from gexlib.datasets import read
        from gexlib.grn import match_case, read_regulondb, regulons

        samples = read(real)
        if split is not None:
            if "split" not in samples.obs or not (samples.obs["split"] == split).any():
                raise ValueError(f"{real} has no samples with {split!r} in a column 'split' of obs")
            samples = samples[samples.obs["split"] == split].copy()
        targets = None
        if regulondb is not None:
            targets = regulons(match_case(read_regulondb(regulondb), samples.var_names), samples.var_names)
        table = metrics.evaluate(samples, {str(path): read(path) for path in synthetic}, targets)
        if out is not None:
            with whole_file(out) as part:
                table.to_csv(part)
        typer.echo(table.to_string(float_format="{:.4f}".format))


if __name__ == "__main__":
    app()
