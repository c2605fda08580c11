"""Ages and sexes of donors and samples, as tables may have them."""

import anndata
import numpy as np
import pandas as pd
import pytest
from rnaseqdb_tables import (
    BLADDER,
    NORMAL,
    TUMOUR,
)

from gexlib.datasets import load_rnaseqdb


def test_age_and_measured_sex_by_donor(folder, tmp_path):
    table = pd.DataFrame(
        {"SEX": [2, 1, 1], "AGE": ["60-69", "20-29", "30-39"], "DTHHRDY": 0},
        index=pd.Index(["GTEX-S3XE", "GTEX-U4B1", "GTEX-NONE"], name="SUBJID"),
    )
    table.to_csv(tmp_path / "subjects.txt", sep="\t")
    adata = load_rnaseqdb(folder, metadata=tmp_path / "subjects.txt")
    gtex, tcga = adata[list(BLADDER)].obs, adata[list(TUMOUR | NORMAL)].obs
    assert list(gtex["age"]) == [64.5, 24.5]
    assert list(gtex["sex"]) == ["female", "male"]
    assert not gtex["sex_inferred"].any()
    assert tcga["age"].isna().all()
    assert list(tcga["sex"]) == ["male", "female", "male"]
    assert tcga["sex_inferred"].all()
    provenance = adata.uns["provenance"]
    assert provenance["metadata"] == "subjects.txt: rows for 2 of 5 samples"
    assert provenance["age"] == "years, known of 2 of 5 samples"
    assert provenance["sex"].startswith("measured in 2 of 5 samples, with 0 of which the inferred one agrees")
    assert "age" not in load_rnaseqdb(folder).obs, "metadata must not be kept in the cache"
    adata.write_h5ad(tmp_path / "out.h5ad")
    pd.testing.assert_frame_equal(anndata.read_h5ad(tmp_path / "out.h5ad").obs, adata.obs)


def test_sample_goes_before_donor_and_empty_is_unknown(folder, tmp_path):
    tumour = next(iter(TUMOUR))
    (tmp_path / "t.csv").write_text(f"patient,age,sex\nTCGA-CU-A0YN,51.5,Female\n{tumour},50,\nGTEX-S3XE,,M\n")
    obs = load_rnaseqdb(folder, metadata=str(tmp_path / "t.csv")).obs
    assert obs.loc[tumour, "age"] == 50
    assert obs.loc[next(iter(NORMAL)), "age"] == 51.5
    assert np.isnan(obs.loc["GTEX-S3XE-1226-SM-4AD4L", "age"])
    assert obs.loc[next(iter(NORMAL)), "sex"] == "female"
    assert obs.loc[[tumour, next(iter(NORMAL)), next(iter(BLADDER))], "sex_inferred"].tolist() == [True, False, False]


def test_data_frame_with_one_column_of_numbers(folder):
    adata = load_rnaseqdb(folder, metadata=pd.DataFrame({"age": [70, 30.5]}, index=["GTEX-S3XE", "TCGA-BT-A20N"]))
    assert sorted(adata.obs["age"].dropna()) == [30.5, 70]
    assert adata.obs["sex_inferred"].all()
    assert adata.uns["provenance"]["sex"] == "inferred from Y-linked genes"


@pytest.mark.parametrize(
    ("columns", "index", "message"),
    [
        (
            {"age": [1]},
            ["GTEX-ZZZZ"],
            "no row is named like a sample or its donor; rows: 'GTEX-ZZZZ'; donors: 'GTEX-S3XE",
        ),
        ({"years": [1]}, ["GTEX-S3XE"], "needs one column 'age', one column 'sex' or both; columns: 'years'"),
        ({"age": [1], "AGE": [1]}, ["GTEX-S3XE"], "needs one column 'age'"),
        ({"age": [1, 2]}, ["GTEX-S3XE"] * 2, "GTEX-S3XE a second time"),
        ({"age": ["old"]}, ["GTEX-S3XE"], "GTEX-S3XE: age 'old' .*is not an age in years"),
        ({"age": [21900]}, ["GTEX-S3XE"], r"age '21900' .*at most 120"),
        ({"sex": [3]}, ["GTEX-S3XE"], "GTEX-S3XE: sex '3' .*is not male, female"),
    ],
)
def test_faulty_metadata_is_refused(folder, columns, index, message):
    with pytest.raises(ValueError, match=f"metadata.*{message}"):
        load_rnaseqdb(folder, metadata=pd.DataFrame(columns, index=index))


def test_metadata_file_that_is_not_there_or_of_another_kind(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="no file .*ages.csv"):
        load_rnaseqdb(folder, metadata=tmp_path / "ages.csv")
    with pytest.raises(ValueError, match=r"ages\.xlsx' must be a DataFrame, or a file that ends in"):
        load_rnaseqdb(folder, metadata=tmp_path / "ages.xlsx")


# All 52 files
