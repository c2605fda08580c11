"""What nobody measured: how it misleads, and whether intervals cover, where the truth is known."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from anndata import AnnData
from scipy import stats

from gexlib.analysis import combine, donor_bootstrap, recovery, robustness_value
from gexlib.differential import differential_expression, effect_intervals
from gexlib.explained import explained
from gexlib.study.confounded import Confounded
from gexlib.study.responders import SETTINGS, SWITCH
from gexlib.wgan import WGANGP, Settings

FDR = 0.05
COVARIATES = ["condition", "confounder"]
ADJUSTED, GAN, SEEDS = "adjusted, moderated t", "GAN, donors drawn", "GAN, seeds alone"


@explained
def unmeasured_experiment(
    strengths: Sequence[float],
    seeds: Sequence[int],
    required: Sequence[float] = (0.0, 0.05, 0.1, 0.2, 0.3),
    n_samples: int = 400,
    settings: Settings | str = SETTINGS,
    n_hidden: int = 60,
    **simulator,
) -> pd.DataFrame:
    """
    Measure how an unmeasured confounder misleads a test and a GAN, and what a sensitivity analysis makes of it.

    Both know the condition and the measured confounder. The genes that the test calls at a false discovery rate of
    0.05 are then asked how strong an unmeasured confounder must be to explain them away
    (:func:`gexlib.analysis.robustness_value`, to the edge of the 95 % interval). Those that need less than `required`
    are dropped. One sample of each donor takes part.

    Parameters
    ----------
    strengths : sequence of float
        Correlations of condition and unmeasured confounder.
    seeds : sequence of int
        Seeds of truth, samples and training.
    required : sequence of float
        Robustness values that a gene must reach; 0 drops none.
    n_samples : int
        Two samples a donor, of which one is used.
    settings : Settings or str
        Of the GAN.
    n_hidden : int
        How many genes the unmeasured confounder moves.
    **simulator
        Further arguments of :class:`gexlib.study.Confounded`.

    Returns
    -------
    DataFrame
        A row for each strength, seed and robustness value required: ``called``, the number of genes; ``false``, the
        share of them that do not respond (0 if none is called); ``found``, the share of the responders that are
        called. The rows of one strength and seed share ``share``, the squared correlation of condition and unmeasured
        confounder, and for the whole ranking ``AUPRC``, ``AUPRC, GAN`` and ``chance``.

    Examples
    --------
    >>> small = {"n_genes": 40, "n_responders": 6, "n_confounded": 8, "n_hidden": 10}
    >>> table = unmeasured_experiment([0.9], seeds=[0], required=[0.0, 0.3], n_samples=80, **small)
    >>> table.set_index("required")["called"].to_dict()
    {0.0: 11, 0.3: 2}
    """
    rows = []
    for strength in strengths:
        for seed in seeds:
            model = Confounded(n_hidden=n_hidden, hidden_strength=strength, seed=seed, **simulator)
            data = model.simulate(n_samples, seed=seed)[::2].copy()
            table = differential_expression(data, "condition", **SWITCH, adjust=["confounder"], moderated=True)
            gan = WGANGP(COVARIATES, settings=settings, seed=seed, device="cpu").fit(data, progress=False)
            effect = gan.counterfactual(data.obs, "condition", **SWITCH, n=100, seed=seed)["effect"]
            responder = data.var["responder"]
            score, score_gan = recovery(table["t"], responder), recovery(effect, responder)
            needed = robustness_value(table["t"], table.attrs["freedom"], level=0.95)
            for least in required:
                called = ((table["fdr"] < FDR) & (needed >= least)).to_numpy()
                rows.append(
                    {
                        "strength": strength,
                        "seed": seed,
                        "required": least,
                        "called": int(called.sum()),
                        "false": float((~responder[called]).mean()) if called.any() else 0.0,
                        "found": float(called[responder.to_numpy()].mean()),
                        "share": strength**2,
                        "AUPRC": score["AUPRC"],
                        "AUPRC, GAN": score_gan["AUPRC"],
                        "chance": score["chance"],
                    }
                )
    return pd.DataFrame(rows)


@explained
def coverage_experiment(
    seed: int,
    draws: int = 40,
    n_samples: int = 200,
    settings: Settings | str = SETTINGS,
    **simulator,
) -> pd.DataFrame:
    """
    Measure how often intervals of 95 % hold the true effect, with two samples of each donor and a measured confounder.

    Parameters
    ----------
    seed : int
        Of truth, samples and trainings.
    draws : int
        How often donors are drawn.
    n_samples : int
    settings : Settings or str
        Of the GAN.
    **simulator
        Further arguments of :class:`gexlib.study.Confounded`.

    Returns
    -------
    DataFrame, one row a method
        Indexed by ``method``: the *adjusted, moderated t* takes samples as independent; the *GAN, donors drawn* has the
        intervals of :func:`gexlib.analysis.donor_bootstrap`; *seeds alone* those of three trainings, as
        :func:`gexlib.analysis.combine` makes the deviation between models. ``coverage`` over all genes, ``responders``
        over those that respond, ``width``: the median half width, in the unit of the data.

    Examples
    --------
    >>> small = {"n_genes": 30, "n_responders": 6, "n_confounded": 8}
    >>> table = coverage_experiment(seed=0, draws=3, n_samples=60, **small)
    >>> bool(table.loc["GAN, donors drawn", "coverage"] > table.loc["GAN, seeds alone", "coverage"])
    True
    """
    data = Confounded(seed=seed, **simulator).simulate(n_samples, seed=seed)

    def tables(d: AnnData, one: int) -> pd.DataFrame:
        gan = WGANGP(COVARIATES, settings=settings, seed=one, device="cpu").fit(d, progress=False)
        return gan.counterfactual(d.obs, "condition", **SWITCH, n=100, seed=0)

    table = differential_expression(data, "condition", **SWITCH, adjust=["confounder"], moderated=True)
    found = {ADJUSTED: (table["effect"], effect_intervals(table)["high"] - table["effect"])}
    drawn = donor_bootstrap(lambda d: tables(d, seed)[["effect"]], data, COVARIATES, n=draws, seed=seed)
    drawn = drawn.droplevel(1, axis=1)
    found[GAN] = drawn["effect"], drawn["high"] - drawn["effect"]
    models = combine([tables(data, seed + i) for i in range(3)])
    found[SEEDS] = models["effect"], stats.norm.ppf(0.975) * models["sd models"]
    truth, responder = data.var["effect"], data.var["responder"].to_numpy()
    rows = {}
    for method, (effect, margin) in found.items():
        inside = ((effect - truth).abs() <= margin).to_numpy()
        rows[method] = {"coverage": inside.mean(), "responders": inside[responder].mean(), "width": margin.median()}
    return pd.DataFrame(rows).T.rename_axis("method")
