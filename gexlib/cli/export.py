"""The command ``gexlib export``."""

from pathlib import Path
from typing import Annotated

import typer

from gexlib.cli.console import Overwrite, errors_as_one_line, say


def export(
    model: Annotated[Path, typer.Argument(help="Folder of a model, or a pretrained one: ecoli, gtex-tcga.")],
    out: Annotated[Path, typer.Argument(help="The .onnx file to write.")],
    overwrite: Overwrite = False,
) -> None:
    """
    Write a generator as one file of ONNX, which runs in a browser, in R, or anywhere without PyTorch.

    The file holds the covariates' levels, the genes and the unit too. It needs pip install 'gexlib[onnx]'.
    """
    with errors_as_one_line():
        from gexlib.atomic import check_output
        from gexlib.wgan import WGANGP, export_onnx
        from gexlib.wgan.model import PRETRAINED
        from gexlib.wgan.onnx_export import check_onnx_name

        check_onnx_name(out)
        check_output(out, overwrite, others=[model])
        pretrained = str(model) in PRETRAINED and not model.exists()
        gan = WGANGP.load_pretrained(str(model), "cpu") if pretrained else WGANGP.load(model, "cpu")
        export_onnx(gan, out)
        say(f"{out}: {gan.generator_.n_genes} genes, {out.stat().st_size / 1e6:.1f} MB")
