"""Combinations that are left out: never in training, but for those that are given; scores where the truth is known."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData


@pytest.fixture
def unseen(benchmarks, monkeypatch):
    """The benchmark on 360 samples of three tissues, normal and cancer, whose effects add up, with ages."""
    import unseen_combinations as script
    from generators import Columns

    rng = np.random.default_rng(0)
    i = np.arange(360)
    obs = pd.DataFrame(
        {"tissue": np.array(["a", "b", "c"])[i % 3], "condition": np.array(["normal", "cancer"])[i // 3 % 2]},
        index=[f"s{k}" for k in i],
    ).assign(sex="f", donor=[f"d{k // 2}" for k in i], age=rng.uniform(30, 80, 360))
    x = 8 + rng.normal(size=(3, 15))[i % 3] + np.outer(i // 3 % 2, rng.normal(0, 2, 15)) + rng.normal(0, 0.5, (360, 15))
    x = x + np.outer(obs["age"] - 55, rng.normal(0, 0.05, 15))
    data = AnnData(x.astype(np.float32), obs=obs, var=pd.DataFrame(index=[f"g{j}" for j in range(15)]))
    columns = Columns(["tissue", "condition", "sex"], [], ["tissue", "condition"])
    tumours = script._tumours(data, "tissue", "cancer")
    old = {"old": (obs["age"] > 70).to_numpy()}
    cohorts = {
        "human": script.Cohort(data, columns, "donor", tumours),
        "ages": script.Cohort(data, columns._replace(numerical=["age"]), "donor", old),
    }
    monkeypatch.setattr(script, "cohort", lambda folder, name: cohorts[name])
    return script


def test_left_out_samples_are_in_no_training_but_those_that_are_given(unseen):
    ready = unseen.cohort(None, "human")
    assert list(ready.left_out) == ["a, cancer", "b, cancer", "c, cancer"]
    for given in (0, 3):
        one = unseen.task(ready, "b, cancer", given, seed=0)
        learned = pd.concat([one.train.obs, one.validation.obs])
        assert ((learned["tissue"] == "b") & (learned["condition"] == "cancer")).sum() == given
        assert (one.test.n_obs, one.train.n_obs + one.validation.n_obs) == (60 - given, 300 + given)
        assert not set(one.test.obs_names) & set(learned.index)
        assert one.given is None if given == 0 else set(one.given.obs_names) <= set(one.train.obs_names)
    normal = ready.data[((ready.data.obs["tissue"] == "b") & (ready.data.obs["condition"] == "normal")).to_numpy()]
    np.testing.assert_allclose(one.reference[0], normal.X.mean(axis=0), rtol=1e-5)
    with pytest.raises(ValueError, match="'b, cancer' has 60 samples; with 55 given"):
        unseen.task(ready, "b, cancer", 55, seed=0)


def test_where_effects_add_up_the_additive_model_wins(unseen, tmp_path, capsys):
    options = [str(tmp_path), "--data", "human", "ages", "--given", "0", "10", "--epochs", "2", "--seeds", "0"]
    options += ["--result", str(tmp_path / "rows.csv"), "--page", str(tmp_path / "page.csv")]
    unseen.main([*options, "--only", "Real", "Additive", "Gaussian", "default"])
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert len(rows) == 3 * (2 * 3 + 1) + 3
    of = rows.groupby(["data", "given", "generator"])[["relative error", "effect r"]].mean()
    assert (of.xs("Additive", level="generator")["relative error"] == 1).all()
    assert of.loc[("human", 0, "Gaussian"), "relative error"] > 2
    assert of.loc[("human", 0, "Additive"), "effect r"] > 0.95
    assert of.loc[("ages", 0, "Additive"), "effect r"] > 0.9 > of.loc[("ages", 0, "Gaussian"), "effect r"]
    assert of.loc[("human", 10, "Real"), "effect r"] > 0.9
    page = pd.read_csv(tmp_path / "page.csv").set_index(["data", "given", "generator"])
    assert page.loc[("human cohort", 0, "Gaussian"), "combinations"] == 3
    assert " to " in page.loc[("human cohort", 0, "Gaussian"), "relative error"]
    assert "combinations" in capsys.readouterr().out
