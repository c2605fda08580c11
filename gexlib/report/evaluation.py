"""All metrics on synthetic data, on real data in its place, and on simple baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from platform import python_version

import pandas as pd

from gexlib.checks import provenance
from gexlib.differential import Contrast
from gexlib.explained import explained
from gexlib.report import fidelity, utility
from gexlib.report.baselines import make_baselines
from gexlib.report.bounds import NO_TRAIN
from gexlib.report.candidates import Candidate
from gexlib.report.compute import compute
from gexlib.report.doubts import doubts
from gexlib.report.families import FAMILIES, chosen_families
from gexlib.report.inputs import Inputs, gather
from gexlib.report.metric import Bound
from gexlib.report.numbers import Omission, Value
from gexlib.report.refit import NAME, describe, refitted
from gexlib.report.result import Report
from gexlib.report.sets import DataSet
from gexlib.simulators import GaussianCopula
from gexlib.simulators.base import DataSimulator
from gexlib.wgan import WGANGP

Drawn = DataSet | WGANGP | DataSimulator
PACKAGES = ("gexlib", "anndata", "numpy", "pandas", "scipy", "scikit-learn", "torch")


@explained
def evaluate(
    train: DataSet | None,
    test: DataSet,
    synthetic: Drawn | Sequence[Drawn] | Mapping[str, Drawn | Sequence[Drawn]],
    *,
    validation: DataSet | None = None,
    within: Sequence[str] = (),
    labels: Sequence[str] = (),
    contrast: Contrast | tuple[str, str, str] | None = None,
    regulons: Mapping[str, Iterable[str]] | None = None,
    genes: Sequence[str] | None = None,
    models: WGANGP | Sequence[WGANGP] | Mapping[str, WGANGP | Sequence[WGANGP]] | None = None,
    second_draws: DataSet | Sequence[DataSet] | Mapping[str, DataSet | Sequence[DataSet]] | None = None,
    draws: int = 1,
    families: Sequence[str] | None = None,
    baselines: Sequence[str] = ("Gaussian", "bootstrap"),
    best_possible: bool | DataSimulator | WGANGP = False,
    groups: str | None = None,
    space: int = 50,
    seed: int = 0,
    jobs: int = 1,
) -> Report:
    """
    Report on synthetic data: structure, regulation, fidelity, marginals, utility and privacy.

    Every number stands beside two others: that of real data in the place of synthetic data (the *bound*; no generator
    can be expected to do better), and those of simple baselines, which any generator should beat.

    Parameters
    ----------
    train : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes), or None
        Real samples that the generator was trained on. Without them there are no bounds, baselines, principal
        components or numbers on privacy.
    test : data set
        Real samples of other donors or conditions. Neither the generator nor the choice of a generator has seen them.
    synthetic : data set or fitted generator, list of these, or mapping of str to either
        The data that is judged, over the same genes and in the same units. As a rule it has one sample for the
        covariates of each test sample. A list holds runs of one generator from several seeds: the report gives their
        mean and standard deviation. A fitted generator, such as a :class:`gexlib.wgan.WGANGP` or a simulator, draws
        these samples itself, by its method ``sample(obs, seed)``.
    validation : data set, optional
        Real samples that are in neither, such as those that stopped the training. The bounds of privacy come from
        them, and they are the reference of DOMIAS.
    within : list of str
        Columns of ``obs`` whose combinations are the kinds of samples, such as ``["tissue", "condition"]``. They are
        used for standard deviations within kinds, for baselines that draw from each kind separately, for bounds with a
        sample of the same kind for each test sample, and to adjust differential expression.
    labels : list of str
        Columns of ``obs``. A classifier learns each of them from synthetic data and is tested on test data.
    contrast : Contrast or (str, str, str), optional
        Column of ``obs``, level and reference level for differential expression: ``("condition", "cancer", "normal")``
        (:class:`gexlib.differential.Contrast`).
    regulons : mapping of str to iterable of str, optional
        Target genes of each transcription factor (:func:`gexlib.grn.regulons`).
    genes : sequence of str, optional
        Names of the columns. Default: ``var_names`` of ``test``. Arrays need them if there are ``regulons``.
    models : WGANGP, or list or mapping as `synthetic`, optional
        The fitted models that have made the synthetic data, for the attack that needs the critic (LOGAN), and for an
        independent second draw. A generator in `synthetic` is its own model.
    second_draws : data set, list of data sets, or mapping as `synthetic`, optional
        An independent draw of each data set, row by row with the same covariates, for the forest that is tested on a
        draw that it has not seen. Without it, `models` draw it.
    draws : int
        How many times each baseline, and each generator in `synthetic`, draws: the report gives mean and standard
        deviation.
    families : sequence of str, optional
        Some of ``"structure"``, ``"GRN"``, ``"fidelity"``, ``"marginals"``, ``"utility"`` and ``"privacy"``.
        Default: all. Random forests (fidelity) take most of the time.
    baselines : sequence of str
        Names in ``gexlib.report.baselines.BASELINES``. Baselines are fitted to ``train``, and draw a sample of the same
        kind for each test sample.
    best_possible : bool, simulator or WGANGP
        Adds a column ``best possible``: what a generator of the right form reaches with so many training samples, by a
        parametric bootstrap (:func:`gexlib.report.refit.refitted`). A simulator or model, with ``fit(train)`` and
        ``sample(obs, seed)``, is the form. True: a Gaussian copula of each kind. It takes as long as one more baseline.
    groups : str, optional
        Column of ``test.obs`` whose groups are independent of each other, such as ``"donor"``. Standard errors of
        nearest-neighbour metrics come from a bootstrap of these groups. Default: each sample is independent.
    space : int
        Number of principal components (centred, not scaled) of ``train``; fewer if it cannot have as many.
    seed : int
        Seed of all draws: of the bound, the baselines, folds and classifiers.
    jobs : int
        Processors for random forests and for the classifiers of `labels`, -1 for all.

    Returns
    -------
    Report
        ``table`` has a row for each metric; ``definitions`` says what each is and what its bound is; ``left_out``
        says what could not be computed, and why. ``sentences`` says on how many metrics each baseline is as good.

    Raises
    ------
    ValueError, TypeError
        If data sets do not fit together, hold NaN, or lack a column or a level that is asked for. A metric or data
        set that fails by itself is no error: ``left_out`` names it.

    Notes
    -----
    For the bound, a training sample is drawn for each test sample, without replacement, of the same levels of `within`
    and `labels`. Where none is left, the one with the most levels in common is taken; ``definitions`` says for how many
    test samples. For the classifiers of `labels` the bound comes from all training samples, which synthetic data would
    replace. For privacy it comes from samples that no generator has seen. Recall, coverage and correlations depend on
    numbers of samples, so synthetic data should have as many samples as ``test``.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> data = rng.normal(size=(300, 3)) @ rng.normal(size=(3, 8)) + rng.normal(size=(300, 8))
    >>> report = evaluate(data[:100], data[100:200], {"flat": data[200:] / 2}, families=["structure", "marginals"])
    >>> report.table.loc["marginals", ["bound", "flat", "best"]].round(1).loc["sd ratio"].to_dict()
    {'bound': 1.0, 'flat': 0.5, 'best': 1.0}
    >>> report.left_out["reason"].tolist()
    ['test has no exact zeros', 'within is not given']
    """
    chosen = chosen_families(families)
    inputs = gather(
        train,
        test,
        synthetic,
        validation=validation,
        within=within,
        labels=labels,
        contrast=contrast,
        regulons=regulons,
        genes=genes,
        models=models,
        second_draws=second_draws,
        draws=draws,
        groups=groups,
        space=space,
        seed=seed,
        jobs=jobs,
    )
    simple, left_out = make_baselines(inputs, baselines, draws)
    if inputs.train is None:
        left_out = [Omission("all", "all", "bound", NO_TRAIN), *left_out]
    candidates = [*inputs.candidates, *simple]
    metrics = [metric for family in chosen for metric in FAMILIES[family](inputs)]
    values, not_computed = compute(metrics, candidates)
    notes = _notes(inputs, candidates, space)
    if best_possible is not False:
        model = GaussianCopula(within=inputs.within, unseen="unknown") if best_possible is True else best_possible
        numbers, missing, note = _best_possible(inputs, model, chosen)
        values, not_computed, notes = values + numbers, not_computed + missing, notes + note
    return Report(
        runs=pd.DataFrame(values, columns=Value._fields),
        definitions=pd.DataFrame(metric.definition() for metric in metrics).set_index(["family", "metric"]),
        left_out=pd.DataFrame(left_out + not_computed, columns=Omission._fields),
        synthetic=_names(inputs.candidates),
        baselines=_names(simple),
        samples=_samples(inputs, candidates),
        settings=_settings(inputs, chosen, draws),
        provenance=_provenance(inputs, candidates),
        versions={"python": python_version()} | {name: version(name) for name in PACKAGES},
        notes=notes,
    )


def _best_possible(
    inputs: Inputs, model: DataSimulator | WGANGP, families: list[str]
) -> tuple[list[Value], list[Omission], list[str]]:
    """Return the numbers of a model that is fitted to its own samples, what has none, and what they are in words."""
    try:
        own = refitted(inputs, model)
    except (ValueError, TypeError) as error:
        return [], [Omission("all", "all", NAME, str(error))], []
    metrics = [replace(metric, bound=Bound("")) for family in families for metric in FAMILIES[family](own)]
    values, left_out = compute(metrics, own.candidates)
    return values, [row for row in left_out if row.data == NAME], [describe(own.candidates[0], model)]


def _names(candidates: Sequence[Candidate]) -> list[str]:
    return list(dict.fromkeys(candidate.name for candidate in candidates))


def _real(inputs: Inputs) -> dict:
    """Return the parts of the real data that are given, by name."""
    parts = {"train": inputs.train, "test": inputs.test, "validation": inputs.validation}
    return {name: data for name, data in parts.items() if data is not None}


def _samples(inputs: Inputs, candidates: Sequence[Candidate]) -> dict[str, int]:
    found = {name: data.n_obs for name, data in _real(inputs).items()}
    drawn = () if inputs.drawn is None else (inputs.drawn,)
    return found | {candidate.name: candidate.data.n_obs for candidate in (*drawn, *candidates)}


def _provenance(inputs: Inputs, candidates: Sequence[Candidate]) -> dict[str, dict[str, str]]:
    named = _real(inputs)
    runs = [candidate.name for candidate in candidates]
    for candidate in candidates:
        several = runs.count(candidate.name) > 1
        named[f"{candidate.name} {candidate.run}" if several else candidate.name] = candidate.data
    return {name: provenance(data) for name, data in named.items()}


def _settings(inputs: Inputs, families: list[str], draws: int) -> dict:
    return {
        "seed": inputs.seed,
        "groups": inputs.groups,
        "draws of baselines and generators": draws,
        "genes": inputs.test.n_vars,
        "principal components of train": inputs.space.n_components if inputs.space else None,
        "neighbours": fidelity.NEIGHBOURS,
        "folds": fidelity.FOLDS,
        "trainings of each classifier": utility.RUNS,
        "within": list(inputs.within),
        "labels": list(inputs.labels),
        "contrast": list(inputs.contrast) if inputs.contrast else None,
        "regulons": None if inputs.regulons is None else len(inputs.regulons),
        "families": families,
    }


def _notes(inputs: Inputs, candidates: Sequence[Candidate], space: int) -> list[str]:
    notes = []
    if inputs.space is not None and inputs.space.n_components < space:
        notes.append(f"space={space} is more than train can have; {inputs.space.n_components} components are used.")
    drawn = () if inputs.drawn is None else (inputs.drawn,)
    sizes = {candidate.name: candidate.data.n_obs for candidate in (*candidates, *drawn)}
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"{name} {n}" for name, n in sizes.items())
        notes.append(
            f"Numbers of samples differ ({shown}). Correlations, recall, coverage and distances to the nearest sample "
            "depend on them."
        )
    return notes + doubts(inputs)
