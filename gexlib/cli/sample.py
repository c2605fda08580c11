"""The command ``gexlib sample``."""

from pathlib import Path
from typing import Annotated

import typer

from gexlib.cli.console import Device, Overwrite, Seed, errors_as_one_line, say


def sample(
    model: Annotated[Path, typer.Argument(help="Folder of a model, or a pretrained one: ecoli, gtex-tcga.")],
    covariates: Annotated[
        Path, typer.Argument(help="Covariates of each sample to make: a .csv or .tsv with names, or as for train.")
    ],
    out: Annotated[Path, typer.Argument(help="The .h5ad file to write.")],
    split: Annotated[
        str | None, typer.Option(help="Only for the samples with this value in the column 'split', such as test.")
    ] = None,
    seed: Seed = 0,
    device: Device = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Generate a sample for each row of a table of covariates."""
    with errors_as_one_line():
        from gexlib.atomic import check_output
        from gexlib.checks import listing
        from gexlib.datasets import read, write
        from gexlib.datasets.files import check_name
        from gexlib.preprocess import UNKNOWN, read_covariates
        from gexlib.wgan import WGANGP
        from gexlib.wgan.model import PRETRAINED

        check_name(out)
        check_output(out, overwrite, others=[model, covariates])
        pretrained = str(model) in PRETRAINED and not model.exists()
        gan = WGANGP.load_pretrained(str(model), device) if pretrained else WGANGP.load(model, device)
        is_data = covariates.is_dir() or covariates.suffix == ".h5ad"
        obs = read(covariates).obs if is_data else read_covariates(covariates, gan.encoder_)
        if split is not None:
            if "split" not in obs or not (obs["split"] == split).any():
                raise ValueError(f"--split {split}: {covariates} has no samples with {split!r} in a column 'split'")
            obs = obs[(obs["split"] == split).to_numpy()]
        synthetic = gan.sample(obs, seed=seed)
        write(synthetic, out)
        for name, counts in gan.encoder_.unseen_levels(obs).items():
            say(
                f"warning: {counts.sum()} of {len(obs)} samples have a level of {name!r} that the model does not know "
                f"({listing(counts.index, 5)}); they count as {UNKNOWN!r}",
                err=True,
            )
        say(f"{out}: {synthetic.n_obs} samples x {synthetic.n_vars} genes")
