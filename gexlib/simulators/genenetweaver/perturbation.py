"""Perturbations: what an experiment does to the genes of a GeneNetWeaver model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

FACTORS = {"knock-out": 0.0, "knock-down": 0.5, "over-expression": 2.0}
NAMED = ("multifactorial", "wild type")
MULTIFACTORIAL_SD = 0.25

GeneChange = Mapping[str, float | str]


@dataclass(frozen=True)
class Perturbation:
    """Samples to simulate: their labels, and shifts and factors of the transcription rates (samples x genes)."""

    labels: list[str]
    shift: np.ndarray | None = None
    factor: np.ndarray | None = None

    def rows(self, rows: slice, genes: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return shift and factor of some samples as arrays of shape (n_genes, n_samples)."""
        shape = (len(genes), len(self.labels[rows]))
        shift = np.zeros(shape) if self.shift is None else self.shift[rows][:, genes].T
        return shift, np.ones(shape) if self.factor is None else self.factor[rows][:, genes].T


def perturb(
    perturbation: str | GeneChange | Sequence[GeneChange] | pd.DataFrame | np.ndarray,
    n_samples: int | None,
    genes: list[str],
    rng: np.random.Generator,
) -> Perturbation:
    """Return the perturbations that the argument ``perturbation`` of ``GeneNetWeaver.simulate`` describes."""
    if isinstance(perturbation, pd.DataFrame | np.ndarray):
        shift = _given(perturbation, genes)
        _agree(n_samples, len(shift))
        return Perturbation(["given"] * len(shift), shift=shift)
    if isinstance(perturbation, Sequence) and not isinstance(perturbation, str):
        changes = list(perturbation)
        _agree(n_samples, len(changes))
        return Perturbation([_label(c) for c in changes], factor=np.array([_factors(c, genes) for c in changes]))
    n = 1 if n_samples is None else n_samples
    if isinstance(perturbation, Mapping):
        return Perturbation([_label(perturbation)] * n, factor=np.tile(_factors(perturbation, genes), (n, 1)))
    if perturbation not in NAMED:
        raise ValueError(
            f"perturbation {perturbation!r} is not one of {', '.join(map(repr, NAMED))}; for named genes give a "
            "mapping such as {'crp': 'knock-out'}, for shifts of your own a table"
        )
    if perturbation == "wild type":
        return Perturbation(["wild type"] * n)
    return Perturbation(["multifactorial"] * n, shift=rng.normal(0, MULTIFACTORIAL_SD, (n, len(genes))))


def _agree(n_samples: int | None, n: int) -> None:
    if not n:
        raise ValueError("perturbation is empty; it needs at least one sample")
    if n_samples not in (None, n):
        raise ValueError(f"n_samples is {n_samples}, but perturbation holds {n} samples; leave n_samples out")


def _given(table: pd.DataFrame | np.ndarray, genes: list[str]) -> np.ndarray:
    if isinstance(table, pd.DataFrame):
        if not table.columns.is_unique or set(table.columns) != set(genes):
            strange = [str(g) for g in [*table.columns.difference(genes), *pd.Index(genes).difference(table.columns)]]
            raise ValueError(
                f"the columns of perturbation must be the {len(genes)} genes of the model, each once; not in both: "
                f"{', '.join(strange[:5]) or 'none, but some are repeated'}"
            )
        table = table[genes].to_numpy()
    if table.ndim != 2 or table.shape[1] != len(genes):
        raise ValueError(f"perturbation has shape {table.shape}, but must be (n_samples, {len(genes)} genes)")
    shift = table.astype(np.float64)
    if not np.isfinite(shift).all():
        raise ValueError("perturbation has NaN or infinite values; use 0 for a gene that is not perturbed")
    return shift


def _factors(change: GeneChange, genes: list[str]) -> np.ndarray:
    if not isinstance(change, Mapping):
        raise TypeError(f"perturbation holds {change!r}; each sample needs a mapping such as {{'crp': 'knock-out'}}")
    factors = np.ones(len(genes))
    for gene, value in change.items():
        if gene not in genes:
            raise ValueError(f"perturbed gene {gene!r} is not one of the {len(genes)} genes of the model")
        factor = FACTORS.get(value) if isinstance(value, str) else value
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 <= factor < math.inf:
            raise ValueError(
                f"perturbation of gene {gene!r} is {value!r}, but must be {', '.join(map(repr, FACTORS))} or the "
                "factor of its transcription rate, a number of at least 0"
            )
        factors[genes.index(gene)] = factor
    return factors


def _label(change: GeneChange) -> str:
    """
    Return a short name of a sample, such as ``crp knock-out``.

    Examples
    --------
    >>> _label({"crp": "knock-out", "fis": 0.3})
    'crp knock-out, fis x 0.3'
    """
    if not isinstance(change, Mapping):
        return ""  # refused by _factors
    return ", ".join(f"{g} {v}" if isinstance(v, str) else f"{g} x {v:g}" for g, v in change.items()) or "wild type"
