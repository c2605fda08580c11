"""The command ``gexlib train``."""

import subprocess
import sys

import anndata
import numpy as np
import pytest
import torch

from gexlib.wgan import WGANGP
from gexlib.wgan.files import folder as disk
from tests.cli.conftest import TRAIN


def test_train_on_data_that_stay_on_the_disk(gexlib, folder):
    for options in ([], ["--backed"]):
        result = gexlib(*TRAIN, "--by", "donor", "--overwrite", *options)
        assert result.exit_code == 0, result.stderr
        assert result.stdout.startswith("model: 36 train samples, 10 validation samples. The fitted factor model ")


def test_a_training_that_diverges_or_lacks_memory_is_one_line(gexlib, folder, monkeypatch):
    def no_memory(*arguments):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nAnd more")

    for name, step in {
        "diverged in epoch 1": lambda *arguments: {"critic_loss": float("nan")},
        "out of memory on cpu (CUDA out of memory. Tried to allocate 20.00 MiB)": no_memory,
    }.items():
        monkeypatch.setattr("gexlib.wgan.train.train_epoch", step)
        result = gexlib(*TRAIN, "--by", "donor", "--checkpoint", "ck")
        assert result.exit_code == 1
        assert name in result.stderr
        assert result.stderr.count("\n") == 1


def with_split(folder, divide):
    data = anndata.read_h5ad("data.h5ad")
    data.obs["split"] = divide(data.obs)
    data.write_h5ad("split.h5ad")
    return ["train", "split.h5ad", *TRAIN[2:]]


def test_a_split_that_divides_the_groups_of_by_is_refused(gexlib, folder):
    by_sample = with_split(folder, lambda obs: np.where(np.arange(60) % 2, "train", "test"))
    result = gexlib(*by_sample, "--by", "donor")
    assert result.exit_code == 1
    assert "obs['split'] divides 30 of 30 groups of by='donor'" in result.stderr
    assert not (folder / "model").exists()
    by_donor = with_split(folder, lambda obs: np.where(obs["donor"].isin(["d0", "d1"]), "test", "train"))
    result = gexlib(*by_donor, "--by", "donor")
    assert (result.exit_code, result.stdout) == (
        0,
        "model: 56 train samples, 0 validation samples. The fitted factor model was kept: without validation samples, "
        "nothing shows whether adversarial training helps.\n",
    )


def test_a_split_of_other_words_is_refused(gexlib, folder):
    result = gexlib(*with_split(folder, lambda obs: np.where(np.arange(60) % 2, "train", "val")))
    assert result.exit_code == 1
    assert "obs['split'] must be 'train', 'validation' or 'test' for each sample, but has 'val'" in result.stderr


def tree(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def in_the_way(folder):
    """What an output of a training could destroy."""
    (folder / "bert").mkdir()
    (folder / "bert" / "config.json").write_text('{"model_type": "bert"}')
    (folder / "bert" / "tensors-0123456789abcdef.safetensors").write_bytes(b"theirs")
    disk.write(folder / "ck", "training", {}, {"w": torch.zeros(3)})
    disk.write(folder / "old", "model", {}, {"w": torch.zeros(3)})
    (folder / "notes.h5ad").write_text("theirs")
    (folder / "loop").symlink_to("loop")
    return folder


@pytest.mark.parametrize(
    ("model", "options", "words", "on_demand"),
    [
        ("bert", [], "bert holds a config.json that is damaged or not gexlib's", False),
        ("ck", [], "ck holds a checkpoint, which is not replaced by a model", False),
        ("model", ["--checkpoint", "old"], "old holds a model, which is not replaced by a checkpoint", False),
        ("model", ["--checkpoint", "./model"], "cannot hold the model and the checkpoint", False),
        ("model", ["--checkpoint", "model/ck"], "cannot hold the model and the checkpoint", False),
        ("new/model", ["--checkpoint", "new"], "cannot hold the model and the checkpoint", False),
        ("loop/model", ["--checkpoint", "loop"], "loop is a loop of symbolic links", False),
        ("model", ["--checkpoint", "bert"], "bert holds a config.json that is damaged or not gexlib's", False),
        ("old", [], "old holds a model already; give --overwrite to replace it", True),
        ("data.h5ad", [], "data.h5ad is a file; give the folder for the model", False),
        ("model", ["--divided", "data.h5ad"], "data.h5ad is an input, or another output, too", False),
        ("model", ["--divided", "model/d.h5ad"], "model/d.h5ad is an input, or another output, too", False),
        ("model", ["--divided", "notes.h5ad"], "notes.h5ad is there already; give --overwrite", True),
        ("model", ["--divided", "notes.csv"], "must end in .h5ad", False),
        ("model", ["--divided", "notes.h5ad/d.h5ad"], "nothing can be written to notes.h5ad/d.h5ad", False),
    ],
)
def test_outputs_are_tried_before_the_work(gexlib, in_the_way, monkeypatch, model, options, words, on_demand):
    monkeypatch.setattr("gexlib.datasets.read", lambda *_, **__: pytest.fail("read the data"))
    before = tree(in_the_way)
    for overwrite in [[]] if on_demand else [[], ["--overwrite"]]:
        result = gexlib("train", "data.h5ad", model, *TRAIN[3:], "--by", "donor", *options, *overwrite)
        assert (result.exit_code, result.stdout) == (1, "")
        assert words in result.stderr
    assert tree(in_the_way) == before


def test_what_is_there_is_replaced_on_demand(gexlib, in_the_way):
    result = gexlib(*TRAIN[:2], "old", *TRAIN[3:], "--by", "donor", "--divided", "notes.h5ad", "--overwrite")
    assert result.exit_code == 0, result.stderr
    assert anndata.read_h5ad("notes.h5ad").n_obs == 60
    assert disk.read("old", "model")[0]["seed"] == 0


def test_a_training_without_standard_error(gexlib, folder):
    """With ``2>&-`` the next file that is opened would be the standard error."""
    command = f"{sys.executable} -m gexlib.cli {' '.join(TRAIN)} --by donor --checkpoint ck >&- 2>&- <&-"
    done = subprocess.run(command, shell=True, check=False, cwd=folder)
    assert done.returncode == 0
    assert disk.read(folder / "model", "model")[0]["best_epoch"] == 0
    assert disk.read(folder / "ck", "training")[0]["state"]["epoch"] == 3


@pytest.mark.parametrize(
    ("model", "options"),
    [("d.zarr", []), ("d.zarr/model", []), ("model", ["--checkpoint", "d.zarr"]), ("m", ["--checkpoint", "d.zarr/ck"])],
)
def test_a_store_of_data_holds_no_outputs(gexlib, folder, model, options):
    (folder / "d.zarr/X").mkdir(parents=True)
    (folder / "d.zarr/.zgroup").write_text("theirs")
    before = tree(folder)
    result = gexlib("train", "d.zarr", model, *TRAIN[3:], "--by", "donor", *options, "--overwrite")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is the data d.zarr, or lies in them; give a folder elsewhere" in result.stderr
    assert tree(folder) == before


def test_a_model_that_another_process_made_meanwhile_stays(gexlib, folder, monkeypatch):
    fit = WGANGP.fit

    def slow(*arguments, **options):
        disk.write(folder / "model", "model", {"theirs": True}, {"w": torch.zeros(3)})
        return fit(*arguments, **options)

    monkeypatch.setattr(WGANGP, "fit", slow)
    result = gexlib(*TRAIN, "--by", "donor")
    assert result.exit_code == 1
    assert "model was made by another process meanwhile and stays as it is; this model is in " in result.stderr
    assert disk.read(folder / "model", "model")[0]["theirs"]
    assert WGANGP.load(folder / "model-2", "cpu").seed == 0


def test_infinite_numbers_about_genes_are_kept(gexlib, folder):
    data = anndata.read_h5ad("data.h5ad")
    data.var["score"] = [np.inf, -np.inf, *range(6)]
    data.write_h5ad("data.h5ad")
    result = gexlib(*TRAIN, "--by", "donor")
    assert result.exit_code == 0, result.stderr
    assert WGANGP.load(folder / "model", "cpu").var_["score"].tolist() == [np.inf, -np.inf, *range(6)]


def test_a_device_without_values_is_refused(gexlib, folder):
    result = gexlib(*TRAIN[:-1], "meta", "--by", "donor")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "device='meta' cannot be used here" in result.stderr
