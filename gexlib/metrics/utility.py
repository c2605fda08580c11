"""Is synthetic data of use? What a classifier learns from it, tested on real data."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import anndata
import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.neural_network import MLPClassifier

from gexlib.checks import expression_matrix, whole_number
from gexlib.preprocess import Standardizer


def classification(
    test: anndata.AnnData,
    training: Mapping[str, anndata.AnnData],
    target: str,
    runs: int = 5,
    hidden: Sequence[int] = (64, 64),
    seed: int = 0,
) -> pd.DataFrame:
    """
    Train a classifier on each of several data sets, and test all on the same real samples.

    This is the paper's test of usefulness (trained on synthetic, tested on real; :cite:p:`esteban2017real`): a
    multilayer perceptron with two layers of 64 units predicts the tissue, or cancer against normal.

    Parameters
    ----------
    test : AnnData, n_samples x n_genes
        Real samples that no generator and no classifier has seen.
    training : mapping of str to AnnData
        Data sets over the same genes by name: synthetic ones, and real training samples as the bound.
    target : str
        The column of ``obs`` to predict. Levels that no sample of `test` has are left out of training; levels
        that one of the training sets lacks are left out of the test, with their number in ``attrs["left out"]``.
    runs : int
        Trainings from different first weights.
    hidden : sequence of int
        Units of the hidden layers.
    seed : int
        Seed of the first training; the others count on from it.

    Returns
    -------
    DataFrame
        One row a data set and run (index ``data``, ``run``): ``AUC``, the area under the ROC curve (for more than two
        levels each against the rest, weighted by their numbers), and ``F1`` (likewise weighted).

    Raises
    ------
    ValueError
        If the column is absent, the genes differ, or fewer than two levels are left.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> obs = pd.DataFrame({"tissue": ["lung", "liver"] * 30}, index=[str(i) for i in range(60)])
    >>> x = rng.normal(size=(60, 5)) + 3 * (obs["tissue"] == "lung").to_numpy()[:, None]
    >>> data = anndata.AnnData(x.astype("float32"), obs=obs)
    >>> classification(data[:30].copy(), {"real": data[30:].copy()}, "tissue", runs=2)["F1"].tolist()
    [1.0, 1.0]
    """
    named = {"test": test} | {f"training[{name!r}]": data for name, data in training.items()}
    for argument, data in named.items():
        if target not in data.obs:
            raise ValueError(f"target={target!r} is not a column of {argument}.obs; columns: {', '.join(data.obs)}")
        if list(data.var_names) != list(test.var_names):
            raise ValueError(f"{argument} has other genes than test, or in another order")
    labels = {argument: data.obs[target].astype(str).to_numpy() for argument, data in named.items()}
    levels = sorted(set.intersection(*map(set, labels.values())))
    if len(levels) < 2:
        raise ValueError(f"target={target!r} has {len(levels)} level that all data sets share; two are needed")
    x_test, y_test = _of_levels(test, labels["test"], levels, "test")
    rows = {}
    for (argument, data), name in zip(list(named.items())[1:], training, strict=True):
        x, y = _of_levels(data, labels[argument], levels, argument)
        scale = Standardizer().fit(x)
        for run in range(whole_number("runs", runs, 1)):
            model = MLPClassifier(tuple(hidden), max_iter=100, early_stopping=False, random_state=seed + run)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # 100 passes are the setting
                model.fit(scale.transform(x), y)
            chance = model.predict_proba(scale.transform(x_test))
            rows[name, run] = {"AUC": _auc(y_test, chance, levels), "F1": _f1(y_test, chance, levels)}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(["data", "run"])
    table.attrs["left out"] = int(len(labels["test"]) - len(y_test))
    return table


def _of_levels(data: anndata.AnnData, labels: np.ndarray, levels: list[str], argument: str):
    chosen = np.isin(labels, levels)
    return expression_matrix(data, argument)[chosen], labels[chosen]


def _auc(labels: np.ndarray, chance: np.ndarray, levels: list[str]) -> float:
    if len(levels) == 2:
        return float(roc_auc_score(labels == levels[1], chance[:, 1]))
    return float(roc_auc_score(labels, chance, labels=levels, multi_class="ovr", average="weighted"))


def _f1(labels: np.ndarray, chance: np.ndarray, levels: list[str]) -> float:
    predicted = np.array(levels)[chance.argmax(axis=1)]
    return float(f1_score(labels, predicted, labels=levels, average="weighted", zero_division=0))
