"""The demo cohort has the look of the real one, says what it is, and steps in only when nobody asked for real files."""

import numpy as np
import pandas as pd
import pytest

from gexlib.study import find_metadata, load_demo, load_human
from gexlib.study.cohort import shares
from gexlib.wgan import WGANGP


@pytest.fixture(scope="module")
def demo():
    return load_demo()


def test_has_the_columns_of_the_real_cohort(demo):
    assert demo.n_obs == 500
    assert {"tissue", "condition", "dataset", "study", "sex", "sex_inferred", "donor"} == set(demo.obs)
    assert demo.X.dtype == np.float32
    assert np.isfinite(demo.X).all()
    assert demo.obs_names.is_unique
    assert demo.obs["donor"].nunique() == demo.n_obs
    assert set(demo.obs["condition"]) == {"normal", "cancer"}
    assert set(demo.obs.loc[demo.obs["tissue"] == "prostate", "sex"]) == {"male"}


def test_says_what_it_is(demo):
    provenance = demo.uns["provenance"]
    assert provenance["cohort"] == "demo"
    assert provenance["unit"] == "log(1 + FPKM)"
    assert "WGANGP" in provenance["source"]


def test_tissues_differ_as_the_biology_says(demo):
    """Genes that only the liver, or only the prostate, expresses strongly."""
    for gene, tissue in {"ALB": "liver", "KLK3": "prostate"}.items():
        level = pd.Series(demo[:, gene].X.ravel(), index=demo.obs["tissue"].astype(str)).groupby(level=0).mean()
        assert level.idxmax() == tissue, gene


def test_the_seed_decides(demo):
    again = load_demo()
    assert np.array_equal(demo.X, again.X)
    assert demo.obs.equals(again.obs)
    assert not np.array_equal(load_demo(seed=1).X, demo.X)


def test_size(demo):
    assert load_demo(200).n_obs == 200
    with pytest.raises(ValueError, match="n_samples=10 is too few"):
        load_demo(10)
    assert shares(np.array([1, 1, 98]), 50).tolist() == [3, 2, 45], "2 each, the rest in proportion"


def test_stands_in_only_where_no_folder_was_named(tmp_path, monkeypatch):
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path))
    assert load_human().uns["provenance"]["cohort"] == "demo"
    with pytest.raises(FileNotFoundError):
        load_human(tmp_path / "nothing")


def test_real_files_are_preferred(shared_data, tmp_path, monkeypatch):
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path))
    human = load_human(shared_data / "rnaseqdb")
    assert human.uns["provenance"]["cohort"] == "RNAseqDB"


def test_demo_knows_only_levels_of_its_generator(demo):
    gan = WGANGP.load_pretrained("gtex-tcga")
    for name, levels in gan.encoder_.vocabularies_.items():
        assert set(demo.obs[name]) <= set(levels)


def test_ages_are_not_given_to_the_demo_cohort(tmp_path, monkeypatch):
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="gexlib fetch gtex-tcga"):
        load_human(metadata=pd.DataFrame({"age": [50]}, index=["GTEX-S3XE"]))


def test_tables_of_donors_are_found_beside_the_files_and_only_there(tmp_path, monkeypatch):
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path))
    assert find_metadata() is None
    (tmp_path / "metadata").mkdir()
    assert find_metadata() is None  # without RNAseqDB's files they are of no use
    (tmp_path / "gtex-tcga").mkdir()
    assert find_metadata() == tmp_path / "metadata" == find_metadata(tmp_path / "gtex-tcga")
