"""A sample of a new study: what the study does to a gene stays, and intervals are as wide as studies differ."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.wgan import WGANGP, Settings
from gexlib.wgan.new_levels import new_levels

SWITCH = ("condition", "cancer", "normal")
STUDIES, GENES = 9, 80


def studies(own, cancer, seed=0, n=30):
    """Return samples of nine studies; these differ by `own` in all samples, and by `cancer` in tumours alone."""
    rng = np.random.default_rng(seed)
    obs = pd.DataFrame({"study": np.repeat([f"study{i}" for i in range(STUDIES)], 2 * n)})
    obs["condition"] = np.tile(np.repeat(["normal", "cancer"], n), STUDIES)
    code, tumour = np.repeat(np.arange(STUDIES), 2 * n), (obs["condition"] == "cancer").to_numpy()[:, None]
    of_study, of_tumour = own * rng.normal(size=(STUDIES, GENES)), cancer * rng.normal(size=(STUDIES, GENES))
    x = 20 + of_study[code] + tumour * (2 + of_tumour[code]) + rng.normal(size=(len(obs), GENES))
    obs.index = [f"s{i}" for i in range(len(obs))]
    return AnnData(x.astype(np.float32), obs=obs)


def fitted(train, numerical=()):
    settings = Settings(adversarial="never", latent_dim=4)
    model = WGANGP(["study", "condition"], numerical, settings=settings, unseen="unknown", device="cpu")
    return model.fit(train, progress=False)


def of_new(own, cancer, level=0.9, seed=0):
    """Return the error of a new study's tumours over that of the mean of training tumours, and the coverage."""
    errors, covered = [], []
    for held_out in ("study0", "study1", "study2"):
        data = studies(own, cancer, seed)
        new = (data.obs["study"] == held_out).to_numpy()
        train, test = data[~new].copy(), data[new]
        normal, tumour = (test[(test.obs["condition"] == side).to_numpy()].copy() for side in ("normal", "cancer"))
        found = fitted(train).counterfactual(normal, *SWITCH, level=level)
        mean = train.X[(train.obs["condition"] == "cancer").to_numpy()].mean(axis=0)
        centre = tumour.X.mean(axis=0)  # the patients of the test are not those of the prediction
        errors.append(np.square(found.X.mean(axis=0) - centre).sum() / np.square(mean - centre).sum())
        covered.append(((found.layers["low"] <= tumour.X) & (found.layers["high"] >= tumour.X)).mean())
    return np.mean(errors), np.mean(covered)


@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize(
    ("own", "cancer", "most"), [(2.0, 0.0, 0.2), (2.0, 1.0, 0.5), (0.0, 0.7, 1.1), (0.1, 0.1, 1.1)]
)
def test_a_new_study_is_predicted_as_far_as_its_conditions_share_it(own, cancer, most, level):
    error, covered = of_new(own, cancer, level)
    assert error < most
    assert covered == pytest.approx(level, abs=0.08), "values far beyond those of training cannot be made"


def test_samples_of_known_studies_do_not_notice_a_new_one():
    data = studies(2.0, 0.5)
    gan = fitted(data)
    normal = data[(data.obs["condition"] == "normal").to_numpy()][::30].copy()
    both = normal.copy()
    both.obs["study"] = ["elsewhere", *normal.obs["study"].astype(str)[1:]]
    alone, beside = gan.counterfactual(normal, *SWITCH), gan.counterfactual(both, *SWITCH)
    np.testing.assert_array_equal(alone.X[1:], beside.X[1:])
    np.testing.assert_array_equal(alone.layers["low"][1:], beside.layers["low"][1:])
    widths = beside.layers["high"] - beside.layers["low"]
    assert widths[0].mean() > 1.3 * widths[1:].mean()


def test_a_level_called_unknown_that_was_trained_is_not_new():
    data = studies(1.0, 0.0)
    data.obs["study"] = data.obs["study"].replace("study3", "unknown")
    gan = fitted(data)
    covariates = gan.encoder_.transform(data.obs)
    assert not new_levels(gan.standardizer_, gan.encoder_, covariates, "condition", "cancer").rows.any()


def test_a_numerical_covariate_is_switched_in_a_new_study():
    data = studies(2.0, 0.0)
    data.obs["age"] = np.random.default_rng(1).uniform(30, 70, data.n_obs)
    gan = fitted(data, ["age"])
    new = data[:20].copy()
    new.obs["study"] = "elsewhere"
    found = gan.counterfactual(new, "age", 50.0)
    mean = data.X[(data.obs["condition"] == "normal").to_numpy()].mean(axis=0)
    assert np.square(found.X - new.X).mean() < 0.5 * np.square(mean - new.X).mean(), "the study's effect stays"


def test_shares_follow_the_variances():
    """The variances are known here: studies 4, around them 1, all of it shared by both conditions."""
    data = studies(2.0, 0.0, n=60)
    gan = fitted(data)
    obs = data.obs[:1].assign(study="elsewhere")
    found = new_levels(gan.standardizer_, gan.encoder_, gan.encoder_.transform(obs), "condition", "cancer")
    assert found.rows.tolist() == [True]
    assert np.median(found.share) == pytest.approx(0.8, abs=0.08)
    np.testing.assert_allclose(found.scale, 1, atol=0.35)
