"""Training data on the disk: the same numbers as in memory, each sample once an epoch, and bounded memory."""

import shutil
import tracemalloc
import warnings

import h5py
import numpy as np
import pandas as pd
import pytest
import torch
from anndata import AnnData
from scipy import sparse

from gexlib.checks import on_disk
from gexlib.datasets import read
from gexlib.preprocess import Covariates, Standardizer
from gexlib.wgan import WGANGP
from gexlib.wgan.data import on_disk as module
from gexlib.wgan.data.on_disk import BatchesOnDisk, RowsOnDisk

N, GENES = 400, 12


@pytest.fixture(scope="module")
def data():
    """Correlated genes that depend on a covariate; X[:, 0] is the number of the sample."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(N, 3)) @ rng.normal(size=(3, GENES)) + 0.3 * rng.normal(size=(N, GENES)) + 8
    obs = pd.DataFrame({"medium": rng.choice(["LB", "M9"], N)}, index=[f"s{i}" for i in range(N)])
    x += 2.0 * (obs["medium"] == "LB").to_numpy()[:, None]
    x[:, 0] = np.arange(N)
    return AnnData(x.astype(np.float32), obs=obs, uns={"provenance": {"unit": "made up"}})


@pytest.fixture(scope="module")
def paths(data, tmp_path_factory):
    """The same data in several stores."""
    folder = tmp_path_factory.mktemp("stores")
    data.write_h5ad(folder / "plain.h5ad")
    data.write_h5ad(folder / "gzip.h5ad", compression="gzip")
    AnnData(sparse.csr_matrix(data.X), data.obs, data.var).write_h5ad(folder / "sparse.h5ad")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of another format in the next release
        data.write_zarr(folder / "chunked.zarr", chunks=(50, GENES))
    return {path.name: path for path in sorted(folder.iterdir())}


STORES = ["plain.h5ad", "gzip.h5ad", "sparse.h5ad", "chunked.zarr"]


@pytest.fixture
def settings(quick):
    return quick.replace(batch_size=16)


def make(settings):
    return WGANGP(["medium"], settings=settings, device="cpu", seed=2)


def bits(gan):
    networks = [*gan.generator_.state_dict().values(), *gan.critic_.state_dict().values()]
    return b"".join(t.numpy().tobytes() for t in networks) + gan.history_.to_json().encode()


@pytest.mark.parametrize(("name", "read_at_once"), [("plain.h5ad", 1000), *((name, module.READ) for name in STORES)])
def test_rows_are_those_of_the_matrix(paths, data, name, read_at_once, monkeypatch):
    monkeypatch.setattr(module, "READ", read_at_once)
    backed, chosen = read(paths[name], backed=True), np.arange(N) % 3 > 0
    rows, index = RowsOnDisk(backed, "train"), np.random.default_rng(0).permutation(200)
    assert np.array_equal(rows[index], data.X[index])
    assert np.array_equal(np.concatenate(list(rows.chunks())), data.X)
    part = RowsOnDisk(backed[chosen, ::-1], "train")
    assert np.array_equal(part[index], data.X[chosen, ::-1][index])
    assert part[index[:0]].shape == (0, GENES)
    assert len(part) == chosen.sum()


@pytest.mark.parametrize("name", STORES)
def test_what_is_on_the_disk(paths, data, name):
    backed = read(paths[name], backed=True)
    assert on_disk(backed)
    assert on_disk(backed[5:])
    assert not on_disk(data[5:])
    assert not on_disk(read(paths[name]))
    assert not on_disk(data.X)


@pytest.mark.parametrize("size", [1, 7, 399, 400])
def test_statistics_in_one_pass(size):
    rng = np.random.default_rng(0)
    x = (1e4 + rng.normal(size=(N, 5)) * [1e-2, 1, 10, 100, 0]).astype(np.float32)
    whole = Standardizer().fit(x)
    chunked = Standardizer().fit_chunks(x[i : i + size] for i in range(0, N, size))
    np.testing.assert_allclose(chunked.mean_, whole.mean_, rtol=1e-13)
    np.testing.assert_allclose(chunked.scale_, whole.scale_, rtol=1e-10)
    assert chunked.constant_.tolist() == [False] * 4 + [True]
    with pytest.raises(ValueError, match="chunks have 1 rows"):
        Standardizer().fit_chunks([x[:1]])


@pytest.mark.parametrize("read_at_once", [64 << 20, 96 * 4 * GENES])
def test_each_sample_comes_once_an_epoch_with_its_covariates(paths, data, monkeypatch, read_at_once):
    monkeypatch.setattr(module, "READ", read_at_once)
    rows = RowsOnDisk(read(paths["plain.h5ad"], backed=True), "train")
    standardizer = Standardizer().fit(data.X)
    covariates = Covariates(np.arange(N)[:, None], np.arange(N, dtype=np.float32)[:, None])
    batches = BatchesOnDisk(rows, standardizer, covariates)
    random, orders = torch.Generator().manual_seed(0), []
    for _ in range(2):
        state, epoch = random.get_state(), list(batches.minibatches(random, 16))
        assert [len(batch.x) for batch in epoch] == [16] * 25
        order = torch.cat([batch.codes for batch in epoch])[:, 0]
        assert sorted(order.tolist()) == list(range(N))
        z = torch.cat([batch.x for batch in epoch]).numpy()
        assert np.array_equal(z, standardizer.transform(data.X)[order])
        assert torch.equal(torch.cat([batch.values for batch in epoch])[:, 0], order.float())
        again = torch.Generator()
        again.set_state(state)
        assert torch.equal(torch.cat([b.codes for b in batches.minibatches(again, 16)])[:, 0], order)
        orders.append(order.tolist())
    assert orders[0] != orders[1]
    distance = np.abs(np.diff(orders[0]))
    assert np.mean(distance == 1) < 0.1, "neighbours in the file are rarely neighbours in the epoch"


def test_the_store_does_not_matter(paths, settings):
    fitted = [make(settings).fit(read(paths[name], backed=True)) for name in ("plain.h5ad", "sparse.h5ad")]
    assert bits(fitted[0]) == bits(fitted[1])


def test_a_model_from_the_disk_is_as_good_as_one_from_memory(paths, settings):
    """Also on views, with validation data on the disk; the order of the samples is not that in memory."""
    settings = settings.replace(epochs=20, hidden=(32, 32), learning_rate=3e-3, patience=100)
    score = []
    for backed in (True, False):
        data = read(paths["chunked.zarr"], backed=backed)
        chosen = np.random.default_rng(0).random(N) < 0.7
        gan = make(settings).fit(data[chosen], data[~chosen])
        assert gan.sample(data.obs[:5]).shape == (5, GENES)
        assert gan.provenance_ == {"unit": "made up"}
        score.append(gan.best_score_)
    assert min(score) > 0.8
    assert abs(score[0] - score[1]) < 0.1


def test_a_resume_gives_the_same_bits(paths, settings, tmp_path):
    data = read(paths["plain.h5ad"], backed=True)
    make(settings.replace(epochs=2)).fit(data, checkpoint=tmp_path / "c")
    resumed = make(settings).fit(data, checkpoint=tmp_path / "c")
    assert bits(resumed) == bits(make(settings).fit(data))
    with pytest.raises(ValueError, match="differs in: training data"):
        make(settings).fit(read(paths["plain.h5ad"], backed=True)[1:], checkpoint=tmp_path / "c")


def test_validation_data_on_the_disk_are_thinned_evenly(paths):
    few = module.some_in_memory(read(paths["plain.h5ad"], backed=True)[100:], 4)
    assert few.X[:, 0].tolist() == [100, 200, 299, 399]
    assert few.obs_names.tolist() == ["s100", "s200", "s299", "s399"]


def test_a_nan_on_the_disk_is_named(data, settings, tmp_path):
    data = data.copy()
    data.X[305, 4] = np.nan
    data.write_h5ad(tmp_path / "nan.h5ad")
    with pytest.raises(ValueError, match=r"train\.X has values that are NaN .* sample 's305', gene '4'"):
        make(settings).fit(read(tmp_path / "nan.h5ad", backed=True)[::5])


def test_chunks_too_large_to_read_by_blocks_are_refused(paths, monkeypatch):
    monkeypatch.setattr(module, "READ", 40 * 4 * GENES)
    with pytest.raises(ValueError, match=r"stored in chunks of 50 samples.*in chunks of up to 10 samples"):
        RowsOnDisk(read(paths["chunked.zarr"], backed=True), "train")


def test_memory_does_not_grow_with_the_data(settings, tmp_path, monkeypatch):
    """Training on 40 MB takes less than 6 MB, of which 1 MB holds the samples that were read."""
    monkeypatch.setattr(module, "READ", 1 << 20)
    settings = settings.replace(epochs=1, batch_size=200)
    x = np.random.default_rng(0).normal(size=(20_000, 500)).astype(np.float32)
    AnnData(x).write_h5ad(tmp_path / "big.h5ad")
    data = read(tmp_path / "big.h5ad", backed=True)
    WGANGP(settings=settings, device="cpu").fit(AnnData(x[:200]))  # imports what PyTorch imports late
    del x
    tracemalloc.start()
    WGANGP(settings=settings, device="cpu").fit(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6e6


def test_a_store_that_is_not_whole(paths, tmp_path):
    (tmp_path / "broken.zarr" / "X").mkdir(parents=True)
    for backed in (True, False):
        with pytest.raises(ValueError, match=r"broken\.zarr is not a whole Zarr store"):
            read(tmp_path / "broken.zarr", backed=backed)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read(tmp_path, backed=True)


@pytest.mark.parametrize("name", ["gzip.h5ad", "chunked.zarr"])
def test_samples_that_cannot_be_decoded(paths, data, settings, tmp_path, name):
    """Whatever the store raises, in whichever pass over the data, is one of our errors."""
    path = tmp_path / name
    copy = shutil.copytree if paths[name].is_dir() else shutil.copy
    copy(paths[name], path)
    if path.is_dir():
        (damaged, *_) = sorted((path / "X").glob("[1-9]*/*"), reverse=True) or sorted((path / "X").glob("[1-9]*"))
        damaged.write_bytes(b"x" * damaged.stat().st_size)
    else:
        with h5py.File(path) as file:
            chunk = file["X"].id.get_chunk_info(file["X"].id.get_num_chunks() - 1)
        with path.open("r+b") as file:
            file.seek(chunk.byte_offset)
            file.write(b"x" * chunk.size)
    backed = read(path, backed=True)
    with pytest.raises(OSError, match=r"of the file of train.X could not be read \(.+\); it is damaged"):
        make(settings).fit(backed)
    rows = RowsOnDisk(backed, "train")
    with pytest.raises(OSError, match="could not be read"):
        rows[np.arange(N)]
    assert rows[:3].shape == (3, GENES), "others can be read"
