"""Notes on data that can be compared and should not be: other units, and test samples that were trained on."""

import numpy as np
import pytest
from anndata import AnnData

import gexlib

from .conftest import make


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(1)
    return make(60, rng), make(36, rng), make(36, rng)


def notes(train, test, synthetic):
    return gexlib.evaluate(train, test, {"GAN": synthetic}, families=["marginals"], space=5).notes


def changed(data, x, **uns):
    return AnnData(x.astype(np.float32), obs=data.obs, var=data.var, uns={"provenance": uns} if uns else {})


def test_good_data_raise_no_doubt(sets):
    assert notes(*sets) == []
    assert notes(None, *sets[1:]) == []


@pytest.mark.parametrize(
    "scale", [lambda x: x * 1000, np.expm1, lambda x: (x - x.mean(axis=0)) / 10, lambda x: x + 90, lambda x: x * 0 + 3]
)
def test_values_of_another_range(sets, scale):
    train, test, synthetic = sets
    (note,) = notes(train, test, changed(synthetic, scale(synthetic.X)))
    assert "98 % of the values of GAN are from" in note
    assert "is one of them in another unit?" in note


def test_units_of_other_names(sets):
    train, test, synthetic = sets
    (note,) = notes(train, test, changed(synthetic, synthetic.X, unit="log2(TPM + 1)"))
    assert note == "The unit of GAN is 'log2(TPM + 1)', that of test 'log(1 + FPKM)'; values are compared as they are."
    (note,) = notes(changed(train, train.X, unit="counts"), test, synthetic)
    assert note.startswith("The unit of train is 'counts'")


def test_test_samples_that_were_trained_on(sets):
    train, test, synthetic = sets
    (note,) = notes(train, AnnData(np.concatenate([test.X, train.X[:5]]), var=test.var), synthetic)[-1:]
    assert note.startswith("5 of 41 test samples have the values of a training sample")
