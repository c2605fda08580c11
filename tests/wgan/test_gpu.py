"""The same computation on a GPU as on the CPU; skipped where there is no GPU."""

import numpy as np
import pytest
import torch

from gexlib import metrics
from gexlib.wgan import WGANGP
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.draws import Draws
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.factor_model import fit_factors
from gexlib.wgan.processes import Processes
from gexlib.wgan.state import State
from gexlib.wgan.step import Autograd

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")

GPU, CPU = torch.device("cuda"), torch.device("cpu")
N, GENES = 24, 40


@pytest.fixture
def settings(quick_model):
    return quick_model.replace(hidden=(16, 12), batch_size=8, critic_noise_probability=0.0)


@pytest.fixture
def same_numbers(monkeypatch):
    """All draws come from a generator of the CPU, so that both devices see the same numbers."""

    def draw(self):
        random = getattr(self, "on_cpu", None) or torch.Generator().manual_seed(11)
        self.on_cpu = random
        for values, function in ((self._z, torch.randn), (self._gene_noise, torch.randn), (self._mix, torch.rand)):
            if values is not None:
                values.copy_(function(values.shape, generator=random, dtype=torch.float64))

    monkeypatch.setattr(Draws, "draw", draw)


def trained(settings, device, engine=ClosedForm, iterations=8, dtype=torch.float64, **options):
    """The networks after some iterations, on the CPU."""
    random = torch.Generator().manual_seed(1)
    x, codes = torch.randn(N, GENES, generator=random), torch.arange(N)[:, None] % 2
    batch = Batch(x, codes, torch.randn(N, 1, generator=random))
    floor = torch.full((GENES,), -9.0)
    model = None
    if settings.factor_model == "full":
        model = fit_factors(*(part.numpy() for part in batch), [2], floor.numpy(), settings.latent_dim, 0)
    state = State.start(settings, GENES, [2], 1, 0, CPU, model, floor)
    for network in (*state.players.values(), state.average):
        network.to(device, dtype)
    state.squares = {p: [s.to(device, dtype) for s in squares] for p, squares in state.squares.items()}
    state.random = torch.Generator(device).manual_seed(5)
    step = engine(state, settings, Processes(), **options)
    step.set_rate(1.0)
    parts = Batch(batch.x.to(dtype), batch.codes, batch.values.to(dtype)).to(device)
    for i in range(iterations):
        step(parts.rows(torch.arange(8, device=device) + 8 * (i % 3)))
    return {name: tensor.detach().cpu().clone() for name, tensor in state.networks().items()}


def difference(a, b):
    return max(float((a[name] - b[name]).abs().max()) for name in a)


@pytest.mark.parametrize("engine", [ClosedForm, Autograd])
def test_an_iteration_does_the_same_as_on_the_cpu(settings, same_numbers, engine):
    options = {"cuda_graphs": False} if engine is ClosedForm else {}
    on_gpu, on_cpu = (trained(settings, device, engine, **options) for device in (GPU, CPU))
    assert difference(on_gpu, on_cpu) < 1e-7


def test_single_precision_stays_near_the_cpu(settings, same_numbers):
    single = {"dtype": torch.float32, "cuda_graphs": False}
    on_gpu, on_cpu = (trained(settings, device, **single) for device in (GPU, CPU))
    moved = difference(on_cpu, trained(settings, CPU, iterations=0, **single))
    assert difference(on_gpu, on_cpu) < 0.01 * moved


def test_a_replay_does_the_same_as_an_iteration(settings):
    replayed, plain = (trained(settings, GPU, cuda_graphs=recorded) for recorded in (True, False))
    assert difference(replayed, plain) < 1e-9


def test_a_replay_adds_other_noise_to_what_the_critic_sees(settings):
    noisy = settings.replace(critic_noise_probability=0.5)
    replayed, plain = (trained(noisy, GPU, cuda_graphs=recorded) for recorded in (True, False))
    assert difference(replayed, plain) < 1e-9


@pytest.fixture
def model(small, quick_model):
    return WGANGP(["medium"], ["temperature"], settings=quick_model, device="cuda").fit(*small, progress=False)


def test_a_saved_model_samples_the_same_on_both_devices(model, small, tmp_path):
    model.save(tmp_path / "model")
    a, b = (WGANGP.load(tmp_path / "model", device=d).sample(small[0].obs, seed=3) for d in ("cuda", "cpu"))
    np.testing.assert_allclose(a.X, b.X, rtol=1e-4, atol=1e-4)


def test_counterfactuals_are_the_same_on_both_devices(model, small, tmp_path):
    model.save(tmp_path / "model")
    gans = [WGANGP.load(tmp_path / "model", device=d) for d in ("cuda", "cpu")]
    drawn = [gan.counterfactual(small[0].obs, "medium", "LB", "M9", n=50) for gan in gans]
    np.testing.assert_allclose(drawn[0]["effect"], drawn[1]["effect"], rtol=1e-3, atol=1e-3)
    if model.settings.factor_model == "full":
        measured = [gan.counterfactual(small[0], "medium", "LB") for gan in gans]
        np.testing.assert_allclose(measured[0].X, measured[1].X, rtol=1e-3, atol=1e-3)


def test_an_interrupted_training_goes_on_on_a_gpu(small, quick_model, tmp_path):
    def gan(epochs):
        return WGANGP(["medium"], ["temperature"], settings=quick_model.replace(epochs=epochs), device="cuda")

    gan(2).fit(*small, checkpoint=tmp_path / "part", progress=False)
    resumed = gan(6).fit(*small, checkpoint=tmp_path / "part", progress=False)
    assert len(resumed.history_) == len(gan(6).fit(*small, progress=False).history_)


def test_too_little_memory_says_so(small, quick_model):
    held = torch.empty(int(0.97 * torch.cuda.mem_get_info()[0]), dtype=torch.uint8, device=GPU)
    try:
        settings = quick_model.replace(hidden=(60_000, 60_000))
        with pytest.raises(MemoryError, match="out of memory on cuda"):
            WGANGP(["medium"], settings=settings, device="cuda").fit(*small, progress=False)
    finally:
        del held
        torch.cuda.empty_cache()


def test_s_dist_is_that_of_numpy():
    x, y = (np.random.default_rng(seed).normal(size=(60, 300)).astype(np.float32) for seed in (0, 1))
    assert metrics.s_dist(x, y, device="cuda") == pytest.approx(metrics.s_dist(x, y), abs=1e-6)
    assert metrics.s_dend(x, y, device="cuda") == pytest.approx(metrics.s_dend(x, y), abs=1e-6)
