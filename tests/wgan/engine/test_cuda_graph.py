"""A recording replays what it recorded; tested with a stand-in for the CUDA graph."""

from contextlib import nullcontext

import pytest
import torch

from gexlib.wgan.engine import cuda_graph
from gexlib.wgan.engine.cuda_graph import Recorded


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
    results = [int(recorded()) for _ in range(cuda_graph.FIRST_RUNS + 4)]
    assert runs == [False] * cuda_graph.FIRST_RUNS + [True], "run as usual, then once to record it"
    assert Graph.replays == 4
    assert results[cuda_graph.FIRST_RUNS :] == [cuda_graph.FIRST_RUNS + 1] * 4
    assert recorded.graph.random is random


def test_a_failed_recording_names_the_way_out(graphs):
    def function():
        if Graph.recording:
            raise RuntimeError("operation not permitted when stream is capturing")
        return torch.zeros(())

    recorded = Recorded(function, torch.Generator())
    for _ in range(cuda_graph.FIRST_RUNS):
        recorded()
    with pytest.raises(RuntimeError, match=r"not permitted .*WGANGP\(..., cuda_graphs=False\) trains without"):
        recorded()
