import numpy as np
import pytest

from gexlib.wgan import WGANGP, fit_seeds


def test_models_are_those_of_single_trainings_whatever_the_jobs(small, quick):
    arguments = {"categorical": ["medium"], "settings": quick, "device": "cpu"}
    models = fit_seeds(*small, seeds=[3, 1], jobs=2, **arguments)
    assert list(models) == [3, 1]
    obs = small[1].obs
    for seed, model in models.items():
        alone = WGANGP(seed=seed, **arguments).fit(*small)
        assert np.array_equal(model.sample(obs).X, alone.sample(obs).X)


def test_repeated_seed(small):
    with pytest.raises(ValueError, match="names a seed twice"):
        fit_seeds(*small, seeds=[1, 1])
