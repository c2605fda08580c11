"""The recovery experiment: how well counterfactuals find the genes that are known to respond."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from anndata import AnnData

from gexlib.analysis.ranking import recovery
from gexlib.differential import differential_expression
from gexlib.explained import explained
from gexlib.study.confounded import Confounded
from gexlib.wgan import WGANGP, Settings

SWITCH = {"value": "treated", "reference": "control"}
SETTINGS = Settings(latent_dim=32, hidden=(64, 64), adversarial="never")
METHODS = ("Welch t", "adjusted t", "GAN, condition only", "GAN, both covariates")


@explained
def recovery_experiment(
    strengths: Sequence[float],
    seeds: Sequence[int],
    n_samples: int = 400,
    settings: Settings = SETTINGS,
    n: int = 500,
    **simulator,
) -> pd.DataFrame:
    """
    Measure how well four methods find the responders of experiments that are confounded more and more strongly.

    For each strength and seed, the genes of a :class:`gexlib.study.Confounded` data set are ranked in four ways: by
    Welch's *t* test, which does not know the confounder; by a *t* test adjusted for it; by the counterfactual
    effects of a WGANGP that is conditioned on the condition alone; and by those of a WGANGP that is conditioned on the
    confounder too. The truth, the samples and the training all change with the seed.

    Parameters
    ----------
    strengths : sequence of float
        Correlations of condition and confounder.
    seeds : sequence of int
        Seeds of the experiments.
    n_samples : int
        How many samples each experiment has. Tests and models use them all, because no method chooses anything on them.
    settings : Settings
        Settings of the models. By default they keep their fitted factor models, as no validation samples are held out.
    n : int
        The number of runs of each counterfactual.
    **simulator
        Further arguments of :class:`gexlib.study.Confounded`.

    Returns
    -------
    DataFrame, one row for each strength, seed and method
        ``strength``, ``seed``, ``method``, ``AUROC`` and ``AUPRC`` for the responders, ranked by ``|t|`` or by the
        absolute effect, ``chance`` (the AUPRC of a random order), ``correlation`` of estimated and true effects, and
        ``moved genes``, the mean absolute effect given to genes that only the confounder moves.

    Examples
    --------
    >>> small = {"n_genes": 30, "n_responders": 6, "n_confounded": 8}
    >>> table = recovery_experiment([0.9], seeds=[0], n_samples=60, n=20, **small).set_index("method")
    >>> bool(table.loc["GAN, both covariates", "AUROC"] > table.loc["GAN, condition only", "AUROC"])
    True
    """
    rows = []
    for strength in strengths:
        for seed in seeds:
            data = Confounded(strength=strength, seed=seed, **simulator).simulate(n_samples, seed=seed)
            for method, (effect, score) in _rankings(data, settings, n, seed).items():
                row = {"strength": strength, "seed": seed, "method": method}
                row |= recovery(score, data.var["responder"]).to_dict()
                row["correlation"] = float(effect.corr(data.var["effect"]))
                row["moved genes"] = float(effect[data.var["confounder_effect"] != 0].abs().mean())
                rows.append(row)
    return pd.DataFrame(rows)


def _rankings(data: AnnData, settings: Settings, n: int, seed: int) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Return the effect and the score of each gene by each of `METHODS`."""
    found = {}
    for method, adjust in zip(METHODS[:2], ([], ["confounder"]), strict=True):
        table = differential_expression(data, "condition", **SWITCH, adjust=adjust)
        found[method] = table["effect"], table["t"]
    for method, covariates in zip(METHODS[2:], (["condition"], ["condition", "confounder"]), strict=True):
        gan = WGANGP(covariates, settings=settings, seed=seed, device="cpu").fit(data, progress=False)
        effect = gan.counterfactual(data.obs, "condition", **SWITCH, n=n, seed=seed)["effect"]
        found[method] = effect, effect
    return found
