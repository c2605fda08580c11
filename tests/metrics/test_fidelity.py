"""Precision, recall, density and coverage against their definitions, at ties, in extreme cases and in pieces."""

import numpy as np
import pytest
from anndata import AnnData

from gexlib.metrics import PrincipalSpace, coverage, density, neighbours, prdc, precision, recall


def naive(x, z, k):
    """The definitions, pair by pair, on exact distances."""

    def radius(data):
        return [
            sorted(np.linalg.norm(data[i] - data[j]) for j in range(len(data)) if j != i)[k - 1]
            for i in range(len(data))
        ]

    r, s = radius(x), radius(z)
    d = [[np.linalg.norm(a - b) for b in z] for a in x]
    n, m = range(len(x)), range(len(z))
    return {
        "precision": np.mean([any(d[i][j] <= r[i] for i in n) for j in m]),
        "recall": np.mean([any(d[i][j] <= s[j] for j in m) for i in n]),
        "density": sum(d[i][j] < r[i] for i in n for j in m) / (k * len(z)),
        "coverage": np.mean([any(d[i][j] < r[i] for j in m) for i in n]),
    }


def pair(n, m, genes=6, seed=0, spread=0.7):
    rng = np.random.default_rng(seed)
    return rng.normal(5, 1, (n, genes)), rng.normal(5.2, spread, (m, genes))


@pytest.fixture
def small_blocks(monkeypatch):
    """A few rows at a time, so that small data is cut into pieces."""
    monkeypatch.setattr(neighbours, "CELLS", 100)


@pytest.mark.parametrize(("n", "m", "k"), [(40, 40, 5), (30, 50, 1), (25, 12, 3), (6, 6, 5)])
def test_match_the_definitions(small_blocks, n, m, k):
    x, z = pair(n, m, seed=k)
    assert prdc(x, z, k).to_dict() == pytest.approx(naive(x, z, k), abs=1e-12)


def test_ties_are_decided_as_the_definitions_say(small_blocks):
    """Points of a grid: nearly all distances equal some radius, and float rounding must not choose."""
    rng = np.random.default_rng(0)
    x, z = (rng.integers(0, 4, (40, 3)) + 1000.0 for _ in range(2))
    assert prdc(x, z, 2).to_dict() == pytest.approx(naive(x, z, 2), abs=1e-12)
    scaled = prdc(x * 0.1 + 3, z * 0.1 + 3, 2)  # the same grid in numbers that binary fractions cannot write
    assert scaled.to_dict() == pytest.approx(naive(x * 0.1 + 3, z * 0.1 + 3, 2), abs=1e-12)


def test_the_four_functions_give_their_part():
    x, z = pair(40, 50)
    table = prdc(x, z, 3)
    assert [f(x, z, 3) for f in (precision, recall, density, coverage)] == table.tolist()
    assert list(table.index) == ["precision", "recall", "density", "coverage"]


def test_a_copy_of_real_data_scores_one():
    x = pair(60, 5)[0]
    assert prdc(x, x[::-1]).tolist() == pytest.approx([1, 1, 1, 1])


def test_data_far_away_scores_zero():
    x, z = pair(60, 60)
    assert prdc(x, z + 100).tolist() == [0, 0, 0, 0]


def test_one_mode_of_two_is_precise_but_recalls_half():
    x = pair(100, 5)[0]
    x[50:] += 50
    z = pair(100, 5, seed=1)[0]
    table = prdc(x, z)
    assert table["precision"] > 0.8
    assert table["recall"] < 0.5
    assert table["coverage"] < 0.55


def test_near_copies_of_typical_samples_are_dense_and_recall_little():
    x, z = pair(200, 200, spread=0.05)
    table = prdc(x, z)
    assert table["precision"] == 1
    assert table["density"] > 1.5
    assert table["recall"] < 0.05


def test_more_copies_than_k_of_one_real_sample_hold_only_their_own_copies():
    """Radius 0: a closed ball holds the copy (precision), an open one holds nothing (density)."""
    x, z = np.zeros((9, 4)), np.zeros((8, 4))
    z[4:] += 1
    assert prdc(x, z, 5).to_dict() == {"precision": 0.5, "recall": 1.0, "density": 0.0, "coverage": 0.0}


def test_genes_of_anndata_are_matched_by_name_also_in_a_space():
    x, z = (AnnData(a.astype(np.float32)) for a in pair(40, 30, genes=10))
    other = z[:, ::-1].copy()
    space = PrincipalSpace(3).fit(x)
    assert prdc(x, other).equals(prdc(x, z))
    assert prdc(other, x, space=space).equals(prdc(z, x, space=space))


def test_input_is_left_alone():
    x, z = pair(20, 20)
    before = x.copy(), z.copy()
    prdc(x, z)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(z, before[1])


def test_errors_name_argument_and_way_out():
    x, z = pair(20, 5)
    with pytest.raises(ValueError, match="k=5 needs more than 5 samples, and synthetic has 5; choose a smaller k"):
        prdc(x, z)
    with pytest.raises(ValueError, match="real has 6 genes and synthetic has 4"):
        prdc(x, z[:, :4], 2)
    with pytest.raises(ValueError, match="synthetic has values that are NaN or infinite \\(1 in all\\)"):
        prdc(x, np.where(z == z[0, 0], np.nan, z), 2)
    with pytest.raises(ValueError, match="this PrincipalSpace is not fitted; call its fit"):
        prdc(x, z, 2, PrincipalSpace(2))
    with pytest.raises(TypeError, match="space must be a fitted PrincipalSpace or ScaledGenes, or None"):
        prdc(x, z, 2, space=3)
