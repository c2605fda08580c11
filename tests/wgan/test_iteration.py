"""What a CUDA graph needs of an iteration, checked without a GPU: nothing is asked of it, and memory stays in place."""

from contextlib import nullcontext

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from gexlib.wgan import recording
from gexlib.wgan.batch import Batch
from gexlib.wgan.factors import fit_factors
from gexlib.wgan.recording import Recorded
from gexlib.wgan.train import State

ASKS = ("_local_scalar_dense", "nonzero", "masked_select", "is_nonzero", "item")


class AsksNothing(TorchDispatchMode):
    """Raise where the CPU would have to wait for a result."""

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        if function.__name__.split(".")[0] in ASKS:
            raise AssertionError(f"{function} waits for the device")
        return function(*arguments, **(named or {}))


def start(settings, n=6, n_genes=5):
    """A state with factors, and a minibatch."""
    random = torch.Generator().manual_seed(1)
    x, codes = torch.randn(n, n_genes, generator=random), torch.arange(n)[:, None] % 2
    values, floor = torch.randn(n, 1, generator=random), torch.full((n_genes,), -9.0)
    parts = (x, codes, values)
    head = fit_factors(*(part.numpy() for part in parts), [2], floor.numpy(), settings.latent_dim, 0)
    return State.start(settings, n_genes, [2], 1, 0, torch.device("cpu"), head, floor), Batch(*parts)


@pytest.fixture
def settings(quick):
    return quick.replace(head="factors", averaging=0.9, noise_probability=0.5)


def test_nothing_is_asked_of_the_device(settings):
    state, batch = start(settings)
    iteration = state.iteration(settings, len(batch.x))
    iteration.by_rows = False  # as on a GPU
    with AsksNothing():
        iteration(batch)
    iteration.by_rows = True
    with pytest.raises(AssertionError, match="nonzero"), AsksNothing():
        iteration(batch)


def test_noise_for_all_rows_has_the_strength_of_noise_for_some(settings):
    """What is added to the real samples: nothing to half of them, and of the right spread to the others."""
    settings = settings.replace(noise_critic=2.0)
    state, batch = start(settings, 400, 40)
    iteration = state.iteration(settings, 400)
    for iteration.by_rows in (True, False):
        samples = iteration.critic.next_samples
        samples.load(batch.x, batch.x)
        noisy = torch.rand(400, generator=state.random) < 0.5
        iteration._blur(samples, noisy, settings.noise_critic)
        for seen in (samples.real, samples.generated):
            added = seen - batch.x
            assert (added[~noisy] == 0).all()
            assert added[noisy].std() == pytest.approx(2.0, rel=0.03)
        assert not torch.equal(samples.real, samples.generated)


def test_minibatches_come_to_the_same_place(settings):
    """A replay reads where the recording read: the second minibatch has to be copied there."""
    states = [start(settings) for _ in range(2)]
    plain, static = (state.iteration(settings, len(batch.x)) for state, batch in states)
    static.recorded = True  # but run as usual
    places = set()
    for shift in (0.0, 1.0, -1.0):
        batch = Batch(states[0][1].x + shift, *states[0][1][1:])
        assert torch.equal(plain(batch), static(batch))
        places.add(static.real.x.data_ptr())
    assert len(places) == 1


class Graph:
    """In the place of torch.cuda.CUDAGraph, with what the tests look at."""

    recording, replays, random = False, 0, None

    def register_generator_state(self, random):
        self.random = random

    def replay(self):
        Graph.replays += 1

    def __enter__(self):
        Graph.recording = True

    def __exit__(self, *error):
        Graph.recording = False


@pytest.fixture
def graphs(monkeypatch):
    monkeypatch.setattr(Graph, "replays", 0)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", lambda graph: graph)
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())


def test_the_first_runs_are_as_usual_and_the_others_replayed(graphs):
    runs, random = [], torch.Generator()
    recorded = Recorded(lambda: runs.append(Graph.recording) or torch.tensor(len(runs)), random)
    results = [int(recorded()) for _ in range(recording.FIRST_RUNS + 4)]
    assert runs == [False] * recording.FIRST_RUNS + [True], "run as usual, then once to record it"
    assert Graph.replays == 4
    assert results[recording.FIRST_RUNS :] == [recording.FIRST_RUNS + 1] * 4
    assert recorded.graph.random is random


def test_a_failed_recording_names_the_way_out(graphs):
    def function():
        if Graph.recording:
            raise RuntimeError("operation not permitted when stream is capturing")
        return torch.zeros(())

    recorded = Recorded(function, torch.Generator())
    for _ in range(recording.FIRST_RUNS):
        recorded()
    with pytest.raises(RuntimeError, match=r"not permitted .*WGANGP\(..., cuda_graphs=False\) trains without"):
        recorded()
