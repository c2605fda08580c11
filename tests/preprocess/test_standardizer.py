import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from gexlib.preprocess import Standardizer


class TestStandardizer:
    def test_moments_and_inverse(self):
        x = np.random.default_rng(0).normal(8, 3, (50, 20)).astype(np.float32)
        standardizer = Standardizer().fit(x)
        scores = standardizer.transform(x)
        assert scores.dtype == np.float32
        np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(scores.std(axis=0), 1, atol=1e-6)
        np.testing.assert_allclose(standardizer.inverse_transform(scores), x, rtol=3e-7, atol=1e-6)

    def test_a_constant_gene_comes_back_exactly(self):
        x = np.full((7, 2), 0.1, np.float32)
        x[:, 1] = range(7)
        standardizer = Standardizer().fit(x)
        assert (standardizer.transform(x)[:, 0] == standardizer.transform(x)[0, 0]).all()
        assert (standardizer.inverse_transform(standardizer.transform(x))[:, 0] == x[:, 0]).all()

    def test_missing_values_and_wrong_shapes(self):
        x = np.ones((3, 2))
        x[1, 0] = np.nan
        with pytest.raises(ValueError, match="x has values that are NaN .* row 1, column 0"):
            Standardizer().fit(x)
        with pytest.raises(ValueError, match=r"shape \(1, 2\)"):
            Standardizer().fit(x[:1])
        with pytest.raises(ValueError, match="chunk 1 has values that are NaN .* row 0, column 0"):
            Standardizer().fit_chunks([x[:1], x[1:]])
        with pytest.raises(ValueError, match="chunks have 1 rows; give at least two"):
            Standardizer().fit_chunks([x[:1]])

    @pytest.mark.parametrize("use", ["transform", "inverse_transform"])
    def test_before_it_is_fitted(self, use):
        with pytest.raises(NotFittedError, match="this Standardizer is not fitted; call fit first"):
            getattr(Standardizer(), use)(np.ones((3, 2)))

    def test_chunks_give_the_moments_of_the_whole(self):
        x = np.random.default_rng(0).normal(8, 3, (50, 20))
        whole, chunks = Standardizer().fit(x), Standardizer().fit_chunks([x[:1], x[1:30], x[30:]])
        np.testing.assert_allclose(chunks.mean_, whole.mean_, rtol=1e-12)
        np.testing.assert_allclose(chunks.scale_, whole.scale_, rtol=1e-12)
        assert chunks.constant_.tolist() == whole.constant_.tolist()
