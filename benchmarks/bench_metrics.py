"""The paper's four scores beside a plain formulation of the published functions, and S_dist and S_dend at full size."""

import resource
import sys

import numpy as np
import published_metrics
import pytest
from scipy.cluster import hierarchy
from scipy.linalg.blas import dsyrk
from scipy.spatial.distance import pdist

from gexlib import metrics
from gexlib.datasets import load_ecoli_grn
from gexlib.grn import regulons


def simulated(n_samples: int, n_genes: int) -> list[np.ndarray]:
    """Draw two float32 data sets of shared structure."""
    loadings = np.random.default_rng(0).standard_normal((20, n_genes), dtype=np.float32)

    def draw(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        x = 3 * rng.standard_normal((n_samples, n_genes), dtype=np.float32)
        for rows in range(0, n_samples, 100):  # in pieces, so that making the data is not the peak of memory
            x[rows : rows + 100] += rng.standard_normal((len(x[rows : rows + 100]), 20), "f4") @ loadings
        return x

    return [draw(1), draw(2)]


@pytest.mark.parametrize("ours", [True, False], ids=["gexlib", "plain"])
@pytest.mark.parametrize("n_genes", [1076, 2000])
def test_all_scores(measure, quick, n_genes, ours):
    n_genes, n_samples = (n_genes // 20, 30) if quick else (n_genes, 680)
    targets = regulons(load_ecoli_grn())
    genes = sorted({*targets, *(gene for names in targets.values() for gene in names)})[:n_genes]
    real, synthetic = (x.astype(np.float64) for x in simulated(n_samples, n_genes))
    scores = {
        True: lambda: metrics.table_1(real, synthetic, targets, genes).iloc[0].tolist(),
        False: lambda: published_metrics.scores(real, synthetic, targets, genes),
    }
    group = f"All four scores, {n_genes:,} genes, {n_samples} samples"
    what = "gexlib" if ours else "published functions, plain"
    values = measure(scores[ours], group, what, 7 if ours else 3, reference=not ours)
    if ours:
        assert values == pytest.approx(scores[False](), abs=1e-9)


@pytest.mark.parametrize("n_genes", [1076, 2000])
def test_least(measure, quick, n_genes):
    """Time the steps that every way to compute the scores with these libraries needs."""
    n_genes, n_samples = (n_genes // 20, 30) if quick else (n_genes, 680)
    data = [x.astype(np.float64) for x in simulated(n_samples, n_genes)]
    distances = [pdist(x.T, "correlation") for x in data]

    def least() -> None:
        for x, d in zip(data, distances, strict=True):
            dsyrk(1.0, x.T)
            hierarchy.linkage(d, "complete")

    measure(
        least, f"All four scores, {n_genes:,} genes, {n_samples} samples", "two products and two clusterings alone", 7
    )


@pytest.mark.full_size
@pytest.mark.parametrize("score", [metrics.s_dist, metrics.s_dend])  # by memory: the peak is that of the process so far
def test_full_size(measure, score):
    real, synthetic = simulated(2287, 18_154)
    name = {metrics.s_dist: "S_dist", metrics.s_dend: "S_dend"}[score]
    group = "One score, 18,154 genes, 2,287 samples"
    measure(lambda: score(real, synthetic), group, name, 1, **{"peak memory, GB": peak_gb})


def peak_gb(_seconds: float) -> float:
    """Return the peak resident memory of this process so far: Python, the libraries and the data included."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, 2)
