import numpy as np
import pandas as pd
import pytest
import torch
from anndata import AnnData

from gexlib import metrics
from gexlib.wgan import PRESETS, WGANGP
from gexlib.wgan.factor_model import GeneNoise, KindIndicators, fit_factors
from gexlib.wgan.networks import build


def make(settings, **changes):
    return WGANGP(["medium"], ["temperature"], settings=settings.replace(**changes), device="cpu")


@pytest.fixture(scope="module")
def truth():
    """2,000 samples of a factor model with two covariates, whose kinds differ in mean, correlations and noise."""
    rng = np.random.default_rng(0)
    codes = np.column_stack([rng.integers(0, 2, 2000), rng.integers(0, 3, 2000)])
    values = rng.normal(size=(2000, 1)).astype(np.float32)
    mean = rng.normal(size=(2, 20))[codes[:, 0]] + rng.normal(size=(3, 20))[codes[:, 1]] + values * rng.normal(size=20)
    loadings = rng.normal(size=(2, 3, 20))
    f = rng.normal(size=(2000, 3))
    sd = np.array([0.3, 0.6])[codes[:, 0], None]
    z = mean + np.einsum("nk,nkg->ng", f, loadings[codes[:, 0]]) + sd * rng.normal(size=(2000, 20))
    return codes, values, z, mean, loadings


def draw(model, codes, values, seed=0):
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(len(codes), model.mixing.shape[1], generator=random)
    noise = torch.randn(len(codes), model.loadings.shape[1], generator=random)
    with torch.no_grad():
        return model(z, torch.as_tensor(codes), torch.as_tensor(values), noise).numpy()


def test_kinds_are_the_combinations_that_three_samples_share():
    kinds = KindIndicators.of(np.array([[0, 1]] * 3 + [[1, 0]] * 2 + [[1, 2]] * 4), [2, 3])
    assert len(kinds) == 3
    shown = kinds(torch.tensor([[0, 1], [1, 2], [1, 0], [0, 0]]), torch.float32)
    assert shown.argmax(dim=1).tolist() in ([0, 1, 2, 2], [1, 0, 2, 2])
    assert (shown.sum(dim=1) == 1).all()
    assert (
        KindIndicators.of(np.empty((3, 0), int), [])(torch.empty(2, 0, dtype=torch.int64), torch.float32).shape[0] == 2
    )


def test_the_model_that_made_the_data_is_found(truth):
    codes, values, z, mean, loadings = truth
    model = fit_factors(z.astype(np.float32), codes, values, [2, 3], np.full(20, -np.inf), 6, 0)
    made = draw(model, codes, values)
    for code, sd in enumerate((0.3, 0.6)):
        rows = codes[:, 0] == code
        expected = loadings[code].T @ loadings[code] + sd**2 * np.eye(20)
        residual = made[rows] - mean[rows]
        assert np.abs(residual.mean(axis=0)).max() < 0.25
        scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
        assert np.abs((np.cov(residual.T) - expected) / scale).max() < 0.2


@pytest.mark.parametrize("kind_levels", [[2, 3], [0, 3], None])
def test_genes_are_fitted_some_at_a_time(truth, monkeypatch, kind_levels):
    codes, values, z, _, _ = truth
    arguments = (z.astype(np.float32), codes, values, [2, 3], np.full(20, -np.inf), 6, 0, kind_levels)
    whole = fit_factors(*arguments).state_dict()
    monkeypatch.setattr("gexlib.wgan.factor_model.GENES", 7)
    for name, tensor in fit_factors(*arguments).state_dict().items():
        torch.testing.assert_close(tensor, whole[name], rtol=1e-4, atol=1e-5)


def test_an_unknown_kind_has_the_effects_of_its_covariates(truth):
    codes, values, z, mean, _ = truth
    known = ~((codes == [1, 2]).all(axis=1))
    model = fit_factors(z[known].astype(np.float32), codes[known], values[known], [2, 3], np.full(20, -np.inf), 6, 0)
    made = draw(model, codes[~known], values[~known])
    assert np.abs((made - mean[~known]).mean(axis=0)).max() < 0.5
    assert 0.7 < made.std() / z[~known].std() < 1.4


def test_censored_values_are_taken_for_what_they_are(truth):
    """With a third of all values below a floor, the model still has the correlations of the uncensored data."""
    codes, values, z, _, _ = truth
    low = np.quantile(z, 0.33, axis=0)
    seen = np.maximum(z, low).astype(np.float32)
    made = draw(fit_factors(seen, codes, values, [2, 3], low.astype(np.float32), 6, 0), codes, values)
    upper = np.triu_indices(20, 1)
    truly, found, naive = (np.corrcoef(x.T)[upper] for x in (z, made, seen))
    assert np.abs(found - truly).mean() < 0.75 * np.abs(naive - truly).mean()
    assert np.abs((made <= low).mean(axis=0) - 0.33).max() < 0.06


def test_few_samples_and_many_factors():
    """More factors than samples: the rest stay 0 and nothing breaks."""
    z = np.random.default_rng(0).normal(size=(4, 9)).astype(np.float32)
    model = fit_factors(z, np.zeros((4, 1), int), np.empty((4, 0), np.float32), [1], np.full(9, -np.inf), 12, 0)
    assert (model.loadings[3:] == 0).all()
    assert all(torch.isfinite(p).all() for p in model.parameters())


class TestInTheModel:
    def test_a_saved_model_generates_the_same(self, small, quick_model, tmp_path):
        gan = make(quick_model).fit(*small)
        gan.save(tmp_path / "model")
        again = WGANGP.load(tmp_path / "model", device="cpu")
        assert isinstance(again.generator_.factor_model, GeneNoise)
        np.testing.assert_array_equal(again.sample(small[1].obs, seed=3).X, gan.sample(small[1].obs, seed=3).X)

    def test_resume_is_exact(self, small, quick_model, tmp_path):
        whole = make(quick_model).fit(*small)
        make(quick_model, epochs=2).fit(*small, checkpoint=tmp_path / "c")
        resumed = make(quick_model).fit(*small, checkpoint=tmp_path / "c")
        assert resumed.history_.equals(whole.history_)
        np.testing.assert_array_equal(resumed.sample(small[1].obs).X, whole.sample(small[1].obs).X)

    def test_the_generator_waits_for_the_critic(self, small, quick_model):
        waiting, going = (make(quick_model, critic_warmup=n, epochs=2).fit(*small) for n in (1000, 0))
        sizes = small[0].n_vars, waiting.encoder_.n_levels, len(waiting.encoder_.numerical)
        start, _ = build(waiting.settings, *sizes, torch.Generator().manual_seed(waiting.seed))
        assert torch.equal(start.layers[0].weight, waiting.generator_.layers[0].weight)
        assert not torch.equal(start.layers[0].weight, going.generator_.layers[0].weight)

    def test_temperature_scales_the_noise(self, small, quick_model):
        """Twice the noise: all of the difference between two samples of one latent vector."""
        gan = make(quick_model, transform="z-scores").fit(*small)
        obs = pd.concat([small[0].obs.iloc[:1]] * 30)
        made = {}
        for temperature in (1e-9, 1.0, 2.0):
            gan.settings = gan.settings.replace(gene_noise_temperature=temperature)
            made[temperature] = gan.sample(obs).X
        once, twice = (made[t] - made[1e-9] for t in (1.0, 2.0))
        assert np.abs(once).mean() > 0.01
        np.testing.assert_allclose(twice, 2 * once, atol=1e-4)

    def test_exact_zeros_are_generated(self, quick_model):
        """Reads that are not there: the share of zeros of each gene in each tissue is that of the training data."""
        rng = np.random.default_rng(0)
        tissue = rng.choice(["lung", "liver"], 600)
        latent = rng.normal(size=(600, 8)) + 2 * (tissue == "lung")[:, None] * rng.normal(size=8)
        obs = pd.DataFrame({"tissue": tissue}, index=[f"s{i}" for i in range(600)])
        data = AnnData(np.maximum(latent, 0).astype(np.float32), obs=obs)
        settings = quick_model.replace(factor_model="full", gene_noise_temperature=1.0, latent_dim=6, epochs=2)
        made = WGANGP(["tissue"], settings=settings, device="cpu").fit(data).sample(data.obs)
        for name in ("lung", "liver"):
            shares = metrics.zero_shares(data[tissue == name], made[tissue == name])
            assert (shares["real"] - shares["synthetic"]).abs().mean() < 0.1

    def test_models_of_earlier_versions_are_the_papers(self, small, quick, tmp_path):
        """Settings that a file does not have are those that all models had then."""
        import json

        gan = make(quick).fit(*small)
        gan.save(tmp_path)
        config = json.loads((tmp_path / "config.json").read_text())
        later = ["transform", "factor_model", "gene_noise_temperature", "critic_warmup", "critic_rate", "schedule"]
        for name in (*later, "score"):
            del config["settings"][name]
        del config["sha256 of the rest"]
        (tmp_path / "config.json").write_text(json.dumps(config))
        again = WGANGP.load(tmp_path, device="cpu")
        assert again.settings.factor_model == "none"
        np.testing.assert_array_equal(again.sample(small[1].obs).X, gan.sample(small[1].obs).X)


def test_the_default_generates_variety_that_the_papers_generator_does_not():
    """On data with noise of each gene's own, the paper's generator hardly recalls any real sample."""
    rng = np.random.default_rng(1)
    tissue = rng.choice(["a", "b", "c"], 400)
    centre = {name: rng.normal(size=60) for name in "abc"}
    x = np.stack([centre[t] for t in tissue]) + rng.normal(size=(400, 4)) @ rng.normal(size=(4, 60))
    obs = pd.DataFrame({"tissue": tissue}, index=[f"s{i}" for i in range(400)])
    data = AnnData((x + rng.normal(size=x.shape) + 9).astype(np.float32), obs=obs)
    train, test = data[:250].copy(), data[250:].copy()
    recall = {}
    for name, preset in {"default": "default", "paper": "paper_gtex_tcga"}.items():
        settings = PRESETS[preset].replace(hidden=(32, 32), latent_dim=8, epoch_updates=0, epochs=30, critic_warmup=0)
        gan = WGANGP(["tissue"], settings=settings, device="cpu").fit(train)
        recall[name] = metrics.recall(test, gan.sample(test.obs))
    assert recall["default"] > 0.7
    assert recall["paper"] < 0.3
