import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from gexlib.preprocess import Covariates, KindScores, NormalScores


def kinds(*sizes, n_columns=1):
    codes = np.repeat(np.arange(len(sizes)), sizes)[:, None]
    return Covariates(np.repeat(codes, n_columns, axis=1), np.empty((sum(sizes), 0), np.float32))


def of_kind(code, n, values=0):
    return Covariates(np.full((n, 1), code), np.empty((n, values), np.float32))


@pytest.fixture
def data():
    """Genes of two large kinds: another mean, another shape, and zeros in one of them alone."""
    rng, covariates = np.random.default_rng(0), kinds(400, 300)
    second = covariates.codes[:, 0] == 1
    shape = np.where(second, rng.gamma(1, 2, 700), rng.normal(6, 1, 700))
    zeros = np.where(second, np.maximum(rng.normal(0.3, 1, 700), 0), rng.normal(7, 1, 700))
    return np.column_stack([shape, zeros, np.full(700, 2.0)]).astype(np.float32), covariates


def test_scores_are_standard_gaussian_within_each_kind_and_come_back(data):
    x, covariates = data
    transform = KindScores().fit(x, covariates, [2])
    z = transform.transform(x, covariates, np.random.default_rng(1))
    for rows in (slice(400), slice(400, 700)):
        assert z[rows, :2].mean(axis=0) == pytest.approx(0, abs=0.08)
        assert z[rows, :2].std(axis=0) == pytest.approx(1, abs=0.08)
    back = transform.inverse_transform(z, covariates)
    assert np.quantile(np.abs(back - x), 0.99) < 0.02
    np.testing.assert_array_equal(back == 0, x == 0)
    assert (z[:, 2] == 0).all()
    assert (back[:, 2] == 2).all()


def test_gaussians_become_the_distributions_of_each_kind(data):
    x, covariates = data
    transform, u = KindScores().fit(x, covariates, [2]), np.linspace(0.02, 0.98, 25)
    for code, rows in enumerate((slice(400), slice(400, 700))):
        made = transform.inverse_transform(np.random.default_rng(2).normal(size=(20_000, 3)), of_kind(code, 20_000))
        np.testing.assert_allclose(np.quantile(made, u, axis=0), np.quantile(x[rows], u, axis=0), atol=0.35)
        assert (made[:, 1] == 0).mean() == pytest.approx((x[rows, 1] == 0).mean(), abs=0.02)


def test_a_censored_value_gets_the_median_of_its_scores_or_a_draw_of_them(data):
    x, covariates = data
    transform, off = KindScores().fit(x, covariates, [2]), x[:, 1] == 0
    fixed = transform.transform(x, covariates)[off, 1]
    drawn = transform.transform(x, covariates, np.random.default_rng(0))[off, 1]
    assert fixed.std() < 1e-6
    assert np.median(drawn) == pytest.approx(fixed[0], abs=0.25)
    assert drawn.std() > 0.3


def test_a_small_kind_borrows_and_gives_no_copies():
    rng, covariates = np.random.default_rng(0), kinds(200, 4)
    x = rng.normal(size=(204, 50)) + 3 * covariates.codes
    transform = KindScores().fit(x, covariates, [2])
    made = transform.inverse_transform(rng.normal(size=(4000, 50)), of_kind(1, 4000))
    few, all_of = x[200:].std(axis=0).mean(), made.std(axis=0).mean()
    assert few < all_of < 1.4, "between the spread of four samples and that of all"
    assert made.mean() == pytest.approx(3, abs=0.25)


def test_unseen_combinations_add_up_their_covariates_effects():
    rng, codes = np.random.default_rng(0), np.repeat([[0, 0], [1, 0], [0, 1]], 100, axis=0)
    x = rng.normal(size=(300, 20)) + 4 * codes[:, :1] + 2 * codes[:, 1:]
    transform = KindScores().fit(x, Covariates(codes, np.empty((300, 0))), [2, 2])
    wanted = Covariates(np.ones((4000, 2), np.int64), np.empty((4000, 0)))
    assert transform.inverse_transform(rng.normal(size=(4000, 20)), wanted).mean() == pytest.approx(6, abs=0.7)


def test_numerical_covariates_move_the_margins():
    rng, age = np.random.default_rng(0), np.linspace(-2, 2, 400, dtype=np.float32)[:, None]
    x = 0.8 * age + rng.normal(size=(400, 10))
    covariates = Covariates(np.zeros((400, 1), np.int64), age)
    transform = KindScores().fit(x, covariates, [1])
    z = np.zeros((2, 10))
    young, old = transform.inverse_transform(z, Covariates(np.zeros((2, 1), np.int64), np.float32([[-1], [1]])))
    assert (old - young).mean() == pytest.approx(1.6, abs=0.2)
    assert abs(np.corrcoef(transform.transform(x, covariates)[:, 0], age[:, 0])[0, 1]) < 0.1


def test_chunks_give_the_same_as_the_whole_and_arrays_restore_it(data):
    x, covariates = data
    whole = KindScores().fit(x, covariates, [2])
    by_chunks = KindScores().fit_chunks(np.array_split(x, 7), covariates, [2])
    restored = KindScores.restored(whole.arrays())
    z = np.random.default_rng(0).normal(size=x.shape)
    for other in (by_chunks, restored):
        np.testing.assert_array_equal(other.inverse_transform(z, covariates), whole.inverse_transform(z, covariates))
    assert isinstance(restored.pooled, NormalScores)


def test_it_must_be_fitted_first():
    with pytest.raises(NotFittedError):
        KindScores().transform(np.zeros((1, 2)), of_kind(0, 1))


def test_genes_are_fitted_some_at_a_time(data, monkeypatch):
    """Each gene by itself; these have no zeros, of which the order of genes decides the draws."""
    x, covariates = data
    x = x[:, [0, 2, 0, 2, 0]] + np.arange(5, dtype=np.float32)
    whole = KindScores().fit(x, covariates, [2]).arrays()
    monkeypatch.setattr("gexlib.preprocess.kind_scores.GENES", 2)
    for name, array in KindScores().fit(x, covariates, [2]).arrays().items():
        np.testing.assert_allclose(array, whole[name], rtol=1e-5, atol=1e-6, err_msg=name)
