import numpy as np
import pytest
from scipy import stats
from sklearn.exceptions import NotFittedError

from gexlib.preprocess import normal_scores as module
from gexlib.preprocess.normal_scores import NormalScores


@pytest.fixture
def x():
    """300 samples of four genes: skewed, with zeros, two-valued and constant."""
    rng = np.random.default_rng(0)
    some = np.where(rng.random(300) < 0.4, 0, 1 + rng.gamma(2.0, size=300))
    return np.column_stack([rng.lognormal(size=300), some, rng.choice([0.0, 3.0], 300), np.full(300, 2.0)])


def test_scores_of_a_continuous_gene_are_those_of_its_ranks(x):
    scores = NormalScores().fit(x[:120]).transform(x[:120])[:, 0]
    expected = stats.norm.ppf((stats.rankdata(x[:120, 0]) - 0.5) / 120)
    np.testing.assert_allclose(scores, (expected - expected.mean()) / expected.std(), atol=1e-5)


def test_training_data_come_back(x):
    fitted = NormalScores().fit(x[:120])  # as many knots as samples
    np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(x[:120])), x[:120], rtol=1e-5)


def test_scores_have_mean_0_and_sd_1(x):
    scores = NormalScores().fit(x).transform(x)
    np.testing.assert_allclose(scores[:, :3].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scores[:, :3].std(axis=0), 1, atol=1e-5)
    assert (scores[:, 3] == 0).all()


def test_zeros_are_the_lowest_share_of_a_gaussian(x):
    """Standard Gaussian numbers give the gene's own distribution: its share of zeros, its values, nothing between."""
    fitted = NormalScores().fit(x)
    levels, share = fitted.levels_[fitted.offsets_[1] : fitted.offsets_[2]], (x[:, 1] == 0).mean()
    quantiles = stats.norm.ppf(share + (1 - share) * (np.arange(len(levels)) + 0.5) / len(levels))
    slope, intercept = np.polyfit(quantiles, levels, 1)  # the shift and scale
    raw = np.random.default_rng(1).normal(size=(20_000, 4))
    made = fitted.inverse_transform(intercept + slope * raw)[:, 1]
    assert abs((made == 0).mean() - (x[:, 1] == 0).mean()) < 0.01
    positive = made[made > 0]
    assert positive.min() >= np.float32(x[x[:, 1] > 0, 1].min())
    assert stats.ks_2samp(positive, x[x[:, 1] > 0, 1]).statistic < 0.05


def test_a_row_has_the_same_scores_alone_and_among_many(x):
    """Many rows are looked up gene by gene, few rows all genes at once."""
    fitted = NormalScores().fit(x)
    beyond = np.concatenate([x, 1.5 * x - 1]).astype(np.float32)
    few = [fitted.transform(part) for part in np.array_split(beyond, 10)]
    assert len(few[0]) < module.TALL <= len(beyond)
    np.testing.assert_array_equal(fitted.transform(beyond), np.concatenate(few))


def test_a_gene_without_shared_lowest_value_has_no_floor(x):
    fitted = NormalScores().fit(x)
    assert np.isneginf(fitted.floor_[[0, 3]]).all()
    assert np.isfinite(fitted.floor_[[1, 2]]).all()


def test_values_beyond_those_of_training_are_bounded_and_in_order(x):
    fitted = NormalScores().fit(x)
    scores = np.repeat(np.array([-50.0, -3.5, 3.0, 3.5, 50.0])[:, None], 4, axis=1)
    made = fitted.inverse_transform(scores)
    assert (np.diff(made, axis=0) >= 0).all()
    assert (made >= 0).all()
    assert (made[:, 3] == 2).all()
    assert made[-1, 0] > x[:, 0].max()
    np.testing.assert_allclose(fitted.transform(made)[2:4, 0], scores[2:4, 0], rtol=1e-4)


def interpolated(x, at, to):
    """A gene by itself: np.interp, and beyond the points the line of the outermost sixteenth."""
    y, step = np.interp(x, at, to), max(1, len(at) // 16)
    if len(at) > 1:
        for end, inner, beyond in ((0, step, x < at[0]), (-1, -1 - step, x > at[-1])):
            y[beyond] = to[end] + (to[end] - to[inner]) / (at[end] - at[inner]) * (x[beyond] - at[end])
    return y


@pytest.mark.parametrize("n_genes", [4, 1000])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_all_genes_at_once_give_what_each_gives_by_itself(x, n_genes, kind):
    """Genes of 1 to 128 knots, in several blocks of rows and of genes; the values are equal, not only close."""
    rng = np.random.default_rng(2)
    x = x.astype(np.float32)[:, np.arange(n_genes) % 4]
    x = np.where(np.arange(n_genes) % 4 < 3, x * (1 + rng.integers(0, 8, n_genes)), x).astype(np.float32)
    fitted = NormalScores().fit(x)
    new = np.concatenate([x[:20], rng.normal(2, 5, (80, n_genes))]).astype(kind)
    scores, made = fitted.transform(new), fitted.inverse_transform(new)
    for j, (start, end) in enumerate(zip(fitted.offsets_[:-1], fitted.offsets_[1:], strict=True)):
        values, levels, floor = fitted.values_[start:end], fitted.levels_[start:end], fitted.floor_[j]
        low, high = levels[0] - np.float32(1), levels[-1] + np.float32(1)
        expected = np.clip(interpolated(new[:, j], values, levels), low, high)
        back = interpolated(np.clip(new[:, j], low, high), levels, values)
        if np.isfinite(floor):
            expected = np.where(new[:, j] <= fitted.lowest_[j], floor, np.maximum(expected, levels[0]))
            back = np.where(new[:, j] <= floor, fitted.lowest_[j], np.maximum(back, values[0]))
        np.testing.assert_array_equal(scores[:, j], expected.astype(np.float32))
        np.testing.assert_array_equal(made[:, j], np.maximum(back, 0).astype(np.float32))


def test_the_blocks_do_not_matter(x, monkeypatch):
    fitted = NormalScores().fit(x)
    whole = fitted.transform(x)
    monkeypatch.setattr(module, "BLOCK", 14)
    monkeypatch.setattr(module, "ROWS", 7)
    np.testing.assert_array_equal(fitted.transform(x), whole)
    assert fitted.transform(x[:0]).shape == (0, 4)


def test_negative_data_stay_negative():
    x = np.random.default_rng(0).normal(size=(100, 1))
    fitted = NormalScores().fit(x)
    assert fitted.inverse_transform([[-3.0]])[0, 0] < x.min()


def test_chunks_give_a_sample_of_the_rows(x, monkeypatch):
    whole = NormalScores().fit(x)
    same = NormalScores().fit_chunks(np.array_split(x, 7))
    for name, value in vars(whole).items():
        np.testing.assert_array_equal(getattr(same, name), value)
    monkeypatch.setattr(module, "SAMPLE", 4 * 4 * 100)
    fewer = NormalScores().fit_chunks(np.array_split(x, 7))
    assert len(fewer.values_) < len(whole.values_)
    assert stats.ks_2samp(fewer.values_[: fewer.offsets_[1]], x[:, 0]).pvalue > 0.01
    with pytest.raises(ValueError, match="chunks have 0 rows"):
        NormalScores().fit_chunks([])


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"x has shape \(1, 3\)"):
        NormalScores().fit(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="x has values that are NaN .* row 1, column 0"):
        NormalScores().fit(np.array([[1.0], [np.nan]]))
    with pytest.raises(ValueError, match="chunk 1 has values that are NaN .* row 0, column 1"):
        NormalScores().fit_chunks([np.ones((2, 2)), np.array([[1.0, np.inf]])])


@pytest.mark.parametrize("use", ["transform", "inverse_transform"])
def test_before_it_is_fitted(x, use):
    with pytest.raises(NotFittedError, match="this NormalScores is not fitted; call fit first"):
        getattr(NormalScores(), use)(x)


@pytest.mark.parametrize("n", [2, 3, 5, 128, 1000])
def test_quantiles_are_numpys(n):
    x = np.sort(np.random.default_rng(n).lognormal(size=n))
    normal_scores = NormalScores().fit(x[:, None])
    m = min(n, 128)
    expected = np.quantile(x, (np.arange(m) + 0.5) / m, method="hazen").astype(np.float32)
    np.testing.assert_array_equal(normal_scores.values_, np.unique(expected))


def test_some_genes_have_the_scores_that_they_have_among_all(monkeypatch):
    x = np.maximum(np.random.default_rng(0).normal(size=(60, 9)), 0)
    whole = NormalScores().fit(x)
    np.testing.assert_array_equal(whole.transform(x[:, 4:7], slice(4, 7)), whole.transform(x)[:, 4:7])
    monkeypatch.setattr("gexlib.preprocess.normal_scores.GENES", 4)
    for name, array in NormalScores().fit(x).arrays().items():
        np.testing.assert_array_equal(array, whole.arrays()[name], err_msg=name)
