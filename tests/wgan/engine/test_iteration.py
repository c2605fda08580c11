"""What a CUDA graph needs of an iteration, checked without a GPU: nothing is asked of it, and memory stays in place."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.engine import buffers as module
from gexlib.wgan.factor_model import fit_factors
from gexlib.wgan.processes import Processes
from gexlib.wgan.state import State

ASKS = ("_local_scalar_dense", "nonzero", "masked_select", "is_nonzero", "item")


class AsksNothing(TorchDispatchMode):
    """Raise where the CPU would have to wait for a result."""

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        if function.__name__.split(".")[0] in ASKS:
            raise AssertionError(f"{function} waits for the device")
        return function(*arguments, **(named or {}))


def start(settings, n=6, n_genes=5):
    """The engine for a model with factors, and a minibatch."""
    random = torch.Generator().manual_seed(1)
    x, codes = torch.randn(n, n_genes, generator=random), torch.arange(n)[:, None] % 2
    values, floor = torch.randn(n, 1, generator=random), torch.full((n_genes,), -9.0)
    parts = (x, codes, values)
    model = fit_factors(*(part.numpy() for part in parts), [2], floor.numpy(), settings.latent_dim, 0)
    state = State.start(settings, n_genes, [2], 1, 0, torch.device("cpu"), model, floor)
    return ClosedForm(state, settings, Processes()), Batch(*parts)


@pytest.fixture
def settings(quick):
    return quick.replace(factor_model="full", averaging=0.9, critic_noise_probability=0.5)


def test_nothing_is_asked_of_the_device(settings):
    engine, batch = start(settings)
    iteration = engine.iteration(len(batch.x))
    iteration.draws.for_noisy_rows_only = False  # as on a GPU
    with AsksNothing():
        iteration(batch)
    iteration.draws.for_noisy_rows_only = True
    with pytest.raises(AssertionError, match="nonzero"), AsksNothing():
        iteration(batch)


def test_minibatches_come_to_the_same_place(settings):
    """A replay reads where the recording read: the second minibatch has to be copied there."""
    started = [start(settings) for _ in range(2)]
    plain, static = (engine.iteration(len(batch.x)) for engine, batch in started)
    static.recorded = True  # but run as usual
    places = set()
    for shift in (0.0, 1.0, -1.0):
        batch = Batch(started[0][1].x + shift, *started[0][1][1:])
        assert torch.equal(plain(batch), static(batch))
        places.add(static.real.x.data_ptr())
    assert len(places) == 1


def test_without_pytorchs_derivative_of_relu_a_mask_does_the_same_and_a_warning_says_so(settings, monkeypatch):
    engine, batch = start(settings)
    usual = [engine(batch) for _ in range(3)]
    monkeypatch.setattr(module, "IN_ONE_PASS", None)
    engine, batch = start(settings)
    with pytest.warns(RuntimeWarning, match="has no torch.ops.aten.threshold_backward.grad_input; a product"):
        masked = [engine(batch) for _ in range(3)]
    assert all(map(torch.equal, usual, masked))
