"""The prepared data sets are those of the chapters, whether they are read or made."""

import numpy as np
import pytest

from gexlib.datasets import ECOLI_COVARIATES, load_ecoli, load_ecoli_grn, write
from gexlib.grn import hierarchy, regulons
from gexlib.preprocess import prepare
from gexlib.study import load_demo, prepared_ecoli, prepared_human


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
