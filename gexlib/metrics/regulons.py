"""Regulons, found in a data set: the positions of each transcription factor (TF) and of its target genes (TG)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from gexlib.checks import listing
from gexlib.metrics.expression import Expression

#: The target genes of each TF, by name.
Regulons = Mapping[str, Iterable[str]]


class Regulon(NamedTuple):
    """
    A TF and its targets, by their positions among the genes of a data set.

    Attributes
    ----------
    tf : int
    targets : ndarray of int, shape (n_targets,)
    """

    tf: int
    targets: np.ndarray


def find_regulons(regulons: Regulons, data: Expression, self_regulation: bool = True) -> list[Regulon]:
    """
    Find the regulons in a data set.

    Parameters
    ----------
    regulons : mapping of str to iterable of str
        Target genes of each TF. Genes that are not in the data are left out, and so are TFs that are not in the data
        or have no target there. A target that is listed twice counts once.
    data : Expression
        A data set whose genes have names.
    self_regulation : bool
        Whether a TF that regulates itself is among its own targets.

    Returns
    -------
    list of Regulon
        In the order of ``regulons``.

    Raises
    ------
    TypeError
        If ``regulons`` is not a mapping to collections of names.
    ValueError
        If ``regulons`` is empty or none of them is in the data, or if the genes of the data have no names, or the same
        name twice.

    Examples
    --------
    >>> data = Expression(np.eye(3), "real", genes=["crp", "lacZ", "araB"])
    >>> [(tf, targets.tolist()) for tf, targets in find_regulons({"crp": ["araB", "lacZ"], "fis": ["crp"]}, data)]
    [(0, [2, 1])]
    """
    if not isinstance(regulons, Mapping):
        raise TypeError(
            f"regulons must map each transcription factor to its targets, not {type(regulons).__name__}; "
            "gexlib.grn.regulons makes such a dict of a network"
        )
    if not regulons:
        raise ValueError("regulons is empty; give at least one transcription factor with its targets")
    if data.names is None:
        raise ValueError(f"genes is needed to find the regulons in an array: the {data.n_genes} column names")
    at = data.positions()
    found = []
    for tf, targets in regulons.items():
        if isinstance(targets, str) or not isinstance(targets, Iterable):
            raise TypeError(f"regulons[{tf!r}] must be a collection of gene names, not {targets!r}")
        present = [at[g] for g in dict.fromkeys(targets) if g in at and (self_regulation or g != tf)]
        if tf in at and present:
            found.append(Regulon(at[tf], np.array(present)))
    if not found:
        raise ValueError(
            f"regulons: none of the {len(regulons)} transcription factors is in the data together with "
            f"a target; regulons name {listing(list(regulons), 3)}, the data {listing(list(at), 3)}: "
            "use the same gene names in both"
        )
    return found


def genes_of(regulons: list[Regulon]) -> np.ndarray:
    """
    Return the positions of all TFs and targets of some regulons, each once, ascending.

    Examples
    --------
    >>> genes_of([Regulon(3, np.array([5, 0])), Regulon(5, np.array([1]))])
    array([0, 1, 3, 5])
    """
    return np.unique(np.concatenate([np.append(targets, tf) for tf, targets in regulons]))
