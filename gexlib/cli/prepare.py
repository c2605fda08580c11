"""The command ``gexlib prepare``."""

from pathlib import Path
from typing import Annotated

import typer

from gexlib.cli.console import Overwrite, Seed, errors_as_one_line, say


def prepare(
    expression: Annotated[Path, typer.Argument(help="Table of text: samples x genes, or genes x samples.")],
    out: Annotated[Path, typer.Argument(help="The .h5ad file to write.")],
    covariates: Annotated[
        Path | None,
        typer.Option(help="Table of text: a row for each sample. Without it, columns of text in EXPRESSION."),
    ] = None,
    rows: Annotated[
        str, typer.Option(help="Rows of EXPRESSION: samples or genes; auto finds out by their names.")
    ] = "auto",
    scale: Annotated[
        str | None,
        typer.Option(
            help="log-cpm or log-tpm (of counts), log2 (of TPM, FPKM, intensities), as-is [default: they must be]."
        ),
    ] = None,
    lengths: Annotated[
        str | None, typer.Option(help="Column of EXPRESSION with the lengths of genes (rows are genes), for log-tpm.")
    ] = None,
    describing: Annotated[
        list[str] | None, typer.Option(help="A column of numbers in EXPRESSION that is no expression; repeat for more.")
    ] = None,
    sample_column: Annotated[
        str | None, typer.Option(help="Column of the covariates with the names of the samples [default: the first].")
    ] = None,
    duplicates: Annotated[
        str, typer.Option(help="Genes of one name: error, or their mean or sum, or the first.")
    ] = "error",
    missing: Annotated[str, typer.Option(help="Genes with missing values: error, or drop them.")] = "error",
    fill: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=LEVEL", help="Give a covariate's missing values a level; repeat for more."),
    ] = None,
    genes: Annotated[Path | None, typer.Option(help="File with one gene a line: take these.")] = None,
    by: Annotated[
        str | None, typer.Option(help="Divide the samples: column whose groups stay together (donor, condition).")
    ] = None,
    most_variable: Annotated[
        int | None, typer.Option(help="Take so many genes, the most variable ones of the training samples; needs --by.")
    ] = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """
    Make a data set of two tables, expression and covariates: .csv, .tsv, or either with .gz.

    Samples are brought into one order, and raw counts are told from logarithms. The other commands take the file that
    is written.
    """
    with errors_as_one_line():
        from gexlib.atomic import check_output
        from gexlib.checks import whole_text
        from gexlib.datasets import read_tables, write
        from gexlib.datasets.files import check_name, check_names_in
        from gexlib.preprocess import match_genes, scale_of, to_scale
        from gexlib.preprocess import prepare as divide

        check_name(out)
        check_output(out, overwrite, others=[expression, *filter(None, (covariates, genes))])
        if most_variable is not None and by is None:
            raise ValueError("--most-variable needs --by: the genes are chosen on the training samples alone")
        describing = [*(describing or []), *([lengths] if lengths else [])]
        data = read_tables(expression, covariates, rows, describing, sample_column, duplicates, missing)
        check_names_in(data)
        axis, size = data.uns["provenance"]["rows"], f"{data.n_obs} samples x {data.n_vars} genes"
        say(f"{expression}: rows are {axis}; {size}; {scale_of(data).seen}")
        data = to_scale(data, scale, lengths)
        _fill(data.obs, fill or ())
        if genes is not None:
            wanted = whole_text(genes, "give a file with one gene a line").split()
            data, matched = match_genes(data, wanted, ignore_case=True)
            say(f"{genes}: {matched}")
        if by is not None:
            data = divide(data, by=by, seed=seed, most_variable=most_variable)
        write(data, out)
        divided = (
            ""
            if by is None
            else "; " + ", ".join(f"{n} {part}" for part, n in data.obs["split"].value_counts().items())
        )
        say(f"{out}: {data.n_obs} samples x {data.n_vars} genes{divided}")


def _fill(obs, wanted) -> None:
    """Give missing values of columns a level, in place."""
    from gexlib.checks import check_columns

    for words in wanted:
        column, equals, level = words.partition("=")
        if not equals or not level:
            raise ValueError(f"--fill {words!r} must be COLUMN=LEVEL, such as sex=unknown")
        check_columns("fill", [column], obs)
        if obs[column].dtype.kind in "iuf":
            try:
                level = float(level)
            except ValueError:
                raise ValueError(f"--fill {words}: the column {column!r} has numbers; give one") from None
        obs[column] = obs[column].fillna(level)
