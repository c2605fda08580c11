"""Measured samples: given back as they are, switched as a known generator switches them, refused if used wrongly."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.wgan import WGANGP, Settings

EFFECT = np.linspace(-3, 3, 30)
RNG = np.random.default_rng(0)
LOADINGS = RNG.normal(size=(3, 30))


def cohort(n=200, seed=0):
    rng = np.random.default_rng(seed)
    obs = pd.DataFrame({"state": ["off", "on"] * (n // 2), "medium": ["LB", "LB", "M9", "M9"] * (n // 4)})
    obs.index = [f"s{i}" for i in range(n)]
    x = rng.normal(size=(n, 3)) @ LOADINGS + rng.normal(size=(n, 30)) + 10
    x += (obs["state"] == "on").to_numpy()[:, None] * EFFECT
    data = AnnData(x.astype(np.float32), obs=obs)
    data.var_names = [f"gene{j}" for j in range(30)]
    return data


@pytest.fixture(scope="module")
def gan():
    settings = Settings(adversarial="never", latent_dim=6)
    return WGANGP(["state", "medium"], settings=settings, device="cpu").fit(cohort(), progress=False)


@pytest.mark.parametrize("coupling", [0.0, 0.5, 1.0])
def test_a_sample_that_has_the_level_is_given_back(gan, coupling):
    fresh = cohort(seed=1)
    there = fresh[fresh.obs["state"] == "on"].copy()
    found = gan.counterfactual(there, "state", "on", coupling=coupling)
    for given in (found.X, found.layers["low"], found.layers["high"]):
        np.testing.assert_array_equal(given, there.X)


def test_all_that_carries_over_is_moved_by_the_effect(gan):
    """The simulation adds EFFECT, so with the coupling 1 a sample keeps what is its own."""
    fresh = cohort(seed=1)
    off = fresh[fresh.obs["state"] == "off"].copy()
    found = gan.counterfactual(off, "state", "on", coupling=1.0)
    rest = found.X - (off.X + EFFECT)
    assert np.sqrt(np.square(rest).mean()) < 0.5 * off.X.std(axis=0).mean()
    assert (found.obs["state"] == "on").all()


def test_by_default_the_answer_is_the_population_of_the_other_level(gan):
    fresh = cohort(400, seed=1)
    off, on = (fresh[fresh.obs["state"] == level].copy() for level in ("off", "on"))
    found = gan.counterfactual(off, "state", "on")
    assert np.abs(found.X - on.X.mean(axis=0)).mean() < 0.15 * np.abs(EFFECT).max()
    assert found.X.std(axis=0).max() < 0.5 * on.X.std(axis=0).min(), "nothing of the sample is in it"
    assert "about populations" in found.uns["counterfactual"]["about"]
    for level in (0.5, 0.9):
        made = gan.counterfactual(off, "state", "on", level=level)
        inside = (made.layers["low"] <= on.X) & (made.layers["high"] >= on.X)
        assert inside.mean() == pytest.approx(level, abs=0.05)


def test_more_that_carries_over_means_narrower_intervals(gan):
    off = cohort(40, seed=1)[::2].copy()
    made = (gan.counterfactual(off, "state", "on", coupling=c) for c in (0.0, 0.5, 0.9, 1.0))
    widths = [np.mean(a.layers["high"] - a.layers["low"]) for a in made]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.5 * widths[0]


def test_genes_go_by_their_names(gan):
    off = cohort(40, seed=1)[::2].copy()
    more = AnnData(np.c_[off.X[:, ::-1], off.X[:, :1]], obs=off.obs)
    more.var_names = [*off.var_names[::-1], "other"]
    found = gan.counterfactual(more, "state", "on", coupling=1.0)
    assert list(found.var_names) == list(off.var_names)
    np.testing.assert_array_equal(found.X, gan.counterfactual(off, "state", "on", coupling=1.0).X)


def counts(data):
    data.X = np.exp2(data.X)
    return data


def renamed(data):
    data.var_names = [f"ENSG{j}" for j in range(30)]
    return data


def missing(data):
    data.X[3, 4] = np.nan
    return data


@pytest.mark.parametrize(
    ("change", "arguments", "error", "words"),
    [
        (counts, {}, ValueError, "sample 's.*' has .* of its values far beyond.*in another unit, such as counts"),
        (renamed, {}, ValueError, "samples lacks 30 of the 30 genes of the model: 'gene0'"),
        (lambda d: d[:, :29].copy(), {}, ValueError, "samples lacks 1 of the 30 genes of the model: 'gene29'"),
        (missing, {}, ValueError, "samples.X has values that are NaN"),
        (lambda d: AnnData(d.X, obs=d.obs[["state"]], var=d.var), {}, ValueError, "'medium' is not a column of obs"),
        (lambda d: d, {"value": "broken"}, ValueError, "value='broken' is not a level of 'state'"),
        (lambda d: d, {"by": "oxygen"}, ValueError, "by='oxygen' is no covariate"),
        (lambda d: d, {"coupling": 1.5}, ValueError, "coupling=1.5 must be from 0"),
        (lambda d: d, {"coupling": "all"}, TypeError, "coupling='all' must be a number"),
        (lambda d: d, {"level": 1.0}, ValueError, "level=1.0 must be"),
        (lambda d: d.X, {}, TypeError, "obs is a ndarray; give a DataFrame with one row a sample, or an AnnData"),
        (lambda d: d[:0].copy(), {}, ValueError, "obs has no samples"),
        (lambda d: d, {"n": 10}, ValueError, "n and seed are for a covariate table, but obs is a AnnData"),
        (lambda d: d.obs, {"level": 0.5}, ValueError, "coupling and level are for measured samples"),
    ],
)
def test_wrong_use_is_refused(gan, change, arguments, error, words):
    given = {"by": "state", "value": "on"} | arguments
    with pytest.raises(error, match=words):
        gan.counterfactual(change(cohort(40, seed=1)), **given)


def test_a_level_never_seen_among_the_samples_is_refused(gan):
    odd = cohort(40, seed=1)
    odd.obs.loc[odd.obs_names[2], "state"] = "half"
    with pytest.raises(ValueError, match="'half' is not a level of 'state'"):
        gan.counterfactual(odd, "state", "on")
    with pytest.raises(
        ValueError, match="sample 's0' has medium='LB', not 'unknown'|reference='unknown' is not a level"
    ):
        gan.counterfactual(odd, "medium", "M9", reference="unknown")


def test_a_sample_without_the_reference_is_refused():
    data = cohort()
    data.obs["state"] = np.resize(["off", "on", "half"], data.n_obs)
    gan = WGANGP(["state"], settings=Settings(adversarial="never", latent_dim=3), device="cpu").fit(
        data, progress=False
    )
    with pytest.raises(ValueError, match="sample 's2' has state='half', not 'off'"):
        gan.counterfactual(data, "state", "on", reference="off")
