"""A coupling is kept in a folder, and what is none is refused."""

import numpy as np
import pytest

from gexlib.wgan import WGANGP, Coupling
from tests.wgan.test_coupling import SWITCH, fitted, patients


def test_a_coupling_is_kept_in_a_folder(tmp_path):
    data = patients(20)
    gan, normal = fitted(data), data[:5].copy()
    coupling = gan.fit_coupling(data, *SWITCH)
    coupling.save(tmp_path / "coupling")
    coupling.save(tmp_path / "coupling")
    again = Coupling.load(tmp_path / "coupling")
    one, other = (gan.counterfactual(normal, "condition", "cancer", coupling=c) for c in (coupling, again))
    np.testing.assert_array_equal(one.X, other.X)
    np.testing.assert_array_equal(one.layers["high"], other.layers["high"])


def test_what_is_no_coupling_is_refused_and_stays(tmp_path):
    data = patients(20)
    gan = fitted(data)
    coupling = gan.fit_coupling(data, *SWITCH)
    gan.save(tmp_path / "model")
    with pytest.raises(ValueError, match="holds a model, which is not replaced by a coupling"):
        coupling.save(tmp_path / "model")
    WGANGP.load(tmp_path / "model")
    with pytest.raises(ValueError, match="holds a 'model' checkpoint, not a 'coupling' one"):
        Coupling.load(tmp_path / "model")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        Coupling.load(tmp_path / "nothing")
    short = Coupling(**vars(coupling) | {"spread": coupling.spread[1:]})
    short.save(tmp_path / "short")
    with pytest.raises(ValueError, match="is not a whole coupling: spread does not hold numbers for 20 pairs"):
        Coupling.load(tmp_path / "short")
