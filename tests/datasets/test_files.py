import subprocess
import sys

import anndata
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
