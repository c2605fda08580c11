"""Two classic methods of network inference, and how much of a known network they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.metrics import average_precision_score, precision_recall_curve

from gexlib.checks import expression_matrix, listing, whole_number
from gexlib.explained import explained


@explained
def tree_importances(data: AnnData, regulators: Sequence[str], n_trees: int = 100, seed: int = 0) -> pd.DataFrame:
    """
    Score each regulation by how much a regulator helps to predict a gene :cite:p:`huynhthu2010genie3`.

    As in GENIE3, an ensemble of fully grown trees predicts each gene from the regulators (without the gene itself). At
    each node a tree tries a random part of the regulators, as many as the square root of their number. The score of a
    regulator is its share of the variance that the trees explain. The trees are Extra-Trees, the quicker of the two
    kinds in the paper.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Steady states of many conditions, such as multifactorial perturbations, in any unit.
    regulators : sequence of str
        The candidate regulators, at least two genes of the data.
    n_trees : int
        Trees for each gene.
    seed : int
        Seed of the trees.

    Returns
    -------
    DataFrame, n_regulators x n_genes
        At least 0. Each column adds up to 1, unless the gene is constant. A regulator has no score for itself (NaN).

    Raises
    ------
    ValueError
        If there are fewer than two candidates, or one of them is not a gene of the data.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(80, 4))
    >>> x[:, 3] += 3 * x[:, 1]
    >>> data = AnnData(x, var=pd.DataFrame(index=["a", "b", "c", "target"]))
    >>> tree_importances(data, ["a", "b", "c"])["target"].idxmax()
    'b'
    """
    x, names = expression_matrix(data, "data").astype(np.float32), _regulators(data, regulators)
    column = {gene: i for i, gene in enumerate(data.var_names)}
    seeds = np.random.SeedSequence((whole_number("seed", seed, 0), 3)).generate_state(data.n_vars)
    scores = pd.DataFrame(np.nan, index=names, columns=data.var_names)
    for gene, j in column.items():
        others = [name for name in names if name != gene]
        trees = ExtraTreesRegressor(
            whole_number("n_trees", n_trees, 1), max_features="sqrt", random_state=int(seeds[j] % 2**31)
        )
        trees.fit(x[:, [column[name] for name in others]], x[:, j])
        scores.loc[others, gene] = trees.feature_importances_
    return scores


@explained
def knockout_scores(data: AnnData, knocked_out: Sequence[str]) -> pd.DataFrame:
    r"""
    Score each regulation by what the knock-out of a regulator does to a gene :cite:p:`pinna2010knockouts`.

    Let :math:`x_{ij}` be the level of gene :math:`j` after the knock-out of gene :math:`i`, and :math:`\mu_j` and
    :math:`\sigma_j` the mean and the standard deviation of gene :math:`j` over all knock-outs. The score is

    .. math:: z_{ij} = \frac{|x_{ij} - \mu_j|}{\sigma_j}.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        One or several samples for each knock-out; several are averaged.
    knocked_out : sequence of str, n_samples
        The gene that is knocked out in each sample.

    Returns
    -------
    DataFrame, n_knocked_out x n_genes
        At least 0. A gene's own knock-out has no score (NaN) and does not count in its mean and standard deviation.

    Raises
    ------
    ValueError
        If `knocked_out` does not name one gene of the data for each sample, or names fewer than three in all.

    Notes
    -----
    This was the core of the best entries to the knock-out challenges of DREAM :cite:p:`marbach2010revealing`. Indirect
    effects, which reach a gene through others, score as high as direct ones.

    Examples
    --------
    >>> genes = ["a", "b", "c", "target"]
    >>> x = np.array([[0, 1, 1, 0.9], [1, 0, 1, 0.1], [1, 1, 0, 1.0]])
    >>> data = AnnData(x, var=pd.DataFrame(index=genes))
    >>> knockout_scores(data, ["a", "b", "c"])["target"].round(1).to_dict()
    {'a': 0.6, 'b': 1.4, 'c': 0.8}
    """
    knocked_out = list(knocked_out)
    if len(knocked_out) != data.n_obs:
        raise ValueError(
            f"knocked_out names {len(knocked_out)} genes, but data has {data.n_obs} samples; give one each"
        )
    names = _regulators(data, list(dict.fromkeys(knocked_out)), "knocked_out", 3)
    x = pd.DataFrame(expression_matrix(data, "data").astype(np.float64), columns=data.var_names)
    levels = x.groupby(np.array(knocked_out), sort=False).mean().loc[names]
    own = np.equal.outer(np.array(names), np.array(data.var_names))
    levels = levels.mask(own)
    deviation = (levels - levels.mean()).abs()
    return (deviation / levels.std(ddof=0).where(levels.std(ddof=0) > 0, np.inf)).rename_axis(index=None, columns=None)


@explained
def aupr(scores: pd.DataFrame, network: nx.DiGraph) -> float:
    """
    Compute the area under the precision-recall curve (average precision) of scored regulations.

    Parameters
    ----------
    scores : DataFrame, n_regulators x n_genes
        A higher score is more likely a regulation. Pairs without a score (NaN) do not count, nor does a regulator with
        itself.
    network : DiGraph
        The true regulations; those between other genes do not count.

    Returns
    -------
    float
        1 is best; by chance it is the share of pairs that are true.

    Raises
    ------
    ValueError
        If the network has none of the scored pairs.

    Examples
    --------
    >>> scores = pd.DataFrame([[np.nan, 0.9, 0.2]], index=["a"], columns=["a", "b", "c"])
    >>> aupr(scores, nx.DiGraph([("a", "b")])), aupr(scores, nx.DiGraph([("a", "c")]))
    (1.0, 0.5)
    """
    return float(average_precision_score(*_pairs(scores, network)))


@explained
def precision_recall(scores: pd.DataFrame, network: nx.DiGraph) -> pd.DataFrame:
    """
    Compute precision and recall of the best-scored regulations, for every number of them.

    Parameters
    ----------
    scores, network
        As for :func:`aupr`.

    Returns
    -------
    DataFrame
        ``recall``, ascending from 0, and ``precision``.

    Raises
    ------
    ValueError
        As for :func:`aupr`.

    Examples
    --------
    >>> network = nx.DiGraph([("crp", "lacZ")])
    >>> scores = pd.DataFrame({"lacZ": [0.9], "gyrA": [0.2]}, index=["crp"])
    >>> precision_recall(scores, network).tail(2).values.tolist()
    [[1.0, 1.0], [1.0, 0.5]]
    """
    precision, recall, _ = precision_recall_curve(*_pairs(scores, network))
    return pd.DataFrame({"recall": recall, "precision": precision})[::-1].reset_index(drop=True)


@explained
def network_recovery(scores: Mapping[str, pd.DataFrame], network: nx.DiGraph) -> pd.DataFrame:
    """
    Measure how much of a known network scored regulations recover.

    Parameters
    ----------
    scores : mapping of str to DataFrame
        Scores by the name of their data, as for :func:`aupr`.
    network : DiGraph
        As for :func:`aupr`.

    Returns
    -------
    DataFrame, one row a name
        ``pairs`` (the number of scored pairs), ``true`` (the number of true pairs), ``chance`` (their share),
        ``AUPR`` and ``AUPR / chance``.

    Raises
    ------
    ValueError
        As for :func:`aupr`.

    Examples
    --------
    >>> network = nx.DiGraph([("crp", "lacZ")])
    >>> scores = pd.DataFrame({"lacZ": [0.9], "gyrA": [0.2]}, index=["crp"])
    >>> network_recovery({"mine": scores}, network).loc["mine"].tolist()
    [2.0, 1.0, 0.5, 1.0, 2.0]
    """
    rows = {}
    for name, table in scores.items():
        true, _ = _pairs(table, network)
        row = {"pairs": len(true), "true": int(true.sum()), "chance": true.mean(), "AUPR": aupr(table, network)}
        rows[name] = row | {"AUPR / chance": row["AUPR"] / row["chance"]}
    return pd.DataFrame.from_dict(rows, orient="index").astype({"pairs": int, "true": int}).rename_axis("data")


def _pairs(scores: pd.DataFrame, network: nx.DiGraph) -> tuple[np.ndarray, np.ndarray]:
    """Return for each scored pair of different genes whether it is an edge, and its score."""
    tf, gene = (np.array(names, dtype=object) for names in (scores.index, scores.columns))
    true = np.array([[network.has_edge(a, b) for b in gene] for a in tf])
    counted = scores.notna().to_numpy() & ~np.equal.outer(tf, gene)
    if not true[counted].any():
        raise ValueError(
            f"network has none of the {counted.sum()} scored pairs as an edge; do network and scores name genes alike?"
        )
    return true[counted], scores.to_numpy()[counted]


def _regulators(data: AnnData, names: Sequence[str], argument: str = "regulators", least: int = 2) -> list[str]:
    names = list(dict.fromkeys(names))
    if absent := [name for name in names if name not in data.var_names]:
        raise ValueError(f"{argument} has {len(absent)} names that are not genes of data: {listing(absent, 5)}")
    if len(names) < least:
        raise ValueError(f"{argument} names {len(names)} genes; at least {least} are needed to compare them")
    return names
