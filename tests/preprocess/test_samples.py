import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.preprocess import TRANSFORMS, CovariateEncoder, Covariates, SampleEncoder, to_expression, to_scores


@pytest.fixture
def train():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"tissue": ["lung", "liver"] * 10, "age": np.arange(20.0)}, index=[f"s{i}" for i in range(20)])
    return AnnData(rng.gamma(2, 2, (20, 4)).astype(np.float32), obs=obs, uns={"provenance": {"unit": "made up"}})


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_samples_become_what_the_parts_make_of_them(train, transform):
    encoder = SampleEncoder(CovariateEncoder(["tissue"], ["age"]), transform)
    scores, (codes, values) = encoder.fit_transform(train)
    made, covariates = TRANSFORMS[transform](), Covariates(codes, values)
    if transform == "scores by kind":
        made.fit(train.X, covariates, [2])
        np.testing.assert_array_equal(scores, made.transform(train.X, covariates, np.random.default_rng(0)))
    else:
        np.testing.assert_array_equal(scores, made.fit(train.X).transform(train.X))
    np.testing.assert_array_equal(
        to_scores(encoder.standardizer, train.X, covariates, np.random.default_rng(0)), scores
    )
    np.testing.assert_allclose(to_expression(encoder.standardizer, scores, covariates), train.X, atol=0.01)
    expected = CovariateEncoder(["tissue"], ["age"]).fit(train.obs).transform(train.obs)
    np.testing.assert_array_equal(codes, expected.codes)
    np.testing.assert_array_equal(values, expected.values)
    assert (list(encoder.var_.index), encoder.provenance_) == (list(train.var_names), {"unit": "made up"})
    train.var["symbol"] = "later"
    assert "symbol" not in encoder.var_


@pytest.mark.parametrize("found", ["of a colleague", 5, np.arange(3), None])
def test_a_provenance_of_another_form_is_ignored(train, found):
    train.uns["provenance"] = found
    encoder = SampleEncoder(CovariateEncoder(["tissue"]), "z-scores")
    encoder.fit_transform(train)
    assert encoder.provenance_ == {}


def test_bad_samples_are_named(train):
    encoder = SampleEncoder(CovariateEncoder(["tissue"]), "z-scores")
    with pytest.raises(TypeError, match="train must be an AnnData"):
        encoder.fit_transform(train.X)
    with pytest.raises(ValueError, match="train has 1 sample; give two or more"):
        encoder.fit_transform(train[:1])
    train.X[3, 1] = np.inf
    with pytest.raises(ValueError, match=r"train\.X has values that are NaN or infinite .*sample 's3', gene '1'"):
        encoder.fit_transform(train)
