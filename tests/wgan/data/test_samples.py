import numpy as np
import pytest

from gexlib.checks import expression_matrix
from gexlib.preprocess import CovariateEncoder
from gexlib.wgan.data.samples import Prepared, digest


@pytest.fixture
def prepared(small):
    return Prepared.fit(small[0], CovariateEncoder(["medium"], ["temperature"]), "z-scores")


def test_samples_are_scores_and_encoded_covariates(small, prepared):
    x = expression_matrix(small[0], "train")
    np.testing.assert_allclose(prepared.samples.x, (x - x.mean(axis=0)) / x.std(axis=0), rtol=1e-4, atol=1e-5)
    levels = np.array(prepared.encoder.vocabularies_["medium"])
    assert (levels[prepared.samples.codes[:, 0]] == small[0].obs["medium"]).all()
    assert prepared.provenance == {"unit": "log2(TPM + 1)"}
    assert list(prepared.var["symbol"]) == list(small[0].var["symbol"])


def test_the_digest_tells_data_sets_apart(small, prepared):
    again = Prepared.fit(small[0], CovariateEncoder(["medium"], ["temperature"]), "z-scores")
    assert again.digest == prepared.digest
    small[0].X[0, 0] += 1
    other = Prepared.fit(small[0], CovariateEncoder(["medium"], ["temperature"]), "z-scores")
    assert other.digest != prepared.digest
    assert digest(np.zeros((2, 3))) != digest(np.zeros((3, 2)))


def test_validation_samples_must_have_the_genes_of_train(small, prepared):
    x, covariates = prepared.validation(small[1])
    np.testing.assert_array_equal(x, small[1].X)
    assert covariates.codes.shape == (12, 1)
    with pytest.raises(ValueError, match=r"other genes than train.*validation\[:, train.var_names\]"):
        prepared.validation(small[1][:, ::-1].copy())
    with pytest.raises(ValueError, match="validation has 2 samples; correlations need 3 or more"):
        prepared.validation(small[1][:2].copy())
