"""The four coefficients of Table 1, for one synthetic data set or several."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gexlib.metrics._data import DataSet, Expression, UnitGenes, checked_pair
from gexlib.metrics._trees import Tree
from gexlib.metrics.grn import Regulons, Wired, _s_tf_tg, _s_tg_tg, _wire
from gexlib.metrics.structure import _linkage, _s_dend, _s_dist

#: Up to this number of genes all correlations of a data set are held (0.07 GB) and used for every score.
HELD = 4096


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
        One data set over the same genes, or several by name. Real training data among them gives the bound
        that sampling alone sets.
    regulons : mapping of str to iterable of str, optional
        Target genes of each transcription factor. Without it the two network coefficients are left out.
    genes : sequence of str, optional
        Names of the columns of ``real``. Default: its ``var_names``; needed with ``regulons`` and arrays.
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
        As for :func:`s_dist`, :func:`s_dend`, :func:`s_tf_tg` and :func:`s_tg_tg`; also an empty mapping.

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
    real = Expression(real, "real")
    rows, x, tree, network = {}, None, None, None  # what depends on the real data alone comes about once
    for name, data in named.items():
        argument = f"synthetic[{name!r}]" if isinstance(synthetic, Mapping) else "synthetic"
        pair = checked_pair(real, data, genes, argument)
        x = x or _units(pair[0], constant)
        z = _units(pair[1], constant)
        rows[name] = {"S_dist": _s_dist(x, z)}
        tree = tree or Tree(_linkage(x))
        rows[name]["S_dend"] = _s_dend(tree, Tree(_linkage(z)), argument)
        if regulons is not None:
            network = network or _network(regulons, x, constant)
            used, wired, among = network
            against = z if used is None else UnitGenes(pair[1], used, constant)
            rows[name] |= {"S_TF-TG": _s_tf_tg(among, against, wired), "S_TG-TG": _s_tg_tg(among, against, wired)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("data")


def _network(regulons: Regulons, x: UnitGenes, constant: str) -> tuple[np.ndarray | None, Wired, UnitGenes]:
    """
    The genes of the network, TFs and targets by their positions in them, and the genes of the real data.

    Where all correlations are held, those are all genes, which is said by None.
    """
    used, wired = _wire(regulons, x.data, self_regulation=True)
    if x.held is None:
        return used, wired, UnitGenes(x.data, used, constant)
    return None, [(used[tf], used[targets]) for tf, targets in wired], x


def _units(data: Expression, constant: str) -> UnitGenes:
    """The genes of a data set, with all their correlations where these take little room."""
    units = UnitGenes(data, constant=constant)
    if units.n <= HELD:
        units.hold()
    return units
