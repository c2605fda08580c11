"""Counterfactuals against a generator whose effects are known exactly."""

import numpy as np
import pandas as pd
import pytest
import torch

from gexlib.preprocess import CovariateEncoder
from gexlib.wgan import WGANGP
from gexlib.wgan import counterfactual as module
from gexlib.wgan.counterfactual import counterfactual, summarise_runs

LINEAR, DOSE = np.array([2.0, 0, -1, 0.5]), np.array([0.0, 3, 0, 1])
OBS = pd.DataFrame({"state": ["off"] * 3 + ["on"], "medium": list("LMML"), "dose": [1.0, 2, 3, 4]})
ENCODER = CovariateEncoder(["state", "medium"], ["dose"]).fit(OBS)
GENES = pd.Index(["ada", "bcr", "crp", "dps"])


def generate(covariates, seed):
    """State adds `LINEAR`, the latent vector scales it; medium and dose add what must cancel."""
    z = np.random.default_rng(seed).normal(size=(len(covariates.codes), 1))
    state, medium = covariates.codes.T[:, :, None]
    return 5 + 10 * z + 7 * medium + covariates.values @ DOSE[None] + state * (1 + 0.5 * z) * LINEAR


def switch(*args, **kwargs):
    return counterfactual(generate, ENCODER, GENES, OBS, *args, **kwargs)


def test_the_effect_of_a_known_generator():
    table = switch("state", "on", "off", n=4000)
    np.testing.assert_allclose(table["effect"], LINEAR, atol=5 * 0.5 * 2 / np.sqrt(4000))
    np.testing.assert_allclose(table["sd"], 0.5 * np.abs(LINEAR), rtol=0.05)
    np.testing.assert_allclose(table["se"], table["sd"] / np.sqrt(4000))
    np.testing.assert_allclose(table["high"] - table["low"], 2 * 1.96 * 0.5 * np.abs(LINEAR), rtol=0.08)
    np.testing.assert_allclose(table["z"], [2, 0, -2, 2], rtol=0.05)
    assert list(table.index) == list(GENES)


def test_a_switch_back_is_the_negative():
    there, back = switch("state", "on", "off", n=50), switch("state", "off", "on", n=50)
    np.testing.assert_allclose(there["effect"], -back["effect"], atol=1e-5)
    np.testing.assert_allclose(there["low"], -back["high"], atol=1e-5)


def test_a_numerical_covariate_is_switched_in_its_own_unit():
    table = switch("dose", 10, 0, n=20)
    np.testing.assert_allclose(table["effect"], 10 * DOSE / OBS["dose"].std(ddof=0), rtol=1e-5)
    np.testing.assert_allclose(table["sd"], 0, atol=1e-5)
    by_row = switch("dose", 4.0, n=300)  # the row with 4 has nothing to switch
    np.testing.assert_allclose(by_row["effect"], 2 * DOSE / OBS["dose"].std(ddof=0), rtol=1e-5)
    assert by_row.attrs["rows"] == 3


def test_without_reference_rows_that_have_the_value_are_left_out():
    table = switch("state", "on", n=10)
    assert table.attrs == {"by": "state", "value": "on", "reference": "as in obs", "n": 10, "rows": 3, "seed": 0}
    with pytest.raises(ValueError, match="no row whose state can be switched to 'on'; give a reference"):
        counterfactual(generate, ENCODER, GENES, OBS[3:], "state", "on")


def test_rows_take_part_evenly_and_nothing_else_changes():
    rng = np.random.default_rng(0)
    runs = module.build_runs(ENCODER, OBS, "state", "on", "off", 10, rng)
    dose, counts = np.unique(runs.value.values, return_counts=True)
    assert len(dose) == 4
    assert set(counts) == {2, 3}
    assert np.array_equal(runs.value.values, runs.reference.values)
    assert np.array_equal(runs.value.codes[:, 1], runs.reference.codes[:, 1])
    assert (runs.value.codes[:, 0] == 1).all()
    assert (runs.reference.codes[:, 0] == 0).all()


def test_the_seed_decides():
    assert switch("state", "on", "off", n=20).equals(switch("state", "on", "off", n=20, seed=0))
    assert not switch("state", "on", "off", n=20).equals(switch("state", "on", "off", n=20, seed=1))


def test_blocks_bound_what_is_generated_at_a_time_and_lose_no_run(monkeypatch):
    monkeypatch.setattr(module, "RUNS_AT_A_TIME", 7)
    sizes = []

    def watched(covariates, seed):
        sizes.append(len(covariates.codes))
        return generate(covariates, seed)

    runs = module.build_runs(ENCODER, OBS, "state", "on", "off", 40, np.random.default_rng(0))
    blocks = list(module.run_differences(watched, runs, np.random.default_rng(1)))
    assert max(sizes) == 7
    assert sum(map(len, blocks)) == 40
    assert len({float(block[0, 0]) for block in blocks}) == len(blocks), "each block has latent vectors of its own"
    x = np.concatenate(blocks)
    table = summarise_runs(np.tile(x, 5), pd.RangeIndex(20))  # 20 genes are three blocks of 7
    np.testing.assert_allclose(table["high"], np.tile(np.quantile(x, 0.975, axis=0), 5))


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        (("oxygen", "on"), ValueError, "by='oxygen' is no covariate that the model is conditioned on; .*'state'"),
        (("state", "broken", "off"), ValueError, "value='broken' is not a level of 'state'; levels: 'off', 'on'"),
        (("state", "on", "broken"), ValueError, "reference='broken' is not a level of 'state'"),
        (("state", "on", "on"), ValueError, "value and reference are both 'on'"),
        (("dose", "high"), TypeError, "value='high' must be a number"),
        (("dose", float("inf")), ValueError, "value=inf must be a finite number"),
        (("state", "on", "off", 1), ValueError, "n must be at least 2, not 1"),
        (("state", "on", "off", 9, -1), ValueError, "seed must be at least 0"),
    ],
)
def test_errors_name_what_there_is(args, error, words):
    with pytest.raises(error, match=words):
        switch(*args)


def test_a_fitted_model_says_what_its_samples_say(small, quick):
    """The effect is the difference of what the generator makes, in the units of the training data."""
    train, validation = small
    train.X[:, 4] = 2.5
    gan = WGANGP(["medium"], ["temperature"], settings=quick, device="cpu").fit(train)
    state = torch.get_rng_state()
    table = gan.counterfactual(validation.obs, "medium", "LB", reference="M9", n=500, seed=3)
    assert torch.equal(state, torch.get_rng_state())
    obs = validation.obs.iloc[list(range(len(validation))) * 400]
    there, here = (gan.sample(obs.assign(medium=m), seed=1).X.mean(axis=0, dtype=float) for m in ("LB", "M9"))
    np.testing.assert_allclose(table["effect"], there - here, atol=6 * table["se"].max())
    assert table.loc["4", ["effect", "sd", "z"]].eq(0).all(), "a gene that is constant in training stays so"
    assert list(table.index) == list(train.var_names)
    with pytest.raises(ValueError, match="not fitted"):
        WGANGP(["medium"], settings=quick).counterfactual(validation.obs, "medium", "LB")
