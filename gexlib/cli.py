"""The command line: ``gexlib fetch``, ``train``, ``sample`` and ``evaluate``."""

import warnings
from collections.abc import Iterable, Iterator
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


def _show_warning(message: Warning | str, *where) -> None:
    typer.echo(f"gexlib: {message}", err=True)


@contextmanager
def _errors_as_one_line() -> Iterator[None]:
    """Turn an error that the user can mend into one line on stderr and exit status 1."""
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
        typer.Option(help="Folder for the files [default: $GEXLIB_DATA/NAME, or the user's cache]."),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(metavar="URL|FOLDER", help="Take the files from here, not from GitHub."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress bar.")] = False,
) -> None:
    """
    Download a data set, verify every byte, and print the folder it is in.

    Complete files are not downloaded again. After an interruption, give the same command again.
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
        typer.Option(help="Column whose groups stay together (donor, condition). Not needed if obs has 'split'."),
    ] = None,
    categorical: Annotated[list[str] | None, typer.Option(help="A categorical covariate; repeat for more.")] = None,
    numerical: Annotated[list[str] | None, typer.Option(help="A numerical covariate; repeat for more.")] = None,
    preset: Annotated[str, typer.Option(help="Settings: default, paper_ecoli or paper_gtex_tcga.")] = "default",
    epochs: Annotated[
        int | None, typer.Option(help="Most epochs of the training [default: those of the preset].")
    ] = None,
    unseen: Annotated[
        str, typer.Option(help="How to treat a level that training never saw: 'error' or 'unknown'.")
    ] = "error",
    seed: Seed = 0,
    device: Device = "auto",
    checkpoint: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints. Give it again to continue an interrupted training.")
    ] = None,
    divided: Annotated[
        Path | None, typer.Option(help="Also write the data, with their parts in a column 'split', to this .h5ad file.")
    ] = None,
    backed: Annotated[
        bool, typer.Option("--backed", help="Leave the expression on the disk, for data larger than memory.")
    ] = False,
) -> None:
    """
    Train a model on 60 % of the groups of a data set; another 15 % decide when to stop.

    The other groups are the test samples; the training does not use them. If obs has a column 'split' (train,
    validation, test), as --divided writes it, that column decides the parts. To train one model with several processes:
    torchrun --nproc-per-node 2 --no-python gexlib train ...
    """
    with _errors_as_one_line():
        from gexlib.datasets import read, write
        from gexlib.preprocess import split_groups
        from gexlib.wgan import WGANGP
        from gexlib.wgan.processes import process_group
        from gexlib.wgan.settings import resolve

        settings = resolve(preset)
        settings = settings if epochs is None else settings.replace(epochs=epochs)
        with process_group() as first:
            gan = WGANGP(categorical or (), numerical or (), settings, seed, unseen, device)
            if backed and divided is not None:
                raise ValueError(
                    "--divided writes a copy of the data, which --backed cannot; put a column 'split' into obs instead"
                )
            samples = read(data, backed=backed)
            if "split" not in samples.obs:
                if by is None:
                    raise ValueError(f"{data} has no column 'split' in obs; name the groups that stay together: --by")
                samples.obs["split"] = split_groups(samples.obs, by=by, seed=seed)
            parts = {name: samples[samples.obs["split"] == name] for name in ("train", "validation")}
            gan.fit(parts["train"], parts["validation"], checkpoint=checkpoint)
        if not first:
            return
        gan.save(model)
        if divided is not None:
            write(samples, divided)
        sizes = ", ".join(f"{part.n_obs} {name} samples" for name, part in parts.items())
        typer.echo(f"{model}: {sizes}. {gan.decision_}")


@app.command()
def sample(
    model: Annotated[Path, typer.Argument(help="Folder of a model, or a pretrained one: ecoli, gtex-tcga.")],
    covariates: Annotated[
        Path, typer.Argument(help="Covariates of each sample to make: a .csv with a header and names, or an .h5ad.")
    ],
    out: Annotated[Path, typer.Argument(help="The .h5ad file to write.")],
    seed: Seed = 0,
    device: Device = "auto",
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
    split: Annotated[
        str | None,
        typer.Option(
            help="Value in the column 'split' of REAL to compare with [default: test, if REAL has the column]."
        ),
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(help="File of training samples [default: those of REAL with 'train' in the column 'split']."),
    ] = None,
    validation: Annotated[
        Path | None,
        typer.Option(help="File of validation samples [default: those of REAL with 'validation']."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="structure, GRN, fidelity, marginals, utility or privacy; repeat for more [default: all]."),
    ] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(help="A column whose levels are kinds of samples (tissue); repeat for more."),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(help="A column of obs that a classifier learns from synthetic data; repeat for more."),
    ] = None,
    contrast: Annotated[
        tuple[str, str, str] | None,
        typer.Option(
            metavar="COLUMN LEVEL REFERENCE", help="Differential expression, such as: condition cancer normal."
        ),
    ] = None,
    regulondb: Annotated[
        Path | None, typer.Option(help="A RegulonDB table of regulations: adds S_TF-TG and S_TG-TG.")
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of the model that made each SYNTHETIC, in their order: adds LOGAN and a second draw."
        ),
    ] = None,
    runs: Annotated[
        bool,
        typer.Option("--runs", help="The data sets are runs of one generator: show their mean and standard deviation."),
    ] = False,
    seed: Seed = 0,
    jobs: Annotated[int, typer.Option(help="Processors for random forests, -1 for all.")] = 1,
    out: Annotated[
        list[Path] | None,
        typer.Option(help="Also write the report to this .html, .json or .csv; repeat for more."),
    ] = None,
) -> None:
    """
    Report on synthetic data beside real data (the bound) and simple baselines.

    All metrics take a minute or two with 2,000 genes. "--only structure --only GRN" takes seconds: these are the
    coefficients of the paper's Table 1. Without training samples there are no bounds, baselines or numbers on privacy.
    """
    with _errors_as_one_line():
        import gexlib
        from gexlib.datasets import read
        from gexlib.grn import match_case, read_regulondb, regulons
        from gexlib.wgan import WGANGP

        writers = _writers(out or ())
        parts = _parts(real, split)
        parts |= {name: read(path) for name, path in {"train": train, "validation": validation}.items() if path}
        test, targets = parts["test"], None
        if regulondb is not None:
            targets = regulons(match_case(read_regulondb(regulondb), test.var_names), test.var_names)
        sets, models = [read(path) for path in synthetic], [WGANGP.load(path) for path in model or ()]
        if models and len(models) != len(sets):
            raise ValueError(f"--model is given {len(models)} times for {len(sets)} data sets; give it for each")
        short = len({path.stem for path in synthetic}) == len(synthetic)
        names = [path.stem if short else str(path) for path in synthetic]
        report = gexlib.evaluate(
            parts.get("train"),
            test,
            {"synthetic": sets} if runs else dict(zip(names, sets, strict=True)),
            validation=parts.get("validation"),
            within=within or (),
            labels=label or (),
            contrast=contrast,
            regulons=targets,
            models=({"synthetic": models} if runs else dict(zip(names, models, strict=True))) if models else None,
            families=only or None,
            seed=seed,
            jobs=jobs,
        )
        for path, kind in writers.items():
            getattr(report, kind)(path)
        typer.echo(report.table.to_string(float_format="{:.4f}".format, na_rep=""))
        for reason, some in report.left_out.groupby("reason", sort=False):
            what = f"{', '.join(some['metric'].unique())} ({', '.join(some['data'].unique())})"
            typer.echo(f"left out: {what}: {reason}", err=True)
        for note in report.notes:
            typer.echo(f"note: {note}", err=True)


def _writers(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the method of a report that writes each file, by the end of its name."""
    kinds = {".html": "to_html", ".json": "to_json", ".csv": "to_csv"}
    for path in paths:
        if path.suffix not in kinds:
            raise ValueError(f"--out {path} is none of: {', '.join(kinds)}")
    return {path: kinds[path.suffix] for path in paths}


def _parts(path: Path, split: str | None) -> dict:
    """Return test, train and validation samples of a file by its column 'split'; without it, all are test samples."""
    from gexlib.datasets import read

    samples = read(path)
    if "split" not in samples.obs and split is None:
        return {"test": samples}
    split = split or "test"
    if "split" not in samples.obs or not (samples.obs["split"] == split).any():
        raise ValueError(f"{path} has no samples with {split!r} in a column 'split' of obs")
    wanted = {"test": split, "train": "train", "validation": "validation"}
    parts = {name: samples[samples.obs["split"] == value].copy() for name, value in wanted.items()}
    return {name: part for name, part in parts.items() if part.n_obs and (name == "test" or wanted[name] != split)}


if __name__ == "__main__":
    app()
