"""Covariates from a CSV file: every cell is text, and nothing becomes another level without a word."""

import gzip

import pandas as pd
import pytest

from gexlib.preprocess import CovariateEncoder, read_covariates


@pytest.fixture
def encoder():
    obs = pd.DataFrame({"batch": ["00", "01", "NA", "None"], "dose": [1, 2, 1, 2], "age": [30.0, 40, 50, 60]})
    return CovariateEncoder(["batch", "dose"], ["age"], unseen="unknown").fit(obs)


@pytest.fixture
def table(tmp_path, encoder):
    def table(text, encoding="utf-8"):
        (tmp_path / "wanted.csv").write_bytes(text.encode(encoding))
        return read_covariates(tmp_path / "wanted.csv", encoder)

    return table


def test_levels_are_text(table, encoder):
    """Pandas would read 00 as 0, and NA and None as missing."""
    obs = table("id,batch,dose,age\n001,00,1,35\n002,01,2,4e1\n003,NA,1,50\n004,None,2,60\n")
    assert obs.index.tolist() == ["001", "002", "003", "004"]
    assert obs["batch"].tolist() == ["00", "01", "NA", "None"]
    assert obs["age"].tolist() == [35, 40, 50, 60]
    levels = [encoder.vocabularies_["batch"][code] for code in encoder.transform(obs).codes[:, 0]]
    assert levels == ["00", "01", "NA", "None"]


def test_levels_that_are_numbers_are_found(table):
    assert table("id,batch,dose,age\na,00,1,35\nb,00,2,35\nc,00,7,35\n")["dose"].tolist() == [1, 2, "7"]


def test_a_text_comes_before_the_number_that_looks_like_it(tmp_path):
    with pytest.warns(UserWarning, match="differ in spaces, case or type alone: 1, '1'"):
        encoder = CovariateEncoder(["batch"]).fit(pd.DataFrame({"batch": [1, "1", 6.0, False]}))
    (tmp_path / "wanted.csv").write_text("id,batch\na,1\nb,1.0\nc,6\nd,False\ne,0\n")
    assert read_covariates(tmp_path / "wanted.csv", encoder)["batch"].tolist() == ["1", 1, 6.0, False, "0"]


def test_an_empty_cell_is_missing_in_a_covariate_alone(table, encoder):
    obs = table("id,batch,dose,age,remark\na,,1,35,\nb,00,1,,x\n")
    assert obs["remark"].tolist() == ["", "x"]
    with pytest.raises(ValueError, match="categorical='batch' has 1 missing values in obs"):
        encoder.transform(obs)
    with pytest.raises(ValueError, match="numerical='age' has 1 missing values in obs"):
        encoder.transform(obs.assign(batch="00"))


def test_quotes_spaces_and_a_byte_order_mark(table):
    obs = table('\ufeffid,batch,dose,age\r\n"a, b", 00,1,35\r\n\r\nc,"01",2,40\r\n')
    assert obs.index.tolist() == ["a, b", "c"]
    assert obs["batch"].tolist() == [" 00", "01"]


@pytest.mark.parametrize("mark", ["\t", ";", ","])
@pytest.mark.parametrize("trailing", [0, 1, 2])
def test_any_separator_also_at_the_ends_of_all_lines(table, mark, trailing):
    lines = [["id", "batch", "dose", "age"], ["a", "00", "1", "35"], ["b", "NA", "2", "40"]]
    obs = table("\n".join(mark.join([*cells, *[""] * trailing]) for cells in lines))
    assert obs.to_dict("list") == {"batch": ["00", "NA"], "dose": [1, 2], "age": [35, 40]}


def test_a_compressed_table(tmp_path, encoder):
    content = gzip.compress(b"id,batch,dose,age\na,00,1,35\n")
    (tmp_path / "wanted.csv.gz").write_bytes(content)
    assert read_covariates(tmp_path / "wanted.csv.gz", encoder)["batch"].tolist() == ["00"]
    (tmp_path / "wanted.csv.gz").write_bytes(content[:-10])
    with pytest.raises(ValueError, match="is not a table of covariates"):
        read_covariates(tmp_path / "wanted.csv.gz", encoder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "wanted.csv has no samples"),
        ("id,batch,dose,age\n", "wanted.csv has no samples"),
        ("id,batch,batch\na,00,01\n", r"line 1: column 'batch' comes more than once"),
        ("id,batch,dose,age\na,00,1\n", "line 2: 3 cells, but line 1 has 4; give each column one name"),
        ("id,batch,dose,age\n\na,00,1,young\n", "line 3: 'young' in the column 'age' is not a number"),
        ("id,batch,age\na,00,1,\n", "line 2: 4 cells, but line 1 has 3; .* end no line with a separator"),
        ("id,batch,age,\na,00,35,x\n", "line 1: column 4 has no name, but line 2 has a cell there"),
        ("id,batch\n,00\n", "line 2: the sample has no name"),
        ("id,batch\na,0\x000\n", "line 2 has a NUL byte"),
        ("id;batch;age\na;00;35,5\n", "line 2: '35,5' in the column 'age' .* write decimals with a point"),
        ("id,batch,dose,age\na,00,1,nan\n", "line 2: 'nan' in the column 'age' is not a number"),
        ('id,batch,dose,age\na,"00,1,35\n', "wanted.csv is not a table of covariates"),
    ],
)
def test_faults_name_the_file_and_the_line(table, text, words):
    with pytest.raises(ValueError, match=words):
        table(text)


def test_what_is_no_text_or_no_file(table, tmp_path, encoder):
    with pytest.raises(ValueError, match=r"wanted.csv is not a table of covariates.*'utf-8' codec"):
        table("id,batch,dose,age\nä,00,1,3\n", encoding="latin-1")
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none.csv"):
        read_covariates(tmp_path / "none.csv", encoder)
