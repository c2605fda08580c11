import json

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from gexlib.preprocess import CovariateEncoder


class TestCovariateEncoder:
    def test_codes_follow_the_vocabulary(self, obs):
        encoder = CovariateEncoder(["oxygen"], ["temperature"]).fit(obs)
        covariates = encoder.transform(obs)
        levels = encoder.vocabularies_["oxygen"]
        assert [levels[code] for code in covariates.codes[:, 0]] == list(obs["oxygen"])
        np.testing.assert_allclose(covariates.values.mean(), 0, atol=1e-6)
        np.testing.assert_allclose(covariates.values.std(), 1, atol=1e-6)

    def test_unseen_level_is_an_error_that_lists_the_levels(self, obs):
        encoder = CovariateEncoder(["oxygen"]).fit(obs)
        new = pd.DataFrame({"oxygen": ["yes", "nitrate"]})
        with pytest.raises(ValueError, match=r"'nitrate' is not a level of 'oxygen'.*'no', 'unknown', 'yes'"):
            encoder.transform(new)

    def test_unseen_level_can_be_unknown(self, obs):
        encoder = CovariateEncoder(["oxygen"], unseen="unknown").fit(obs[obs["oxygen"] != "unknown"])
        new = pd.DataFrame({"oxygen": ["yes", "nitrate"]})
        codes = encoder.transform(new).codes[:, 0]
        assert encoder.unseen_levels(new)["oxygen"].to_dict() == {"nitrate": 1}
        assert encoder.unseen_levels(new[:1]) == {}
        assert encoder.vocabularies_["oxygen"][codes[1]] == "unknown"
        assert encoder.unseen_rows(new).tolist() == [False, True]

    def test_survives_json(self, obs):
        encoder = CovariateEncoder(["oxygen", "condition"], ["temperature"]).fit(obs)
        again = CovariateEncoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
        for a, b in zip(encoder.transform(obs), again.transform(obs), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_constant_numerical_covariate_is_harmless(self, obs):
        obs["temperature"] = 37.0
        assert (CovariateEncoder([], ["temperature"]).fit(obs).transform(obs).values == 0).all()

    def test_bad_tables(self, obs):
        with pytest.raises(
            ValueError, match="categorical='age' is not a column of obs; columns: 'condition', 'oxygen'"
        ):
            CovariateEncoder(["age"]).fit(obs)
        with pytest.raises(ValueError, match="categorical='oxygen' is not a column of obs; columns: 'condition'"):
            CovariateEncoder(["oxygen"]).fit(obs).unseen_rows(obs[["condition"]])
        with pytest.raises(ValueError, match="numerical='oxygen' has the dtype category; give finite numbers"):
            CovariateEncoder([], ["oxygen"]).fit(obs)
        with pytest.raises(ValueError, match="numerical='age' is not a column of obs"):
            CovariateEncoder([], ["age"]).fit(obs)
        with pytest.raises(ValueError, match="categorical and numerical both name 'oxygen'; name each column once"):
            CovariateEncoder(["oxygen"], ["oxygen"])
        with pytest.raises(ValueError, match="names a column twice; name each once"):
            CovariateEncoder(["oxygen", "oxygen"])
        with pytest.raises(TypeError, match="categorical='oxygen' must be a list"):
            CovariateEncoder("oxygen")
        obs.loc["s0", "temperature"] = np.nan
        with pytest.raises(ValueError, match="numerical='temperature' has 1 missing values in obs; impute"):
            CovariateEncoder([], ["temperature"]).fit(obs)
        obs.loc["s0", "oxygen"] = np.nan
        with pytest.raises(ValueError, match="categorical='oxygen' has 1 missing values in obs; make them a level"):
            CovariateEncoder(["oxygen"]).fit(obs)

    @pytest.mark.parametrize("use", ["transform", "unseen_rows", "to_dict"])
    def test_before_it_is_fitted(self, obs, use):
        arguments = [] if use == "to_dict" else [obs]
        with pytest.raises(NotFittedError, match="this CovariateEncoder is not fitted; call fit first"):
            getattr(CovariateEncoder(["oxygen"]), use)(*arguments)
