"""The effect of age in a model and in donors, on a small cohort whose effect is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.preprocess import parts, prepare

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SLOPES = np.linspace(-0.05, 0.05, 12)  # a year


@pytest.fixture
def age_effect(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import age_effect

    return age_effect


@pytest.fixture
def cohort():
    """300 samples of 200 donors; in TCGA's, who are older, each gene is higher by twice its effect of twenty years."""
    rng = np.random.default_rng(0)
    tcga = np.arange(200) < 100
    age = np.where(tcga, rng.uniform(45, 80, 200), rng.uniform(30, 65, 200))
    donor = np.r_[np.arange(200), np.arange(0, 200, 2)]
    obs = pd.DataFrame(
        {
            "donor": [f"d{i}" for i in donor],
            "dataset": np.where(tcga, "tcga", "gtex")[donor],
            "sex": rng.choice(["male", "female"], 200)[donor],
            "age": age[donor],
            "tissue": rng.choice(["lung", "liver"], 300),
            "condition": "normal",
        },
        index=[f"s{i}" for i in range(300)],
    )
    x = 5 + 2 * (obs["tissue"] == "lung").to_numpy()[:, None] + obs["age"].to_numpy()[:, None] * SLOPES
    x = x + 40 * SLOPES[::-1] * tcga[donor][:, None] + rng.normal(0, 0.5, (300, 12))
    obs.loc["s7", "age"] = np.nan
    data = AnnData(x.astype(np.float32), obs=obs, var=pd.DataFrame(index=[f"g{i}" for i in range(12)]))
    data.uns["provenance"] = {"cohort": "made up"}
    return prepare(data, by="donor")


def test_slopes_are_those_of_least_squares_with_all_covariates(age_effect, cohort):
    data = age_effect.with_age(cohort)
    assert data.n_obs == 299
    others = data.obs[["tissue", "sex", "cohort"]]
    design = np.column_stack([data.obs["age"], np.ones(299), *(others[c] == others[c].iloc[0] for c in others)])
    expected = 20 * np.linalg.lstsq(design.astype(float), data.X.astype(float), rcond=None)[0][0]
    slopes = age_effect.age_slopes(data.X.astype(float), data.obs["age"].to_numpy(), others)
    np.testing.assert_allclose(slopes, expected, rtol=1e-8)
    np.testing.assert_allclose(slopes, 20 * SLOPES, atol=0.25)


def test_donors_exchange_ages_within_their_cohort(age_effect, cohort):
    obs = age_effect.with_age(cohort).obs
    shuffled = pd.Series(age_effect.shuffled_ages(obs, ["cohort"], np.random.default_rng(0)), obs.index)
    assert shuffled.groupby(obs["donor"].astype(str)).nunique().max() == 1
    assert (shuffled != obs["age"]).mean() > 0.9
    for _, part in obs.groupby("cohort"):
        donors = part.index[~part["donor"].duplicated()]
        assert sorted(shuffled[donors]) == sorted(obs.loc[donors, "age"])


def test_a_true_effect_agrees_and_shuffled_ages_do_not(age_effect, cohort):
    train, _, test = parts(age_effect.with_age(cohort))
    effects = {"true": 20 * SLOPES, "opposite": -20 * SLOPES}
    found = age_effect.compare(train, test, effects, ["tissue", "cohort"], draws=60, seed=0)
    assert list(found.index) == ["true", "opposite", "training donors", "test donors"]
    for name in ("true", "training donors"):
        assert found.loc[name, "agreement"] > 0.9
        assert found.loc[name, "low"] < found.loc[name, "agreement"] < found.loc[name, "high"]
        assert abs(found.loc[name, "shuffled"]) < 0.3
        assert found.loc[name, "p"] < 0.05
    assert found.loc["opposite", "agreement"] < -0.9
    assert found.loc["opposite", "p"] == 1
    assert found.loc["test donors", "sd"] == pytest.approx(found.loc["true", "sd"], rel=0.25)
    confounded = age_effect.compare(train, test, effects, ["tissue"], draws=5, seed=0)
    assert confounded.loc["true", "agreement"] < found.loc["true", "agreement"]


def test_from_end_to_end_in_a_moment(age_effect, cohort, monkeypatch, tmp_path, capsys):
    given = {}
    monkeypatch.setattr(age_effect, "prepared_human", lambda **options: given.update(options) or cohort)
    out = tmp_path / "age_effect.txt"
    files = ["--out", str(out), "--page", str(tmp_path / "page.csv")]
    age_effect.main(["--metadata", "tables", "--genes", "12", "--epochs", "2", "--draws", "5", *files])
    assert len((tmp_path / "page.csv").read_text(encoding="utf-8").splitlines()) == 9
    text = out.read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    assert given == {"folder": None, "most_variable": 12, "metadata": "tables"}
    assert text.startswith("commit ")
    assert "CPU build of PyTorch" in text
    assert "made up, age known: training:" in text
    assert text.count("(null)") == text.count("(bound)") == 2
    assert text.count("best epoch") == 4
