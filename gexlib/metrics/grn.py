r"""
Does synthetic data follow the gene regulatory network as real data does? S_TF-TG and S_TG-TG.

For each transcription factor (TF) with target genes (TG), the correlations of the TF with its targets, or of
the targets with each other, form a vector. Its cosine similarity between real and synthetic data, averaged
over TFs with more weight on those with more targets, is S_TF-TG or S_TG-TG (Viñas et al. 2022, Bioinformatics
38:730).

The vectors hold Pearson correlations, which is how the paper's Table 1 was computed. The text of the paper
writes the dissimilarity 1 - r instead; with it even random data scores near 1, because all entries are
positive. Both are here: ``dissimilarity=True`` follows the text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from scipy.spatial.distance import squareform

from gexlib.metrics._data import DataSet, Expression, UnitGenes, checked_pair, condensed_row, list_some, slices

Regulons = Mapping[str, Iterable[str]]
Wired = list[tuple[int, np.ndarray]]  # positions of each TF and of its targets


def s_tf_tg(
    real: DataSet,
    synthetic: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    dissimilarity: bool = False,
    self_regulation: bool = True,
    equal_weights: bool = False,
    constant: str = "raise",
) -> float:
    r"""
    How well synthetic data keeps the correlations of TFs with their target genes: S_TF-TG.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes; the numbers of samples may differ. Genes of two AnnData are matched
        by ``var_names``, those of arrays by position. Units do not matter.
    regulons : mapping of str to iterable of str
        Target genes of each TF. Genes that are not in the data are left out, and so is a TF that is not; a
        target listed twice counts once.
    genes : sequence of str, optional
        Names of the columns of ``real``. Default: its ``var_names``; arrays need it.
    dissimilarity : bool
        Compare 1 - r, as the paper's text has it, instead of the correlations r behind its Table 1.
    self_regulation : bool
        Whether a TF that regulates itself is among its own targets. Its correlation with itself is always 1,
        so even random data scores above 0; kept by default because Table 1 does.
    equal_weights : bool
        Give each TF the weight 1 instead of its number of targets.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 among TFs and targets are an error, or their correlations count as 0.

    Returns
    -------
    float
        S_TF-TG in [-1, 1]; 1 is best.

    Raises
    ------
    ValueError
        As for :func:`gexlib.metrics.s_dist`; also no TF with a target in the data, or ``genes`` missing or of
        the wrong length.
    TypeError
        ``regulons`` is no mapping to collections of names.

    Notes
    -----
    With :math:`G(f)` the targets of TF :math:`f` present in the data,

    .. math:: S_{TF-TG} = \frac{\sum_f w_f \cos(r^X_{f,G(f)}, r^Z_{f,G(f)})}{\sum_f w_f}, \qquad w_f = |G(f)|.

    A TF whose vector is zero in both data sets (constant genes counted as 0, or ``dissimilarity`` of its only
    target, itself) has no direction and is skipped; zero in one of them gives a cosine of 0.

    Examples
    --------
    >>> import numpy as np
    >>> real = np.random.default_rng(0).normal(size=(30, 3))
    >>> round(s_tf_tg(real, -real, {"crp": ["lacZ", "araB"]}, genes=["crp", "lacZ", "araB"]), 6)
    1.0
    """
    x, z, wired = _wired_pair(real, synthetic, regulons, genes, self_regulation, constant)
    return _s_tf_tg(x, z, wired, dissimilarity, equal_weights)


def _s_tf_tg(
    x: UnitGenes, z: UnitGenes, wired: Wired, dissimilarity: bool = False, equal_weights: bool = False
) -> float:
    sizes = np.array([len(targets) for _, targets in wired])
    rx, rz = _tf_tg(x, wired), _tf_tg(z, wired)
    if dissimilarity:
        rx, rz = 1 - rx, 1 - rz
    products = (np.add.reduceat(p, np.cumsum(sizes) - sizes) for p in (rx * rz, rx * rx, rz * rz))
    return _weighted_mean(_cosine(*products, sizes), np.ones(len(wired)) if equal_weights else sizes)


def s_tg_tg(
    real: DataSet,
    synthetic: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    per_target: bool = False,
    dissimilarity: bool = False,
    self_regulation: bool = True,
    equal_weights: bool = False,
    constant: str = "raise",
) -> float:
    r"""
    How well synthetic data keeps the correlations among genes that share a TF: S_TG-TG.

    Parameters
    ----------
    real, synthetic : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Two data sets over the same genes; the numbers of samples may differ. Genes of two AnnData are matched
        by ``var_names``, those of arrays by position. Units do not matter.
    regulons : mapping of str to iterable of str
        Target genes of each TF. Genes that are not in the data are left out, and so is a TF that is not; a
        target listed twice counts once; a TF with a single target is skipped.
    genes : sequence of str, optional
        Names of the columns of ``real``. Default: its ``var_names``; arrays need it.
    per_target : bool
        The formula as the paper prints it: a cosine for each target with the other targets, summed over the
        targets of a TF and not divided by their number, so that the result grows with the regulons and is not
        bounded by 1. The default takes one cosine a TF, over all pairs of its targets, as Table 1 does.
    dissimilarity : bool
        Compare 1 - r, as the paper's text has it, instead of the correlations r behind its Table 1.
    self_regulation : bool
        Whether a TF that regulates itself is among its own targets.
    equal_weights : bool
        Give each TF the weight 1 instead of its number of targets minus 1.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 among TFs and targets are an error, or their correlations count as 0.

    Returns
    -------
    float
        S_TG-TG in [-1, 1] (unbounded with ``per_target``); 1 is best.

    Raises
    ------
    ValueError, TypeError
        As for :func:`s_tf_tg`; also no TF with two targets in the data.

    Notes
    -----
    With :math:`G(f)` the targets of TF :math:`f` present in the data and :math:`P(f)` its pairs of targets,

    .. math:: S_{TG-TG} = \frac{\sum_f w_f \cos(r^X_{P(f)}, r^Z_{P(f)})}{\sum_f w_f}, \qquad w_f = |G(f)| - 1,

    and, with ``per_target``, in the place of the cosine

    .. math:: \sum_{g \in G(f)} \cos(r^X_{g,G(f) \setminus g}, r^Z_{g,G(f) \setminus g}).

    Examples
    --------
    >>> import numpy as np
    >>> real = np.random.default_rng(0).normal(size=(30, 3))
    >>> round(s_tg_tg(real, 3 * real, {"crp": ["lacZ", "araB"]}, genes=["crp", "lacZ", "araB"]), 6)
    1.0
    """
    x, z, wired = _wired_pair(real, synthetic, regulons, genes, self_regulation, constant)
    return _s_tg_tg(x, z, wired, per_target, dissimilarity, equal_weights)


def _s_tg_tg(
    x: UnitGenes,
    z: UnitGenes,
    wired: Wired,
    per_target: bool = False,
    dissimilarity: bool = False,
    equal_weights: bool = False,
) -> float:
    regulons = [targets for _, targets in wired if len(targets) > 1]
    if not regulons:
        raise ValueError(
            f"regulons: none of the {len(wired)} transcription factors in the data has two targets there, "
            "so there are no target-target correlations to compare"
        )
    sizes = np.array([len(targets) for targets in regulons])
    if per_target:
        each = [_cosine(*_target_products(x, z, targets, dissimilarity), len(targets) - 1) for targets in regulons]
        cosines = np.array([np.nan if np.isnan(e).all() else np.nansum(e) for e in each])
    else:
        products = [_pair_products(x, z, targets, dissimilarity) for targets in regulons]
        cosines = _cosine(*np.transpose(products), sizes * (sizes - 1) // 2)
    return _weighted_mean(cosines, np.ones(len(sizes)) if equal_weights else sizes - 1)


def tf_tg_correlations(
    data: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    self_regulation: bool = True,
    constant: str = "raise",
) -> np.ndarray:
    """
    Pearson correlations of TFs with their target genes, for drawing their distribution.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons, genes, self_regulation, constant
        As for :func:`s_tf_tg`.

    Returns
    -------
    ndarray of shape (n_edges,)
        One value for each regulation with both genes in the data, TF by TF in the order of ``regulons``.
    """
    units, wired = _wired(data, regulons, genes, self_regulation, constant)
    return _tf_tg(units, wired)


def tg_tg_correlations(
    data: DataSet,
    regulons: Regulons,
    genes: Sequence[str] | None = None,
    *,
    self_regulation: bool = True,
    constant: str = "raise",
) -> np.ndarray:
    """
    Pearson correlations of target genes that share a TF, for drawing their distribution.

    Parameters
    ----------
    data : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Expression values in any unit.
    regulons, genes, self_regulation, constant
        As for :func:`s_tg_tg`.

    Returns
    -------
    ndarray of shape (n_pairs,)
        One value for each pair of targets of each TF, TF by TF in the order of ``regulons``; a pair that
        shares several TFs comes once for each.
    """
    units, wired = _wired(data, regulons, genes, self_regulation, constant)
    blocks = (units[targets] for _, targets in wired)
    return np.clip(np.concatenate([squareform(unit.T @ unit, checks=False) for unit in blocks]), -1, 1)


def _wired_pair(real, synthetic, regulons, genes, self_regulation, constant):
    """Unit genes of both data sets, and the positions in them of each TF and its targets."""
    x, z = checked_pair(real, synthetic, genes)
    used, wired = _wire(regulons, x, self_regulation)
    return UnitGenes(x, used, constant), UnitGenes(z, used, constant), wired


def _wired(data, regulons, genes, self_regulation, constant):
    x = Expression(data, "data", genes)
    used, wired = _wire(regulons, x, self_regulation)
    return UnitGenes(x, used, constant), wired


def _wire(regulons: Regulons, data: Expression, self_regulation: bool) -> tuple[np.ndarray, Wired]:
    """Positions of the genes that occur in ``regulons``, and within those, each TF and its targets."""
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
            found.append((at[tf], np.array(present)))
    if not found:
        raise ValueError(
            f"regulons: none of the {len(regulons)} transcription factors is in the data together with "
            f"a target; regulons name {list_some(list(regulons), 3)}, the data {list_some(list(at), 3)}: "
            "use the same gene names in both"
        )
    used = np.unique(np.concatenate([np.append(targets, tf) for tf, targets in found]))
    return used, [(int(np.searchsorted(used, tf)), np.searchsorted(used, targets)) for tf, targets in found]


def _wire_all(
    data: DataSet, regulons: Regulons, genes: Sequence[str] | None, self_regulation: bool = False
) -> tuple[Expression, Wired]:
    """The whole data set, and the positions in it of each TF and its targets."""
    x = Expression(data, "data", genes)
    used, wired = _wire(regulons, x, self_regulation)
    return x, [(int(used[tf]), used[targets]) for tf, targets in wired]


def _tf_tg(units: UnitGenes, wired: Wired) -> np.ndarray:
    """Correlations of each TF with its targets, TF by TF, shape (n_edges,)."""
    if units.held is None:
        r = np.concatenate([units.between(np.array([tf]), targets)[0] for tf, targets in wired])
    else:
        tfs = np.repeat([tf for tf, _ in wired], [len(targets) for _, targets in wired])
        r = units.held_pairs(tfs, np.concatenate([targets for _, targets in wired]))
    return np.clip(r, -1, 1)


def _pair_products(x: UnitGenes, z: UnitGenes, targets: np.ndarray, dissimilarity: bool) -> np.ndarray:
    """The inner products xz, xx and zz of the correlations of all pairs of targets."""
    products = np.zeros(3)
    for a, b in _pairs_among(x, z, targets):
        if dissimilarity:
            a, b = 1 - a, 1 - b
        products += a @ b, a @ a, b @ b
    return products


def _pairs_among(x: UnitGenes, z: UnitGenes, targets: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the correlations of pairs of targets in both data sets, each pair once."""
    if x.held is not None:
        targets = np.sort(targets)  # so that they are read in the order in which they lie
        for rows in slices(len(targets)):
            i, j = targets[rows, None], targets
            at = (condensed_row(i, x.n) + j)[i < j]
            yield x.held.take(at), z.held.take(at)
        return
    for (rows, columns, a), (_, _, b) in zip(x.blocks_among(targets), z.blocks_among(targets), strict=True):
        once = ~np.tri(len(a), dtype=bool) if rows == columns else slice(None)
        yield a[once].ravel(), b[once].ravel()


def _target_products(x: UnitGenes, z: UnitGenes, targets: np.ndarray, dissimilarity: bool) -> np.ndarray:
    """The inner products xz, xx and zz of the correlations of each target with the others, shape (3, n_targets)."""
    products = np.zeros((3, len(targets)))
    for (rows, columns, a), (_, _, b) in zip(x.blocks_among(targets), z.blocks_among(targets), strict=True):
        if dissimilarity:
            a, b = 1 - a, 1 - b
        if rows == columns:
            np.fill_diagonal(a, 0)
            np.fill_diagonal(b, 0)
        for i, (p, q) in enumerate(((a, b), (a, a), (b, b))):
            products[i, rows] += np.einsum("ij,ij->i", p, q)
            if rows != columns:
                products[i, columns] += np.einsum("ij,ij->j", p, q)
    return products


def _cosine(xz, xx, zz, n):
    """Cosine from inner products of vectors of ``n`` entries: 0 if one is zero (to rounding), NaN if both."""
    zero = 1e-24 * n
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where((xx <= zero) | (zz <= zero), 0.0, xz / np.sqrt(xx * zz))
    return np.where((xx <= zero) & (zz <= zero), np.nan, cosine)


def _weighted_mean(cosines: np.ndarray, weights: np.ndarray) -> float:
    """Mean over TFs, without those whose vectors are zero in both data sets."""
    known = ~np.isnan(cosines)
    if not known.any():
        raise ValueError(
            f"regulons: the vectors of all {len(cosines)} transcription factors are zero in both data sets, "
            "so their cosine is undefined; use genes that vary and targets other than the factor itself"
        )
    return float(np.average(cosines[known], weights=weights[known]))
