"""Scripts of benchmarks are imported from their folder; made up expression data of a few kinds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData


@pytest.fixture
def benchmarks(monkeypatch):
    """The folder of the benchmarks, from which they import each other."""
    folder = Path(__file__).parents[2] / "benchmarks"
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def expression():
    """Return a function that makes samples of two or more kinds: three common factors, kinds that differ in means."""

    def make(n, genes=24, kinds=("a", "b"), seed=0):
        rng = np.random.default_rng(seed)
        structure = np.random.default_rng(99)
        loadings, means = structure.normal(size=(3, genes)), structure.normal(2, 2, size=(len(kinds), genes))
        kind = np.arange(n) % len(kinds)
        x = means[kind] + rng.normal(size=(n, 3)) @ loadings + rng.normal(size=(n, genes))
        obs = pd.DataFrame({"kind": np.array(kinds)[kind]}, index=[f"s{seed}_{i}" for i in range(n)])
        names = pd.DataFrame(index=[f"g{j}" for j in range(genes)])
        return AnnData(np.maximum(x, 0).astype(np.float32), obs=obs, var=names)

    return make
