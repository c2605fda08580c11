"""What all simulators that learn from data do, by the example of the simplest one."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.exceptions import NotFittedError

from gexlib.simulators import Random


def test_result_is_an_anndata_of_the_same_genes_and_unit(train):
    simulated = Random().fit(train).simulate(7, seed=3)
    assert simulated.shape == (7, 30)
    assert simulated.X.dtype == np.float32
    pd.testing.assert_frame_equal(simulated.var, train.var)
    assert simulated.obs_names.is_unique
    provenance = simulated.uns["provenance"]
    assert all(isinstance(v, str) for v in provenance.values())
    assert provenance["source"] == "gexlib.simulators.Random"
    assert provenance["seed"] == "3"
    assert provenance["unit"] == provenance["training_unit"] == "log2(TPM + 1)"


def test_provenance_survives_a_file(train, tmp_path):
    import anndata

    simulated = Random().fit(train).simulate(3)
    simulated.write_h5ad(tmp_path / "random.h5ad")
    assert dict(anndata.read_h5ad(tmp_path / "random.h5ad").uns["provenance"]) == simulated.uns["provenance"]


@pytest.mark.parametrize("found", ["of a colleague", 5, np.arange(3), None])
def test_a_provenance_of_another_form_is_ignored(train, found):
    train = train.copy()
    train.uns["provenance"] = found
    assert Random().fit(train).provenance_ == {}


def test_seed_decides_and_global_state_is_untouched(train):
    simulator = Random().fit(train)
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = simulator.simulate(5, seed=1)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    np.testing.assert_array_equal(first.X, simulator.simulate(5, seed=1).X)
    assert not np.array_equal(first.X, simulator.simulate(5, seed=2).X)


def test_sparse_training_data(train):
    dense = Random().fit(train).simulate(4).X
    train.X = sp.csr_matrix(train.X)
    np.testing.assert_array_equal(Random().fit(train).simulate(4).X, dense)


def test_misuse_is_refused(train):
    with pytest.raises(NotFittedError, match="this Random is not fitted; call fit first"):
        Random().simulate(3)
    with pytest.raises(TypeError, match="train must be an AnnData, not ndarray"):
        Random().fit(train.X)
    with pytest.raises(ValueError, match="needs at least 2 samples"):
        Random().fit(train[:1])
    simulator = Random().fit(train)
    with pytest.raises(ValueError, match="n_samples must be at least 1, not 0"):
        simulator.simulate(0)
    with pytest.raises(TypeError, match=r"n_samples must be a whole number, not 2\.5"):
        simulator.simulate(2.5)
    with pytest.raises(ValueError, match="seed must be at least 0, not -1"):
        simulator.simulate(2, seed=-1)
    train.X[4, 2] = np.nan
    with pytest.raises(ValueError, match=r"NaN or infinite \(1 in all\), the first in sample '4', gene 'g2'"):
        Random().fit(train)
