"""The space in which samples are compared: all genes, z-scored or not, or principal components of training data."""

from __future__ import annotations

import copy

import numpy as np
from sklearn.decomposition import PCA

from gexlib.checks import check_fitted, whole_number
from gexlib.explained import explained
from gexlib.metrics.expression import DataSet, Expression

BLOCK = 1000  # genes at a time: at full size, each array of all genes in float64 is a gigabyte


class Space:
    """
    A space whose axes come from real training data; its subclasses say which.

    Attributes
    ----------
    mean_, scale_ : ndarray of shape (n_genes,)
        The number that is subtracted from each gene, and the number by which it is then divided. Genes that do not vary
        become 0.
    """

    def transform(self, data: DataSet) -> np.ndarray:
        """Return the coordinates of a data set over the same genes, float64 of shape (n_samples, n_axes)."""
        return self.transform_checked(Expression(data, "data"))

    def transform_checked(self, data: Expression) -> np.ndarray:
        """Return the coordinates of a checked data set, whose genes are put in the order of the training data."""
        check_fitted(self, "mean_", "call its fit with real training data first")
        data.align(self._reference)
        return self._project(self._scores(data))

    def _fit(self, train: DataSet, standardise: bool) -> Expression:
        """Learn mean and scale of each gene, and return the checked training data."""
        data = Expression(train, "train")
        self.mean_, self.scale_ = np.empty(data.n_genes), np.ones(data.n_genes)
        for block in _blocks(data.n_genes):
            x = data.columns(block)
            self.mean_[block] = x.mean(axis=0)
            if standardise:
                sd = x.std(axis=0)
                self.scale_[block] = np.where(sd > 0, sd, np.inf)
        self._reference = copy.copy(data)
        self._reference.values = data.values[:0].copy()  # only the names are still needed
        return data

    def _scores(self, data: Expression) -> np.ndarray:
        scores = np.empty((data.n_samples, data.n_genes))
        for block in _blocks(data.n_genes):
            scores[:, block] = (data.columns(block) - self.mean_[block]) / self.scale_[block]
        return scores

    def _project(self, scores: np.ndarray) -> np.ndarray:
        return scores


@explained
class ScaledGenes(Space):
    """
    All genes, each as a z-score of real training data, so that none outweighs the others in a distance.

    Examples
    --------
    >>> train = np.array([[0.0, 10.0], [2.0, 30.0]])
    >>> ScaledGenes().fit(train).transform(np.array([[1.0, 40.0], [0.0, 20.0]])).tolist()
    [[0.0, 2.0], [-1.0, 0.0]]
    """

    def fit(self, train: DataSet) -> ScaledGenes:
        """Learn mean and standard deviation of each gene from real training data, and return the space itself."""
        self._fit(train, standardise=True)
        return self


@explained
class PrincipalSpace(Space):
    """
    Principal components of real training data, in which other data sets are compared.

    It is fitted once, so that all data sets share the same axes. Separate principal components of real and synthetic
    data would hide differences between the two.

    Parameters
    ----------
    n_components : int
        Number of components.
    standardise : bool
        Whether to divide each gene by its standard deviation in the training data first. Genes that do not vary there
        become 0.
    seed : int
        Seed of the randomised decomposition, which is used for many genes.

    Attributes
    ----------
    mean_, scale_ : ndarray of shape (n_genes,)
        The number that is subtracted from each gene, and the number by which it is then divided.
    components_ : ndarray of shape (n_components, n_genes)
        The axes.
    explained_variance_ratio_ : ndarray of shape (n_components,)
        Share of the training data's variance along each axis.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> train = rng.normal(size=(50, 2)) @ rng.normal(size=(2, 10))
    >>> space = PrincipalSpace(n_components=2).fit(train)
    >>> float(space.explained_variance_ratio_.sum().round(6))
    1.0
    >>> space.transform(train[:3]).shape
    (3, 2)
    """

    def __init__(self, n_components: int = 50, standardise: bool = False, seed: int = 0):
        self.n_components = whole_number("n_components", n_components, 1)
        self.standardise = standardise
        self.seed = whole_number("seed", seed, 0)

    def fit(self, train: DataSet) -> PrincipalSpace:
        """
        Find the components of real training data.

        Parameters
        ----------
        train : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)

        Returns
        -------
        PrincipalSpace
            The space itself.

        Raises
        ------
        ValueError
            If there are fewer samples or genes than components.
        """
        data = self._fit(train, self.standardise)
        if self.n_components > min(data.n_samples, data.n_genes):
            raise ValueError(
                f"n_components={self.n_components} is more than train's {data.n_samples} samples or {data.n_genes} "
                "genes; choose fewer"
            )
        pca = PCA(self.n_components, random_state=self.seed, copy=False).fit(self._scores(data))
        self.components_ = pca.components_
        self.explained_variance_ratio_ = pca.explained_variance_ratio_
        return self

    def _project(self, scores: np.ndarray) -> np.ndarray:
        return scores @ self.components_.T


def _blocks(n_genes: int) -> list[slice]:
    return [slice(start, min(start + BLOCK, n_genes)) for start in range(0, n_genes, BLOCK)]


def coordinates(space: Space | None, **named: DataSet) -> list[np.ndarray]:
    """
    Check data sets, and return them as float64 arrays over the genes of the first one, or in a space.

    Parameters
    ----------
    space : PrincipalSpace or ScaledGenes, optional
        Default: all genes, in the units of the data.
    **named : data set
        Data sets by the name of the argument, which the errors use.

    Returns
    -------
    list of ndarray, shape (n_samples, n_genes) or (n_samples, n_components)
    """
    if not (space is None or isinstance(space, Space)):
        raise TypeError(
            f"space must be a fitted PrincipalSpace or ScaledGenes, or None for all genes, not {type(space).__name__}"
        )
    sets = [Expression(data, argument) for argument, data in named.items()]
    if space is not None:
        return [space.transform_checked(data) for data in sets]
    for data in sets[1:]:
        data.align(sets[0])
    return [data.columns(slice(None)) for data in sets]
