"""From a data set to what a model trains on, and back: splits by group, standardisation, covariates as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import anndata
import networkx as nx
import numpy as np
import pandas as pd

from gexlib.checks import expression_matrix, finite_matrix, whole_number
from gexlib.grn import hierarchy

UNKNOWN = "unknown"


def split_groups(
    obs: pd.DataFrame,
    by: str,
    fractions: Mapping[str, float] | None = None,
    seed: int = 0,
) -> pd.Series:
    """
    Assign samples to splits so that no group stands on both sides of one.

    Replicates of one condition, or several tissues of one donor, are nearly copies of each other. A split that
    draws samples at random puts such copies on both sides, and every score on the test side is then too good.
    Here the groups, not the samples, are put in random order and dealt to the splits one after the other until
    each holds its fraction of the samples.

    Parameters
    ----------
    obs : DataFrame, n_samples rows
        The covariates of the samples.
    by : str
        The column of `obs` that names the group, for instance ``"condition"`` or ``"donor"``.
    fractions : mapping of str to float
        Names of the splits and the fraction of the samples that each should hold; they must add up to 1. By
        default 60 % ``"train"``, 15 % ``"validation"`` and 25 % ``"test"``. Groups are never cut, so the
        fractions are met as nearly as the sizes of the groups allow.
    seed : int
        Seed of the random order of the groups.

    Returns
    -------
    Series of category, indexed like `obs`
        The name of each sample's split.

    Raises
    ------
    ValueError
        If the column is absent or has missing values, the fractions do not add up to 1, or there are fewer
        groups than splits.

    Examples
    --------
    >>> obs = pd.DataFrame({"condition": list("aabbccdd")})
    >>> split = split_groups(obs, by="condition", fractions={"train": 0.75, "test": 0.25})
    >>> split.value_counts().to_dict()
    {'train': 6, 'test': 2}
    """
    fractions = dict(fractions or {"train": 0.60, "validation": 0.15, "test": 0.25})
    if by not in obs:
        raise ValueError(f"by={by!r} is not a column of obs; columns: {_listing(obs.columns)}")
    if obs[by].isna().any():
        raise ValueError(f"by={by!r} has {int(obs[by].isna().sum())} missing values; every sample needs a group")
    if min(fractions.values()) <= 0 or not np.isclose(sum(fractions.values()), 1):
        raise ValueError(f"fractions={fractions} must be positive and add up to 1")
    sizes = obs.groupby(by, observed=True, sort=True).size()
    if len(sizes) < len(fractions):
        raise ValueError(f"{len(sizes)} groups in {by!r} cannot fill {len(fractions)} splits; use fewer splits")
    sizes = sizes.iloc[np.random.default_rng(seed).permutation(len(sizes))]
    middle = sizes.cumsum() - sizes / 2  # a group goes where its middle sample falls
    bounds = np.cumsum(list(fractions.values()))[:-1] * sizes.sum()
    slot = np.searchsorted(bounds, middle.to_numpy())
    empty = set(range(len(fractions))) - set(slot)
    if empty:
        names = [list(fractions)[i] for i in sorted(empty)]
        raise ValueError(f"no group fell into {names}: fractions={fractions} of {len(sizes)} groups are too small")
    split_of = pd.Series(np.array(list(fractions))[slot], index=sizes.index)
    split = obs[by].astype(object).map(split_of)
    return pd.Series(pd.Categorical(split, categories=list(fractions)), index=obs.index, name="split")


def prepare(
    data: anndata.AnnData,
    by: str,
    network: nx.DiGraph | None = None,
    root: str | None = None,
    fractions: Mapping[str, float] | None = None,
    seed: int = 0,
    most_variable: int | None = None,
    keep: Sequence[str] = (),
) -> anndata.AnnData:
    """
    A data set ready for training: the genes of interest, and each sample's split in ``obs["split"]``.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
    by : str
        The column of ``obs`` whose groups must not be cut, see :func:`split_groups`.
    network : DiGraph, optional
        A gene regulatory network. With it, only genes of the hierarchy below `root` are kept, in the order of
        `data` (:func:`gexlib.grn.hierarchy`).
    root : str, optional
        The regulator at the top; None keeps all genes of `network`.
    fractions, seed
        As for :func:`split_groups`.
    most_variable : int, optional
        Keep so many genes: those of the largest variance in the training samples (the others have no say), in the
        order of `data`.
    keep : sequence of str
        Genes that are among these whatever their variance.

    Returns
    -------
    AnnData
        A copy. ``data[data.obs["split"] == "train"]`` is the training part.

    Raises
    ------
    ValueError
        As :func:`split_groups`, or if genes that are asked for are not there.
    """
    if network is not None:
        below = hierarchy(network, root) if root else network
        data = data[:, [gene for gene in data.var_names if gene in below]]
        if data.n_vars == 0:
            raise ValueError("no gene of data is in network; do the two name genes alike?")
    split = split_groups(data.obs, by, fractions, seed)
    if most_variable is not None:
        data = data[:, _most_variable(data[(split == "train").to_numpy()], most_variable, keep)]
    data = data.copy()
    data.obs["split"] = split
    return data


def _most_variable(data: anndata.AnnData, n_genes: int, keep: Sequence[str]) -> np.ndarray:
    """Whether each gene is one of the `n_genes` that vary most, or that are kept anyway."""
    if absent := [gene for gene in keep if gene not in data.var_names]:
        raise ValueError(f"keep names genes that data does not have: {_listing(absent)}")
    if not len(keep) <= whole_number("most_variable", n_genes, 1) <= data.n_vars:
        raise ValueError(
            f"most_variable={n_genes} must be from {max(1, len(keep))} (the genes to keep) to {data.n_vars}, "
            f"the genes there are"
        )
    variance = expression_matrix(data, "data").var(axis=0, dtype=np.float64)
    variance[data.var_names.get_indexer(keep)] = np.inf
    chosen = np.zeros(data.n_vars, bool)
    chosen[np.argsort(-variance, kind="stable")[:n_genes]] = True
    return chosen


def match_genes(data: anndata.AnnData, genes: Sequence[str], ignore_case: bool = False) -> tuple[anndata.AnnData, str]:
    """
    Take the genes that a reference asks for, and report which of them are there.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
    genes : sequence of str
        The genes wanted, such as those of a model (``gan.var_.index``) or of a regulatory network.
    ignore_case : bool
        Whether ``"CRP"`` in `data` is ``"crp"`` in `genes`.

    Returns
    -------
    AnnData, n_samples x n_matched
        A copy with the genes that were found, in the order and the spelling of `genes`.
    str
        As in "812 of 978 genes matched; missing: ...".

    Raises
    ------
    ValueError
        If no gene matches, or a gene is there twice, in `genes` or among those of `data` that match.

    Examples
    --------
    >>> data = anndata.AnnData(np.ones((2, 3), "float32"), var=pd.DataFrame(index=["FIS", "CRP", "LACZ"]))
    >>> matched, report = match_genes(data, ["crp", "fnr", "fis"], ignore_case=True)
    >>> matched.var_names.tolist()
    ['crp', 'fis']
    >>> report
    "2 of 3 genes matched; missing: 'fnr'"
    """
    if isinstance(genes, str):
        raise TypeError(f"genes={genes!r} must be a list of gene names")
    fold = str.casefold if ignore_case else str
    wanted = pd.Index([fold(gene) for gene in genes])
    have = pd.Index([fold(gene) for gene in data.var_names])
    for argument, names in {"genes": wanted, "data.var_names": have[have.isin(wanted)]}.items():
        if names.has_duplicates:
            twice = names[names.duplicated()].unique()
            raise ValueError(f"{argument} names {_listing(twice, 5)} more than once; keep one of each")
    found = wanted.isin(have)
    if not found.any():
        raise ValueError(
            f"none of the {len(wanted)} genes is in data; genes: {_listing(list(genes), 3)}; "
            f"data: {_listing(data.var_names, 3)}. Are they named alike (symbols, locus tags, identifiers)?"
        )
    place = {gene: i for i, gene in enumerate(have)}
    matched = data[:, [place[gene] for gene in wanted[found]]].copy()
    matched.var_names = [gene for gene, there in zip(genes, found, strict=True) if there]
    missing = [gene for gene, there in zip(genes, found, strict=True) if not there]
    report = f"{found.sum():,} of {len(wanted):,} genes matched"
    return matched, report + (f"; missing: {_listing(missing, 10)}" if missing else "")


class Standardizer:
    r"""
    Per-gene z-scores that can be undone.

    .. math:: \tilde{x}_{ij} = (x_{ij} - \mu_j) / \sigma_j

    with the mean :math:`\mu_j` and the standard deviation :math:`\sigma_j` of gene :math:`j` in the training
    samples. A gene that is constant there gets :math:`\sigma_j = 1`.
    The arithmetic is in float64, the results are float32.

    Attributes
    ----------
    mean_, scale_ : ndarray of float64, shape (n_genes,)
    constant_ : ndarray of bool, shape (n_genes,)
        The genes that are constant in the training samples.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0], [3.0, 5.0]])
    >>> standardizer = Standardizer().fit(x)
    >>> standardizer.transform(x)
    array([[-1.,  0.],
           [ 1.,  0.]], dtype=float32)
    >>> standardizer.inverse_transform(standardizer.transform(x))
    array([[1., 5.],
           [3., 5.]], dtype=float32)
    """

    mean_: np.ndarray
    scale_: np.ndarray
    constant_: np.ndarray

    def fit(self, x: np.ndarray) -> Standardizer:
        """Learn the mean and the standard deviation of each column of `x`, shape (n_samples, n_genes)."""
        x = finite_matrix(x)
        self.mean_ = x.mean(axis=0, dtype=np.float64)
        self.constant_ = x.min(axis=0) == x.max(axis=0)
        self.scale_ = np.where(self.constant_, 1.0, x.std(axis=0, dtype=np.float64))
        return self

    def fit_chunks(self, chunks: Iterable[np.ndarray]) -> Standardizer:
        """
        Learn the same from a matrix that comes in chunks of rows, in one pass.

        The sums of squares of two parts are joined by Chan's formula :cite:p:`chan1983algorithms`, which keeps the
        digits that a difference of large sums would lose.

        Parameters
        ----------
        chunks : iterable of ndarray, shapes (n, n_genes)
            Finite values; `n` may differ.
        """
        n, mean, squares, low, high = 0, 0.0, 0.0, np.inf, -np.inf
        for chunk in chunks:
            chunk_mean = chunk.mean(axis=0, dtype=np.float64)
            apart, m = chunk_mean - mean, len(chunk)
            n += m
            mean = mean + apart * (m / n)
            squares = squares + chunk.var(axis=0, dtype=np.float64) * m + apart**2 * (m * (n - m) / n)
            low, high = np.minimum(low, chunk.min(axis=0)), np.maximum(high, chunk.max(axis=0))
        if n < 2:
            raise ValueError(f"chunks have {n} rows; give two or more")
        self.mean_, self.constant_ = mean, low == high
        self.scale_ = np.where(self.constant_, 1.0, np.sqrt(squares / n))
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Z-scores of `x`; shape (n_samples, n_genes), float32."""
        return ((np.asarray(x) - self.mean_) / self.scale_).astype(np.float32)

    def inverse_transform(self, z: np.ndarray) -> np.ndarray:
        """Z-scores back in the units of the training data; shape (n_samples, n_genes), float32."""
        return (np.asarray(z) * self.scale_ + self.mean_).astype(np.float32)


class Covariates(NamedTuple):
    """Encoded covariates: `codes` int64 (n_samples, n_categorical), `values` float32 (n_samples, n_numerical)."""

    codes: np.ndarray
    values: np.ndarray


class CovariateEncoder:
    """
    Covariates as numbers: a vocabulary for each categorical one, z-scores for the numerical ones.

    Parameters
    ----------
    categorical, numerical : sequence of str
        Columns of the covariate table.
    unseen : {"error", "unknown"}
        What a level that the training data do not have is at sampling time: an error that lists the levels, or
        the level ``"unknown"``, which every vocabulary then has. If no training sample is ``"unknown"`` there,
        the model has nothing to learn for it.

    Attributes
    ----------
    vocabularies_ : dict of str to list
        The levels of each categorical covariate, in the order of their codes.
    numerical_ : dict of str to (mean, standard deviation)
    """

    def __init__(self, categorical: Sequence[str] = (), numerical: Sequence[str] = (), unseen: str = "error") -> None:
        for argument, names in {"categorical": categorical, "numerical": numerical}.items():
            if isinstance(names, str) or not all(isinstance(name, str) for name in names):
                raise TypeError(f"{argument}={names!r} must be a list of column names")
        if twice := {n for n in [*categorical, *numerical] if [*categorical, *numerical].count(n) > 1}:
            raise ValueError(f"covariates {sorted(twice)} are named more than once; name each once")
        if unseen not in ("error", UNKNOWN):
            raise ValueError(f"unseen={unseen!r} is not known; choose 'error' or 'unknown'")
        self.categorical, self.numerical, self.unseen = list(categorical), list(numerical), unseen

    def fit(self, obs: pd.DataFrame) -> CovariateEncoder:
        """Learn the levels of the categorical, and mean and standard deviation of the numerical columns of `obs`."""
        self._check(obs)
        self.vocabularies_ = {name: self._levels(obs[name]) for name in self.categorical}
        self.numerical_ = {}
        for name in self.numerical:
            values = obs[name].to_numpy(np.float64)
            self.numerical_[name] = (float(values.mean()), float(values.std()) or 1.0)
        return self

    def transform(self, obs: pd.DataFrame) -> Covariates:
        """
        Encode the covariates of samples.

        Raises
        ------
        ValueError
            If a column is absent, a value is missing, or a level was not in the training data (unless
            ``unseen="unknown"``); the message lists the levels.
        """
        self._check(obs)
        codes = np.empty((len(obs), len(self.categorical)), dtype=np.int64)
        for j, (name, levels) in enumerate(self.vocabularies_.items()):
            code_of = {level: code for code, level in enumerate(levels)}
            found = obs[name].astype(object).map(code_of)
            if found.isna().any():
                if self.unseen == "error":
                    new = _listing(obs[name].astype(object)[found.isna()].unique())
                    raise ValueError(
                        f"{new} is not a level of {name!r} in the training data; levels: {_listing(levels)}. "
                        f"Use one of these, or make the model with unseen='unknown'"
                    )
                found = found.fillna(code_of[UNKNOWN])
            codes[:, j] = found.to_numpy(np.int64)
        values = np.empty((len(obs), len(self.numerical)), dtype=np.float32)
        for j, (name, (mean, scale)) in enumerate(self.numerical_.items()):
            values[:, j] = (obs[name].to_numpy(np.float64) - mean) / scale
        return Covariates(codes, values)

    def unseen_rows(self, obs: pd.DataFrame) -> pd.Series:
        """Whether each sample has a level that the training data do not have; a Series of bool indexed like `obs`."""
        new = [~obs[name].astype(object).isin(levels) for name, levels in self.vocabularies_.items()]
        return pd.concat(new, axis=1).any(axis=1) if new else pd.Series(False, index=obs.index)

    def to_dict(self) -> dict:
        """Everything that the encoder knows, as JSON can hold it."""
        return {
            "vocabularies": self.vocabularies_,
            "numerical": {name: list(moments) for name, moments in self.numerical_.items()},
            "unseen": self.unseen,
        }

    @classmethod
    def from_dict(cls, saved: dict) -> CovariateEncoder:
        """The encoder that :meth:`to_dict` described."""
        encoder = cls(list(saved["vocabularies"]), list(saved["numerical"]), saved["unseen"])
        encoder.vocabularies_ = saved["vocabularies"]
        encoder.numerical_ = {name: tuple(moments) for name, moments in saved["numerical"].items()}
        return encoder

    def _levels(self, column: pd.Series) -> list:
        levels = [v.item() if isinstance(v, np.generic) else v for v in column.astype(object).unique()]
        if odd := [v for v in levels if not isinstance(v, str | bool | int | float)]:
            raise TypeError(f"covariate {column.name!r} has the level {odd[0]!r}; levels must be text or numbers")
        levels = sorted(levels, key=lambda level: (isinstance(level, str), level))
        return levels if self.unseen == "error" or UNKNOWN in levels else [*levels, UNKNOWN]

    def _check(self, obs: pd.DataFrame) -> None:
        if not isinstance(obs, pd.DataFrame):
            raise TypeError(f"obs is a {type(obs).__name__}; give a DataFrame with one row a sample")
        for name in [*self.categorical, *self.numerical]:
            if name not in obs:
                raise ValueError(f"covariate {name!r} is not a column of obs; columns: {_listing(obs.columns)}")
            if obs[name].isna().any():
                way = f"make it the level {UNKNOWN!r}" if name in self.categorical else "impute it, or leave it out"
                raise ValueError(f"covariate {name!r} has {int(obs[name].isna().sum())} missing values; {way}")
        for name in self.numerical:
            if not pd.api.types.is_numeric_dtype(obs[name]) or not np.isfinite(obs[name].to_numpy(float)).all():
                raise ValueError(
                    f"numerical covariate {name!r} has the dtype {obs[name].dtype} or infinite values; "
                    f"it must hold finite numbers, otherwise name it among the categorical ones"
                )


def _listing(values: Sequence, most: int = 20) -> str:
    shown = ", ".join(repr(v) for v in list(values)[:most])
    return shown + (f", ... ({len(values)} in all)" if len(values) > most else "")
