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

GTEX = pd.DataFrame(
    {"SUBJID": ["GTEX-S3XE", "GTEX-U4B1", "GTEX-NONE"], "SEX": [1, 2, 1], "AGE": ["60-69", "20-29", "30-39"]}
)
TCGA = pd.DataFrame(
    {
        "bcr_patient_barcode": ["TCGA-CU-A0YN", "TCGA-BT-A20N", "TCGA-OR-A5J1"],
        "type": ["BLCA", "BLCA", "ACC"],
        "age_at_initial_pathologic_diagnosis": [51, np.nan, 58],
        "gender": ["MALE", "FEMALE", "MALE"],
    }
)


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


@pytest.fixture
def tables(tmp_path):
    """GTEx's and TCGA's tables as files with the names that they have, in a folder with others."""
    tables = tmp_path / "tables"
    tables.mkdir()
    GTEX.to_csv(tables / "GTEx_Analysis_v8_Annotations_SubjectPhenotypesDS.txt", sep="\t", index=False)
    TCGA.to_csv(tables / "TCGA-CDR.csv")  # with the numbers of the rows first, as a spreadsheet has it
    (tables / "README.txt").write_text("What is here?\n")
    (tables / "empty.csv").write_text("")
    (tables / "drugs.tsv").write_text("bcr_patient_barcode\tdrug\nTCGA-CU-A0YN\tcisplatin\n")
    return tables


def said(adata):
    return adata.obs[["age", "sex", "sex_inferred"]]


def test_tables_of_gtex_and_tcga_together_as_they_are(folder, tables):
    adata = load_rnaseqdb(folder, metadata=[*tables.glob("GTEx*"), *tables.glob("TCGA*")])
    obs = adata.obs
    assert obs["age"].groupby(obs["donor"], observed=True).first().dropna().to_dict() == {
        "GTEX-S3XE": 64.5,
        "GTEX-U4B1": 24.5,
        "TCGA-CU-A0YN": 51,
    }
    assert not obs["sex_inferred"].any()
    assert adata.uns["provenance"]["metadata"] == (
        "GTEx_Analysis_v8_Annotations_SubjectPhenotypesDS.txt: rows for 2 of 5 samples; "
        "TCGA-CDR.csv: rows for 3 of 5 samples; together: rows for 5 of 5 samples"
    )
    assert adata.uns["provenance"]["age"] == "years, known of 4 of 5 samples"


def test_every_way_to_give_the_tables_says_the_same(folder, tables):
    expected = said(load_rnaseqdb(folder, metadata=[*tables.glob("GTEx*"), *tables.glob("TCGA*")]))
    indexed = TCGA.set_index("bcr_patient_barcode").rename(columns=str.upper)
    short = TCGA.set_axis(["bcr_patient_barcode", "type", "age", "sex"], axis=1)
    for metadata in (
        tables,
        str(tables),
        [tables],
        [GTEX, TCGA],
        (indexed, GTEX),
        [short, next(tables.glob("GTEx*"))],
    ):
        pd.testing.assert_frame_equal(said(load_rnaseqdb(folder, metadata=metadata)), expected)
    adata = load_rnaseqdb(folder, metadata=[GTEX, TCGA])
    assert adata.uns["provenance"]["metadata"].startswith(
        "metadata[0]: rows for 2 of 5 samples; metadata[1]: rows for 3"
    )


@pytest.mark.parametrize("seed", range(5))
def test_order_repeats_separators_and_split_tables_change_nothing(folder, tmp_path, seed):
    rng = np.random.default_rng(seed)
    expected = said(load_rnaseqdb(folder, metadata=[GTEX, TCGA]))
    paths = []
    for i, table in enumerate([GTEX, TCGA]):
        again = pd.concat([table, table.sample(2, random_state=seed)]).sample(frac=1, random_state=seed)
        cut = rng.integers(len(again))
        for j, part in enumerate([again[:cut], again[cut:]]):
            separator, suffix = rng.choice([",", ";", "\t"]), rng.choice([".csv", ".tsv", ".txt"])
            paths.append(tmp_path / f"{i}{j}{suffix}")
            part[rng.permutation(part.columns)].to_csv(paths[-1], sep=separator, index=False)
    metadata = [paths[i] for i in rng.permutation(len(paths))]
    pd.testing.assert_frame_equal(said(load_rnaseqdb(folder, metadata=metadata)), expected)


@pytest.mark.parametrize("word", ["", " ", "[Not Available]", "[Unknown]", "#N/A", "not reported", "Unknown", None])
def test_unknown_values_are_missing_and_may_be_known_in_another_row(folder, word):
    table = pd.DataFrame({"age": [word, "70"], "sex": ["F", word]}, index=["GTEX-S3XE", "GTEX-U4B1"])
    obs = load_rnaseqdb(folder, metadata=table).obs.loc[list(BLADDER)]
    assert obs["age"].isna().tolist() == [True, False]
    assert obs["sex_inferred"].tolist() == [False, True]
    known = pd.DataFrame({"age": ["60-69"]}, index=["GTEX-S3XE"])
    assert load_rnaseqdb(folder, metadata=[table, known]).obs.loc[list(BLADDER), "age"].tolist() == [64.5, 70]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "age",
            "50-59",
            r"metadata\[1\]: GTEX-S3XE a second time, .*: age 64.5 in metadata\[0\] and 54.5 in metadata\[1\]",
        ),
        (
            "sex",
            "F",
            r"metadata\[1\]: GTEX-S3XE a second time, .*: sex male in metadata\[0\] and female in metadata\[1\]",
        ),
    ],
)
def test_contradiction_between_two_tables_names_the_donor(folder, column, value, message):
    with pytest.raises(ValueError, match=message + "; correct one of them, or leave it empty"):
        load_rnaseqdb(folder, metadata=[GTEX, pd.DataFrame({column: [value]}, index=["GTEX-S3XE"])])


def test_samples_without_a_row_stay_missing_and_a_table_may_be_of_others(folder):
    adata = load_rnaseqdb(folder, metadata=[GTEX, TCGA[2:]])
    assert adata.obs["age"].notna().sum() == 2
    assert "metadata[1]: rows for 0 of 5 samples" in adata.uns["provenance"]["metadata"]
    with pytest.raises(ValueError, match=r"metadata\[0\], metadata\[1\]: no row is named like"):
        load_rnaseqdb(folder, metadata=[GTEX[2:], TCGA[2:]])


def test_metadata_of_another_type_or_none_at_all(folder, tmp_path):
    with pytest.raises(TypeError, match="metadata is a int"):
        load_rnaseqdb(folder, metadata=3)
    with pytest.raises(TypeError, match=r"metadata\[0\] is a int; give a DataFrame or a path"):
        load_rnaseqdb(folder, metadata=[3])
    with pytest.raises(ValueError, match="empty list"):
        load_rnaseqdb(folder, metadata=[])
    with pytest.raises(FileNotFoundError, match="with donors in a column SUBJID or bcr_patient_barcode"):
        load_rnaseqdb(folder, metadata=tmp_path)
    with pytest.raises(ValueError, match=r"donors are named in 'subjid', 'bcr_patient_barcode'; leave one"):
        load_rnaseqdb(folder, metadata=GTEX.assign(bcr_patient_barcode=""))


# The real tables


def test_real_tables_say_what_is_known_of_all_samples(shared_data):
    """In `sample_age_sex.tsv`, made by others from the same tables."""
    tables = shared_data / "rnaseqdb" / "metadata"
    adata = load_rnaseqdb(shared_data / "rnaseqdb", metadata=tables, cache=False)
    known = pd.read_csv(tables / "sample_age_sex.tsv", sep="\t", index_col="sample", dtype=str).loc[adata.obs_names]
    age = [
        np.mean([float(bound) for bound in text.split("-")]) if isinstance(text, str) else np.nan
        for text in known["age"]
    ]
    np.testing.assert_array_equal(adata.obs["age"], age)
    matched = known["hit"] == "True"
    assert matched.sum() == adata.obs["age"].notna().sum() == 1067
    assert (adata.obs["sex_inferred"] == ~matched).all()
    words = known["sex"].map({"M": "male", "F": "female"})
    assert (adata.obs["sex"].astype(str) == words)[matched].all()
    differ = known.index[matched & (known["sex"] != known["ysex"])]
    assert len(differ) == 7
    provenance = adata.uns["provenance"]
    assert "the Y-linked genes of 7 samples contradict" in provenance["sex"]
    assert provenance["sex"].partition("kept: ")[2] == ", ".join(map(repr, differ))
    assert {"-".join(sample.split("-")[:3]) for sample in differ} == {
        *("TCGA-CV-7177", "TCGA-KO-8403", "TCGA-CJ-5681", "TCGA-49-4512", "TCGA-AG-3725", "TCGA-EL-A3T3"),
    }
    assert provenance["metadata"].endswith("together: rows for 1067 of 1078 samples")
    assert provenance["metadata"].startswith("GTEx_Analysis_v8_Annotations_SubjectPhenotypesDS.txt: rows for 280 of")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("donor,age\nGTEX-S3XE,5\0.1\n", r"t\.csv, line 2 has a NUL byte"),
        ("donor,age\nGTEX-S3XE,5\nGTEX-U4B1,6,7,8\n", r"t\.csv is not a table with ',' between its cells: .*line 3"),
    ],
)
def test_a_damaged_table_is_named(folder, tmp_path, text, words):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=words):
        load_rnaseqdb(folder, metadata=tmp_path / "t.csv")
