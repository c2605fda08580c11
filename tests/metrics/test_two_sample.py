"""Two data sets told apart: at chance for one distribution, with certainty for two; and MMD by its formula."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

from gexlib.metrics import independent_draw_auc, mmd, neighbours, two_sample, two_sample_auc

CLASSIFIERS = ("random forest", "logistic regression")


def normal(n, seed, shift=0.0, sd=1.0, genes=5):
    return np.random.default_rng(seed).normal(shift, sd, (n, genes))


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_chance_for_one_distribution_and_one_for_two(classifier):
    real = normal(150, 0)
    same = two_sample_auc(real, normal(100, 1), classifier)
    assert same.shape == (5,)
    assert same.name == classifier
    assert same.mean() == pytest.approx(0.5, abs=0.12)
    assert two_sample_auc(real, normal(100, 1, shift=4), classifier, folds=3).tolist() == pytest.approx([1, 1, 1])


def test_a_lack_of_spread_is_seen_by_the_forest_not_by_the_linear_model():
    real, narrow = normal(150, 0), normal(150, 1, sd=0.2)
    assert two_sample_auc(real, narrow, "random forest").mean() > 0.9
    assert two_sample_auc(real, narrow, "logistic regression").mean() < 0.65


def test_it_is_scikit_learns_cross_validation():
    real, synthetic = normal(60, 0).astype(np.float32), normal(40, 1, shift=0.5).astype(np.float32)
    parts = StratifiedKFold(4, shuffle=True, random_state=3)
    forest = RandomForestClassifier(100, random_state=3)
    label = np.repeat([0, 1], [60, 40])
    expected = cross_val_score(forest, np.concatenate([real, synthetic]), label, cv=parts, scoring="roc_auc")
    assert two_sample_auc(real, synthetic, folds=4, seed=3).tolist() == pytest.approx(expected.tolist())
    assert two_sample_auc(real, synthetic, folds=4, seed=3, jobs=2).tolist() == pytest.approx(expected.tolist())


def test_an_independent_draw_is_tested_by_a_forest_that_has_not_seen_it():
    real, first, second = (normal(50, seed, shift).astype(np.float32) for seed, shift in ((0, 0), (1, 0.5), (2, 0.5)))
    expected = []
    for train, test in KFold(4, shuffle=True, random_state=3).split(real):
        forest = RandomForestClassifier(100, random_state=3)
        forest.fit(np.vstack([real[train], first[train]]), [0] * len(train) + [1] * len(train))
        chances = [forest.predict_proba(np.vstack([real[test], draw[test]]))[:, 1] for draw in (second, first)]
        expected.append([roc_auc_score([0] * len(test) + [1] * len(test), chance) for chance in chances])
    found = independent_draw_auc(real, first, second, folds=4, seed=3)
    assert list(found) == ["independent draw", "same draw"]
    assert found.to_numpy() == pytest.approx(np.array(expected))
    assert found.index.name == "fold"


def test_parents_that_are_used_once_each_mislead_cross_validation_and_not_the_independent_draw():
    parents = normal(100, 0)

    def draw(seed):
        return parents[np.random.default_rng(seed).permutation(100)] + 0.01 * normal(100, seed)

    real = parents[np.random.default_rng(5).integers(0, 100, 100)] + 0.01 * normal(100, 5)
    crossed = two_sample_auc(real, draw(1)).mean()
    assert crossed < 0.4, "the forest has seen none of the held-out parents among synthetic samples"
    areas = independent_draw_auc(real, draw(1), draw(2)).mean()
    assert areas["independent draw"] > crossed + 0.15
    assert areas["independent draw"] > areas["same draw"] + 0.1


def test_two_draws_that_do_not_fit_are_named():
    x = normal(20, 0)
    with pytest.raises(ValueError, match="real has 20 samples, first 20 and second 19; draws need one for each"):
        independent_draw_auc(x, normal(20, 1), normal(19, 2))
    with pytest.raises(ValueError, match="first and second are the same draw"):
        independent_draw_auc(x, normal(20, 1), normal(20, 1))
    with pytest.raises(ValueError, match="folds=21 needs as many samples, real has 20"):
        independent_draw_auc(x, normal(20, 1), normal(20, 2), folds=21)


def test_mmd_is_its_formula(monkeypatch):
    monkeypatch.setattr(neighbours, "CELLS", 150)
    x, z = normal(40, 0), normal(30, 1, shift=0.3)
    s = np.median(pdist(x))
    k = {name: np.exp(-(cdist(a, b) ** 2) / (2 * s**2)) for name, a, b in (("x", x, x), ("z", z, z), ("xz", x, z))}
    off = {name: (k[name].sum() - np.trace(k[name])) / (len(k[name]) * (len(k[name]) - 1)) for name in "xz"}
    assert mmd(x, z) == pytest.approx(off["x"] + off["z"] - 2 * k["xz"].mean(), abs=1e-12)
    assert mmd(x, z, bandwidth=s) == pytest.approx(mmd(x, z), abs=1e-12)
    assert mmd(x, z, bandwidth=3 * s) != pytest.approx(mmd(x, z), abs=1e-3)


def test_mmd_has_mean_zero_for_one_distribution():
    values = [mmd(normal(40, 2 * i), normal(40, 2 * i + 1)) for i in range(60)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(60)
    assert mmd(normal(40, 0), normal(40, 1, shift=1)) > 5 * np.std(values)


def test_the_bandwidth_of_many_samples_is_nearly_that_of_all(monkeypatch):
    x, z = normal(300, 0), normal(50, 1, shift=1)
    exact = mmd(x, z)
    monkeypatch.setattr(two_sample, "MOST", 100)
    assert mmd(x, z) == pytest.approx(exact, rel=0.1)
    assert mmd(x, z, seed=1) == mmd(x, z, seed=1) != mmd(x, z)


def test_errors_name_argument_and_way_out():
    x, z = normal(20, 0), normal(4, 1)
    with pytest.raises(ValueError, match="classifier must be 'random forest' or 'logistic regression', not 'svm'"):
        two_sample_auc(x, z, "svm")
    with pytest.raises(ValueError, match="folds=5 needs as many samples, real has 20 and synthetic 4; choose fewer"):
        two_sample_auc(x, z)
    with pytest.raises(ValueError, match="bandwidth must be a positive number, not 0"):
        mmd(x, z, bandwidth=0)
    with pytest.raises(ValueError, match="most are copies; give a bandwidth"):
        mmd(np.zeros((20, 5)), z)
