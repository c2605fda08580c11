"""The prepared data sets are those of the chapters, whether they are read or made."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.datasets import (
    ECOLI_COVARIATES,
    M3D_COVARIATES,
    load_ecoli,
    load_ecoli_grn,
    load_m3d,
    load_m3d_v3,
    write,
)
from gexlib.datasets.m3d import read_covariates
from gexlib.grn import hierarchy, read_regulondb, regulons
from gexlib.preprocess import neighbour_blocks, prepare, split_groups
from gexlib.study import load_demo, prepared_ecoli, prepared_human, prepared_m3d
from gexlib.wgan import WGANGP, Settings


@pytest.fixture(scope="module")
def ecoli():
    return prepared_ecoli()


def test_ecoli_is_what_the_steps_of_chapter_01_make(ecoli):
    steps = prepare(load_ecoli(), by="condition", network=load_ecoli_grn(), root="crp")
    np.testing.assert_array_equal(ecoli.data.X, steps.X)
    assert ecoli.data.obs.equals(steps.obs)
    assert list(ecoli.data.var_names) == list(steps.var_names)
    assert ecoli.covariates == ECOLI_COVARIATES


def test_network_and_regulons_are_those_of_the_whole_network_among_the_genes(ecoli):
    whole, genes = load_ecoli_grn(), ecoli.data.var_names
    assert list(ecoli.regulons.items()) == list(regulons(whole, genes).items())
    below = hierarchy(whole, "crp", genes=genes)
    assert list(ecoli.network) == list(below)
    assert list(ecoli.network.edges(data=True)) == list(below.edges(data=True))
    acyclic = hierarchy(whole, "crp", genes=genes, break_loops=True)
    assert list(hierarchy(ecoli.network, "crp", break_loops=True).edges) == list(acyclic.edges)


def test_ecoli_can_be_read(ecoli, tmp_path):
    some = ecoli.data[:, [*ecoli.regulons][:20]].copy()
    write(some, tmp_path / "ecoli.h5ad")
    again = prepared_ecoli(tmp_path / "ecoli.h5ad")
    np.testing.assert_array_equal(again.data.X, some.X)
    assert set(again.network) == set(some.var_names)
    assert again.regulons == regulons(load_ecoli_grn(), some.var_names)


def test_root_and_seed(ecoli):
    below = prepared_ecoli(root="purR", seed=1)
    assert set(below.data.var_names) < set(ecoli.data.var_names)
    assert not below.data.obs["split"].equals(ecoli.data.obs["split"])


def test_human_is_split_by_donor_and_can_be_read(tmp_path, monkeypatch):
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path))
    human = prepared_human(most_variable=50, keep=["TP53"])
    steps = prepare(load_demo(), by="donor", most_variable=50, keep=["TP53"])
    np.testing.assert_array_equal(human.X, steps.X)
    assert human.obs["split"].equals(steps.obs["split"])
    assert "TP53" in human.var_names
    write(human, tmp_path / "human.h5ad")
    np.testing.assert_array_equal(prepared_human(tmp_path / "human.h5ad").X, human.X)
    with pytest.raises(FileNotFoundError):
        prepared_human(folder=tmp_path / "nothing")


def test_ages_change_nothing_but_age_and_sex(tmp_path, shared_data):
    for name in ("bladder-rsem-fpkm-gtex", "chol-rsem-fpkm-tcga-t", "chol-rsem-fpkm-tcga"):
        (tmp_path / f"{name}.txt.gz").symlink_to(shared_data / f"rnaseqdb/normalized/{name}.txt.gz")
    plain = prepared_human(folder=tmp_path, most_variable=50)
    human = prepared_human(folder=tmp_path, most_variable=50, metadata=shared_data / "rnaseqdb/metadata")
    np.testing.assert_array_equal(human.X, plain.X)
    assert human.obs["split"].equals(plain.obs["split"])
    assert set(human.obs) - set(plain.obs) == {"age"}
    assert human.obs["age"].between(18, 95).all()
    assert not human.obs["sex_inferred"].any()


NETWORK = nx.DiGraph()
NETWORK.add_edges_from([("crp", "arac"), ("crp", "fis"), ("arac", "arab"), ("laci", "lacz")], effect="+")


def chips(genes, sizes=(3,) * 20):
    """Microarrays of experiments one after the other, without covariates."""
    rng = np.random.default_rng(0)
    x = (
        9
        + np.repeat(rng.normal(size=(len(sizes), len(genes))), sizes, axis=0)
        + 0.1 * rng.normal(size=(60, len(genes)))
    )
    obs = pd.DataFrame(index=[f"chip{i}" for i in range(60)])
    return AnnData(x.astype(np.float32), obs=obs, var=pd.DataFrame(index=genes))


class TestM3D:
    def test_chips_without_experiments_are_split_by_block(self):
        data = chips(["lacZ", "fis", "araC", "araB", "crp", "xylA"])
        ready = prepared_m3d(data, NETWORK, seed=3)
        assert list(ready.data.var_names) == ["fis", "araC", "araB", "crp"]
        assert ready.data.obs["block"].equals(neighbour_blocks(data))
        assert ready.data.obs["split"].equals(split_groups(ready.data.obs, "block", seed=3))
        assert ready.covariates == {"categorical": [], "numerical": []}
        assert ready.regulons == {"araC": ["araB"], "crp": ["fis", "araC"]}
        assert set(ready.network.edges) == {("crp", "araC"), ("crp", "fis"), ("araC", "araB")}
        assert "block" not in data.obs

    def test_experiments_and_covariates_of_the_full_table(self):
        data = chips(["crp", "fis", "araC"])
        data.obs["condition"] = [f"c{i // 3}" for i in range(60)]
        data.obs["growth_phase"] = pd.Categorical(["log", "stationary"] * 30)
        data.obs["ph"] = [7.0, np.nan, 5.5] * 20
        ready = prepared_m3d(data, NETWORK)
        assert ready.data.obs["split"].equals(split_groups(data.obs, "condition"))
        assert ready.covariates == {"categorical": ["growth_phase", "ph"], "numerical": []}
        assert list(ready.data.obs["ph"].cat.categories) == ["5.5", "7.0", "unknown"]
        assert data.obs["ph"].isna().sum() == 20
        gan = WGANGP(**ready.covariates, settings=Settings(epochs=1, hidden=(4,)), device="cpu")
        assert gan.fit(ready.data, progress=False).sample(ready.data.obs).shape == ready.data.shape

    def test_a_list_of_genes_in_place_of_the_hierarchy(self):
        data = chips(["lacZ", "fis", "araC", "crp"])
        ready = prepared_m3d(data, NETWORK, genes=np.array(["arac", "LACZ", "abcd"]))
        assert list(ready.data.var_names) == ["lacZ", "araC"]
        with pytest.raises(ValueError, match="data has none of the genes"):
            prepared_m3d(data, NETWORK, genes=["abcd"])
        with pytest.raises(ValueError, match="root='purR' is not one of"):
            prepared_m3d(data, NETWORK, root="purR")

    def test_524_chips_have_719_genes_of_the_papers_hierarchy(self, shared_data):
        data = load_m3d_v3(shared_data / "m3d/ecoli_m3d_v3_524chips_1146genes.tsv.gz")
        network = read_regulondb(shared_data / "regulondb/regulatory_interactions_10.0.txt")
        genes = (shared_data / "m3d/crp_hierarchy_1076_genes.txt").read_text().split()
        ready = prepared_m3d(data, network, genes)
        assert ready.data.shape == (524, 719)
        assert ready.data.obs.groupby("block", observed=True)["split"].nunique().max() == 1
        assert (len(ready.regulons), sum(map(len, ready.regulons.values()))) == (65, 1627)
        assert len(ready.regulons["crp"]) > 200
        assert prepared_m3d(data).data.shape == (524, 907)  # below crp in the network that comes with PRECISE

    def test_the_full_table_has_the_papers_1076_genes_and_seven_covariates(self, shared_data):
        """All 907 chips, with made up values; genes and covariates are real."""
        genes, obs = load_m3d(shared_data / "m3d").var, read_covariates(shared_data / "m3d")
        x = np.random.default_rng(0).normal(9, 1, (len(obs), len(genes))).astype(np.float32)
        network = read_regulondb(shared_data / "regulondb/regulatory_interactions_10.0.txt")
        ready = prepared_m3d(AnnData(x, obs=obs, var=genes), network)
        assert ready.data.shape == (907, 1076)
        assert ready.covariates == M3D_COVARIATES
        assert len(ready.covariates["categorical"]) == 7
        assert ready.data.obs.groupby("condition", observed=True)["split"].nunique().max() == 1
        listed = (shared_data / "m3d/crp_hierarchy_1076_genes.txt").read_text().split()
        assert {gene.lower() for gene in ready.data.var_names} == set(listed)
