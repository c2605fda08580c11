import numpy as np
import pytest
from anndata import AnnData

from gexlib.checks import expression_matrix
from gexlib.datasets import read
from gexlib.preprocess import CovariateEncoder, SampleEncoder
from gexlib.wgan.data.samples import digest, training_samples, validation_samples


def fit(train):
    """Encoded samples, their digest, and the encoder."""
    encoder = SampleEncoder(CovariateEncoder(["medium"], ["temperature"]), "z-scores")
    return *training_samples(train, encoder), encoder


def test_samples_are_scores_and_encoded_covariates(small):
    samples, _, encoder = fit(small[0])
    x = expression_matrix(small[0], "train")
    np.testing.assert_allclose(samples.x, (x - x.mean(axis=0)) / x.std(axis=0), rtol=1e-4, atol=1e-5)
    levels = np.array(encoder.covariates.vocabularies_["medium"])
    assert (levels[samples.codes[:, 0]] == small[0].obs["medium"]).all()
    assert encoder.provenance_ == {"unit": "log2(TPM + 1)"}
    assert list(encoder.var_["symbol"]) == list(small[0].var["symbol"])


def test_the_digest_tells_data_sets_apart(small):
    digests = [fit(small[0])[1], fit(small[0])[1]]
    assert digests[0] == digests[1]
    small[0].X[0, 0] += 1
    assert fit(small[0])[1] != digests[0]
    assert digest(np.zeros((2, 3))) != digest(np.zeros((3, 2)))


def test_samples_on_the_disk_have_the_same_covariates(small, tmp_path):
    small[0].write_h5ad(tmp_path / "train.h5ad")
    samples, _, encoder = fit(small[0])
    stored, _, other = fit(read(tmp_path / "train.h5ad", backed=True))
    assert stored.codes.equal(samples.codes)
    assert stored.values.equal(samples.values)
    np.testing.assert_allclose(other.standardizer.mean_, encoder.standardizer.mean_)


def test_validation_samples_must_have_the_genes_of_train(small):
    *_, encoder = fit(small[0])
    x, covariates = validation_samples(small[1], encoder)
    np.testing.assert_array_equal(x, small[1].X)
    assert covariates.codes.shape == (12, 1)
    with pytest.raises(ValueError, match=r"other genes than train.*validation\[:, train.var_names\]"):
        validation_samples(small[1][:, ::-1].copy(), encoder)
    with pytest.raises(ValueError, match="validation has 2 samples; correlations need 3 or more"):
        validation_samples(small[1][:2].copy(), encoder)


@pytest.mark.parametrize("backed", [False, True])
@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda x: np.ones_like(x), ValueError, "train has no gene that varies; there is nothing to learn"),
        (lambda x: x[:, :0], ValueError, "train has no genes; were they all filtered out"),
        (lambda x: x + 1j, TypeError, "train.X has the dtype complex64; give real numbers"),
        (lambda x: x.astype(float) * 1e38, ValueError, "train.X has values that are NaN or infinite"),
    ],
)
def test_what_cannot_be_learned_from(small, tmp_path, change, error, words, backed):
    x = change(small[0].X)
    data = AnnData(x, small[0].obs)
    if backed:
        data.write_h5ad(tmp_path / "train.h5ad")
        data = read(tmp_path / "train.h5ad", backed=True)
    with pytest.raises(error, match=words):
        fit(data)


def test_validation_samples_that_have_no_score(small):
    encoder = fit(small[0])[2]
    small[1].X[:, 1:] = 5
    with pytest.raises(ValueError, match="validation has 1 genes that vary; correlations need 2 or more"):
        validation_samples(small[1], encoder)


def test_training_on_counts_is_warned_of(small):
    small[0].X = np.round(np.abs(small[0].X) * 1000)
    with pytest.warns(UserWarning, match="train seems to hold counts: whole numbers from"):
        fit(small[0])
