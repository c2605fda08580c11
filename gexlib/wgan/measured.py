"""Counterfactuals of measured samples: infer the state, switch a covariate, predict with intervals."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.special import ndtri

from gexlib.checks import expression_matrix, listing
from gexlib.preprocess import CovariateEncoder, Covariates, KindScores, to_expression, to_scores
from gexlib.wgan.abduction import gene_sd, is_linear, jacobian, latent_state, made
from gexlib.wgan.counterfactual import check_switch
from gexlib.wgan.coupling import PROBABILITIES, Coupling, group_keys
from gexlib.wgan.networks import Generator
from gexlib.wgan.new_levels import new_levels
from gexlib.wgan.units import Transform, check_unit

NODES = (np.arange(15) + 0.5) / 15  # probabilities at which a predicted distribution is averaged
ABOUT = {
    "populations": "no pairs: what carries over between the conditions is assumed, so this is about populations",
    "patients": "coupling learned from pairs",
}


def switch_measured(
    generator: Generator,
    transform: Transform,
    encoder: CovariateEncoder,
    genes: pd.Index,
    samples: AnnData,
    by: str,
    value: str | float,
    reference: str | float | None,
    coupling: float | Coupling,
    level: float,
) -> AnnData:
    """
    Predict the profiles that measured samples would have with another level of a covariate.

    Users call :meth:`gexlib.wgan.WGANGP.counterfactual`, which has the arguments and the errors.
    """
    check_switch(encoder, samples.obs, by, value, reference)
    _check_choice(coupling, encoder, genes, by, value, level)
    if not samples.n_obs:
        raise ValueError("obs has no samples; give an AnnData with at least one")
    samples = matched(samples, genes)
    here = encoder.transform(samples.obs)
    there = encoder.transform(samples.obs.assign(**{by: value}))
    own = samples.obs[by].astype(object).to_numpy()
    if isinstance(coupling, Coupling) and reference is None:
        reference = coupling.reference
    stays = own == value
    if reference is not None and (odd := ~stays & (own != reference)).any():
        raise ValueError(
            f"sample {samples.obs_names[odd][0]!r} has {by}={own[odd][0]!r}, not {reference!r}; give only samples that "
            f"have the reference (or the value already)"
        )
    x = expression_matrix(samples, "samples").astype(np.float32, copy=False)
    scores = to_scores(transform, x, here)
    check_unit(transform, x, scores, here, samples.obs_names)
    new = new_levels(transform, encoder, here, by, value) if isinstance(transform, KindScores) else None
    if new:
        of_level = new.share * scores[new.rows]
        scores[new.rows] -= of_level
    mean, sd = np.empty(x.shape), np.empty(x.shape)
    quantiles = np.broadcast_to(ndtri(PROBABILITIES), (len(x), len(PROBABILITIES))).copy()
    learned = ~stays if isinstance(coupling, Coupling) else np.zeros(len(x), bool)
    if learned.any():
        mean[learned] = coupling.mean(scores[learned], group_keys(encoder, here.of_rows(learned), by))
        sd[learned], quantiles[learned] = coupling.spread, coupling.quantiles
    if not learned.all():
        share = np.where(stays, 1.0, 0.0 if isinstance(coupling, Coupling) else coupling)[~learned]
        rows = here.of_rows(~learned), there.of_rows(~learned)
        mean[~learned], sd[~learned] = _carried(generator, scores[~learned], *rows, share)
    if new:
        mean[new.rows] += of_level
        sd[new.rows] = np.sqrt(np.square(sd[new.rows]) * new.scale + new.variance)

    def at(p: float) -> np.ndarray:
        u = np.array([np.interp(p, PROBABILITIES, q) for q in quantiles])[:, None]
        return to_expression(transform, (mean + sd * u).astype(np.float32), there)

    tail = (1 - level) / 2
    made_ = AnnData(
        np.mean([at(p) for p in NODES], axis=0, dtype=np.float64).astype(np.float32),
        obs=samples.obs.assign(**{by: value}),
        var=samples.var.copy(),
        layers={"low": at(tail), "high": at(1 - tail)},
    )
    for given in (made_.X, *made_.layers.values()):
        given[stays] = x[stays]
    about = "patients" if isinstance(coupling, Coupling) else "populations"
    carried = f"learned from {coupling.n_pairs} pairs" if about == "patients" else str(float(coupling))
    made_.uns["counterfactual"] = {
        "by": by, "value": str(value), "coupling": carried, "level": str(level), "about": ABOUT[about],
    }  # fmt: skip
    return made_


def matched(samples: AnnData, genes: pd.Index, argument: str = "samples") -> AnnData:
    """
    Return samples with the genes of a model, in its order; other genes are left out.

    Raises
    ------
    ValueError
        If a gene of the model is missing, or a name comes twice.
    """
    if list(samples.var_names) == list(genes):
        return samples
    if samples.var_names.has_duplicates:
        twice = samples.var_names[samples.var_names.duplicated()][0]
        raise ValueError(f"{argument} has the gene {twice!r} twice; keep one, or make the names unique")
    missing = genes[~genes.isin(samples.var_names)]
    if len(missing):
        raise ValueError(
            f"{argument} lacks {len(missing)} of the {len(genes)} genes of the model: {listing(missing, 5)}; the names "
            f"must be those of model.var_. Measure these genes too, or fit a model on the genes that you have"
        )
    return samples[:, genes]


def _carried(
    generator: Generator, scores: np.ndarray, here: Covariates, there: Covariates, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    Return the mean and the standard deviation of the scores after the switch, if a share of the state carries over.

    The new latent vector is ``share`` times the old one plus independent noise that keeps its variance 1, and so is the
    gene noise. The standard deviations are those of the generator made linear at the new latent vector.
    """
    mean, sd = np.empty(scores.shape), np.empty(scores.shape)
    state = latent_state(generator, scores, here)
    linear, shared, centres = is_linear(generator), {}, {}
    for row, c in enumerate(share):
        before, after = (side.of_rows([row]) for side in (here, there))
        z, key = c * state.z[row], (tuple(before.codes[0]), tuple(after.codes[0]))
        if not linear or key not in shared:
            noise, noise_before = gene_sd(generator, after), gene_sd(generator, before)
            j, j_before = jacobian(generator, z, after), jacobian(generator, state.z[row], before)
            known = (j - (noise / noise_before)[:, None] * j_before) @ state.factor[row]
            fresh = np.square(j).sum(axis=1) + noise**2
            shared[key] = noise, np.square(known).sum(axis=1), fresh, j
        noise, known, fresh, j = shared[key]
        place = (*after.codes[0], *after.values[0])
        if linear and place not in centres:
            centres[place] = made(generator, np.zeros_like(z), after)
        at = centres[place] + j @ z if linear else made(generator, z, after)
        mean[row] = at + c * noise * state.gene_noise[row]
        sd[row] = np.sqrt(c**2 * known + (1 - c**2) * fresh)
    return mean, sd


def _check_choice(
    coupling: float | Coupling,
    encoder: CovariateEncoder,
    genes: pd.Index,
    by: str,
    value: str | float,
    level: float,
) -> None:
    if not isinstance(coupling, Coupling):
        if isinstance(coupling, bool) or not isinstance(coupling, Real):
            raise TypeError(f"coupling={coupling!r} must be a number from 0 to 1, or what fit_coupling returned")
        if not 0 <= coupling <= 1:
            raise ValueError(f"coupling={coupling!r} must be from 0 (nothing carries over) to 1 (all does)")
    elif (coupling.by, coupling.value) != (by, value):
        raise ValueError(
            f"coupling was learned for {coupling.by}={coupling.value!r}, not for {by}={value!r}; learn one for this "
            f"switch with fit_coupling"
        )
    elif coupling.genes != tuple(genes) or coupling.covariates != tuple(encoder.categorical):
        raise ValueError(
            "coupling was learned with a model of other genes or covariates, or in another order; learn one with "
            "fit_coupling of this model"
        )
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < level < 0.999:
        raise ValueError(f"level={level!r} must be a number above 0 and below 0.999, such as 0.9")
