"""Maps of samples on which real and synthetic data can be compared."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd
from anndata import AnnData
from sklearn.decomposition import PCA

from gexlib.checks import expression_matrix
from gexlib.explained import explained

METHODS = {"pca": "PC", "umap": "UMAP"}


@explained
def embed(
    reference: AnnData,
    data: Mapping[str, AnnData],
    n_components: int = 2,
    method: str = "pca",
    seed: int = 0,
) -> pd.DataFrame:
    """
    Place samples on a map that a reference defines.

    ``"pca"`` projects every data set on the principal components of `reference` alone (as a rule the real training
    data). Components fitted to each data set by itself could not be compared. Components fitted to all together would
    bend towards the synthetic data.

    ``"umap"`` :cite:p:`mcinnes2018umap` lays out one neighbour graph of all samples of `data`, as in Figure 4 of the
    paper, on the first 50 principal components of `reference`. It does not project samples onto a map of the
    reference, because that would draw every sample into the nearest crowd, whether it belongs there or not. Distances
    beyond a sample's neighbours mean little.

    Parameters
    ----------
    reference : AnnData
        The samples that define the components; each gene is centred on its mean there.
    data : mapping of str to AnnData
        Data sets of the same genes to place.
    n_components : int
        Number of coordinates of the map.
    method : {"pca", "umap"}
        ``"umap"`` needs the package umap-learn.
    seed : int
        Seed of UMAP; PCA draws no random numbers.

    Returns
    -------
    DataFrame
        Columns ``PC1``, ``PC2``, ... (or ``UMAP1``, ...), ``data`` (the name of the data set) and the covariates of
        the sample. For PCA, ``attrs["explained"]`` holds the shares of the reference's variance.

    Raises
    ------
    ValueError
        If the method is unknown, or a data set has other genes than `reference`.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(10, 4)).astype("float32")
    >>> real = AnnData(x)
    >>> embed(real, {"real": real}).columns.tolist()
    ['PC1', 'PC2', 'data']
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not known; choose 'pca' or 'umap'")
    for name, samples in data.items():
        if list(samples.var_names) != list(reference.var_names):
            raise ValueError(f"data[{name!r}] has other genes than reference, or in another order")
    k = n_components if method == "pca" else min(50, *reference.shape)
    pca = PCA(k, svd_solver="full").fit(expression_matrix(reference, "reference"))
    places = np.concatenate([pca.transform(expression_matrix(d, f"data[{name!r}]")) for name, d in data.items()])
    if method == "umap":
        places = _umap(places, n_components, seed)
    placed = pd.DataFrame(places, columns=[f"{METHODS[method]}{i + 1}" for i in range(n_components)])
    obs = pd.concat([d.obs.assign(data=name) for name, d in data.items()])
    placed = pd.concat([placed.set_index(obs.index), obs[["data", *obs.columns.drop("data")]]], axis=1)
    if method == "pca":
        placed.attrs["explained"] = pca.explained_variance_ratio_.tolist()
    return placed


def _umap(x: np.ndarray, n_components: int, seed: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numba and TensorFlow, when umap is imported
        from umap import UMAP
    with warnings.catch_warnings():
        # Kinds that lie far apart make a graph of several parts. UMAP places each by itself, as it should.
        warnings.filterwarnings("ignore", "Graph is not fully connected")
        return UMAP(n_components=n_components, random_state=seed, n_jobs=1).fit_transform(x)
