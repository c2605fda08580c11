"""Maps of samples on which real and synthetic data can be compared."""

from __future__ import annotations

from collections.abc import Mapping

import anndata
import pandas as pd
from sklearn.decomposition import PCA

from gexlib.checks import expression_matrix


def embed(reference: anndata.AnnData, data: Mapping[str, anndata.AnnData], n_components: int = 2) -> pd.DataFrame:
    """
    Place samples on the principal components of a reference.

    The components are those of `reference` alone (as a rule the real training data), and every data set is
    projected on them. Components fitted to each data set by itself could not be compared, and components fitted
    to all together would bend towards the synthetic data.

    Parameters
    ----------
    reference : AnnData
        The samples that define the components; each gene is centred on its mean there.
    data : mapping of str to AnnData
        Data sets of the same genes to place.
    n_components : int

    Returns
    -------
    DataFrame
        Columns ``PC1``, ``PC2``, ..., ``data`` (the name of the data set) and the covariates of the sample; the
        shares of the reference's variance are in ``attrs["explained"]``.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(10, 4)).astype("float32")
    >>> real = anndata.AnnData(x)
    >>> embed(real, {"real": real}).columns.tolist()
    ['PC1', 'PC2', 'data']
    """
    for name, samples in data.items():
        if list(samples.var_names) != list(reference.var_names):
            raise ValueError(f"data[{name!r}] has other genes than reference, or in another order")
    pca = PCA(n_components, svd_solver="full").fit(expression_matrix(reference, "reference"))
    parts = []
    for name, samples in data.items():
        scores = pca.transform(expression_matrix(samples, f"data[{name!r}]"))
        part = pd.DataFrame(scores, columns=[f"PC{i + 1}" for i in range(n_components)], index=samples.obs_names)
        parts.append(pd.concat([part.assign(data=name), samples.obs], axis=1))
    placed = pd.concat(parts)
    placed.attrs["explained"] = pca.explained_variance_ratio_.tolist()
    return placed
