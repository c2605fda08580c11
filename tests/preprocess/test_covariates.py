import json

import numpy as np
import pandas as pd
import pytest

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
        with pytest.raises(ValueError, match="'age' is not a column"):
            CovariateEncoder(["age"]).fit(obs)
        with pytest.raises(ValueError, match="numerical covariate 'oxygen'"):
            CovariateEncoder([], ["oxygen"]).fit(obs)
        with pytest.raises(ValueError, match="more than once"):
            CovariateEncoder(["oxygen"], ["oxygen"])
        with pytest.raises(TypeError, match="categorical='oxygen' must be a list"):
            CovariateEncoder("oxygen")
        obs.loc["s0", "temperature"] = np.nan
        with pytest.raises(ValueError, match="'temperature' has 1 missing values; impute"):
            CovariateEncoder([], ["temperature"]).fit(obs)
