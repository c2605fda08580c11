"""The best possible is a model that learns from its own samples: no draw has the seed of another."""

import numpy as np
import pandas as pd
import pytest

from gexlib import metrics
from gexlib.report import evaluate
from gexlib.report.inputs import gather
from gexlib.report.refit import NAME, refitted
from gexlib.simulators import Bootstrap, GaussianCopula

WITHIN = {"within": ["tissue"]}


def test_each_part_is_drawn_anew_with_its_own_covariates_and_the_model_is_fitted_again(sets):
    inputs = gather(sets["train"], sets["test"], sets["near"], validation=sets["validation"], seed=3, **WITHIN)
    model = GaussianCopula(within=["tissue"])
    own = refitted(inputs, model)
    truth = GaussianCopula(within=["tissue"]).fit(sets["train"])
    for i, name in enumerate(("train", "test", "validation"), 1):
        np.testing.assert_array_equal(getattr(own, name).X, truth.sample(sets[name].obs, seed=3 + i).X)
    again = GaussianCopula(within=["tissue"]).fit(own.train)
    np.testing.assert_array_equal(own.candidates[0].data.X, again.sample(sets["test"].obs, seed=7).X)
    assert (own.drawn, own.matches, own.candidates[0].name) == (None, None, NAME)
    assert not hasattr(model, "var_"), "the one that is given is not fitted"
    expected = metrics.PrincipalSpace(own.space.n_components, seed=3).fit(own.train).components_
    np.testing.assert_array_equal(own.space.components_, expected)


def test_the_column_holds_the_scores_against_the_drawn_test_samples(sets):
    asked = WITHIN | {"validation": sets["validation"], "seed": 3, "baselines": []}
    families = {"families": ["structure", "privacy"]}
    report = evaluate(sets["train"], sets["test"], sets["near"], best_possible=True, **asked, **families)
    assert report.table.columns.tolist() == ["bound", NAME, "synthetic", "best"]
    inputs = gather(sets["train"], sets["test"], sets["near"], validation=sets["validation"], seed=3, **WITHIN)
    own = refitted(inputs, GaussianCopula(within=["tissue"], unseen="unknown"))
    column = report.table[NAME].droplevel(0)
    assert column["S_dist"] == pytest.approx(metrics.s_dist(own.test, own.candidates[0].data))
    assert column["GAN-Leaks AUC"] == metrics.gan_leaks(own.train, own.candidates[0].data, own.test)["AUC"]
    assert "a GaussianCopula that was fitted to train" in report.notes[-1]
    without = evaluate(sets["train"], sets["test"], sets["near"], **asked, **families)
    pd.testing.assert_frame_equal(without.table, report.table.drop(columns=NAME))
    report.figure().canvas.draw()


def test_any_simulator_will_do_and_what_cannot_be_fitted_is_left_out(sets):
    asked = {"families": ["privacy"], "baselines": []}
    report = evaluate(sets["train"], sets["test"], sets["near"], best_possible=Bootstrap(), **asked)
    assert report.table.loc[("privacy", "copies"), NAME] == 1, "a bootstrap copies its own training samples too"
    report = evaluate(None, sets["test"], sets["near"], best_possible=True, families=["structure"], baselines=[])
    assert report.left_out.set_index("data").at[NAME, "reason"] == "train is not given"
    with pytest.raises(ValueError, match="train is not given"):
        refitted(gather(None, sets["test"], sets["near"]), Bootstrap())
