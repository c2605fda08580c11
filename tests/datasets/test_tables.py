"""Data sets in two tables of text."""

import gzip

import numpy as np
import pandas as pd
import pytest

from gexlib.datasets import read_tables

SAMPLES = ["LB_1", "LB_2", "M9_1"]
VALUES = pd.DataFrame([[1.5, 2.0], [3.0, 4.5], [5.0, 6.0]], SAMPLES, ["b0001", "b0002"])
KNOWN = pd.DataFrame({"medium": ["LB", "LB", "M9"], "batch": ["01", "01", "02"], "age": [1, 2, None]}, SAMPLES)


@pytest.fixture
def covariates(tmp_path):
    KNOWN.iloc[::-1].to_csv(tmp_path / "samples.csv", index_label="sample")
    return tmp_path / "samples.csv"


@pytest.mark.parametrize("genes_in_rows", [False, True])
@pytest.mark.parametrize("end", ["a.csv", "a.tsv", "a.txt", "a.csv.gz"])
def test_both_ways_round_give_the_same_data(tmp_path, covariates, genes_in_rows, end):
    table = VALUES.T if genes_in_rows else VALUES
    text = table.to_csv(sep="," if "csv" in end else "\t")
    with (gzip.open if end.endswith("gz") else open)(tmp_path / end, "wt") as file:
        file.write(text)
    data = read_tables(tmp_path / end, covariates)
    pd.testing.assert_frame_equal(data.to_df(), VALUES.astype("float32"), check_names=False)
    assert data.obs["batch"].tolist() == ["01", "01", "02"], "codes stay text"
    assert np.isnan(data.obs["age"].iloc[2])
    assert data.uns["provenance"]["rows"] == ("genes" if genes_in_rows else "samples")


def test_columns_that_describe_genes_are_kept_beside_them(tmp_path, covariates):
    table = VALUES.T
    table.insert(0, "Length", [900, 1200])
    table.insert(0, "product", ["thr leader", None])
    table.to_csv(tmp_path / "a.csv")
    data = read_tables(tmp_path / "a.csv", covariates, describing=["Length"])
    assert data.var["Length"].tolist() == [900, 1200]
    assert data.var["product"].iloc[0] == "thr leader"
    with pytest.warns(UserWarning, match=r"1 of 4 columns of numbers of .* are left out \('Length'\)"):
        read_tables(tmp_path / "a.csv", covariates)
    with pytest.raises(ValueError, match=r"describing=\['Size'\] is not in .*'product', 'Length'"):
        read_tables(tmp_path / "a.csv", covariates, describing=["Size"])


def test_covariates_in_the_table_of_expression(tmp_path):
    table = VALUES.assign(medium=["LB", "LB", "M9"], rpoB=1.0, recA=2.0, gyrA=3.0)
    table.to_csv(tmp_path / "a.csv")
    data = read_tables(tmp_path / "a.csv")
    assert data.obs["medium"].tolist() == ["LB", "LB", "M9"]
    assert data.shape == (3, 5)


def test_samples_of_one_table_alone_are_counted(tmp_path, covariates):
    pd.concat([VALUES, VALUES.iloc[:1].set_axis(["new"])]).to_csv(tmp_path / "a.csv")
    with pytest.warns(UserWarning, match=r"1 of 4 rows of .* are left out \('new'\)"):
        assert read_tables(tmp_path / "a.csv", covariates).n_obs == 3


def test_names_in_another_column(tmp_path, covariates):
    VALUES.to_csv(tmp_path / "a.csv")
    other = KNOWN.assign(run=SAMPLES).set_axis(["x1", "x2", "x3"])
    other.to_csv(tmp_path / "other.csv")
    with pytest.raises(ValueError, match=r"Its column 'run' has such names: sample_column='run'"):
        read_tables(tmp_path / "a.csv", tmp_path / "other.csv")
    assert read_tables(tmp_path / "a.csv", tmp_path / "other.csv", sample_column="run").obs_names.tolist() == SAMPLES
    other.drop(columns="run").to_csv(tmp_path / "other.csv")
    with pytest.raises(ValueError, match=r"check\.names=FALSE"):
        read_tables(tmp_path / "a.csv", tmp_path / "other.csv")


def test_duplicates(tmp_path, covariates):
    pd.concat([VALUES, VALUES[["b0001"]] + 2], axis=1).to_csv(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"1 genes come more than once \('b0001'\)"):
        read_tables(tmp_path / "a.csv", covariates)
    for way, value in {"mean": 2.5, "sum": 5.0, "first": 1.5}.items():
        data = read_tables(tmp_path / "a.csv", covariates, duplicates=way)
        assert data.var_names.tolist() == ["b0001", "b0002"]
        assert data.X[0, 0] == value
    pd.concat([VALUES, VALUES.iloc[:1]]).to_csv(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"sample 'LB_1' comes more than once"):
        read_tables(tmp_path / "a.csv", covariates)


def test_missing_values(tmp_path, covariates):
    table = VALUES.copy()
    table.loc["LB_2", "b0001"] = np.nan
    table.to_csv(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"1 of 2 genes have missing values \('b0001'\)"):
        read_tables(tmp_path / "a.csv", covariates)
    with pytest.warns(UserWarning, match="are left out"):
        assert read_tables(tmp_path / "a.csv", covariates, missing="drop").var_names.tolist() == ["b0002"]


@pytest.mark.parametrize("value", ["inf", "-inf", "1e39"])
def test_infinite_values_of_any_sample_are_refused(tmp_path, value):
    table = pd.DataFrame(1.0, [f"s{i}" for i in range(400)], ["b0001", "b0002"]).astype(object)
    table.loc["s151", "b0002"] = value
    table.to_csv(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"a\.csv has values that are NaN or infinite .*'s151', gene 'b0002'"):
        read_tables(tmp_path / "a.csv", rows="samples")


@pytest.mark.parametrize("head", ["sample,medium,medium", "sample,sample,medium"])
def test_a_covariate_that_comes_twice_is_refused(tmp_path, head):
    VALUES.to_csv(tmp_path / "a.csv")
    (tmp_path / "samples.csv").write_text(f"{head}\n" + "".join(f"{name},LB,M9\n" for name in SAMPLES))
    with pytest.raises(ValueError, match=r"samples\.csv: column '(medium|sample)' comes more than once"):
        read_tables(tmp_path / "a.csv", tmp_path / "samples.csv")


def test_what_is_not_known_is_refused(tmp_path, covariates):
    VALUES.to_csv(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"rows='columns' is not known; choose 'auto' or 'samples' or 'genes'"):
        read_tables(tmp_path / "a.csv", covariates, rows="columns")
    with pytest.raises(ValueError, match=r"rows='genes': then the samples .* 'b0001', 'b0002'"):
        read_tables(tmp_path / "a.csv", covariates, rows="genes")
