"""Generators of the benchmarks: what each learns from, and the real samples that are their bound."""

import numpy as np
import pytest


@pytest.fixture
def generators(benchmarks):
    import generators

    return generators


def test_only_what_needs_no_validation_learns_from_all(generators, expression):
    train, validation = expression(60), expression(20, seed=1)
    columns = generators.Columns(["kind"], [], ["kind"])
    learned = generators.learn("Gaussian", train, validation, columns, 0)
    assert learned.seen.n_obs == 80
    assert learned.model.sample(validation.obs, seed=3).shape == (20, 24)
    learned = generators.learn("default", train, validation, columns, 0, epochs=2, latent_dim=4, hidden=(8,))
    assert learned.seen.n_obs == 60
    assert learned.facts["settings"] == "default with latent_dim=4, hidden=[8], epochs=2"
    assert learned.facts["last epoch"] <= 2
    assert learned.facts["seconds"] > 0


def test_a_row_that_needs_a_setting_that_is_not_there_is_refused(generators, monkeypatch):
    monkeypatch.setitem(generators.MODELS, "future", ("default", {"telepathy": True}))
    monkeypatch.setattr(generators, "GENERATORS", ["Gaussian", "future"])
    generators.check(["Gaussian"])
    with pytest.raises(SystemExit, match="the row 'future' needs Settings\\(telepathy=True\\).*--only 'Gaussian'"):
        generators.check(["Gaussian", "future"])


def test_real_samples_are_matched_in_kind_and_not_repeated(generators, expression):
    pool, test = expression(200, kinds=("a", "b", "b", "c")), expression(40, kinds=("b", "a"), seed=1)
    first, second = generators.matched(pool, test.obs, ["kind"], seed=0)
    for draw in (first, second):
        assert draw.obs["kind"].tolist() == test.obs["kind"].tolist()
    assert len({*first.obs_names, *second.obs_names}) == 80
    few, again = generators.matched(pool[:8].copy(), test.obs, ["kind"], seed=0)
    assert {tuple(x) for x in [*few.X, *again.X]} == {tuple(x) for x in pool.X[[1, 2, 5, 6, 0, 4]]}
    unknown, _ = generators.matched(pool, expression(9, kinds=("z",)).obs, ["kind"], seed=0)
    assert len(np.unique(unknown.obs["kind"])) > 1
