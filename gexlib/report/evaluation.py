"""All metrics on synthetic data, on real data in its place, and on simple baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from platform import python_version

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import whole_number
from gexlib.metrics import PrincipalSpace
from gexlib.metrics.expression import DataSet
from gexlib.report import realism, use
from gexlib.report.inputs import Candidate, Inputs, columns, like, matched, named_runs, real_data
from gexlib.report.measures import Measure
from gexlib.report.privacy import privacy
from gexlib.report.result import Report
from gexlib.simulators import SMOTE, Bootstrap, Gaussian, GaussianCopula
from gexlib.wgan import WGANGP

FAMILIES = {
    "structure": realism.structure,
    "GRN": realism.grn,
    "fidelity": realism.fidelity,
    "marginals": realism.marginals,
    "utility": use.utility,
    "privacy": privacy,
}
"""The families of metrics in the order of the table: name to function that says what is computed."""

BASELINES = {
    "Gaussian": lambda by, most: Gaussian(most, by=by, unseen="unknown"),
    "copula": lambda by, most: GaussianCopula(by=by, unseen="unknown"),
    "SMOTE": lambda by, most: SMOTE(by=by, unseen="unknown"),
    "bootstrap": lambda by, most: Bootstrap(by=by, unseen="unknown"),
}
"""Baselines by name: functions of the columns that make a group and the largest number of components."""

PACKAGES = ("gexlib", "anndata", "numpy", "pandas", "scipy", "scikit-learn", "torch")


def evaluate(
    real_train: DataSet | None,
    real_test: DataSet,
    synthetic: DataSet | Sequence[DataSet] | Mapping[str, DataSet | Sequence[DataSet]],
    *,
    validation: DataSet | None = None,
    within: str | Sequence[str] | None = None,
    labels: str | Sequence[str] | None = None,
    contrast: tuple[str, str, str] | None = None,
    regulons: Mapping[str, Iterable[str]] | None = None,
    genes: Sequence[str] | None = None,
    models: WGANGP | Sequence[WGANGP] | Mapping[str, WGANGP | Sequence[WGANGP]] | None = None,
    families: Sequence[str] | None = None,
    baselines: Sequence[str] = ("Gaussian", "bootstrap"),
    space: int = 50,
    seed: int = 0,
    jobs: int = 1,
) -> Report:
    """
    Report on synthetic data: structure, regulation, fidelity, marginals, use and privacy.

    Every number stands beside two others: that of real data in the place of synthetic data (the *bound*; no generator
    can be expected to do better), and those of simple baselines, which any generator should beat.

    Parameters
    ----------
    real_train : AnnData, ndarray or scipy sparse matrix of shape (n_samples, n_genes), or None
        Real samples that the generator was trained on. Without them there are no bounds, baselines, principal
        components or numbers on privacy.
    real_test : data set
        Real samples of other donors or conditions, which neither the generator nor the choice of one has seen.
    synthetic : data set, list of data sets, or mapping of str to either
        What is judged, over the same genes and in the same units, as a rule one sample for the covariates of each test
        sample. A list holds runs of one generator from several seeds: their mean and standard deviation are given.
    validation : data set, optional
        Real samples apart from both, such as those that stopped the training. They make the bounds of privacy, and the
        reference of DOMIAS.
    within : str or sequence of str, optional
        Columns of ``obs`` whose combinations are the groups, such as ``["tissue", "condition"]``: for spread within
        groups, for baselines that draw from each group by itself, for bounds with as many samples of each group, and
        to adjust differential expression for.
    labels : str or sequence of str, optional
        Columns of ``obs`` that a classifier learns from synthetic data to tell on real data.
    contrast : (str, str, str), optional
        Column of ``obs``, level and reference level for differential expression: ``("condition", "cancer", "normal")``.
    regulons : mapping of str to iterable of str, optional
        Target genes of each transcription factor (:func:`gexlib.grn.regulons`).
    genes : sequence of str, optional
        Names of the columns. Default: ``var_names`` of ``real_test``; needed with ``regulons`` and arrays.
    models : WGANGP, or list or mapping as `synthetic`, optional
        The fitted models behind the synthetic data, for the attack that needs the critic (LOGAN).
    families : sequence of str, optional
        Some of ``"structure"``, ``"GRN"``, ``"fidelity"``, ``"marginals"``, ``"utility"`` and ``"privacy"``.
        Default: all. Random forests (fidelity) take most of the time.
    baselines : sequence of str
        Of :data:`gexlib.report.BASELINES`; fitted to ``real_train``, with a sample for each test sample, of its group.
    space : int
        Number of principal components (centred, not scaled) of ``real_train``; fewer if it cannot have as many.
    seed : int
        Decides all draws: of the bound, the baselines, folds and classifiers.
    jobs : int
        Processors for random forests.

    Returns
    -------
    Report
        Its ``table`` has a row for each metric; ``definitions`` says what each is, exactly, and what its bound is;
        ``left_out`` what could not be computed, and why.

    Raises
    ------
    ValueError, TypeError
        If data sets do not fit together, hold NaN, or lack a column that is asked for. What fails for one metric or one
        synthetic data set alone is left out, and said.

    Notes
    -----
    The bound is as many training samples as the first synthetic data set has, drawn without replacement and of the same
    groups where there are enough; all training samples for the classifiers of `labels`, which is what synthetic
    data would replace; and held-out samples for privacy. Numbers of samples matter to recall, coverage and
    correlations, so synthetic data should have as many as real_test.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> data = rng.normal(size=(300, 3)) @ rng.normal(size=(3, 8)) + rng.normal(size=(300, 8))
    >>> report = evaluate(data[:100], data[100:200], {"flat": data[200:] / 2}, families=["structure", "marginals"])
    >>> report.table.loc["marginals", ["bound", "flat", "best"]].round(1).loc["sd ratio"].to_dict()
    {'bound': 1.0, 'flat': 0.5, 'best': 1.0}
    >>> report.left_out["reason"].tolist()
    ['real_test has no exact zeros', 'within is not given']
    """
    seed, chosen = whole_number("seed", seed, 0), _families(families)
    inputs = _inputs(real_train, real_test, synthetic, validation, genes, models)
    reals = {"real_train": inputs.train, "real_test": inputs.test, "validation": inputs.validation}
    inputs.within = columns("within", within, *reals.values())
    inputs.labels = columns("labels", labels, *reals.values())
    inputs.contrast = _contrast(contrast, inputs.test)
    inputs.regulons, inputs.seed, inputs.jobs = regulons, seed, jobs
    left_out = []
    names = [c.name for c in inputs.candidates]
    bound = None
    if inputs.train is not None:
        inputs.space = _fit_space(inputs, space)
        bound = _bound(inputs)
        inputs.candidates += _baselines(inputs, baselines, left_out)
    elif baselines:
        left_out += [("all", "all", name, realism.NO_TRAIN) for name in ("bound", *baselines)]
    rows, definitions = [], []
    for family in chosen:
        for measure in FAMILIES[family](inputs):
            definitions += measure.metrics
            _compute(measure, inputs, bound, rows, left_out)
    sizes = {name: data.n_obs for name, data in reals.items() if data is not None}
    sizes |= {"bound": bound.data.n_obs} if bound else {}
    provenance = {name: data for name, data in reals.items() if data is not None}
    provenance |= {c.name + (f" {c.run}" if names.count(c.name) > 1 else ""): c.data for c in inputs.candidates}
    return Report(
        runs=pd.DataFrame(rows, columns=["family", "metric", "data", "run", "value"]),
        definitions=pd.DataFrame(map(asdict, definitions))
        .set_index(["family", "name"])
        .rename_axis(["family", "metric"]),
        left_out=pd.DataFrame(left_out, columns=["family", "metric", "data", "reason"]),
        synthetic=list(dict.fromkeys(names)),
        baselines=list(dict.fromkeys(c.name for c in inputs.candidates[len(names) :])),
        samples=sizes | {c.name: c.data.n_obs for c in inputs.candidates},
        settings={
            "seed": seed,
            "genes": inputs.test.n_vars,
            "principal components of real_train": inputs.space.n_components if inputs.space else None,
            "neighbours": realism.K,
            "folds": realism.FOLDS,
            "trainings of each classifier": use.RUNS,
            "within": inputs.within,
            "labels": inputs.labels,
            "contrast": list(inputs.contrast) if inputs.contrast else None,
            "regulons": None if regulons is None else len(regulons),
            "families": chosen,
        },
        provenance={
            name: {str(k): str(v) for k, v in data.uns.get("provenance", {}).items()}
            for name, data in provenance.items()
        },
        versions={"python": python_version()} | {name: version(name) for name in PACKAGES},
        notes=_notes(inputs, bound),
    )


def _families(families: Sequence[str] | None) -> list[str]:
    known = {name.lower(): name for name in FAMILIES}
    wanted = list(FAMILIES) if families is None else [families] if isinstance(families, str) else list(families)
    for name in wanted:
        if str(name).lower() not in known:
            raise ValueError(f"families has {name!r}; there are: {', '.join(map(repr, FAMILIES))}")
    return [name for name in FAMILIES if name.lower() in {str(w).lower() for w in wanted}]


def _inputs(train, test, synthetic, validation, genes, models) -> Inputs:
    test = real_data(test, "real_test", genes)
    train, validation = (
        None if data is None else like(data, name, test, genes)
        for name, data in (("real_train", train), ("validation", validation))
    )
    candidates = named_runs(synthetic, models, test, genes)
    return Inputs(train, test, validation, candidates, [], [], None, None, None, 0, 1)


def _contrast(contrast, test: AnnData) -> tuple[str, str, str] | None:
    if contrast is None:
        return None
    if isinstance(contrast, str) or len(contrast) != 3:
        raise ValueError(f"contrast={contrast!r} must be a column of obs, a level and a reference level")
    columns("contrast", contrast[0], test)
    return tuple(contrast)


def _fit_space(inputs: Inputs, space: int) -> PrincipalSpace:
    wanted = whole_number("space", space, 1)
    n = min(wanted, inputs.train.n_obs - 1, inputs.train.n_vars)
    if n < wanted:
        inputs.notes.append(f"space={wanted} is more than real_train has; {n} principal components are used")
    return PrincipalSpace(n, seed=inputs.seed).fit(inputs.train)


def _bound(inputs: Inputs) -> Candidate:
    first = inputs.candidates[0].data
    obs = first.obs if all(name in first.obs for name in inputs.within) else inputs.test.obs
    rng = np.random.default_rng(inputs.seed)
    return Candidate("bound", matched(inputs.train, first.n_obs, obs, inputs.within, rng))


def _baselines(inputs: Inputs, wanted: Sequence[str], left_out: list) -> list[Candidate]:
    known = {name.lower(): name for name in BASELINES}
    groups = len(inputs.train.obs[inputs.within].drop_duplicates()) if inputs.within else 1
    most = max(1, min(inputs.space.n_components, inputs.train.n_obs - groups))
    taken, found = {c.name for c in inputs.candidates}, []
    for name in [wanted] if isinstance(wanted, str) else wanted:
        if name.lower() not in known:
            raise ValueError(f"baselines has {name!r}; there are: {', '.join(map(repr, BASELINES))}")
        name = known[name.lower()]
        if name in taken:
            raise ValueError(
                f"{name!r} is the name of a synthetic data set and of a baseline; rename one, or leave it out"
            )
        try:
            simulator = BASELINES[name](inputs.within or None, most).fit(inputs.train)
            found.append(Candidate(name, simulator.sample(inputs.test.obs, seed=inputs.seed)))
        except ValueError as error:
            left_out.append(("all", "all", name, str(error)))
    return found


def _compute(measure: Measure, inputs: Inputs, bound: Candidate | None, rows: list, left_out: list) -> None:
    """Add the numbers of a measure to the rows, and what has none to what is left out."""
    if measure.missing:
        left_out += [(m.family, m.name, "all", measure.missing) for m in measure.metrics]
        return

    def add(name: str, run: int, function: Callable, *arguments) -> None:
        try:
            values = [float(value) for value in function(*arguments)]
        except (ValueError, TypeError) as error:
            which = name if sum(c.name == name for c in inputs.candidates) < 2 else f"{name}, run {run}"
            left_out.extend((m.family, m.name, which, str(error)) for m in measure.metrics)
            return
        for m, value in zip(measure.metrics, values, strict=True):
            if np.isfinite(value):
                rows.append((m.family, m.name, name, run, value))
            else:
                left_out.append((m.family, m.name, name, "the number is not defined for these data"))

    if measure.bound is not None:
        add("bound", 0, measure.bound)
    elif bound is not None:
        add("bound", 0, measure.of, bound)
    for candidate in inputs.candidates:
        add(candidate.name, candidate.run, measure.of, candidate)


def _notes(inputs: Inputs, bound: Candidate | None) -> list[str]:
    sizes = {c.name: c.data.n_obs for c in inputs.candidates} | ({"bound": bound.data.n_obs} if bound else {})
    if len(set(sizes.values())) > 1:
        listing = ", ".join(f"{name} {n}" for name, n in sizes.items())
        inputs.notes.append(
            f"Numbers of samples differ ({listing}). Correlations, recall, coverage and distances to the nearest "
            "sample depend on them."
        )
    return inputs.notes
