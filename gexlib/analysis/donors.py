"""Intervals of effects that hold the sampling of donors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import stats

from gexlib.checks import check_columns, column_names, share, whole_number
from gexlib.explained import explained


@explained
def donor_bootstrap(
    estimate: Callable[[AnnData], pd.DataFrame],
    data: AnnData,
    strata: Sequence[str],
    donor: str = "donor",
    n: int = 50,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    r"""
    Estimate effects with intervals that hold which donors happened to be measured.

    All samples of a donor are drawn together. Donors of the same `strata` are drawn among each other, so that no kind
    of sample disappears. Of :math:`m` donors of a stratum, :math:`m - 1` are drawn with replacement, which makes the
    variance of a mean right for few donors too :cite:p:`rao1988resampling`. A donor who is alone in a stratum is always
    drawn.

    Parameters
    ----------
    estimate : callable
        Takes samples like `data`, and returns a DataFrame of effects, such as one row a gene and one column a study. It
        is called once with `data` and `n` times with drawn donors. To fit a generator in it is what makes the
        intervals those of the generator.
    data : AnnData
    strata : sequence of str
        Columns of ``obs``, such as the study and the condition.
    donor : str
        The column that names the donor.
    n : int
        How often donors are drawn.
    seed : int
        Of the draws.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Columns of two levels: ``effect``, ``se`` (the standard deviation over the draws), ``low`` and ``high``, each
        with the columns of the estimate. The interval is effect ± the quantile of Student's *t* times the standard
        error, with as many degrees of freedom as donors less strata, and at most ``n - 1``.

    Raises
    ------
    ValueError
        If a column is absent or has missing values, or `n` is below 2.

    Examples
    --------
    >>> obs = pd.DataFrame({"donor": list("abcdef"), "state": list("iiiwww")}, index=list("ABCDEF"))
    >>> data = AnnData(np.array([[5], [6], [7], [1], [2], [3]], dtype="float32"), obs=obs)
    >>> def difference(d):
    ...     ill = (d.obs["state"] == "i").to_numpy()
    ...     return pd.DataFrame({"all": d.X[ill].mean(axis=0) - d.X[~ill].mean(axis=0)})
    >>> donor_bootstrap(difference, data, ["state"], n=400)["se"].round(1)  # sqrt(1/3 + 1/3)
       all
    0  0.8
    """
    strata = column_names("strata", strata)
    check_columns("strata", strata, data.obs, complete=True)
    check_columns("donor", [donor], data.obs, complete=True)
    share("level", level)
    n, rng = whole_number("n", n, 2), np.random.default_rng(whole_number("seed", seed, 0))
    name = data.obs[donor].astype(str).to_numpy()
    kind = data.obs[strata].astype(str).agg("|".join, axis=1).to_numpy()
    rows = pd.Series(np.arange(data.n_obs)).groupby(name).agg(list)
    of_donor = pd.Series(kind).groupby(name).agg(lambda kinds: " & ".join(sorted(set(kinds))))
    groups = [rows[members].to_list() for members in of_donor.groupby(of_donor).groups.values()]

    def drawn() -> AnnData:
        chosen = [group[i] for group in groups for i in rng.integers(len(group), size=max(len(group) - 1, 1))]
        at = np.concatenate(chosen)
        obs = data.obs.iloc[at].assign(**{donor: [f"donor {i}" for i, of in enumerate(chosen) for _ in of]})
        obs.index = [f"sample {i}" for i in range(len(at))]
        return AnnData(data.X[at], obs=obs, var=data.var, uns=dict(data.uns))

    effect = estimate(data)
    se = pd.DataFrame(np.std([estimate(drawn()).to_numpy() for _ in range(n)], axis=0, ddof=1), *effect.axes)
    freedom = max(min(len(rows) - len(groups), n - 1), 1)
    half = stats.t.ppf((1 + level) / 2, freedom) * se
    return pd.concat({"effect": effect, "se": se, "low": effect - half, "high": effect + half}, axis=1)
