"""Generators of the benchmarks: what each learns from, and which rows are refused."""

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
