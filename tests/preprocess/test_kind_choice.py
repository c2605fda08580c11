"""Covariates that make kinds: those whose levels differ by more than a shift, as far as held-out samples tell."""

import numpy as np
import pytest

from gexlib.preprocess import Covariates, KindScores
from gexlib.preprocess.kind_choice import chosen_levels


@pytest.fixture
def made():
    """Return the codes of three covariates with two levels, and Gaussian noise for 60 genes."""
    rng = np.random.default_rng(0)
    return rng.integers(2, size=(240, 3)), rng.normal(size=(240, 60))


def choice(scores, codes, n_levels=(2, 2, 2)):
    return chosen_levels(scores, Covariates(codes, np.empty((len(codes), 0))), list(n_levels))


def test_a_covariate_that_shifts_genes_makes_no_kinds(made):
    codes, noise = made
    assert choice(noise + 2 * codes.sum(axis=1, keepdims=True), codes) == [0, 0, 0]


def test_a_covariate_that_changes_the_spread_makes_kinds(made):
    codes, noise = made
    assert choice(noise * (1 + 2 * codes[:, [1]]), codes) == [0, 2, 0]


def test_covariates_that_interact_make_kinds_together(made):
    codes, noise = made
    assert choice(noise + 3 * codes[:, [0]] * codes[:, [2]], codes) == [2, 0, 2]


def test_a_covariate_that_follows_from_another_stays_as_nothing_is_gained(made):
    codes, noise = made
    codes = codes[:, [1, 1]]
    assert choice(noise * (1 + 2 * codes[:, [1]]), codes, [2, 2]) == [2, 2]


def test_too_few_samples_to_hold_some_out_and_no_covariates_change_nothing(made):
    codes, noise = made
    assert choice(noise[:9], codes[:9]) == [2, 2, 2]
    assert choice(noise, codes[:, :0], []) == []


def test_scores_within_the_chosen_kinds(made):
    """Few samples have the second level of the third covariate: its kinds are those of the others."""
    codes, noise = made
    codes[:, 2] = np.arange(240) < 8
    covariates = Covariates(codes, np.empty((240, 0)))
    x = (5 + codes[:, [2]] + noise * (1 + 2 * codes[:, [1]])).astype(np.float32)
    chosen, all_kinds = (KindScores(choose=choose).fit(x, covariates, [2, 2, 2]) for choose in (True, False))
    assert chosen.kind_levels_.tolist() == [0, 2, 0]
    assert len(chosen.keys_) == 2 < len(all_kinds.keys_)
    z = np.random.default_rng(1).normal(size=(2000, 60))
    for spread in (0, 1):
        new = Covariates(np.tile([1, spread, 1], (2000, 1)), np.empty((2000, 0)))
        back = chosen.inverse_transform(z, new)
        assert back.std(axis=0).mean() == pytest.approx(1 + 2 * spread, rel=0.25)
        assert back.mean() == pytest.approx(6, abs=0.4)
    again = KindScores().fit(x, covariates, [2, 2, 2], kind_levels=chosen.kind_levels_)
    np.testing.assert_array_equal(again.quantiles_, chosen.quantiles_)


def test_models_of_several_seeds_have_the_same_kinds(made):
    """The second level changes the spread by as much as a gain of two standard errors: folds would decide."""
    codes, noise = made
    covariates = Covariates(codes, np.empty((240, 0)))
    x = 5 + noise * (1 + 0.12 * codes[:, [0]] + 0.1 * codes[:, [1]] + 0.08 * codes[:, [2]])
    kinds = [KindScores(choose=True).fit(x, covariates, [2, 2, 2], seed).kind_levels_.tolist() for seed in range(8)]
    assert kinds == kinds[:1] * 8


def test_arrays_of_older_files_have_the_kinds_of_all_covariates(made):
    codes, noise = made
    covariates = Covariates(codes, np.empty((240, 0)))
    fitted = KindScores().fit(noise, covariates, [2, 2, 2])
    arrays = fitted.arrays()
    assert arrays.pop("kind_levels_").tolist() == [2, 2, 2]
    restored = KindScores.restored(arrays)
    assert not np.shares_memory(restored.kind_levels_, restored.n_levels_)  # or they could not be saved again
    np.testing.assert_array_equal(restored.transform(noise, covariates), fitted.transform(noise, covariates))
