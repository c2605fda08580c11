"""The command ``gexlib evaluate``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gexlib.cli.console import DataFile, Overwrite, Seed, errors_as_one_line, say


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
        typer.Option(help="Folder of the model that made each SYNTHETIC, in their order: adds LOGAN, a second draw."),
    ] = None,
    runs: Annotated[
        bool,
        typer.Option("--runs", help="The data sets are runs of one generator: show their mean and standard deviation."),
    ] = False,
    seed: Seed = 0,
    jobs: Annotated[int, typer.Option(help="Processors for forests and classifiers, -1 for all.")] = 1,
    out: Annotated[
        list[Path] | None,
        typer.Option(help="Also write the report to this .html, .json or .csv; repeat for more."),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """
    Report on synthetic data beside real data (the bound) and simple baselines.

    All metrics take a minute or two with 2,000 genes. "--only structure --only GRN" takes seconds: these are the
    coefficients of the paper's Table 1. Without training samples there are no bounds, baselines or numbers on privacy.
    """
    with errors_as_one_line():
        import gexlib
        from gexlib.atomic import check_output
        from gexlib.datasets import read
        from gexlib.grn import match_case, read_regulondb, regulons
        from gexlib.wgan import WGANGP

        writers = _writers(out or ())
        inputs = [real, *synthetic, *(model or ()), *filter(None, (train, validation, regulondb))]
        for number, path in enumerate(writers):
            check_output(path, overwrite, others=[*inputs, *list(writers)[:number]])
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
        try:
            for path, kind in writers.items():  # first, as nobody may listen to what is shown
                getattr(report, kind)(path)
        finally:
            _show(report)


def _show(report) -> None:
    """Show the table on stdout, and what was left out and the notes on stderr."""
    say(report.table.to_string(float_format="{:.4f}".format, na_rep=""))
    for reason, some in report.left_out.groupby("reason", sort=False):
        what = f"{', '.join(some['metric'].unique())} ({', '.join(some['data'].unique())})"
        say(f"left out: {what}: {reason}", err=True)
    for note in report.notes:
        say(f"note: {note}", err=True)


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
