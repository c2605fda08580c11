"""The command ``gexlib train``."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from gexlib.cli.console import DataFile, Device, Overwrite, Seed, errors_as_one_line, say


def train(
    data: DataFile,
    model: Annotated[Path, typer.Argument(help="Folder for the model.")],
    by: Annotated[
        str | None,
        typer.Option(
            help="Column whose groups stay together (donor, condition). If obs has 'split', it is checked by this."
        ),
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
    overwrite: Overwrite = False,
) -> None:
    """
    Train a model on 60 % of the groups of a data set; another 15 % decide when to stop.

    The other groups are the test samples; the training does not use them. If obs has a column 'split' (train,
    validation, test), as --divided writes it, that column decides the parts. To train one model with several processes:
    torchrun --nproc-per-node 2 --no-python gexlib train ...
    """
    with errors_as_one_line():
        from gexlib.atomic import check_output
        from gexlib.datasets import read, write
        from gexlib.preprocess import check_split, parts, split_groups
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
            _check_outputs(data, model, checkpoint, divided, overwrite)
            samples = read(data, backed=backed)
            if "split" not in samples.obs:
                if by is None:
                    raise ValueError(f"{data} has no column 'split' in obs; name the groups that stay together: --by")
                samples.obs["split"] = split_groups(samples.obs, by=by, seed=seed)
            elif by is not None:
                check_split(samples.obs, by)
            learned, scored, _ = parts(samples)
            gan.fit(learned, scored, checkpoint=checkpoint)
        if not first:
            return
        place = _save(gan, model, overwrite)
        if divided is not None:
            check_output(divided, overwrite)
            write(samples, divided)
        ended = f"{place}: {learned.n_obs} train samples, {0 if scored is None else scored.n_obs} validation samples"
        say(f"{ended}. {gan.decision_}")
        if place != model:
            raise FileExistsError(
                f"{model} was made by another process meanwhile and stays as it is; this model is in {place}"
            )


def _save(gan, model: Path, overwrite: bool) -> Path:
    """Save a model in its folder, or beside it if another process has filled that since; return the folder."""
    from gexlib.atomic import locked
    from gexlib.wgan.files.folder import check_place

    model.parent.mkdir(parents=True, exist_ok=True)
    with locked(model.parent, wait=True):  # one process at a time looks and writes
        for number in range(1, 1000):
            place = model if number == 1 else model.resolve().with_name(f"{model.resolve().name}-{number}")
            with suppress(FileExistsError, ValueError):
                check_place(place, "model", overwrite)
                break
        gan.save(place)
    return place


def _check_outputs(data: Path, model: Path, checkpoint: Path | None, divided: Path | None, overwrite: bool) -> None:
    """Raise an error before the training if one of its outputs cannot be written."""
    from gexlib.atomic import check_output, resolved
    from gexlib.datasets.files import check_name
    from gexlib.wgan.files.folder import check_place

    for folder in filter(None, (model, checkpoint)):
        if data.is_dir() and resolved(data) in (resolved(folder), *resolved(folder).parents):
            raise ValueError(f"{folder} is the data {data}, or lies in them; give a folder elsewhere")
    check_place(model, "model", overwrite)
    if checkpoint is not None:
        places = resolved(checkpoint), resolved(model)
        if places[0] in (places[1], *places[1].parents) or places[1] in places[0].parents:
            raise ValueError(f"{model} cannot hold the model and the checkpoint; give each a folder of its own")
        check_place(checkpoint, "training", overwrite=True)
    if divided is not None:
        check_name(divided)
        check_output(divided, overwrite, others=[data, model, *([checkpoint] if checkpoint else [])])
