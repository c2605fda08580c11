"""Principal components of training data, against a singular value decomposition."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from gexlib.metrics import PrincipalSpace, ScaledGenes, prdc


def test_a_space_is_the_principal_components_of_its_training_data_alone():
    rng = np.random.default_rng(3)
    train, other = rng.normal(5, 1, (80, 10)), rng.normal(5.2, 0.7, (60, 10))
    space = PrincipalSpace(4, standardise=True).fit(train)
    z = (train - train.mean(axis=0)) / train.std(axis=0)
    axes = np.linalg.svd(z, full_matrices=False)[2][:4]
    expected = ((other - train.mean(axis=0)) / train.std(axis=0)) @ axes.T
    np.testing.assert_allclose(np.abs(space.transform(other)), np.abs(expected), atol=1e-9)
    x, y = (space.transform(a) for a in (train, other))
    assert prdc(train, other, space=space).equals(prdc(x, y))


def test_scaled_genes_are_z_scores_and_genes_that_do_not_vary_are_zero():
    rng = np.random.default_rng(3)
    train, other = rng.normal(5, 3, (80, 10)), rng.normal(5.2, 0.7, (60, 10))
    train[:, 4] = 2
    found = ScaledGenes().fit(train).transform(other)
    expected = (other - train.mean(axis=0)) / np.where(train.std(axis=0) > 0, train.std(axis=0), np.inf)
    np.testing.assert_allclose(found, expected)
    assert (found[:, 4] == 0).all()
    with pytest.raises(NotFittedError, match="this ScaledGenes is not fitted"):
        ScaledGenes().transform(other)


def test_errors_name_argument_and_way_out():
    x = np.random.default_rng(0).normal(size=(20, 6))
    with pytest.raises(ValueError, match="n_components=7 is more than train's 20 samples or 6 genes"):
        PrincipalSpace(7).fit(x)
    with pytest.raises(NotFittedError, match="this PrincipalSpace is not fitted; call its fit with real training data"):
        PrincipalSpace(2).transform(x)
