"""The start of a training: which factor model its networks have."""

import pytest
import torch

from gexlib.preprocess import CovariateEncoder, SampleEncoder
from gexlib.wgan.data.samples import training_samples
from gexlib.wgan.factor_model import FactorModel, GeneNoise
from gexlib.wgan.start import fitted_start


@pytest.mark.parametrize(("name", "kind"), [("full", FactorModel), ("noise only", GeneNoise), ("none", type(None))])
def test_the_factor_model_is_that_of_the_settings(small, quick_model, name, kind):
    settings = quick_model.replace(factor_model=name, adversarial="always")
    encoder = SampleEncoder(CovariateEncoder(["medium"], ["temperature"]), settings.transform)
    samples, _ = training_samples(small[0], encoder)
    first, again = (fitted_start(settings, encoder, samples, 3, torch.device("cpu")) for _ in range(2))
    assert type(first.generator.factor_model) is kind
    assert first.generator.n_genes == small[0].n_vars
    for name, tensor in first.networks().items():
        assert torch.equal(tensor, again.networks()[name]), "every random number comes from the seed"
