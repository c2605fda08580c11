import networkx as nx
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.datasets import read
from gexlib.preprocess import Parts, check_split, parts, prepare, split_groups


class TestSplitGroups:
    def test_no_group_on_both_sides_and_every_sample_once(self, obs):
        for seed in range(20):
            split = split_groups(obs, by="condition", seed=seed)
            assert split.groupby(obs["condition"], observed=True).nunique().max() == 1
            assert split.notna().all()
            assert list(split.index) == list(obs.index)
            assert set(split) == {"train", "validation", "test"}

    def test_fractions_are_met_to_within_a_group(self, obs):
        counts = split_groups(obs, by="condition", fractions={"train": 0.75, "test": 0.25}).value_counts()
        assert abs(counts["train"] - 45) <= 3

    def test_seed_decides_and_row_order_does_not(self, obs):
        first = split_groups(obs, by="condition", seed=3)
        assert first.equals(split_groups(obs, by="condition", seed=3))
        assert not first.equals(split_groups(obs, by="condition", seed=4))
        shuffled = obs.sample(frac=1, random_state=0)
        assert first.equals(split_groups(shuffled, by="condition", seed=3).reindex(obs.index))

    @pytest.mark.parametrize(
        ("kwargs", "words"),
        [
            ({"by": "donor"}, r"by='donor' is not a column.*'condition', 'oxygen'"),
            ({"by": "condition", "fractions": {"a": 0.5, "b": 0.6}}, "add up to 1"),
            ({"by": "condition", "fractions": {"a": 1.5, "b": -0.5}}, "positive"),
            ({"by": "condition", "fractions": {"a": 0.999, "b": 0.001}}, r"no group fell into \['b'\]"),
        ],
    )
    def test_bad_arguments(self, obs, kwargs, words):
        with pytest.raises(ValueError, match=words):
            split_groups(obs, **kwargs)

    def test_missing_group_is_an_error(self, obs):
        obs["condition"] = obs["condition"].astype(object)
        obs.loc["s3", "condition"] = None
        with pytest.raises(ValueError, match="1 missing"):
            split_groups(obs, by="condition")

    def test_fewer_groups_than_splits(self, obs):
        with pytest.raises(ValueError, match="2 groups .* cannot fill 3"):
            split_groups(obs.iloc[:6], by="condition")


class TestPrepare:
    def test_genes_of_the_hierarchy_in_the_order_of_the_data(self, obs):
        data = AnnData(np.zeros((60, 4), np.float32), obs=obs, var=pd.DataFrame(index=list("dcba")))
        network = nx.DiGraph([("a", "c"), ("c", "d"), ("b", "a")])
        ready = prepare(data, by="condition", network=network, root="a", seed=2)
        assert list(ready.var_names) == ["d", "c", "a"]
        assert ready.obs["split"].equals(split_groups(obs, by="condition", seed=2))
        assert "split" not in data.obs
        assert prepare(data, by="condition", network=network).n_vars == 4

    def test_no_common_gene(self, obs):
        data = AnnData(np.zeros((60, 1), np.float32), obs=obs, var=pd.DataFrame(index=["A"]))
        with pytest.raises(ValueError, match="no gene of data is in network"):
            prepare(data, by="condition", network=nx.DiGraph([("a", "b")]))


def test_prepare_keeps_the_genes_that_vary_most_in_the_training_samples():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"donor": [f"d{i // 2}" for i in range(80)]}, index=[f"s{i}" for i in range(80)])
    data = AnnData(rng.normal(size=(80, 6)).astype("float32"), obs=obs)
    data.var_names = list("abcdef")
    training = (split_groups(obs, "donor") == "train").to_numpy()
    data.X[:, 4] *= 3
    data.X[~training, 1] *= 50  # varies among the test samples only
    data.X[:, 2] = 0
    small = prepare(data, "donor", most_variable=2, keep=["c"])
    assert small.var_names.tolist() == ["c", "e"]
    assert (small.obs["split"] == split_groups(obs, "donor")).all()
    with pytest.raises(ValueError, match="keep names genes that data does not have: 'x'"):
        prepare(data, "donor", most_variable=2, keep=["x"])
    with pytest.raises(ValueError, match="most_variable=7 must be from 1 .* to 6"):
        prepare(data, "donor", most_variable=7)


class TestParts:
    @pytest.fixture
    def data(self):
        split = ["train", "test", "train", "validation", "train"]
        obs = pd.DataFrame({"split": pd.Categorical(split)}, index=[f"s{i}" for i in range(5)])
        return AnnData(np.arange(15, dtype=np.float32).reshape(5, 3), obs=obs)

    def test_samples_of_each_split_in_their_order(self, data):
        train, validation, test = found = parts(data)
        assert isinstance(found, Parts)
        assert [list(part.obs_names) for part in found] == [["s0", "s2", "s4"], ["s3"], ["s1"]]
        assert train.X.tolist() == data.X[[0, 2, 4]].tolist()
        assert found.validation is validation
        assert found.test is test

    def test_parts_are_copies(self, data):
        train = parts(data).train
        assert not train.is_view
        train.X[:] = 0
        assert data.X[2, 0] == 6

    @pytest.mark.parametrize("missing", ["validation", "test"])
    def test_a_part_without_samples_is_none(self, data, missing):
        found = parts(data[data.obs["split"] != missing])
        assert getattr(found, missing) is None
        assert found.train.n_obs == 3

    def test_what_is_on_the_disk_stays_there(self, data, tmp_path):
        data.write_h5ad(tmp_path / "data.h5ad")
        backed = read(tmp_path / "data.h5ad", backed=True)
        for part, whole in zip(parts(backed), parts(data), strict=True):
            assert part.is_view
            assert part.isbacked
            assert list(part.obs_names) == list(whole.obs_names)
            np.testing.assert_array_equal(part.X[:], whole.X)
        backed.file.close()

    @pytest.mark.filterwarnings("ignore:Writing zarr v2")
    def test_an_array_in_a_zarr_store_stays_there(self, data, tmp_path):
        data.write_zarr(tmp_path / "data.zarr")
        train = parts(read(tmp_path / "data.zarr", backed=True)).train
        assert train.is_view
        np.testing.assert_array_equal(train.X, parts(data).train.X)

    def test_misuse_is_refused(self, data):
        with pytest.raises(ValueError, match="obs has no column 'split'; columns: none. Make it with .*prepare"):
            parts(AnnData(data.X))
        with pytest.raises(ValueError, match="is 'train' for none of the samples"):
            parts(data[data.obs["split"] == "test"])
        data.obs["split"] = ["train", "valid", "train", None, "Test"]
        with pytest.raises(ValueError, match="for each sample, but has 'valid', None, 'Test'; rename these"):
            parts(data)


def test_check_split():
    obs = pd.DataFrame({"donor": list("aabbcc"), "split": ["train"] * 3 + ["test"] * 3})
    with pytest.raises(ValueError, match=r"obs\['split'\] divides 1 of 3 groups of by='donor' \('b'\)"):
        check_split(obs, by="donor")
    check_split(obs.drop(index=3), by="donor")
    with pytest.raises(ValueError, match="by='patient' is not a column of obs"):
        check_split(obs, by="patient")


def test_what_prepare_cannot_copy(obs, tmp_path):
    with pytest.raises(TypeError, match=r"data must be an AnnData, not DataFrame; wrap it: AnnData"):
        prepare(obs, by="condition")
    AnnData(np.ones((len(obs), 2), np.float32), obs).write_h5ad(tmp_path / "data.h5ad")
    with pytest.raises(ValueError, match="data are on the disk, and prepare makes a copy"):
        prepare(read(tmp_path / "data.h5ad", backed=True), by="condition")
