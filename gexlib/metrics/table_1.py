"""The four coefficients of Table 1 of Viñas et al. (2022), for one synthetic data set or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from gexlib.explained import explained
from gexlib.metrics.correlations import Correlations
from gexlib.metrics.expression import DataSet, Expression, checked_pair
from gexlib.metrics.linkage import Tree
from gexlib.metrics.regulation import tf_tg_score, tg_tg_score
from gexlib.metrics.regulons import Regulons, find_regulons


@explained
def table_1(
    real: DataSet,
    synthetic: DataSet | Mapping[str, DataSet],
    regulons: Regulons | None = None,
    genes: Sequence[str] | None = None,
    *,
    constant: str = "raise",
) -> pd.DataFrame:
    """
    Score synthetic data against real data by the coefficients of Table 1 in Viñas et al. (2022).

    Parameters
    ----------
    real : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes)
        Real data that the synthetic data was not made from, such as a test split.
    synthetic : data set, or mapping of str to data set
        One data set over the same genes, or several by name. Real training data among them gives the bound: the best
        score that different samples allow.
    regulons : mapping of str to iterable of str, optional
        Target genes of each transcription factor. Without it the two network coefficients are left out.
    genes : sequence of str, optional
        Names of the columns of ``real``. Default: its ``var_names``. Arrays need it if ``regulons`` is given.
    constant : {"raise", "zero"}
        Genes of standard deviation 0 are an error, or their correlations count as 0.

    Returns
    -------
    DataFrame
        A row for each data set, named as in ``synthetic`` (``"synthetic"`` if there is only one); columns
        ``S_dist``, ``S_dend`` and, with ``regulons``, ``S_TF-TG`` and ``S_TG-TG``. 1 is best in all.

    Raises
    ------
    ValueError, TypeError
        As for :func:`s_dist`, :func:`s_dend`, :func:`s_tf_tg` and :func:`s_tg_tg`; also if ``synthetic`` is empty.

    Notes
    -----
    Correlations of the real data are computed once for all synthetic data sets. They are held for up to 4,096 genes
    (see ``gexlib.metrics.correlations.Correlations``).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> data = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 4)) + rng.normal(size=(200, 4))
    >>> table = table_1(data[:100], {"held out": data[100:], "shifted": data[:100] + 5})
    >>> table.round(2).loc["shifted"].tolist()
    [1.0, 1.0]
    >>> list(table.columns)
    ['S_dist', 'S_dend']
    """
    named = dict(synthetic) if isinstance(synthetic, Mapping) else {"synthetic": synthetic}
    if not named:
        raise ValueError("synthetic is empty; give a data set or a dict of at least one")
    against = Table1(real, regulons, genes, constant=constant)
    rows = {}
    for name, data in named.items():
        argument = f"synthetic[{name!r}]" if isinstance(synthetic, Mapping) else "synthetic"
        rows[name] = against.scores(data, argument)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("data")


class Table1:
    """
    The coefficients of :func:`table_1` against one real data set: what depends on it alone is computed once.

    Parameters
    ----------
    real, regulons, genes, constant
        As for :func:`table_1`.
    """

    def __init__(
        self, real: DataSet, regulons: Regulons | None = None, genes: Sequence[str] | None = None, *, constant: str
    ) -> None:
        self._real, self._regulons, self._genes, self._constant = Expression(real, "real"), regulons, genes, constant
        self._correlations = self._tree = self._network = None

    def scores(self, synthetic: DataSet, argument: str = "synthetic") -> dict[str, float]:
        """Return the coefficients of a synthetic data set, which errors call by the name of the argument."""
        pair = checked_pair(self._real, synthetic, self._genes, argument)
        real = self._correlations = self._correlations or Correlations(pair[0], constant=self._constant, hold=True)
        other = Correlations(pair[1], constant=self._constant, hold=True)
        found = {"S_dist": real.gamma(other)}
        self._tree = self._tree or Tree.of(real)
        found["S_dend"] = self._tree.gamma(Tree.of(other))
        if self._regulons is not None:
            network = self._network = self._network or find_regulons(self._regulons, pair[0])
            found |= {"S_TF-TG": tf_tg_score(real, other, network), "S_TG-TG": tg_tg_score(real, other, network)}
        return found
