import os
import subprocess
import sys

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from gexlib.datasets import read, write

FULL_DISK = """
import resource, sys
import numpy as np
from anndata import AnnData
from gexlib.datasets import write
data = AnnData(np.random.default_rng(0).random((300, 2000), np.float32))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    write(data, sys.argv[1])
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [1_000, 100_000, 2_150_000], ids="{:,} bytes".format)
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, room):
    """In a process of its own, as HDF5 left alone ends it with a segmentation fault, at once or at the end."""
    path = tmp_path / "new" / "data.h5ad"
    write(AnnData(np.ones((2, 3), np.float32)), path)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, path, str(room)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"could not write {path} (File too large); nothing there has changed" in done.stdout
    assert (anndata.read_h5ad(path).X == 1).all()
    assert list(path.parent.iterdir()) == [path]


def test_an_error_of_anndata_is_not_taken_for_a_full_disk(tmp_path):
    data = AnnData(np.ones((2, 3), np.float32), uns={"what": object()})
    with pytest.raises(Exception, match="No method registered"):
        write(data, tmp_path / "data.h5ad")
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_what_anndata_writes(tmp_path):
    data = AnnData(
        sparse.random(5, 4, 0.5, "csr", np.float32, random_state=0),
        obs=pd.DataFrame({"tissue": list("aabbc"), "age": range(5)}, index=list("vwxyz")),
        uns={"provenance": {"source": "made up"}},
        layers={"raw": np.arange(20.0).reshape(5, 4)},
    )
    write(data, tmp_path / "ours.h5ad")
    data.write_h5ad(tmp_path / "theirs.h5ad", compression="gzip")
    ours, theirs = (anndata.read_h5ad(tmp_path / f"{name}.h5ad") for name in ("ours", "theirs"))
    assert (ours.X != theirs.X).nnz == 0
    assert np.array_equal(ours.layers["raw"], theirs.layers["raw"])
    pd.testing.assert_frame_equal(ours.obs, theirs.obs)
    assert ours.uns == theirs.uns
    assert ours.obs["tissue"].dtype == "category"


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.h5ad"):
        write(AnnData(np.ones((2, 3), np.float32)), tmp_path / "data.csv")


def test_missing_and_damaged_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read(tmp_path / "none.h5ad")
    write(AnnData(np.ones((20, 30), np.float32)), tmp_path / "data.h5ad")
    (tmp_path / "data.h5ad").write_bytes((tmp_path / "data.h5ad").read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"not a whole \.h5ad file"):
        read(tmp_path / "data.h5ad")


ZARR = pytest.mark.filterwarnings("ignore:Writing zarr v2")


@pytest.fixture
def store(tmp_path):
    """A Zarr store of four chunks."""
    data = AnnData(np.arange(1.0, 21, dtype=np.float32).reshape(5, 4))
    data.write_zarr(tmp_path / "data.zarr", chunks=(3, 2))
    return tmp_path / "data.zarr"


def chunks(store):
    return sorted(path for path in (store / "X").rglob("*") if path.is_file() and path.name[0] not in ".z")


@ZARR
@pytest.mark.parametrize("backed", [False, True])
def test_a_pipe_for_a_chunk_does_not_hang(store, backed):
    chunk = chunks(store)[0]
    chunk.unlink()
    os.mkfifo(chunk)
    with pytest.raises(ValueError, match="is a pipe or a device, whose end may never come"):
        read(store, backed=backed)


@ZARR
@pytest.mark.parametrize("backed", [False, True])
def test_a_lost_chunk_is_not_read_as_zeros(store, backed):
    assert read(store, backed=backed).shape == (5, 4)
    chunks(store)[0].unlink()
    with pytest.raises(ValueError, match=r"data.zarr is not a whole Zarr store .*: 1 of 4 chunks of /X are not there"):
        read(store, backed=backed)


@ZARR
def test_the_way_out_for_chunks_of_zeros(tmp_path):
    import zarr

    data = AnnData(np.zeros((5, 4), np.float32))
    data.write_zarr(tmp_path / "lost.zarr", chunks=(3, 2))
    with pytest.raises(ValueError, match="4 of 4 chunks of /X are not there"):
        read(tmp_path / "lost.zarr")
    with zarr.config.set({"array.write_empty_chunks": True}):
        data.write_zarr(tmp_path / "whole.zarr", chunks=(3, 2))
    assert (read(tmp_path / "whole.zarr").X == 0).all()


@ZARR
def test_a_lost_chunk_of_a_sparse_matrix(tmp_path):
    AnnData(sparse.eye(4, format="csr", dtype=np.float32)).write_zarr(tmp_path / "data.zarr")
    assert read(tmp_path / "data.zarr").X.nnz == 4
    next(path for path in chunks(tmp_path / "data.zarr") if "data" in path.parts[-3:]).unlink()
    with pytest.raises(ValueError, match="chunks of /X/data are not there"):
        read(tmp_path / "data.zarr")


@ZARR
@pytest.mark.parametrize("backed", [False, True])
def test_lost_places_of_the_rows_of_a_sparse_matrix(tmp_path, backed):
    AnnData(sparse.eye(4, format="csr", dtype=np.float32)).write_zarr(tmp_path / "data.zarr")
    next(path for path in chunks(tmp_path / "data.zarr") if "indptr" in path.parts[-3:]).unlink()
    with pytest.raises(ValueError, match="1 of 1 chunks of /X/indptr are not there"):
        read(tmp_path / "data.zarr", backed)


@ZARR
def test_places_that_do_not_fit_the_values(tmp_path):
    import zarr

    AnnData(sparse.eye(4, format="csr", dtype=np.float32)).write_zarr(tmp_path / "data.zarr")
    zarr.open_group(tmp_path / "data.zarr")["X/indptr"][4] = 3
    with pytest.raises(ValueError, match="/X has 4 values and 4 indices, but /X/indptr ends at 3"):
        read(tmp_path / "data.zarr")


@ZARR
def test_a_sparse_matrix_of_zeros_is_whole(tmp_path):
    AnnData(sparse.csr_matrix((4, 3), dtype=np.float32)).write_zarr(tmp_path / "data.zarr")
    assert read(tmp_path / "data.zarr").X.nnz == 0


@pytest.mark.parametrize("name", ["", ".", "mg/l", "/", "a\0b"])
@pytest.mark.parametrize("part", ["obs", "var", "uns", "uns['deep']", "obsm"])
def test_names_that_the_format_cannot_hold(tmp_path, part, name):
    data = AnnData(np.ones((1, 1), np.float32), uns={"deep": {}})
    entries = data.uns["deep"] if part == "uns['deep']" else getattr(data, part)
    entries[name] = np.ones((1, 1)) if part == "obsm" else np.ones(1)
    with pytest.raises(ValueError, match="cannot hold the name") as caught:
        write(data, tmp_path / "new" / "data.h5ad")
    assert str(caught.value).startswith(f"{part}[{name!r}]: ")
    assert not (tmp_path / "new").exists()


def not_quite(change):
    def damage(path):
        with h5py.File(path, "r+") as file:
            change(file)

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        not_quite(lambda file: file.clear()),
        not_quite(lambda file: file["obs"].attrs.modify("_index", "nothing")),
        not_quite(lambda file: file["obs"].attrs.modify("encoding-type", "of another program")),
        not_quite(lambda file: (file.pop("X"), file.create_dataset("X", data=np.ones(3)))),
        not_quite(lambda file: (file.pop("obs"), file.create_dataset("obs", data=np.ones(3)))),
        lambda path: path.write_bytes(path.read_bytes()[:-400] + b"\xff" * 400),
        lambda path: path.write_bytes(b"PK\x03\x04" + bytes(1000)),
        lambda path: path.write_bytes(b""),
    ],
)
def test_what_is_not_quite_an_anndata(tmp_path, damage):
    write(
        AnnData(np.ones((4, 3), np.float32), obs=pd.DataFrame({"a": list("xyxy")}, index=list("abcd"))),
        tmp_path / "data.h5ad",
    )
    damage(tmp_path / "data.h5ad")
    with pytest.raises(ValueError, match=r"data.h5ad is not a whole \.h5ad file of an AnnData: \S"):
        read(tmp_path / "data.h5ad")


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "data.h5ad")
    with pytest.raises(ValueError, match="data.h5ad is a pipe or a device"):
        read(tmp_path / "data.h5ad")


@pytest.mark.parametrize(
    ("values", "kind", "read_back"),
    [
        ([1, 2, 1], "i", [1, 2, 1]),
        ([1, 2.5, 3], "f", [1, 2.5, 3]),
        ([1, None, 3], "f", [1, None, 3]),
        ([True, False, True], "b", [True, False, True]),
        ([True, None, False], "O", ["True", None, "False"]),
        ([1, "x", None], "O", ["1", "x", None]),
        ([None, None, None], "O", [None, None, None]),
        ([np.nan, np.nan, np.nan], "O", [None, None, None]),
        (pd.Categorical([1, "x", None]), "O", ["1", "x", None]),
    ],
    ids=str,
)
def test_columns_of_objects_are_written(tmp_path, values, kind, read_back):
    column = values if isinstance(values, pd.Categorical) else pd.Series(values, list("abc"), dtype=object)
    data = AnnData(np.ones((3, 2), np.float32), obs=pd.DataFrame({"batch": column}, index=list("abc")))
    before = data.obs.copy()
    write(data, tmp_path / "data.h5ad")
    found = read(tmp_path / "data.h5ad").obs["batch"]
    assert found.dtype.kind == kind
    assert [None if pd.isna(value) else value for value in found] == read_back
    pd.testing.assert_frame_equal(data.obs, before)
