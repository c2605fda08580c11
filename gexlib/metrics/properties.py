r"""
Properties of expression data by which Maier et al. test simulators :cite:p:`maier2013turing`.

Their "Turing test" compares four distributions: of all values; of the ranges of genes; of the correlations between
genes that regulation connects, beside those of other pairs; and of how often transcription factors (TF) are active.
Viñas et al. draw the same figures :cite:p:`vinas2022adversarial`. This module computes the distributions, and the
distance between two of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.metrics.activity import tf_activity
from gexlib.metrics.expression import DataSet, Expression
from gexlib.metrics.regulated_pairs import tf_tg_background, tf_tg_correlations, tg_tg_background, tg_tg_correlations
from gexlib.metrics.regulons import Regulons


@explained
def intensities(data: DataSet, standardize: bool = True) -> np.ndarray:
    """
    Return all values of a data set.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    standardize : bool
        Whether to subtract the mean of all values of the data set and divide by their standard deviation. So the units
        of simulators do not matter, but genes keep their levels. If False, values stay as they are.

    Returns
    -------
    ndarray of shape (n_samples * n_genes,)

    Examples
    --------
    >>> intensities(np.array([[1.0, 3.0], [3.0, 1.0]]))
    array([-1.,  1.,  1., -1.])
    """
    return _scaled(data, standardize).ravel()


@explained
def gene_ranges(data: DataSet, standardize: bool = True) -> np.ndarray:
    """
    Return the range of each gene, from the 5 % to the 95 % quantile of its values.

    Parameters
    ----------
    data, standardize
        As for `intensities`.

    Returns
    -------
    ndarray of shape (n_genes,)

    Examples
    --------
    >>> gene_ranges(np.array([[0.0, 5.0], [2.0, 5.0]]), standardize=False)
    array([1.8, 0. ])
    """
    low, high = np.quantile(_scaled(data, standardize), [0.05, 0.95], axis=0)
    return high - low


@explained
@dataclass(frozen=True)
class Properties:
    """
    The distributions of Maier et al. for one data set, from `expression_properties`.

    Attributes
    ----------
    intensities, ranges : ndarray
        Standardised values, and ranges of genes; see `intensities` and `gene_ranges`.
    tf_tg, tf_tg_background, tg_tg, tg_tg_background : ndarray
        Correlations of pairs that regulation connects, and of other pairs. Those of a TF with itself are left out.
    activity : ndarray of shape (n_tfs,)
        Share of samples in which each TF is active, at a false discovery rate of 5 %; see `tf_activity`.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(30, 4))
    >>> found = expression_properties(x, {"a": ["b", "c"], "b": ["d", "c"]}, genes=list("abcd"))
    >>> found.intensities.shape
    (120,)
    """

    intensities: np.ndarray
    ranges: np.ndarray
    tf_tg: np.ndarray
    tf_tg_background: np.ndarray
    tg_tg: np.ndarray
    tg_tg_background: np.ndarray
    activity: np.ndarray


@explained
def expression_properties(
    data: DataSet, regulons: Regulons, genes: Sequence[str] | None = None, *, constant: str = "raise"
) -> Properties:
    """
    Compute all properties of a data set.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons, genes, constant
        As for :func:`s_tf_tg`.

    Returns
    -------
    Properties

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(30, 4))
    >>> regulons = {"a": ["b", "c"], "b": ["d", "c"]}
    >>> expression_properties(x, regulons, genes=list("abcd")).tf_tg.shape
    (4,)
    """
    given = (data, regulons, genes)
    return Properties(
        intensities(data),
        gene_ranges(data),
        tf_tg_correlations(*given, self_regulation=False, constant=constant),
        tf_tg_background(*given, constant=constant),
        tg_tg_correlations(*given, self_regulation=False, constant=constant),
        tg_tg_background(*given, constant=constant),
        (tf_activity(*given, constant=constant) < 0.05).mean().to_numpy(),
    )


@explained
def property_distances(real: Properties, synthetic: Mapping[str, Properties]) -> pd.DataFrame:
    r"""
    Compute the distances of the properties of synthetic data from those of real data.

    With :math:`F` the cumulative distribution of a property, the distance is the largest difference
    :math:`\max_v |F^X(v) - F^Z(v)|` between real and synthetic data (the Kolmogorov-Smirnov statistic). For
    correlations, :math:`F` is the distribution of the pairs that regulation connects minus that of other pairs. So only
    the effect of regulation counts.

    Parameters
    ----------
    real : Properties
        Properties of real data.
    synthetic : mapping of str to Properties
        Properties of each synthetic data set by name. Another sample of real data among them shows how small a distance
        can be.

    Returns
    -------
    DataFrame
        A row for each data set, a column for each property. 0 is best; 1 (for correlations 2) is the largest possible.

    Examples
    --------
    >>> x, regulons = np.random.default_rng(0).normal(size=(30, 4)), {"a": ["b", "c"], "b": ["d", "c"]}
    >>> real = expression_properties(x, regulons, genes=list("abcd"))
    >>> float(property_distances(real, {"itself": real}).loc["itself"].max())
    0.0
    """
    if not isinstance(real, Properties) or not isinstance(synthetic, Mapping):
        raise TypeError(
            f"real is a {type(real).__name__} and synthetic a {type(synthetic).__name__}; give the properties of real "
            f"data (expression_properties), and a dict of those of other data by their names"
        )
    table = {}
    for name, other in synthetic.items():
        table[name] = {
            "intensities": _largest_difference([real.intensities], [other.intensities]),
            "gene ranges": _largest_difference([real.ranges], [other.ranges]),
            "TF-TG": _largest_difference([real.tf_tg, other.tf_tg_background], [other.tf_tg, real.tf_tg_background]),
            "TG-TG": _largest_difference([real.tg_tg, other.tg_tg_background], [other.tg_tg, real.tg_tg_background]),
            "TF activity": _largest_difference([real.activity], [other.activity]),
        }
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("data")


def _largest_difference(plus: Sequence[np.ndarray], minus: Sequence[np.ndarray]) -> float:
    """Return the largest absolute value of a sum of cumulative distributions minus the sum of others."""
    values = np.concatenate([np.sort(v) for v in (*plus, *minus)])  # the stable sort below merges sorted runs fast
    steps = np.concatenate([np.full(len(v), sign / len(v)) for sign, vs in ((1, plus), (-1, minus)) for v in vs])
    order = np.argsort(values, kind="stable")
    last = np.append(np.diff(values[order]) > 0, True)  # equal values count as one step
    return float(np.abs(np.cumsum(steps[order])[last]).max())


def _scaled(data: DataSet, standardize: bool) -> np.ndarray:
    x = Expression(data, "data").columns(slice(None))
    if not standardize:
        return x
    if not (sd := x.std()):
        raise ValueError(f"data cannot be standardised: all its values are {x.flat[0]:g}")
    return (x - x.mean()) / sd
