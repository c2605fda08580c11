"""Intervals over donors: right for means, whole donors, no stratum that disappears."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.analysis import donor_bootstrap


def samples(donors=8, each=3, genes=200, seed=0, own=1.0):
    """Donors of two states with several samples each, which share what is the donor's own."""
    rng = np.random.default_rng(seed)
    donor = np.repeat(np.arange(2 * donors), each)
    x = own * rng.normal(size=(2 * donors, genes))[donor] + 0.2 * rng.normal(size=(len(donor), genes))
    obs = pd.DataFrame({"donor": [f"d{i}" for i in donor], "state": np.where(donor < donors, "ill", "well")})
    obs.index = [f"s{i}" for i in range(len(obs))]
    return AnnData(x.astype(np.float32), obs=obs)


def difference(data):
    ill = (data.obs["state"] == "ill").to_numpy()
    return pd.DataFrame({"ill": data.X[ill].mean(axis=0) - data.X[~ill].mean(axis=0)}, data.var_names)


def test_intervals_cover_the_truth_where_donors_have_several_samples():
    """No gene differs in truth."""
    found = donor_bootstrap(difference, samples(), ["state"], n=100)
    covered = (found["low"]["ill"] < 0) & (found["high"]["ill"] > 0)
    assert 0.91 < covered.mean() < 0.99
    assert found["se"]["ill"].mean() == pytest.approx(np.sqrt(2 / 8), rel=0.1)
    np.testing.assert_allclose(found["effect"], difference(samples()))


def test_samples_as_if_independent_would_be_too_sure():
    """The same with each sample a donor: what the intervals hold is who was drawn."""
    data = samples()
    data.obs["donor"] = data.obs_names
    found = donor_bootstrap(difference, data, ["state"], n=100)
    assert ((found["low"]["ill"] < 0) & (found["high"]["ill"] > 0)).mean() < 0.85


def test_donors_of_both_states_stay_whole_and_a_lone_donor_stays():
    data = samples(donors=3, each=1)
    data.obs["donor"] = ["a", "b", "c", "a", "b", "d"]
    seen = []

    def estimate(drawn):
        seen.append(drawn.obs["state"].value_counts().to_dict())
        assert drawn.obs_names.is_unique
        return pd.DataFrame({"n": [float(len(drawn))]})

    donor_bootstrap(estimate, data, ["state"], n=5)
    assert seen[1:] == [{"ill": 2, "well": 2}] * 5  # one of a and b with both samples, c and d always


def test_the_same_seed_gives_the_same_draws():
    one, two, other = (donor_bootstrap(difference, samples(), ["state"], n=5, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["se"].equals(other["se"])


def test_wrong_use_is_refused():
    with pytest.raises(ValueError, match="n"):
        donor_bootstrap(difference, samples(), ["state"], n=1)
    with pytest.raises(ValueError, match="tissue"):
        donor_bootstrap(difference, samples(), ["tissue"])
