"""Gene sets in a ranking: against scikit-learn, SciPy and rotations done one by one."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from gexlib.analysis import rank_sets

GENES = [f"g{i}" for i in range(120)]


def test_auroc_rotations_and_fisher_by_other_means():
    rng = np.random.default_rng(0)
    scores = pd.Series(rng.normal(size=120).round(1), index=GENES)  # rounded: with ties
    member = rng.random(120) < 0.15
    row = rank_sets(scores, {"fnr": np.array(GENES)[member], "few": GENES[:3]}, top=20).loc["fnr"]
    turned = [roc_auc_score(np.roll(member, i), scores.abs()) for i in range(120)]
    assert row["AUROC"] == pytest.approx(turned[0])
    assert row["p"] == pytest.approx(np.mean(np.array(turned) >= turned[0] - 1e-9))
    in_top, k = int(row["in top"]), int(row["genes"])
    table = [[in_top, k - in_top], [20 - in_top, 120 - 20 - k + in_top]]
    assert row["p top"] == pytest.approx(stats.fisher_exact(table, alternative="greater").pvalue)
    assert row["expected"] == pytest.approx(k * 20 / 120)
    assert "few" not in rank_sets(scores, {"few": GENES[:3]}).index


def test_a_block_of_neighbours_is_less_surprising_than_scattered_genes():
    """Where neighbours move together, one high run of genes is no evidence of many genes."""
    rng = np.random.default_rng(1)
    blocks = np.repeat(rng.normal(size=12), 10)
    scores = pd.Series(blocks + 0.01 * rng.normal(size=120), index=GENES)
    best = int(np.abs(blocks).argmax())
    row = rank_sets(scores, {"operon": GENES[best : best + 10]}, top=10).loc["operon"]
    assert row["p top"] < 1e-6
    assert row["p"] == pytest.approx(1 / 120)
    shifted = rank_sets(scores.iloc[np.r_[5:120, 0:5]], {"operon": GENES[best : best + 10]}, top=10)
    assert shifted.loc["operon", "p"] == row["p"], "where the circle starts does not matter"


def test_by_chance_p_is_uniform_and_auroc_a_half():
    rng = np.random.default_rng(2)
    scores = pd.Series(rng.normal(size=120), index=GENES)
    table = rank_sets(scores, {str(i): rng.choice(GENES, 15, replace=False) for i in range(300)})
    assert abs(table["AUROC"].mean() - 0.5) < 0.02
    assert stats.kstest(table["p"], "uniform").pvalue > 0.01
    assert table["AUROC"].is_monotonic_decreasing


def test_errors():
    with pytest.raises(ValueError, match="top=100 must be from 1 to the number of genes, 2"):
        rank_sets(pd.Series([1.0, 2], index=["a", "b"]), {})
    with pytest.raises(ValueError, match="names a gene twice: 'a'"):
        rank_sets(pd.Series([1.0, 2], index=["a", "a"]), {}, top=1)
