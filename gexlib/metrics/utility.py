"""Use of synthetic data for a classifier that is tested on real data: alone, or added to real data."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.neural_network import MLPClassifier

from gexlib.checks import check_anndata, check_columns, expression_matrix, whole_number
from gexlib.explained import explained
from gexlib.preprocess import Standardizer


@explained
def classification(
    test: AnnData,
    training: Mapping[str, AnnData],
    label: str,
    runs: int = 5,
    hidden: Sequence[int] = (64, 64),
    seed: int = 0,
    jobs: int = 1,
) -> pd.DataFrame:
    """
    Train a classifier on each of several data sets, and test all on the same real samples.

    This is the paper's test of usefulness: train on synthetic, test on real data :cite:p:`esteban2017real`. A
    multilayer perceptron with two layers of 64 units predicts the tissue, or cancer against normal.

    Parameters
    ----------
    test : AnnData, n_samples x n_genes
        Real samples that no generator and no classifier has seen.
    training : mapping of str to AnnData
        Data sets over the same genes by name: synthetic ones, and real training samples as the bound.
    label : str
        The column of ``obs`` that the classifier predicts. Samples whose level is absent in one of the data sets are
        left out everywhere. ``attrs["left out"]`` of the result is the number of test samples that are left out.
    runs : int
        Number of trainings, each from other first weights.
    hidden : sequence of int
        Units of the hidden layers.
    seed : int
        Seed of the first training. Each further training adds 1.
    jobs : int
        How many trainings run at a time, each in a process of its own; -1 for as many as there are processors.

    Returns
    -------
    DataFrame
        One row for each data set and run (index ``data``, ``run``). ``AUC`` is the area under the ROC curve; for more
        than two levels, the mean over levels, each against the others, weighted by their numbers of samples. ``F1`` is
        weighted in the same way.

    Raises
    ------
    ValueError
        If the column is absent, the genes differ, or fewer than two levels are left.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> obs = pd.DataFrame({"tissue": ["lung", "liver"] * 30}, index=[str(i) for i in range(60)])
    >>> x = rng.normal(size=(60, 5)) + 3 * (obs["tissue"] == "lung").to_numpy()[:, None]
    >>> data = AnnData(x.astype("float32"), obs=obs)
    >>> classification(data[:30].copy(), {"real": data[30:].copy()}, "tissue", runs=2)["F1"].tolist()
    [1.0, 1.0]
    """
    if not isinstance(training, Mapping):
        raise TypeError(f"training is a {type(training).__name__}; give a dict of data sets by their names")
    named = {"test": test} | {f"training[{name!r}]": data for name, data in training.items()}
    labels, levels = _labels(named, label)
    x_test, y_test = _of_levels(test, labels["test"], levels, "test")
    known = {
        name: _of_levels(data, labels[argument], levels, argument)
        for (argument, data), name in zip(list(named.items())[1:], training, strict=True)
    }
    trainings = [(name, run) for name in known for run in range(whole_number("runs", runs, 1))]
    score = delayed(_score)
    found = Parallel(jobs)(score(*known[name], x_test, y_test, levels, hidden, seed + run) for name, run in trainings)
    table = pd.DataFrame.from_dict(dict(zip(trainings, found, strict=True)), orient="index")
    table = table.rename_axis(["data", "run"])
    table.attrs["left out"] = int(len(labels["test"]) - len(y_test))
    return table


@explained
def augmentation(
    test: AnnData,
    train: AnnData,
    synthetic: AnnData,
    label: str,
    sizes: Sequence[int],
    runs: int = 5,
    hidden: Sequence[int] = (64, 64),
    seed: int = 0,
) -> pd.DataFrame:
    """
    Train a classifier on few real samples, with and without synthetic ones, at several numbers of real samples.

    In each run some real training samples are drawn, at least one of each level. The classifier of
    :func:`classification` learns from these alone, and from these and all synthetic samples, as
    :cite:t:`marouf2020realistic` did for cell types.

    Parameters
    ----------
    test : AnnData, n_samples x n_genes
        Real samples that no generator and no classifier has seen.
    train, synthetic : AnnData
        Real training samples and synthetic ones over the same genes. If the generator has learned from all of `train`,
        the gain is that of a user who has the generator and few samples. For the gain of a user who has only few
        samples, give samples of a generator that was trained on these. More real samples as ``synthetic`` give the
        bound.
    label : str
        The column of ``obs`` that the classifier predicts. Samples whose level is absent in one of the data sets are
        left out everywhere. ``attrs["left out"]`` of the result is the number of test samples that are left out.
    sizes : sequence of int
        Numbers of real training samples, each from the number of levels to the size of `train`.
    runs : int
        Number of draws of real samples, each with other first weights.
    hidden : sequence of int
        Units of the hidden layers.
    seed : int
        Seed of the first draw and training. Each further run adds 1.

    Returns
    -------
    DataFrame
        ``AUC`` and ``F1``, as from :func:`classification`. One row for each size, data set and run (index ``size``,
        ``data``, ``run``); ``data`` is ``real`` or ``real + synthetic``.

    Raises
    ------
    ValueError
        If the column is absent, the genes differ, fewer than two levels are left, or a size is out of range.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> obs = pd.DataFrame({"tissue": ["lung", "liver"] * 60}, index=[str(i) for i in range(120)])
    >>> x = rng.normal(size=(120, 9)) + (obs["tissue"] == "lung").to_numpy()[:, None]
    >>> data = AnnData(x.astype("float32"), obs=obs)
    >>> test, train, more = (data[i : i + 40].copy() for i in (0, 40, 80))
    >>> f1 = augmentation(test, train, more, "tissue", sizes=[2], runs=3).groupby("data")["F1"].mean()
    >>> bool(f1["real"] < f1["real + synthetic"])
    True
    """
    named = {"test": test, "train": train, "synthetic": synthetic}
    labels, levels = _labels(named, label)
    x_test, y_test = _of_levels(test, labels["test"], levels, "test")
    x, y = _of_levels(train, labels["train"], levels, "train")
    x_more, y_more = _of_levels(synthetic, labels["synthetic"], levels, "synthetic")
    rows = {}
    for size in (whole_number("sizes", size, 1) for size in sizes):
        if not len(levels) <= size <= len(x):
            raise ValueError(
                f"sizes has {size}, but each must be from {len(levels)}, one sample of each level, to {len(x)}, the "
                "number of samples of train"
            )
        for run in range(whole_number("runs", runs, 1)):
            few = draw_of_all_levels(np.random.default_rng([seed + run, size]), y, size)
            both = np.concatenate([x[few], x_more]), np.concatenate([y[few], y_more])
            for name, (x_train, y_train) in {"real": (x[few], y[few]), "real + synthetic": both}.items():
                rows[size, name, run] = _score(x_train, y_train, x_test, y_test, levels, hidden, seed + run)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(["size", "data", "run"])
    table.attrs["left out"] = int(len(labels["test"]) - len(y_test))
    return table


def _labels(named: Mapping[str, AnnData], label: str) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the labels of each data set, and the levels that all share; the first data set is called test."""
    for argument, data in named.items():
        check_anndata(argument, data)
    genes = list(next(iter(named.values())).var_names)
    for argument, data in named.items():
        check_columns("label", [label], data.obs, f"{argument}.obs")
        if list(data.var_names) != genes:
            raise ValueError(f"{argument} has other genes than test, or in another order")
    labels = {argument: data.obs[label].astype(str).to_numpy() for argument, data in named.items()}
    levels = sorted(set.intersection(*map(set, labels.values())))
    if len(levels) < 2:
        raise ValueError(f"label={label!r} has {len(levels)} level that all data sets share; two are needed")
    return labels, levels


def draw_of_all_levels(rng: np.random.Generator, labels: np.ndarray, size: int) -> np.ndarray:
    """Draw the rows of a random sample with at least one of each level."""
    order = rng.permutation(len(labels))
    first = order[np.unique(labels[order], return_index=True)[1]]  # of each level in a random order
    rest = order[~np.isin(order, first)]
    return np.sort(np.concatenate([first, rest[: size - len(first)]]))


def _score(
    x: np.ndarray,
    y: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    levels: list[str],
    hidden: Sequence[int],
    seed: int,
) -> dict[str, float]:
    """Train a multilayer perceptron on z-scores, and score it on the test samples."""
    scale = Standardizer().fit(x)
    model = MLPClassifier(tuple(hidden), max_iter=100, early_stopping=False, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 100 passes are the setting
        model.fit(scale.transform(x), y)
    chance = model.predict_proba(scale.transform(x_test))
    return {"AUC": _auc(y_test, chance, levels), "F1": _f1(y_test, chance, levels)}


def _of_levels(data: AnnData, labels: np.ndarray, levels: list[str], argument: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the expression values and labels of the samples of some levels."""
    chosen = np.isin(labels, levels)
    return expression_matrix(data, argument)[chosen], labels[chosen]


def _auc(labels: np.ndarray, chance: np.ndarray, levels: list[str]) -> float:
    if len(levels) == 2:
        return float(roc_auc_score(labels == levels[1], chance[:, 1]))
    return float(roc_auc_score(labels, chance, labels=levels, multi_class="ovr", average="weighted"))


def _f1(labels: np.ndarray, chance: np.ndarray, levels: list[str]) -> float:
    predicted = np.array(levels)[chance.argmax(axis=1)]
    return float(f1_score(labels, predicted, labels=levels, average="weighted", zero_division=0))
