import anndata as ad
import numpy as np
import pytest

from gexlib.datasets import read, write


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "new" / "data.h5ad"
    write(ad.AnnData(np.ones((2, 3), np.float32)), path)

    def fail(self, part, **kwargs):
        part.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ad.AnnData, "write_h5ad", fail)
    with pytest.raises(OSError, match="No space left"):
        write(ad.AnnData(np.zeros((2, 3), np.float32)), path)
    assert (ad.read_h5ad(path).X == 1).all()
    assert list(path.parent.iterdir()) == [path]


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.h5ad"):
        write(ad.AnnData(np.ones((2, 3), np.float32)), tmp_path / "data.csv")


def test_missing_and_damaged_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read(tmp_path / "none.h5ad")
    write(ad.AnnData(np.ones((20, 30), np.float32)), tmp_path / "data.h5ad")
    (tmp_path / "data.h5ad").write_bytes((tmp_path / "data.h5ad").read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"not a whole \.h5ad file"):
        read(tmp_path / "data.h5ad")
