"""One data set, runs, and either by name become candidates with their models."""

import dataclasses

import pytest

from gexlib.report.candidates import is_generator, named_runs
from gexlib.simulators import Bootstrap


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


def test_what_can_draw_is_a_generator(sets):
    assert is_generator(Bootstrap())
    assert not any(map(is_generator, (sets["near"], sets["near"].X, sets["near"].obs, None, "model")))


def test_generators_and_data_sets_may_stand_in_one_list(sets):
    test, made = sets["test"], Bootstrap().fit(sets["train"])
    runs = named_runs([sets["near"], made], None, test, draws=2, seed=4)
    assert [(c.run, c.model, c.again is None) for c in runs] == [(0, None, True), (1, None, False), (2, None, False)]
    drawn = [made.sample(test.obs, seed=seed).X for seed in (4, 5, 6, 7)]
    data = [runs[1].data, runs[2].data, runs[1].again(), runs[2].again()]
    assert all((x == one.X).all() for one, x in zip(data, drawn, strict=True)), "no seed twice"


def test_a_model_that_draws_one_thing_alone_has_no_second_draw(sets):
    class Constant:
        def sample(self, obs, seed=0):
            return sets["near"]

    (one,) = named_runs(sets["near"], Constant(), sets["test"])
    with pytest.raises(ValueError, match="its model draws the same samples from every seed"):
        one.again()


@pytest.mark.parametrize(
    ("names", "models", "words"),
    [
        ([], None, "synthetic is empty"),
        ([1], None, "synthetic has the name 1; names are strings"),
        (["best"], None, "other than 'bound', 'best', 'best possible', 'train'"),
        (["a", "b"], "model", "models must be a dict with names of synthetic, which has several: 'a', 'b'"),
        (["a"], {"b": "model"}, "models has 'b', which is no name of synthetic: 'a'"),
        (["a"], {"a": ["x", "y"]}, r"synthetic\['a'\] has 1 runs and 2 models"),
    ],
)
def test_what_the_user_can_mend(sets, names, models, words):
    with pytest.raises(ValueError, match=words):
        named_runs(dict.fromkeys(names, sets["near"]), models, sets["test"])
