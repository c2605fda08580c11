"""The simulator's truth is in its data, as a linear model finds it."""

import numpy as np
import pytest

from gexlib.study import Confounded


def test_the_data_have_the_effects_that_var_says():
    data = Confounded(n_genes=60, n_responders=10, n_confounded=20, strength=0.6, seed=1).simulate(20_000, seed=2)
    treated, b = (data.obs["condition"] == "treated").to_numpy(), (data.obs["confounder"] == "B").to_numpy()
    design = np.column_stack([np.ones(len(b)), treated, b]).astype(float)
    _, effect, confounder = np.linalg.lstsq(design, data.X.astype(float))[0]
    np.testing.assert_allclose(effect, data.var["effect"], atol=0.12)
    np.testing.assert_allclose(confounder, data.var["confounder_effect"], atol=0.12)
    assert data.var["responder"].sum() == 10
    assert not (data.var["responder"] & (data.var["confounder_effect"] != 0)).any()
    assert data.var.loc[data.var["responder"], "effect"].abs().between(0.4, 1.2).all()


@pytest.mark.parametrize("strength", [0, 0.5, 0.9])
def test_strength_is_the_correlation(strength):
    obs = Confounded(n_genes=2, n_responders=1, n_confounded=1, strength=strength).simulate(20_000).obs
    codes = np.stack([obs[c].cat.codes for c in ("condition", "confounder")])
    assert np.corrcoef(codes)[0, 1] == pytest.approx(strength, abs=0.03)
    assert (obs["condition"] == "treated").mean() == pytest.approx(0.5, abs=0.01)


def test_two_samples_of_a_donor_are_alike():
    data = Confounded(n_genes=200, n_responders=0, n_confounded=0).simulate(300)
    assert (data.obs.groupby("donor")[["condition", "confounder"]].nunique() == 1).all(axis=None)
    r = np.corrcoef(data.X - data.X.mean(axis=0))
    assert np.diag(r, 1)[::2].mean() > np.diag(r, 1)[1::2].mean() + 0.2


def test_seeds():
    model = Confounded(n_genes=20, n_responders=4, n_confounded=5, seed=1)
    assert np.array_equal(model.simulate(10, seed=1).X, model.simulate(10, seed=1).X)
    assert not np.array_equal(model.simulate(10, seed=1).X, model.simulate(10, seed=2).X)
    other = Confounded(n_genes=20, n_responders=4, n_confounded=5, seed=2)
    assert not other.var_.equals(model.var_)
    assert model.simulate(10).X.dtype == np.float32


def test_errors():
    with pytest.raises(ValueError, match="30 responders, 60 confounded genes and 0 .* are more than 80"):
        Confounded(n_genes=80)
    with pytest.raises(ValueError, match="strength must be from 0 to less than 1, not 1"):
        Confounded(strength=1)
    with pytest.raises(ValueError, match="noise must be a number of 0 or more, not -1"):
        Confounded(noise=-1)


def test_what_nobody_measured_moves_its_own_genes_and_is_no_column():
    model = Confounded(n_hidden=40, hidden_strength=0.8, effect=0, hidden_effect=2)
    data = model.simulate(400)
    assert "hidden" not in " ".join(data.obs)
    moved = (data.var["hidden_effect"] != 0).to_numpy()
    assert moved.sum() == 40
    assert not (moved & (data.var["confounder_effect"] != 0)).any()
    treated = (data.obs["condition"] == "treated").to_numpy()
    apart = np.abs(data.X[treated].mean(axis=0) - data.X[~treated].mean(axis=0))
    assert apart[moved].mean() > 1 > 5 * apart[~moved].mean() - 1
    none = Confounded(n_hidden=40, hidden_strength=0.0, effect=0, hidden_effect=2).simulate(400)
    apart = np.abs(none.X[treated].mean(axis=0) - none.X[~treated].mean(axis=0))
    assert apart[moved].mean() < 0.5
