"""Neighbours that are alike stay together, and the length of a block comes from how alike neighbours are."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.datasets import load_m3d_v3
from gexlib.preprocess import correlation_by_distance, neighbour_blocks, prepare


def experiments(sizes, noise=0.3, seed=0, n_genes=80):
    """Samples of experiments one after the other; those of one deviate from the mean in the same genes."""
    rng = np.random.default_rng(seed)
    x = 8 + np.repeat(rng.normal(size=(len(sizes), n_genes)), sizes, axis=0)
    x += noise * rng.normal(size=x.shape)
    return AnnData(x.astype(np.float32), obs=pd.DataFrame(index=[f"chip{i}" for i in range(len(x))]))


@pytest.fixture
def data():
    return experiments(np.tile([2, 3, 5, 1, 4], 8))


def test_correlations_are_medians_over_all_pairs_at_a_distance(data):
    residuals = data.X.astype(float) - data.X.astype(float).mean(axis=0)
    found = correlation_by_distance(data, [1, 7])
    assert list(found.index) == [1, 7]
    for distance in (1, 7):
        pairs = zip(residuals[:-distance], residuals[distance:], strict=True)
        by_hand = np.median([np.corrcoef(a, b)[0, 1] for a, b in pairs])
        assert found[distance] == pytest.approx(by_hand, abs=1e-9)
    assert found[1] > 0.8 > 0.2 > abs(found[7])


def test_a_block_never_ends_between_two_samples_of_one_experiment(data):
    experiment = np.repeat(np.arange(40), np.tile([2, 3, 5, 1, 4], 8))
    for least in (1, 4, 9, 30):
        block = neighbour_blocks(data, least=least)
        assert block.groupby(experiment).nunique().max() == 1
        assert block.value_counts().min() >= least
        assert (np.diff(block.cat.codes) >= 0).all()  # runs of neighbours
        assert list(block.index) == list(data.obs_names)


def test_blocks_are_as_short_as_they_may_be(data):
    assert neighbour_blocks(data, least=1).nunique() == 40
    sizes = neighbour_blocks(data, least=4).value_counts(sort=False)
    assert sizes.tolist()[:2] == [5, 5]  # 2 + 3, then 5
    assert neighbour_blocks(data, least=1, alike=-1).nunique() == 1


def test_least_is_where_the_median_correlation_reaches_nought():
    data = experiments([6] * 20)
    median = correlation_by_distance(data, range(1, 20))
    first = median.index[median <= 0][0]
    assert 3 <= first <= 6
    assert neighbour_blocks(data).equals(neighbour_blocks(data, least=int(first)))


def test_the_end_joins_the_last_block():
    block = neighbour_blocks(experiments([3, 3, 3, 1]), least=3)
    assert block.value_counts(sort=False).tolist() == [3, 3, 4]
    assert list(block.cat.categories) == ["block 01", "block 02", "block 03"]


def test_prepare_splits_by_block(data):
    data.obs["block"] = neighbour_blocks(data, least=5)
    ready = prepare(data, by="block", seed=1)
    assert ready.obs.groupby("block", observed=True)["split"].nunique().max() == 1
    assert set(ready.obs["split"]) == {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"least": 0}, "least must be at least 1"),
        ({"least": 121}, "least=121 is more than the 120 samples"),
        ({"alike": 2}, "alike=2 must be a correlation"),
    ],
)
def test_bad_arguments(data, kwargs, words):
    with pytest.raises(ValueError, match=words):
        neighbour_blocks(data, **kwargs)


def test_bad_distance_and_samples_that_are_alike_everywhere(data):
    with pytest.raises(ValueError, match="distance 120 must be from 1 to 119"):
        correlation_by_distance(data, [1, 120])
    with pytest.raises(ValueError, match="data has 1 samples"):
        neighbour_blocks(data[:1].copy())
    with pytest.raises(ValueError, match="alike at every distance; give least"):
        neighbour_blocks(experiments([200, 200]))


def test_the_length_for_the_chips_of_m3d(shared_data):
    """What the benchmark and the book say: alike up to 17 places apart, so 24 blocks of 18 chips or more."""
    data = load_m3d_v3(shared_data / "m3d/ecoli_m3d_v3_524chips_1146genes.tsv.gz")
    median = correlation_by_distance(data, range(1, 31))
    assert median[1] == pytest.approx(0.87, abs=0.01)
    assert median.index[median <= 0][0] == 18
    sizes = neighbour_blocks(data).value_counts()
    assert (len(sizes), sizes.min(), sizes.max()) == (24, 18, 32)
