"""What carries over between two conditions is found where it is known."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.wgan import WGANGP, Settings
from gexlib.wgan.coupling import group_keys, pair_rows, shrunken_slopes

SWITCH = ("condition", "cancer", "normal")
GENES, OWN = 60, np.where(np.arange(60) < 6, 0.9, 0.0)  # what each gene keeps of itself


def patients(n=80, seed=0, own=OWN, shared=0.0):
    """Normal tissue and tumour of `n` patients of two studies; each gene keeps `own`, a factor keeps `shared`."""
    rng = np.random.default_rng(seed)
    loadings = np.random.default_rng(9).normal(size=(1, GENES))
    z = rng.normal(size=(n, 1))
    z_after = shared * z + np.sqrt(1 - shared**2) * rng.normal(size=(n, 1))
    noise = rng.normal(size=(n, GENES))
    noise_after = own * noise + np.sqrt(1 - own**2) * rng.normal(size=(n, GENES))
    normal, tumour = 8 + z @ loadings + noise, 10 + z_after @ loadings + noise_after
    obs = pd.DataFrame(
        {
            "donor": [f"p{i}" for i in range(n)] * 2,
            "study": ["a" if i % 2 else "b" for i in range(n)] * 2,
            "condition": ["normal"] * n + ["cancer"] * n,
        },
        index=[f"s{i}" for i in range(2 * n)],
    )
    return AnnData(np.concatenate([normal, tumour]).astype(np.float32), obs=obs)


def fitted(train):
    settings = Settings(adversarial="never", latent_dim=8)
    return WGANGP(["study", "condition"], settings=settings, device="cpu").fit(train, progress=False)


def judged(train, test):
    """Return the coupling, the squared error relative to that of the model without one, and the coverage of 90 %."""
    gan, n = fitted(train), test.n_obs // 2
    coupling = gan.fit_coupling(train, *SWITCH)
    normal, tumour = test[:n].copy(), test[n:]
    found = gan.counterfactual(normal, "condition", "cancer", coupling=coupling)
    population = gan.counterfactual(normal, "condition", "cancer")
    error = [np.square(made.X - tumour.X).mean(axis=0) for made in (found, population)]
    inside = (found.layers["low"] <= tumour.X) & (found.layers["high"] >= tumour.X)
    return coupling, error[0] / error[1], inside.mean()


def test_genes_that_keep_their_own_value_are_found_and_predicted():
    coupling, relative, covered = judged(patients(), patients(seed=1))
    assert coupling.slopes[:6].mean() > 0.35
    assert np.abs(coupling.slopes[6:]).mean() < 0.15
    assert relative[:6].mean() < 0.85
    assert relative[6:].mean() < 1.06
    assert covered == pytest.approx(0.9, abs=0.03)


def test_a_state_that_all_genes_share_is_predicted():
    _, relative, covered = judged(patients(own=0 * OWN, shared=0.95), patients(seed=1, own=0 * OWN, shared=0.95))
    assert relative.mean() < 0.85
    assert covered == pytest.approx(0.9, abs=0.03)


def test_where_nothing_carries_over_next_to_nothing_is_lost():
    _, relative, covered = judged(patients(own=0 * OWN), patients(seed=1, own=0 * OWN))
    assert 0.97 < relative.mean() < 1.03
    assert covered == pytest.approx(0.9, abs=0.03)


def test_slopes_are_shrunk_by_their_errors():
    rng = np.random.default_rng(0)
    true = np.where(np.arange(2000) % 50 == 0, 1.0, 0.1)
    x = rng.normal(size=(100, 2000))
    y = true * x + rng.normal(size=x.shape)
    plain = (x * y).sum(axis=0) / np.square(x).sum(axis=0)
    shrunk = shrunken_slopes(x, y)
    assert np.square(shrunk - true).mean() < 0.4 * np.square(plain - true).mean()
    assert shrunk[true == 1].mean() > 0.85, "slopes that stand out stay"
    x[:, 3] = 0
    assert shrunken_slopes(x, y)[3] == 0


def test_pairs_are_donors_with_both_conditions():
    obs = pd.DataFrame(
        {"donor": ["p", "q", "p", "q", None, "r"], "condition": ["normal"] * 2 + ["cancer"] * 3 + ["normal"]}
    )
    assert pair_rows(obs, *SWITCH).to_dict("index") == {
        "p": {"reference": 0, "value": 2},
        "q": {"reference": 1, "value": 3},
    }
    with pytest.raises(ValueError, match="donor='patient' is not a column"):
        pair_rows(obs, *SWITCH, donor="patient")


def test_groups_are_all_covariates_but_the_switched_one():
    train = patients()
    gan = fitted(train)
    keys = group_keys(gan.encoder_, gan.encoder_.transform(train.obs), "condition")
    assert keys.tolist() == train.obs["study"].tolist()


def test_errors_tell_what_is_missing():
    train = patients()
    gan = fitted(train)
    with pytest.raises(ValueError, match="0 donors of train have.*needs 8 or more"):
        gan.fit_coupling(train[: train.n_obs // 2].copy(), *SWITCH)
    with pytest.raises(ValueError, match="value='benign' is not a level"):
        gan.fit_coupling(train, "condition", "benign", "normal")
    with pytest.raises(ValueError, match="folds must be at least 2"):
        gan.fit_coupling(train, *SWITCH, folds=1)
    coupling = gan.fit_coupling(train, *SWITCH)
    assert coupling.n_pairs == 80
    with pytest.raises(ValueError, match=r"was learned for condition='cancer', not for condition='normal'"):
        gan.counterfactual(train, "condition", "normal", coupling=coupling)


def test_a_pair_is_alike_in_all_other_covariates():
    """The normal sample of p0 in study "a" and the tumour in study "b" are no pair."""
    data = patients(20)
    data.obs.loc["s0", "study"] = "a"
    assert fitted(data).fit_coupling(data, *SWITCH).n_pairs == 19
    obs = data.obs.iloc[[0, 20, 0]].assign(study=["a", "b", "b"])
    assert pair_rows(obs, *SWITCH, alike=["study"]).to_dict("index") == {"p0": {"reference": 2, "value": 1}}


def test_a_coupling_of_another_model_is_refused():
    data = patients(20)
    coupling = fitted(data).fit_coupling(data, *SWITCH)
    other = fitted(data[:, ::-1].copy())
    with pytest.raises(ValueError, match="learned with a model of other genes or covariates"):
        other.counterfactual(data[:20].copy(), "condition", "cancer", coupling=coupling)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda d: (d.obs, *SWITCH), TypeError, "train is a DataFrame; give an AnnData"),
        (lambda d: (d, "condition", "cancer", None), ValueError, "reference=None; name the level"),
        (lambda d: (d[:, :9].copy(), *SWITCH), ValueError, "train lacks 51 of the 60 genes"),
    ],
)
def test_wrong_use_names_the_argument(change, error, words):
    data = patients(20)
    with pytest.raises(error, match=words):
        fitted(data).fit_coupling(*change(data))


def test_slopes_that_do_not_hold_for_other_pairs_are_left_out():
    """Nothing carries over, and of ten pairs a slope seems to be anything."""
    data = patients(10, own=np.zeros(GENES))
    assert np.abs(fitted(data).fit_coupling(data, *SWITCH).slopes).mean() < 0.1
