"""Counterfactuals: the changes that a generator makes if one covariate is switched and all else is held still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Real
from typing import NamedTuple

import numpy as np
import pandas as pd

from gexlib.checks import check_columns, listing, whole_number
from gexlib.preprocess import CovariateEncoder, Covariates

RUNS_AT_A_TIME = 256  # pairs of profiles that are generated together, and genes summarised together: bounds the memory
TAILS = (0.025, 0.975)  # the percentiles of the runs that a table shows, as fractions


class Runs(NamedTuple):
    """Encoded covariates with the reference and with the value, a row for each run, and how many rows `obs` had."""

    reference: Covariates
    value: Covariates
    n_rows: int


def build_runs(
    encoder: CovariateEncoder,
    obs: pd.DataFrame,
    by: str,
    value: str | float,
    reference: str | float | None,
    n: int,
    rng: np.random.Generator,
) -> Runs:
    """
    Return the encoded covariates of both sides of `n` runs; the sides differ in the covariate `by` only.

    The rows of `obs` are used in random order, again and again, so that each takes part equally often (up to one run).
    Without a reference, rows that have `value` already are left out. The arguments are those of
    :meth:`gexlib.wgan.WGANGP.counterfactual`; `rng` draws the order of the rows. Raises the errors of that method.
    """
    check_switch(encoder, obs, by, value, reference)
    if reference is None:
        obs = obs[(obs[by].astype(object) != value).to_numpy()]
    if obs.empty:
        way = "give a reference" if reference is None else "give one row or more"
        raise ValueError(f"obs has no row whose {by} can be switched to {value!r}; {way}")
    cycles = [rng.permutation(len(obs)) for _ in range(-(-n // len(obs)))]
    rows = np.concatenate(cycles)[:n]

    def encoded(level: str | float | None) -> Covariates:
        switched = obs if level is None else obs.assign(**{by: level})
        return encoder.transform(switched).of_rows(rows)

    return Runs(encoded(reference), encoded(value), len(obs))


def run_differences(
    generate: Callable[[Covariates, int], np.ndarray], runs: Runs, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """
    Yield the difference that the switch makes in each run, a block of runs at a time, shape (n_block, n_genes).

    `generate` takes encoded covariates and a seed, and returns expression. Both profiles of a run come from the same
    seed, and so from the same latent vector. `rng` draws the seeds.
    """
    for start in range(0, len(runs.value.codes), RUNS_AT_A_TIME):
        rows, seed = slice(start, start + RUNS_AT_A_TIME), int(rng.integers(2**62))
        value, reference = (
            generate(Covariates(side.codes[rows], side.values[rows]), seed) for side in (runs.value, runs.reference)
        )
        yield value - reference


def summarise_runs(differences: np.ndarray, genes: pd.Index) -> pd.DataFrame:
    """
    Return a table with one row a gene: mean, standard deviation, standard error and percentiles over the runs.

    `differences` has the shape (n_runs, n_genes), with two runs or more. The columns are those of
    :meth:`gexlib.wgan.WGANGP.counterfactual`.
    """
    n, n_genes = differences.shape
    effect, sd = np.empty(n_genes), np.empty(n_genes)
    low, high = np.empty(n_genes), np.empty(n_genes)
    for start in range(0, n_genes, RUNS_AT_A_TIME):  # float64 for a block of genes only, to bound the memory
        block = slice(start, start + RUNS_AT_A_TIME)
        x = differences[:, block].astype(np.float64)
        effect[block], sd[block] = x.mean(axis=0), x.std(axis=0, ddof=1)
        low[block], high[block] = np.quantile(x, TAILS, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(effect == 0, 0.0, effect / sd)
    columns = {"effect": effect, "sd": sd, "se": sd / np.sqrt(n), "low": low, "high": high, "z": z}
    return pd.DataFrame(columns, index=genes)


def check_switch(
    encoder: CovariateEncoder,
    obs: pd.DataFrame,
    by: str,
    value: str | float,
    reference: str | float | None,
) -> None:
    """Raise the errors of :meth:`gexlib.wgan.WGANGP.counterfactual` if a covariate cannot be switched so."""
    if by not in [*encoder.categorical, *encoder.numerical]:
        known = listing([*encoder.categorical, *encoder.numerical])
        raise ValueError(f"by={by!r} is no covariate that the model is conditioned on; its covariates: {known}")
    given = {"value": value} | ({} if reference is None else {"reference": reference})
    for argument, level in given.items():
        if by in encoder.numerical:
            if isinstance(level, bool) or not isinstance(level, Real):
                raise TypeError(f"{argument}={level!r} must be a number, as {by!r} is a numerical covariate")
            if not np.isfinite(level):
                raise ValueError(f"{argument}={level!r} must be a finite number")
        elif level not in encoder.vocabularies_[by]:
            levels = listing(encoder.vocabularies_[by])
            raise ValueError(f"{argument}={level!r} is not a level of {by!r}; levels: {levels}")
    if value == reference:
        raise ValueError(f"value and reference are both {value!r}; nothing would be switched")
    if not isinstance(obs, pd.DataFrame):
        raise TypeError(
            f"obs is a {type(obs).__name__}; give a DataFrame with one row a sample, or an AnnData of samples"
        )
    if reference is None:
        check_columns("by", [by], obs)


def counterfactual(
    generate: Callable[[Covariates, int], np.ndarray],
    encoder: CovariateEncoder,
    genes: pd.Index,
    obs: pd.DataFrame,
    by: str,
    value: str | float,
    reference: str | float | None = None,
    n: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """
    Switch one covariate and measure how much each gene changes, for any generator.

    Parameters
    ----------
    generate : callable
        Takes encoded covariates (n rows) and a seed, and returns expression, shape (n, n_genes). The same seed must
        give the same latent vectors.
    encoder : CovariateEncoder
        Fitted.
    genes : Index
        The names of the genes.
    obs, by, value, reference, n, seed
        As for :meth:`gexlib.wgan.WGANGP.counterfactual`.

    Returns
    -------
    DataFrame, one row a gene
        As :meth:`gexlib.wgan.WGANGP.counterfactual` gives it, in the unit of what `generate` returns.

    Raises
    ------
    ValueError, TypeError
        As :meth:`gexlib.wgan.WGANGP.counterfactual`.
    """
    n, seed = whole_number("n", n, 2), whole_number("seed", seed, 0)
    rng = np.random.default_rng(seed)
    runs = build_runs(encoder, obs, by, value, reference, n, rng)
    differences = np.empty((n, len(genes)), np.float32)
    done = 0
    for block in run_differences(generate, runs, rng):
        differences[done : done + len(block)] = block
        done += len(block)
    table = summarise_runs(differences, genes)
    table.attrs = {
        "by": by,
        "value": value,
        "reference": "as in obs" if reference is None else reference,
        "n": n,
        "rows": runs.n_rows,
        "seed": seed,
    }
    return table
