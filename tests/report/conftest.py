"""Small real and synthetic data with two kinds of samples, and one report over everything."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier

import gexlib
from gexlib.metrics import two_sample, utility

GENES = [f"g{i}" for i in range(12)]
REGULONS = {"g0": ["g1", "g2", "g3"], "g4": ["g5", "g6"]}
ASKED = {
    "within": ["tissue", "condition"],
    "labels": ["tissue"],
    "contrast": ("condition", "cancer", "normal"),
    "regulons": REGULONS,
    "space": 5,
    "seed": 3,
}


class Critic:
    """A stand-in for a fitted model: its critic has learned some of the records by heart."""

    def __init__(self, known):
        self.known = {row.tobytes() for row in known.X}

    def critic_scores(self, data):
        return np.array([float(row.tobytes() in self.known) for row in data.X])


def make(n, rng, noise=1.0):
    obs = pd.DataFrame(
        {"tissue": np.resize(["lung", "liver"], n), "condition": np.resize(["normal", "normal", "cancer"], n)},
        index=[f"s{i}" for i in range(n)],
    )
    shared = np.random.default_rng(9).normal(size=(3, 12))
    x = rng.normal(size=(n, 3)) @ shared + noise * rng.normal(size=(n, 12)) + 3
    x[:, :4] += 2 * (obs["tissue"] == "lung").to_numpy()[:, None]
    x[:, 2:8] += 2 * (obs["condition"] == "cancer").to_numpy()[:, None]
    data = AnnData(np.maximum(x, 0).astype(np.float32), obs=obs, uns={"provenance": {"unit": "log(1 + FPKM)"}})
    data.var_names = GENES
    return data


@pytest.fixture(scope="package", autouse=True)
def small_classifiers():
    """Three trees for a hundred, five passes for a hundred: it is not the classifiers that are tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_sample, "RandomForestClassifier", lambda _, **kwargs: RandomForestClassifier(3, **kwargs))
        patch.setattr(
            utility, "MLPClassifier", lambda hidden, **kwargs: MLPClassifier(hidden, **kwargs | {"max_iter": 5})
        )
        yield


@pytest.fixture(scope="package")
def sets():
    rng = np.random.default_rng(0)
    made = {name: make(n, rng) for name, n in {"train": 60, "validation": 30, "test": 36}.items()}
    made["near"], made["far"] = make(36, rng), make(36, rng, noise=4)
    made["copy"] = made["train"][:36].copy()
    return made


@pytest.fixture(scope="package")
def report(sets, small_classifiers):
    return gexlib.evaluate(
        sets["train"],
        sets["test"],
        {"GAN": [sets["near"], sets["far"]], "copy": sets["copy"]},
        validation=sets["validation"],
        models={"copy": Critic(sets["train"])},
        baselines=["bootstrap"],
        **ASKED,
    )
