"""The loop: when it scores, what it keeps, when it stops, and what it does with numbers that are not finite."""

import math

import pytest
import torch

from gexlib.wgan.data.batch import Batch
from gexlib.wgan.engine import ClosedForm
from gexlib.wgan.processes import Processes
from gexlib.wgan.state import State
from gexlib.wgan.step import Autograd
from gexlib.wgan.train import train


@pytest.fixture(params=[ClosedForm, Autograd])
def step(quick, request):
    settings = quick.replace(epochs=12, evaluate_every=3, patience=2)
    state = State.start(settings, 5, [2], 0, 0, torch.device("cpu"))
    return request.param(state, settings, Processes())


@pytest.fixture
def data():
    random = torch.Generator().manual_seed(0)
    return Batch(torch.randn(20, 5, generator=random), torch.arange(20)[:, None] % 2, torch.empty(20, 0))


def run(step, data, scores):
    """Train with given scores; the epochs in which a checkpoint was asked for."""
    saved, scores = [], iter(scores)
    train(step, data, lambda generator: next(scores), lambda state: saved.append(state.epoch), progress=False)
    return saved


def test_it_keeps_the_best_and_stops_when_patience_is_over(step, data):
    assert run(step, data, [0.1, 0.5, 0.4, 0.5]) == [3, 6, 9, 12]
    state = step.state
    assert (state.best_epoch, state.best_score, state.waited) == (6, 0.5, 2)
    assert [row["score"] for row in state.history if row["score"] is not None] == [0.1, 0.5, 0.4, 0.5]


def test_it_stops_early(step, data):
    assert run(step, data, [0.5, 0.4, 0.3]) == [3, 6, 9]
    assert step.state.epoch == 9


def test_a_score_that_is_no_number_is_not_the_best(step, data):
    run(step, data, [math.nan, 0.2, math.nan, 0.1])
    assert step.state.best_epoch == 6
    assert step.state.history[2]["score"] is None


def test_without_a_score_the_last_networks_are_kept(step, data):
    train(step, data, progress=False)
    assert step.state.best_epoch == 12
    for name, tensor in step.state.networks().items():
        assert torch.equal(step.state.best[name], tensor)


def test_a_sample_that_is_not_finite_ends_it(step, data):
    data.x[3, 2] = math.inf
    with pytest.raises(FloatingPointError, match="training diverged in epoch 1: the losses or weights"):
        train(step, data, progress=False)
    assert not step.state.best


@pytest.mark.parametrize("n", [20, 7])
def test_an_epoch_of_so_many_updates_is_the_same_training_whatever_the_number_of_samples(step, data, n):
    step.settings = step.settings.replace(epoch_updates=5)
    run(step, data.rows(torch.arange(n)), [0.5, 0.4, 0.3])
    assert (step.state.epoch, step.state.updates) == (9, 45)


def test_without_it_an_epoch_is_a_pass_over_the_samples(step, data):
    step.settings = step.settings.replace(epoch_updates=0)
    run(step, data, [0.5, 0.4, 0.3])
    assert (step.state.epoch, step.state.updates) == (9, 9 * 3), "20 samples are 3 minibatches of up to 8"
