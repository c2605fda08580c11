"""One training by several processes: the same as by one, and no process waits for one that has gone."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys

import anndata
import numpy as np
import pytest
import torch
from torch import distributed
from typer.testing import CliRunner

from gexlib.cli import app
from gexlib.wgan import WGANGP
from gexlib.wgan.engine.iteration import Iteration
from gexlib.wgan.files import folder as disk
from gexlib.wgan.processes import Processes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
LOSSES = ["critic_loss", "wasserstein", "penalty", "generator_loss"]


@pytest.fixture
def fit(small, quick):
    """Fit a model; the last minibatch of an epoch has one sample, fewer than processes."""

    def fit(folder=None, engine="closed_form", **changes):
        settings = quick.replace(**{"batch_size": 9, "critic_noise_probability": 0.5} | changes)
        gan = WGANGP(["medium"], ["temperature"], settings=settings, device="cpu", engine=engine)
        return gan.fit(*small, checkpoint=folder)

    return fit


def weights(gan):
    return torch.cat(
        [p.flatten() for network in (gan.generator_, gan.critic_) if network for p in network.state_dict().values()]
    )


def together(folder, size, work):
    """Run ``work(rank)`` in so many processes that know of each other; what each gave, or the message of its error."""
    folder.mkdir()

    def process(rank):
        distributed.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=size)
        try:
            answer = work(rank)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        torch.save(answer, folder / str(rank))
        distributed.destroy_process_group()

    processes = [multiprocessing.get_context("fork").Process(target=process, args=(rank,)) for rank in range(size)]
    for p in processes:
        p.start()
    for p in processes:
        p.join(200)
        assert p.exitcode is not None, "a process waits for ever"
    paths = [folder / str(rank) for rank in range(size)]
    return [torch.load(path, weights_only=True) if path.exists() else None for path in paths]


def outcome(gan):
    return {"weights": weights(gan), "history": gan.history_.to_json(), "best": gan.best_epoch_}


def check_equal(outcomes, gan):
    """All processes have the same bits, and those of one process up to the order of sums."""
    assert all(torch.equal(o["weights"], outcomes[0]["weights"]) for o in outcomes)
    assert all(o["history"] == outcomes[0]["history"] for o in outcomes)
    history = json.loads(outcomes[0]["history"])
    for name in [*LOSSES, "score"]:
        found = [np.nan if v is None else v for v in history[name].values()]
        np.testing.assert_allclose(found, gan.history_[name], rtol=1e-5, atol=1e-5, err_msg=name)
    torch.testing.assert_close(outcomes[0]["weights"], weights(gan), rtol=1e-4, atol=1e-5)
    assert outcomes[0]["best"] == gan.best_epoch_


@pytest.mark.parametrize("size", [2, 3])
def test_several_processes_train_as_one(fit, tmp_path, size):
    check_equal(together(tmp_path / "group", size, lambda rank: outcome(fit())), fit())


def test_so_they_do_by_autograd(fit, tmp_path):
    """All but the level of the critic's scores: its last bias has no gradient, and follows what rounding leaves."""
    outcomes = together(tmp_path / "group", 2, lambda rank: outcome(fit(engine="autograd")))
    assert torch.equal(outcomes[0]["weights"], outcomes[1]["weights"])
    found, alone = json.loads(outcomes[0]["history"]), fit(engine="autograd").history_
    for name in ("critic_loss", "wasserstein", "penalty"):
        np.testing.assert_allclose(list(found[name].values()), alone[name], rtol=1e-3, atol=1e-4, err_msg=name)


def test_the_shares_differ(fit, monkeypatch, tmp_path):
    """A process computes gradients from its rows only."""

    def work(rank):
        seen, real = [], Iteration.__call__
        monkeypatch.setattr(Iteration, "__call__", lambda own, b: seen.append(own.critic.n) or real(own, b))
        fit(epochs=1)
        return seen

    assert together(tmp_path / "group", 2, work) == [[4, 4, 4, 1], [5, 5, 5, 1]]


def test_shares_make_up_the_minibatch():
    for n, size in [(32, 4), (9, 2), (2, 3), (1, 2)]:
        shares = [Processes(rank, size).share(n) for rank in range(size)]
        counts = np.zeros(n)
        for share in shares:
            counts[share.rows] += share.weight / share.n
        np.testing.assert_allclose(counts, 1 / n)


def test_a_resume_with_more_or_fewer_processes(fit, tmp_path):
    """One process, then two, then one; and two interrupted: bit for bit two that are not."""
    fit(tmp_path / "c", epochs=2)
    together(tmp_path / "first", 2, lambda rank: outcome(fit(tmp_path / "c", epochs=4)))
    assert disk.read(tmp_path / "c", "training")[0]["state"]["epoch"] == 4
    check_equal([outcome(fit(tmp_path / "c"))], fit())

    whole = together(tmp_path / "second", 2, lambda rank: outcome(fit()))
    together(tmp_path / "third", 2, lambda rank: outcome(fit(tmp_path / "d", epochs=4)))
    resumed = together(tmp_path / "fourth", 2, lambda rank: outcome(fit(tmp_path / "d")))
    assert torch.equal(resumed[1]["weights"], whole[1]["weights"])
    assert resumed[0]["history"] == whole[0]["history"]


@pytest.mark.parametrize("victim", [0, 1])
def test_a_process_that_dies_ends_the_others(fit, tmp_path, victim, monkeypatch):
    def work(rank):
        real = Iteration.__call__

        def iteration(own, minibatch):
            if rank == victim and own.state.epoch == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(own, minibatch)

        monkeypatch.setattr(Iteration, "__call__", iteration)
        fit(tmp_path / "c")

    answers = together(tmp_path / "group", 2, work)
    assert answers[victim] is None
    assert f"process {1 - victim} of 2 lost the others" in answers[1 - victim]
    assert "the same fit goes on from epoch 2" in answers[1 - victim]
    assert disk.read(tmp_path / "c", "training")[0]["state"]["epoch"] == 2


def test_a_failure_of_the_first_process_ends_the_others(fit, tmp_path, monkeypatch):
    """The first process alone writes; the others do not go on without it."""

    def work(rank):
        def full(handle):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        fit(tmp_path / "c")

    first, second = together(tmp_path / "group", 2, work)
    assert "could not write the checkpoint" in first
    assert "the first process of this training failed" in second


def test_processes_with_different_data_are_refused(fit, small, tmp_path):
    def work(rank):
        small[0].X[0, 0] += rank
        fit()

    answers = together(tmp_path / "group", 3, work)
    assert all("the 3 processes of this training were given different data" in answer for answer in answers)


def test_torchrun_without_a_process_group_is_refused(fit, monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none"), monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match=r"call torch\.distributed\.init_process_group\(\) first"):
        fit()


@pytest.mark.slow
def test_torchrun_with_the_command_line(small, tmp_path, monkeypatch):
    """Two processes write one model, that of one process."""
    train, validation = small
    train.obs["split"], validation.obs["split"] = "train", "validation"
    anndata.concat([train, validation]).write_h5ad(tmp_path / "data.h5ad")
    monkeypatch.chdir(tmp_path)
    command = ["train", "data.h5ad", "--categorical", "medium", "--epochs", "2"]
    command += ["--device", "cpu"]
    runner = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "gexlib.cli"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    two = subprocess.run([*runner, *command, "two"], env=environment, capture_output=True, text=True)
    assert (two.returncode, two.stdout.count("two: 28 train samples")) == (0, 1), two.stderr
    assert CliRunner().invoke(app, [*command, "one"]).exit_code == 0
    two, one = (WGANGP.load(tmp_path / name, device="cpu") for name in ("two", "one"))
    torch.testing.assert_close(weights(two), weights(one), rtol=1e-4, atol=1e-4)


def test_data_on_the_disk_are_shared_too(small, quick, tmp_path):
    small[0].write_h5ad(tmp_path / "train.h5ad")

    def work(rank):
        data = anndata.read_h5ad(tmp_path / "train.h5ad", backed="r")
        return outcome(WGANGP(["medium"], settings=quick, device="cpu").fit(data))

    check_equal(
        together(tmp_path / "group", 2, work),
        WGANGP(["medium"], settings=quick, device="cpu").fit(anndata.read_h5ad(tmp_path / "train.h5ad", backed="r")),
    )
