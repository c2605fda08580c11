"""The engine in closed form trains as the plain iteration does, for the default and the paper's settings."""

import numpy as np
import pytest
import torch

from gexlib.wgan import PRESETS, WGANGP
from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.engine import critic as module
from gexlib.wgan.factor_model import fit_factors, fit_noise
from gexlib.wgan.processes import Processes
from gexlib.wgan.state import State
from gexlib.wgan.step import Autograd

N_GENES, N_LEVELS = 15, [3, 2]


def minibatch(n=9):
    random = torch.Generator().manual_seed(3)
    codes = torch.stack([torch.randint(v, (n,), generator=random) for v in N_LEVELS], dim=1)
    x = torch.randn(n, N_GENES, generator=random, dtype=torch.float64)
    x[:, 4] = 0  # a gene that is constant in the training data
    return Batch(x, codes, torch.randn(n, 1, generator=random, dtype=torch.float64))


def start(settings):
    """A state in double precision."""
    x, codes, values = minibatch(40)
    floor = model = None
    if settings.factor_model == "full":
        floor = torch.full((N_GENES,), -0.8, dtype=torch.float64)
        scores = x.maximum(floor).numpy().astype(np.float32)
        model = fit_factors(scores, codes.numpy(), values.numpy(), N_LEVELS, floor.numpy(), settings.latent_dim, 0)
    elif settings.factor_model == "noise only":
        model = fit_noise(codes.numpy(), N_LEVELS, N_GENES)
    state = State.start(settings, N_GENES, N_LEVELS, 1, 0, torch.device("cpu"), model, floor)
    for network in (*state.players.values(), *([] if state.average is None else [state.average])):
        network.double()
    state.__post_init__()
    return state


@pytest.mark.parametrize("block", [module.BLOCK, 64])
@pytest.mark.parametrize(
    ("preset", "changes"),
    [
        ("default", {}),
        ("default", {"factor_model": "noise only", "adversarial": "always", "critic_noise_probability": 0.5}),
        ("paper_ecoli", {}),
        ("paper_gtex_tcga", {}),
    ],
)
def test_both_engines_take_the_same_trajectory(preset, changes, block, monkeypatch):
    """Ten iterations of two sizes of minibatch, the critic's head start among them."""
    monkeypatch.setattr(module, "BLOCK", block)
    small = {"hidden": (16, 12), "critic_warmup": min(PRESETS[preset].critic_warmup, 3)}
    settings = PRESETS[preset].replace(**small, **changes)
    steps = [kind(start(settings), settings, Processes()) for kind in (ClosedForm, Autograd)]
    before = {name: tensor.clone() for name, tensor in steps[1].state.networks().items()}
    for i in range(10):
        for step in steps:
            step.set_rate(settings.rate_factor(10 * i))
        closed, plain = (step(minibatch(9 if i % 3 else 5)) for step in steps)
        torch.testing.assert_close(closed, plain, rtol=1e-8, atol=1e-8)
    closed, plain = (step.state.tensors() for step in steps)
    assert closed.keys() == plain.keys()
    assert torch.equal(closed.pop("random"), plain.pop("random"))
    for name, tensor in closed.items():
        torch.testing.assert_close(tensor, plain[name], rtol=1e-7, atol=1e-8, msg=name)
    moved = [name for name, tensor in before.items() if not torch.equal(tensor, plain[name])]
    assert any(name.startswith("generator.layers") for name in moved)
    assert any(name.startswith("critic.layers") for name in moved)


def test_the_state_goes_on_with_the_other_engine():
    """Running means of squared gradients and averages are the state's, not the engine's."""
    settings = PRESETS["default"].replace(hidden=(16, 12), critic_warmup=2)
    states = [start(settings) for _ in range(2)]
    kinds = [(ClosedForm, Autograd), (Autograd, ClosedForm)]
    for turn in range(2):
        for state, kind in zip(states, kinds, strict=True):
            step = kind[turn](state, settings, Processes())
            step.set_rate(1.0)
            for _ in range(3):
                step(minibatch())
            step.release()
    closed, plain = (state.tensors() for state in states)
    for name, tensor in closed.items():
        torch.testing.assert_close(tensor, plain[name], rtol=1e-7, atol=1e-8, msg=name)


def test_a_model_is_fitted_by_either_engine(small, quick):
    train, validation = small
    closed, plain = (
        WGANGP(["medium"], ["temperature"], settings=quick, device="cpu", engine=engine).fit(train, validation)
        for engine in ("closed_form", "autograd")
    )
    np.testing.assert_allclose(closed.history_.to_numpy(), plain.history_.to_numpy(), rtol=1e-3, atol=1e-4)
    assert not any(p.grad is not None for p in plain.generator_.parameters())
    with pytest.raises(ValueError, match="engine='fast' is not known; choose 'closed_form' or 'autograd'"):
        WGANGP(engine="fast")
