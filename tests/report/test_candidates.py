"""One data set, runs, and either by name become candidates with their models."""

import dataclasses

import pytest

from gexlib.report.candidates import named_runs


def test_every_form_of_synthetic(sets):
    test, near, far = sets["test"], sets["near"], sets["far"]
    (one,) = named_runs(near, None, test)
    assert (one.name, one.run, one.model) == ("synthetic", 0, None)
    assert one.data is near
    runs = named_runs([near, far], ["a", "b"], test)
    assert [(c.name, c.run, c.model) for c in runs] == [("synthetic", 0, "a"), ("synthetic", 1, "b")]
    named = named_runs({"GAN": [near, far], "other": near}, {"GAN": ["a", "b"]}, test)
    assert [(c.name, c.run, c.model) for c in named] == [("GAN", 0, "a"), ("GAN", 1, "b"), ("other", 0, None)]
    (single,) = named_runs({"GAN": near}, "a", test)
    assert single.model == "a"
    with pytest.raises(dataclasses.FrozenInstanceError):
        single.name = "other"


@pytest.mark.parametrize(
    ("names", "models", "words"),
    [
        ([], None, "synthetic is empty"),
        ([1], None, "synthetic has the name 1; names are strings"),
        (["best"], None, "other than 'bound', 'best', 'train'"),
        (["a", "b"], "model", "models must be a dict with names of synthetic, which has several: 'a', 'b'"),
        (["a"], {"b": "model"}, "models has 'b', which is no name of synthetic: 'a'"),
        (["a"], {"a": ["x", "y"]}, r"synthetic\['a'\] has 1 runs and 2 models"),
    ],
)
def test_what_the_user_can_mend(sets, names, models, words):
    with pytest.raises(ValueError, match=words):
        named_runs(dict.fromkeys(names, sets["near"]), models, sets["test"])
