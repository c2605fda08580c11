"""Baselines learn from training data, and draw the kinds of the test samples."""

import numpy as np
import pytest

from gexlib.report import BASELINES, evaluate
from gexlib.report.baselines import make_baselines
from gexlib.report.inputs import gather
from gexlib.simulators import Bootstrap


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_can_be_made(name, sets):
    report = evaluate(
        sets["train"], sets["test"], sets["near"], within=["tissue"], baselines=[name.upper()], families=["structure"]
    )
    assert report.baselines == [name]
    assert report.table.loc[("structure", ["S_dist", "S_dend"]), name].notna().all()


def inputs(sets, **change):
    asked = {"train": sets["train"], "test": sets["test"], "synthetic": sets["near"], "within": ["tissue"], "seed": 3}
    return gather(**asked | change)


def test_a_baseline_has_a_sample_of_its_group_for_each_test_sample(sets):
    (made,), left_out = make_baselines(inputs(sets), ["BOOTSTRAP"])
    assert left_out == []
    assert (made.name, made.run, made.model) == ("bootstrap", 0, None)
    wanted = Bootstrap(["tissue"]).fit(sets["train"]).sample(sets["test"].obs, seed=3)
    np.testing.assert_array_equal(made.data.X, wanted.X)
    assert made.data.obs["tissue"].equals(sets["test"].obs["tissue"])


def test_what_cannot_be_fitted_is_left_out(sets):
    made, left_out = make_baselines(inputs(sets, train=None), "Gaussian")
    assert made == []
    assert [(row.data, row.reason) for row in left_out] == [("Gaussian", "train is not given")]


def test_what_the_user_can_mend(sets):
    with pytest.raises(ValueError, match="baselines has 'VAE'; there are: 'Gaussian', 'copula', 'SMOTE', 'bootstrap'"):
        make_baselines(inputs(sets), ["VAE"])
    with pytest.raises(ValueError, match="'SMOTE' is the name of a synthetic data set and of a baseline"):
        make_baselines(inputs(sets, synthetic={"SMOTE": sets["near"]}), ["smote"])
