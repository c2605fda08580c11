"""Trainings that end too early: what is left, what the error says, and how they go on."""

import os
import shutil
import signal
import sys

import pytest
import torch

from gexlib.wgan import WGANGP, train
from gexlib.wgan.files import folder as disk


@pytest.fixture
def fit(small, quick):
    """Fit a model to the small data with given settings; returns its numbers."""

    def fit(folder=None, **settings):
        gan = WGANGP(["medium"], ["temperature"], settings=quick.replace(**settings), device="cpu")
        gan.fit(*small, checkpoint=folder)
        networks = [*gan.generator_.state_dict().values(), *gan.critic_.state_dict().values()]
        return b"".join(t.numpy().tobytes() for t in networks) + gan.history_.to_json().encode()

    return fit


@pytest.fixture
def in_epoch(monkeypatch):
    """Do something in an epoch, after its updates."""

    def in_epoch(epoch, what):
        real = train.train_epoch

        def train_epoch(step, *arguments):
            losses = real(step, *arguments)
            if step.state.epoch + 1 == epoch:
                monkeypatch.setattr(train, "train_epoch", real)
                what(step.state)
            return losses

        monkeypatch.setattr(train, "train_epoch", train_epoch)

    return in_epoch


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_killed_at_any_file_operation_of_a_checkpoint(fit, tmp_path):
    """SIGKILL before each step of writing the second of three checkpoints; the next fit ends with the same bits."""
    whole, operation, killed = fit(), 0, True
    fit(tmp_path / "first", epochs=2)
    while killed:
        folder, operation = tmp_path / str(operation), operation + 1
        shutil.copytree(tmp_path / "first", folder)
        child = os.fork()
        if not child:
            _kill_at(folder, operation)
            fit(folder, epochs=4)
            os._exit(0)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        assert disk.read(folder, "training")[0]["state"]["epoch"] in (2, 4)
        assert fit(folder) == whole, f"killed before file operation {operation}"
        assert len(list(folder.iterdir())) == 2, "nothing half-written stays"
    assert operation > 10, "two files are made, synced, renamed, and an old one removed"


def _kill_at(folder, operation):
    """End this process when it has begun so many operations on files in a folder."""
    left, changes = operation, {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}

    def count(event, arguments):
        nonlocal left
        if event in changes and str(folder) in str(arguments[0]) and not _reads(event, arguments):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def _reads(event, arguments):
    return event == "open" and arguments[1] in ("r", "rb")


def test_a_full_disk_ends_the_training_and_it_goes_on(fit, tmp_path, monkeypatch, in_epoch):
    def fill(state):
        def full(handle):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)

    in_epoch(4, fill)
    sync = os.fsync
    with pytest.raises(OSError, match=r"No space left.*intact; once this is mended, the same fit goes on from epoch 2"):
        fit(tmp_path / "c")
    monkeypatch.setattr(os, "fsync", sync)
    assert fit(tmp_path / "c") == fit()


def poison(state):
    next(state.critic.parameters()).data.view(-1)[0] = float("nan")


@pytest.mark.parametrize(("epoch", "seen_in", "last"), [(4, 4, 2), (5, 6, 4)])
def test_a_nan_does_not_touch_the_last_good_checkpoint(fit, tmp_path, in_epoch, epoch, seen_in, last):
    """Epochs 2, 4 and 6 are saved; the losses show a NaN one epoch after it arose. The advice of the message works."""
    in_epoch(epoch, poison)
    words = rf"diverged in epoch {seen_in}.*lower learning_rate.*epoch {last} is intact: .*epochs={last}"
    with pytest.raises(FloatingPointError, match=words):
        fit(tmp_path / "c")
    seen = content(tmp_path / "c")
    assert fit(tmp_path / "c", epochs=last) == fit(epochs=last)
    assert content(tmp_path / "c") == seen
    assert b"NaN" not in seen["config.json"]
    in_epoch(epoch, poison)
    with pytest.raises(FloatingPointError, match="There is no checkpoint; give fit a folder for one"):
        fit()


def test_a_removed_folder_is_made_anew(fit, tmp_path, in_epoch):
    in_epoch(3, lambda state: shutil.rmtree(tmp_path / "parent"))
    with pytest.warns(UserWarning, match=r"of epoch 2 was removed during the training; writing that of epoch 4 there"):
        last = fit(tmp_path / "parent" / "c")
    assert last == fit()
    assert fit(tmp_path / "parent" / "c") == last


def test_a_removed_folder_that_cannot_be_made_anew(fit, tmp_path, in_epoch):
    def replace(state):
        shutil.rmtree(tmp_path / "parent")
        (tmp_path / "parent").write_text("a file")

    in_epoch(3, replace)
    with (
        pytest.warns(UserWarning, match="was removed"),
        pytest.raises(OSError, match=r"could not write to the folder .*/parent/c \(Not a directory\)"),
    ):
        fit(tmp_path / "parent" / "c")


def out_of_gpu_memory(state):
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has ...")


def out_of_memory(state):
    torch.empty(1 << 55)


@pytest.mark.parametrize("allocate", [out_of_gpu_memory, out_of_memory])
def test_a_device_without_memory(fit, tmp_path, in_epoch, allocate):
    in_epoch(3, allocate)
    with pytest.raises(
        MemoryError, match=r"out of memory on cpu \(.*smaller batch_size.*epoch 2 is intact; the same fit goes on"
    ):
        fit(tmp_path / "c")
    assert fit(tmp_path / "c") == fit()


def test_other_errors_of_the_device_stay_what_they_are(fit, in_epoch):
    def fail(state):
        raise RuntimeError("CUDA error: device-side assert triggered")

    in_epoch(1, fail)
    with pytest.raises(RuntimeError, match="device-side assert"):
        fit()


def test_a_checkpoint_of_another_kind_of_device(fit, tmp_path):
    fit(tmp_path / "c", epochs=2)
    info, tensors = disk.read(tmp_path / "c", "training")
    tensors["random"] = tensors["random"][:16]  # as long as that of a CUDA device
    disk.write(tmp_path / "c", "training", {name: info[name] for name in ("run", "state")}, tensors)
    with pytest.raises(ValueError, match="another kind of device than cpu"):
        fit(tmp_path / "c")


def test_too_many_samples_for_the_device(small, quick, monkeypatch):
    gan = WGANGP(["medium"], settings=quick, device="cpu").fit(small[0])
    monkeypatch.setattr("gexlib.wgan.model.generated_scores", lambda *arguments: out_of_gpu_memory(None))
    with pytest.raises(MemoryError, match="out of memory on cpu .*give fewer rows of obs at a time"):
        gan.sample(small[0].obs)
    with pytest.raises(MemoryError, match="ask for fewer runs n"):
        gan.counterfactual(small[0].obs, "medium", "LB")


def test_epochs_of_so_many_updates_go_on_too(fit, tmp_path):
    whole = fit(epoch_updates=5)
    fit(tmp_path / "c", epoch_updates=5, epochs=2)
    assert fit(tmp_path / "c", epoch_updates=5) == whole


def test_a_second_training_in_the_folder_is_refused_and_the_first_goes_on(fit, tmp_path, in_epoch):
    refused = []

    def second(state):
        with pytest.raises(BlockingIOError, match=r"process \d+ on .* writes to .*; wait") as error:
            fit(tmp_path / "c")
        refused.append(error)

    in_epoch(3, second)
    assert fit(tmp_path / "c") == fit()
    assert refused
    assert len(content(tmp_path / "c")) == 2


def test_fewer_epochs_than_the_checkpoint_has(fit, tmp_path):
    fit(tmp_path / "c", epochs=4)
    with pytest.raises(ValueError, match=r"has epoch 4, but epochs=2 are asked for.*Give epochs=4 or more"):
        fit(tmp_path / "c", epochs=2)


def test_step_sizes_that_fall_over_other_epochs_are_told(fit, tmp_path, recwarn):
    fit(tmp_path / "c", epochs=4, schedule="cosine")
    fit(tmp_path / "c", epochs=4, schedule="cosine")
    assert not recwarn
    with pytest.warns(UserWarning, match=r"first 4 epochs .* fall over 4 epochs, .* over 6; .* not that of 6 epochs"):
        fit(tmp_path / "c", epochs=6, schedule="cosine")


def test_another_number_of_threads_has_other_bits(small, quick, tmp_path):
    WGANGP(["medium"], settings=quick, device="cpu").fit(small[0], checkpoint=tmp_path / "c")
    with pytest.raises(ValueError, match="holds another training; it differs in: threads"):
        WGANGP(["medium"], settings=quick, device="cpu", threads=2).fit(small[0], checkpoint=tmp_path / "c")
    info, tensors = disk.read(tmp_path / "c", "training")
    del info["run"]["threads"]  # as before it was written
    disk.write(tmp_path / "c", "training", {name: info[name] for name in ("run", "state")}, tensors)
    WGANGP(["medium"], settings=quick, device="cpu").fit(small[0], checkpoint=tmp_path / "c")


def test_a_checkpoint_without_its_description_is_no_fresh_start(fit, tmp_path):
    fit(tmp_path / "c", epochs=2)
    (tmp_path / "c" / "config.json").rename(tmp_path / "config.json")
    before = content(tmp_path / "c")
    with pytest.raises(ValueError, match="but not the config.json that describes it; put it back, or remove"):
        fit(tmp_path / "c")
    assert content(tmp_path / "c") == before
