"""The cache: a second load of a slow source is the same, and anything else in the cache is made anew."""

import os

import h5py
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from rnaseqdb_tables import (
    BLADDER,
    GTEX_FILE,
    NORMAL_FILE,
    text_of,
    write,
)

from gexlib.datasets import load_rnaseqdb, rnaseqdb
from gexlib.datasets.cache import cached, state_of
from gexlib.datasets.rnaseqdb import TISSUE_OF_STUDY


def test_state_depends_on_names_sizes_times_and_version(tmp_path):
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        file.write_text("x")
        os.utime(file, ns=(5, 5))
    states = [state_of(files, 1), state_of(files, 2), state_of(files[:1], 1)]
    assert state_of(files[::-1], 1) == states[0]
    os.utime(files[0], ns=(6, 6))
    states.append(state_of(files, 1))
    files[0].write_text("xy")
    os.utime(files[0], ns=(6, 6))
    states.append(state_of(files, 1))
    assert len(set(states)) == 5


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_in_the_cache_stays(tmp_path, monkeypatch, make):
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path / "user"))
    place = tmp_path / "source" / "cache" / "ones.h5ad"
    place.parent.mkdir(parents=True)
    make(place)
    before = place.lstat()
    for _ in range(2):
        assert cached(tmp_path / "source", "ones", "a", lambda: AnnData(np.ones((2, 3), np.float32))).shape == (2, 3)
    assert place.lstat() == before
    assert len(list((tmp_path / "user").rglob("ones-*.h5ad"))) == 1


def test_a_data_set_is_made_once_for_a_key(tmp_path):
    made = []

    def make():
        made.append(1)
        return AnnData(np.full((2, 3), len(made), np.float32))

    values = [cached(tmp_path, "ones", key, make).X[0, 0] for key in ("a", "a", "b", "b", "a")]
    assert values == [1, 1, 2, 2, 3]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["ones.h5ad"]


def reads_nothing(monkeypatch):
    monkeypatch.setattr(rnaseqdb, "read_table", lambda path: pytest.fail(f"{path} was read again"))


def test_second_load_is_the_same_and_reads_no_table(folder, monkeypatch):
    first = load_rnaseqdb(folder)
    assert (folder / "cache" / "rnaseqdb.h5ad").is_file()
    reads_nothing(monkeypatch)
    second = load_rnaseqdb(folder)
    np.testing.assert_array_equal(second.X, first.X)
    pd.testing.assert_frame_equal(second.obs, first.obs)
    pd.testing.assert_frame_equal(second.var, first.var)
    assert second.uns == first.uns


def test_cache_is_made_anew_when_files_or_loader_change(folder, monkeypatch):
    load_rnaseqdb(folder)
    write(folder / GTEX_FILE, text_of(BLADDER).replace("1.25", "2.25"))
    os.utime(folder / GTEX_FILE, ns=(1, 1))
    assert load_rnaseqdb(folder)["GTEX-S3XE-1226-SM-4AD4L", "TP53"].X.item() == pytest.approx(np.log(3.25))
    (folder / NORMAL_FILE).unlink()
    assert load_rnaseqdb(folder).n_obs == 4
    monkeypatch.setattr(rnaseqdb, "VERSION", rnaseqdb.VERSION + 1)
    monkeypatch.setattr(rnaseqdb, "TISSUE_OF_STUDY", TISSUE_OF_STUDY | {"blca": "lung"})
    assert set(load_rnaseqdb(folder).obs["tissue"]) == {"bladder", "lung"}
    assert len(list((folder / "cache").iterdir())) == 1


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) - 9], lambda b: b[:1000] + b"x" + b[1001:], lambda b: b + b"x"]
)
def test_damaged_cache_is_made_anew(folder, damage):
    first = load_rnaseqdb(folder)
    path = folder / "cache" / "rnaseqdb.h5ad"
    path.write_bytes(damage(path.read_bytes()))
    np.testing.assert_array_equal(load_rnaseqdb(folder).X, first.X)
    with h5py.File(path) as file:
        assert file.attrs["gexlib_key"]


@pytest.mark.parametrize("kind", ["h5ad", "text", "nothing", "link"])
def test_a_file_of_the_user_is_not_taken_for_the_cache(folder, own_cache, kind):
    place, theirs = folder / "cache" / "rnaseqdb.h5ad", folder / "theirs.h5ad"
    place.parent.mkdir()
    if kind == "link":
        load_rnaseqdb(folder)
        place.rename(theirs)
        theirs.write_bytes(theirs.read_bytes() + b"x")
        place.symlink_to(theirs)
    elif kind == "h5ad":
        AnnData(np.ones((2, 3), np.float32)).write_h5ad(place)
    else:
        place.write_text("notes" if kind == "text" else "")
    before = place.read_bytes()
    for _ in range(2):
        assert load_rnaseqdb(folder).n_obs == 5
    assert (place.read_bytes(), place.is_symlink()) == (before, kind == "link")
    assert len(list(own_cache.rglob("rnaseqdb-*.h5ad"))) == 1


def test_no_cache_if_not_wanted(folder, own_cache):
    load_rnaseqdb(folder, cache=False)
    assert not (folder / "cache").exists()
    assert not list(own_cache.iterdir())


def test_read_only_folder_is_cached_with_the_user_even_for_a_superuser(folder, own_cache, monkeypatch):
    folder.chmod(0o555)
    try:
        load_rnaseqdb(folder)
        assert not (folder / "cache").exists()
        assert len(list(own_cache.rglob("rnaseqdb-*.h5ad"))) == 1
        reads_nothing(monkeypatch)
        assert load_rnaseqdb(folder).n_obs == 5
    finally:
        folder.chmod(0o755)


def test_where_nothing_can_be_kept_the_data_still_come(folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gexlib.datasets.cache.write_part", full)
    assert load_rnaseqdb(folder).n_obs == 5
    assert not (folder / "cache").exists()


def test_no_changed_byte_is_returned_as_data(folder):
    """HDF5 itself would return the data with the changed byte."""
    first = load_rnaseqdb(folder)
    path = folder / "cache" / "rnaseqdb.h5ad"
    content = path.read_bytes()
    place = content.index(first.X[1].tobytes())
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    assert h5py.File(path)["X"][1, 0] != first.X[1, 0]
    np.testing.assert_array_equal(load_rnaseqdb(folder).X, first.X)
    assert path.read_bytes() == content
