"""The paired test tells methods apart on patients whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.datasets import load_rnaseqdb
from gexlib.study import find_pairs, paired_test
from gexlib.study.cohort import load_demo
from gexlib.study.paired import FEWEST, Pairs, ridge_errors, ridge_prediction

GENES = 40


def patients(n=60, kept=0.9, seed=0):
    """Patients of two studies whose tumour keeps `kept` of what is their own in half of the genes."""
    rng = np.random.default_rng(seed)
    own = np.where(np.arange(GENES) % 2, kept, 0.0)
    normal = rng.normal(size=(n, GENES))
    tumour = own * normal + np.sqrt(1 - own**2) * rng.normal(size=(n, GENES)) + 2
    study = np.array(["kirc", "thca"])[np.arange(n) % 2]
    obs = pd.DataFrame(
        {
            "donor": [f"p{i}" for i in range(n)] * 2,
            "study": [*study, *study],
            "condition": ["normal"] * n + ["cancer"] * n,
        },
        index=[f"s{i}" for i in range(2 * n)],
    )
    x = np.concatenate([normal, tumour]) + 8 + (obs["study"] == "kirc").to_numpy()[:, None]
    return AnnData(x.astype(np.float32), obs=obs)


@pytest.fixture(scope="module")
def table():
    return paired_test(patients(), folds=3, transfer=True)


def test_the_mean_tumour_is_the_measure(table):
    mean = table.xs("mean tumour")
    np.testing.assert_allclose(mean["relative error"], 1)
    assert mean.loc["all", "patients"] == 60
    assert mean.loc["all", "cover 90"] == pytest.approx(0.9, abs=0.03)
    assert mean.loc["all", "cover 50"] == pytest.approx(0.5, abs=0.05)


def test_what_carries_over_is_learned_and_intervals_cover(table):
    """Half of the genes keep 0.9: the best error is (1 + 0.19) / 2."""
    whole = table.xs("all", level="study")
    best = (1 + 1 - 0.9**2) / 2
    assert best < whole.loc["learned coupling", "relative error"] < 0.75
    assert best < whole.loc["learned coupling, other studies", "relative error"] < 0.8
    assert whole.loc["nothing carried over", "relative error"] == pytest.approx(1, abs=0.05)
    assert whole.loc["clamped latent", "relative error"] > 1
    assert whole.loc["normal + mean change", "relative error"] == pytest.approx(1.1, abs=0.15)
    assert whole.loc["learned coupling", "cover 90"] == pytest.approx(0.9, abs=0.04)
    assert whole.loc["clamped latent", "cover 90"] < 0.5
    assert whole.loc["learned coupling", "own"] > 0.5
    assert abs(whole.loc["learned coupling", "strangers"]) < 0.1


def test_a_gene_s_change_is_missed_by_the_error_of_the_tumour(table):
    whole = table.xs("all", level="study")
    assert whole.loc["learned coupling", "change error"] < whole.loc["mean tumour", "change error"]


def test_ridge_predicts_what_is_linear():
    found, fresh = find_pairs(patients(200)), find_pairs(patients(60, seed=1))
    means = {
        (s, c): getattr(found, side).X[found.study == s].mean(axis=0)
        for s in ("kirc", "thca")
        for c, side in (("normal", "normal"), ("cancer", "tumour"))
    }
    made = ridge_prediction(found, fresh.normal.X, fresh.study, means)
    mean = np.array([means[s, "cancer"] for s in fresh.study])
    assert np.square(made - fresh.tumour.X).sum() < 0.85 * np.square(mean - fresh.tumour.X).sum()


def test_pairs_are_of_one_donor_and_small_studies_are_left_out():
    data = patients(2 * FEWEST + 2)
    data.obs.loc[data.obs["donor"].isin(["p1", "p3"]), "condition"] = "normal"
    found = find_pairs(data)
    assert set(found.study) == {"kirc"}
    assert isinstance(found, Pairs)
    assert found.normal.obs["donor"].tolist() == found.tumour.obs["donor"].tolist()
    assert (found.tumour.obs["condition"] == "cancer").all()


def test_without_pairs_there_is_nothing_to_test():
    demo = load_demo(200)
    assert len(find_pairs(demo).study) == 0
    with pytest.raises(ValueError, match="no study of data has 8 donors"):
        paired_test(demo)
    with pytest.raises(ValueError, match="study='study' is not a column"):
        find_pairs(AnnData(np.ones((2, 2)), obs=pd.DataFrame({"condition": ["normal", "cancer"]}, index=["a", "b"])))


def test_rnaseqdb_has_pairs_of_its_own(shared_data):
    found = find_pairs(load_rnaseqdb(shared_data / "rnaseqdb/normalized", cache=False))
    assert len(found.study) >= FEWEST
    assert (found.normal.obs["donor"].to_numpy() == found.tumour.obs["donor"].to_numpy()).all()


def test_where_nothing_is_to_be_predicted_the_ridge_is_strong():
    """In 20 pairs around their own means, leaving one out would choose the smallest penalty."""
    rng = np.random.default_rng(0)
    errors = ridge_errors(rng.normal(size=(20, 50)), rng.normal(size=(20, 50)), np.repeat(["a", "b"], 10))
    assert errors[0] > 1.2 * errors[-1]
    assert errors[-1] < 1.02 * errors.min()
