"""Inputs come whole from one function, which names what is wrong with an argument."""

import dataclasses

import numpy as np
import pytest

from gexlib.differential import Contrast
from gexlib.metrics import PrincipalSpace
from gexlib.report.draws import matched
from gexlib.report.inputs import gather
from tests.report.conftest import ASKED


def made(sets, **change):
    asked = {"train": sets["train"], "test": sets["test"], "synthetic": sets["near"]}
    return gather(**asked | {"validation": sets["validation"]} | ASKED | change)


def test_inputs_are_whole_and_frozen(sets):
    inputs = made(sets)
    assert (inputs.within, inputs.labels) == (("tissue", "condition"), ("tissue",))
    assert inputs.contrast == Contrast("condition", "cancer", "normal")
    np.testing.assert_array_equal(inputs.space.components_, PrincipalSpace(5, seed=3).fit(sets["train"]).components_)
    columns = ["tissue", "condition"]
    assert inputs.covariates == tuple(columns)
    drawn = matched(sets["train"].obs, sets["test"].obs, columns, np.random.default_rng(3))
    assert inputs.drawn.data.obs_names.equals(sets["train"].obs_names[drawn.rows])
    assert (inputs.drawn.data.obs[columns].to_numpy() == sets["test"].obs[columns].to_numpy()).all()
    for field in dataclasses.fields(inputs):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(inputs, field.name, None)


def test_without_training_data_there_is_no_space_and_nothing_is_drawn(sets):
    inputs = made(sets, train=None)
    assert inputs.space is None
    assert inputs.drawn is None


def test_the_space_has_as_many_components_as_the_training_data_can_have(sets):
    assert made(sets, space=50).space.n_components == 12
    assert made(sets, train=sets["train"][:8].copy(), space=50).space.n_components == 7


def test_a_level_may_be_absent_from_the_test_data_alone(sets):
    bones = sets["validation"].copy()
    bones.obs["tissue"] = "bone"
    assert made(sets, validation=bones, contrast=("tissue", "bone", "lung")).contrast.value == "bone"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"within": "tissue"}, TypeError, "within='tissue' must be a list of names of columns, such as \\['tissue'\\]"),
        ({"labels": "tissue"}, TypeError, "labels='tissue' must be a list of names of columns"),
        ({"labels": ["tissue", "tissue"]}, ValueError, "names a column twice"),
        ({"contrast": "condition"}, ValueError, "contrast='condition' must be a column of obs, a level and a ref"),
        ({"contrast": ("state", "a", "b")}, ValueError, "contrast='state' is not a column of test.obs; columns: 'tis"),
        (
            {"contrast": ("condition", "cancr", "normal")},
            ValueError,
            "contrast has 'cancr', which is no level of 'condition' in real data: 'normal', 'cancer'",
        ),
        ({"contrast": ("condition", "cancer", "healthy")}, ValueError, "contrast has 'healthy', which is no level"),
        ({"contrast": ("condition", "normal", "normal")}, ValueError, "contrast has 'normal' twice; give two levels"),
        ({"regulons": ["g0"]}, TypeError, "regulons must be a dict of target genes by transcription factor, not"),
        ({"space": 0}, ValueError, "space must be at least 1"),
        ({"seed": 0.5}, TypeError, "seed must be a whole number"),
    ],
)
def test_what_the_user_can_mend(sets, change, error, words):
    with pytest.raises(error, match=words):
        made(sets, **change)


def test_missing_values_of_a_column_are_named(sets):
    holes = sets["validation"].copy()
    holes.obs.loc[holes.obs_names[:2], "tissue"] = None
    with pytest.raises(ValueError, match="within='tissue' has 2 missing values in validation.obs"):
        made(sets, validation=holes)
