"""The paired test for a study that training never saw: its tumours, from the same patients' normal tissue."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from anndata import AnnData
from sklearn.linear_model import Ridge

from gexlib.checks import whole_number
from gexlib.explained import explained
from gexlib.study.paired import (
    MEAN,
    OURS,
    PENALTIES,
    SWITCH,
    Pairs,
    Prediction,
    counterfactual_prediction,
    errors_left_out,
    find_pairs,
    gaussian_intervals,
    judged,
    kinds_of,
    summary,
)
from gexlib.wgan import WGANGP, Settings


@explained
def new_study_test(
    data: AnnData, seed: int = 0, settings: Settings | str = "default", progress: bool = False
) -> pd.DataFrame:
    """
    Predict the tumours of each study from the normal tissue of the same patients, by what learned from the other ones.

    No sample of the study is in the training data. The methods:

    - *mean tumour* of all training samples, with a Gaussian interval;
    - *normal + mean change*: the patient's own normal tissue, and the difference between the means of tumours and of
      normal tissue;
    - *ridge*: a ridge regression of the tumour on the normal tissue over all training pairs, with the penalty of the
      smallest error in studies that are left out;
    - *nothing carried over* and *learned coupling*: :meth:`gexlib.wgan.WGANGP.counterfactual` with the coupling 0 and
      with that of :meth:`gexlib.wgan.WGANGP.fit_coupling`, of a model made with ``unseen="unknown"``.

    Parameters
    ----------
    data : AnnData
        As for :func:`gexlib.study.find_pairs`, of three studies or more.
    seed : int
        Of the trainings.
    settings : Settings or str
        Of the generator.
    progress : bool
        Show the progress of the trainings.

    Returns
    -------
    DataFrame, one row a method and study, and one a method for ``"all"``
        As of :func:`gexlib.study.paired_test`. Errors are relative to the mean of all training tumours here.

    Raises
    ------
    ValueError
        If fewer than three studies have enough pairs, or a column is absent.

    Examples
    --------
    >>> from gexlib.datasets import load_tcga_pairs
    >>> table = new_study_test(load_tcga_pairs())  # doctest: +SKIP
    >>> table.loc[("mean tumour", "all"), "relative error"]  # doctest: +SKIP
    1.0
    """
    pairs, seed = find_pairs(data), whole_number("seed", seed, 0)
    studies = np.unique(pairs.study)
    if len(studies) < 3:
        raise ValueError(f"data has {len(studies)} studies with enough pairs; a new study is predicted from 2 or more")
    rows = []
    for study in studies:
        train = data[(data.obs["study"].astype(str) != study).to_numpy()].copy()
        own = pairs.study == study
        test = Pairs(pairs.normal[own].copy(), pairs.tumour[own].copy(), pairs.study[own])
        gan = WGANGP(["study", "condition"], settings=settings, seed=seed, unseen="unknown", device="cpu")
        gan.fit(train, progress=progress)
        kinds = kinds_of(train.obs.assign(study=study), train)
        for method, found in _predictions(gan, train, kinds, test):
            rows += judged(method, kinds, test, found)
    return summary(pd.DataFrame(rows))


def ridge_of_new_studies(train: Pairs, normal: np.ndarray) -> np.ndarray:
    """
    Predict tumours of a new study by a ridge regression on normal tissue, both around the means of all training pairs.

    Parameters
    ----------
    train : Pairs
        Of two studies or more.
    normal : ndarray, shape (n, n_genes)

    Returns
    -------
    ndarray, shape (n, n_genes)
    """
    x, y = (np.asarray(side.X, np.float64) for side in train[:2])
    error = np.zeros(len(PENALTIES))
    for out in (train.study == study for study in np.unique(train.study)):
        error += errors_left_out(*(side - side[~out].mean(axis=0) for side in (x, y)), out)
    penalty = PENALTIES[error.argmin()] * np.square(x - x.mean(axis=0)).sum(axis=1).mean()
    return Ridge(penalty).fit(x, y).predict(normal)


def _predictions(gan: WGANGP, train: AnnData, kinds: dict, test: Pairs) -> Iterator[tuple[str, Prediction]]:
    """Yield each method and its prediction."""
    study = test.study[0]
    normal, tumour = (kinds[study, condition].mean(axis=0) for condition in ("normal", "cancer"))
    yield MEAN, gaussian_intervals(kinds, test.study)
    yield "normal + mean change", Prediction(np.asarray(test.normal.X) + tumour - normal, {})
    yield "ridge", Prediction(ridge_of_new_studies(find_pairs(train, fewest=1), np.asarray(test.normal.X)), {})
    for method, coupling in (("nothing carried over", 0.0), (OURS, gan.fit_coupling(train, *SWITCH))):
        yield method, counterfactual_prediction(gan, test.normal, coupling)
