"""Tables of text: layout, numbers and codes."""

import gzip

import numpy as np
import pandas as pd
import pytest

from gexlib.datasets.text_table import numbers, read_text, typed

BODY = "b0001\t3\t4\nb0002\t5\t6\n"


@pytest.mark.parametrize(
    "head",
    [
        "gene\ts1\ts2\n",
        "s1\ts2\n",
        "# Program: x; Command: a,b,c\ngene\ts1\ts2\n",
        "#1.2\n2\t2\ngene\ts1\ts2\n",
        "\ufeff\ts1\ts2\n",
    ],
)
def test_the_header_is_found(tmp_path, head):
    (tmp_path / "a.txt").write_text(head + BODY, encoding="utf-8")
    table = read_text(tmp_path / "a.txt", as_text=False)
    assert table.columns.tolist() == ["s1", "s2"]
    assert table.index.tolist() == ["b0001", "b0002"]
    assert table.to_numpy().tolist() == [[3, 4], [5, 6]]


def test_names_stay_text(tmp_path):
    (tmp_path / "a.csv").write_text("sample;age\n001; 30 \n002;NA\n")
    table = read_text(tmp_path / "a.csv")
    assert table.index.tolist() == ["001", "002"]
    assert typed(table)["age"].iloc[0] == 30.0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no line of names"),
        (b"one\ntwo\n", "no line of names"),
        (b"PK\x03\x04\xff\xfe\x00", "Save a sheet of Excel as 'CSV UTF-8' first"),
        (b"g,s1\na,1\n,2\n", "1 rows have no name"),
    ],
)
def test_what_is_no_table_is_an_error(tmp_path, content, words):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_text(tmp_path / "a.csv")


ROWS = "b1,1.5,2.5,3.1\nb2,4.5,5.5,6.1\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"gene,s1,s2,s3,\n{ROWS}", "a.csv, line 1 has 5 cells, but the lines below have 4"),
        (f"# made by x, y\ngene,s1,s2,s3,\n{ROWS}", "a.csv, line 2 has 5 cells, but the lines below have 4"),
        (f"gene,s1\n{ROWS}", "a.csv, line 1 has 2 cells, but the lines below have 4"),
        (f"gene,s1,s2,s3\nb0,1,2\n{ROWS}", "a.csv, line 1 has 4 cells, but the lines below have 4"),
        (f"gene,s1,s2\n{ROWS}", "a.csv, line 1: the header has 3 cells, and the line below 4"),
        ("id,tissue\na,lung,5\nb,liver,6\n", "a.csv, line 1: the header has 2 cells, and the line below 3"),
        ("s1,s2\na,1,\nb,2,\n", "a.csv, line 1: the header has 2 cells, and the line below 3"),
        ("id,tissue,age,\na,lung,LB\nb,liver,M9\n", "a.csv, line 1 has 4 cells"),
        ("id,tissue,,age\na,lung,x,5\nb,liver,,6\n", "a.csv, line 1: column 3 has no name, but cells"),
    ],
)
def test_a_header_that_does_not_fit_its_rows(tmp_path, content, words):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(ValueError, match=words):
        read_text(tmp_path / "a.csv")


@pytest.mark.parametrize("as_text", [False, True])
def test_an_empty_column_without_a_name_is_left_out(tmp_path, as_text):
    (tmp_path / "a.csv").write_text("id,tissue,age,\na,lung,5,\nb,liver,6,\n")
    table = read_text(tmp_path / "a.csv", as_text)
    assert table.columns.tolist() == ["tissue", "age"]
    assert table["age"].astype(int).tolist() == [5, 6]


def test_rows_that_r_has_numbered(tmp_path):
    (tmp_path / "a.csv").write_text('"sample","age"\n"1","s1",30\n"2","s2",40\n')
    assert read_text(tmp_path / "a.csv").columns.tolist() == ["sample", "age"]


def test_lines_before_the_header_are_skipped(tmp_path):
    (tmp_path / "a.csv").write_text(f"Counts of the laboratory\nDate,today\ngene,s1,s2,s3\n{ROWS}\n")
    assert read_text(tmp_path / "a.csv").columns.tolist() == ["s1", "s2", "s3"]


@pytest.mark.parametrize("head", ["gene;s1;s2;s3", "s1;s2;s3"])
def test_decimal_commas_are_refused(tmp_path, head):
    (tmp_path / "a.csv").write_text(f"{head}\nACTB;1,5;2,5;7,25\nTP53;3,5;0,5;1,0\nB2M;0,5;1,5;2,0\n")
    table = read_text(tmp_path / "a.csv", as_text=False)
    assert table.columns.tolist() == ["s1", "s2", "s3"]
    with pytest.raises(ValueError, match=r"'1,5' in row 'ACTB', column 's1' is not a number; write decimals with a"):
        numbers(tmp_path / "a.csv", table, [])


def test_commas_in_text_do_not_separate(tmp_path):
    (tmp_path / "a.csv").write_text("gene;product;s1\na;w, x, y, z;1\nb;w, x, y, z;2\nc;w, x, y, z;3\n")
    assert read_text(tmp_path / "a.csv").columns.tolist() == ["product", "s1"]


@pytest.mark.parametrize("end", ["a.csv", "a.csv.gz"])
def test_a_nul_byte_is_refused_with_its_line(tmp_path, end):
    content = b"gene,s1\na,1.5\nb,2\0.333\n"
    (tmp_path / end).write_bytes(gzip.compress(content) if end.endswith("gz") else content)
    with pytest.raises(ValueError, match=rf"{end}, line 3 has a NUL byte"):
        read_text(tmp_path / end)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-9], lambda b: b[:14] + b"\xff" * 20 + b[34:], lambda _: b"g,s1\na,1\n"]
)
def test_a_damaged_gzip_is_named(tmp_path, damage):
    content = gzip.compress("".join(f"gene{i},{i * 7 % 13}\n" for i in range(200)).encode())
    (tmp_path / "a.csv.gz").write_bytes(damage(content))
    with pytest.raises(ValueError, match=r"a\.csv\.gz is not a whole gzip file: .* Copy or download it again"):
        read_text(tmp_path / "a.csv.gz")


@pytest.mark.parametrize(
    "cells", [["1E2", "100"], ["12345678901234567", "12345678901234568"], ["12345678901234567", None], ["01", "1"]]
)
def test_codes_do_not_become_one_number(cells):
    assert typed(pd.DataFrame({"donor": cells}, dtype=object))["donor"].dropna().tolist() == [c for c in cells if c]


def test_usual_numbers_become_numbers():
    texts = ["1e-05", "1e+20", "30", "30.0", "-1.50", "0.12345678901234567", None]
    assert typed(pd.DataFrame({"dose": texts}, dtype=object))["dose"].dtype == np.float64


def test_a_column_that_comes_twice_is_refused():
    table = pd.DataFrame([["LB", "M9"]], columns=["medium", "medium"])
    with pytest.raises(ValueError, match=r"a\.csv: column 'medium' comes more than once"):
        typed(table, "a.csv")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_text(tmp_path / "a.csv")


def test_a_cell_that_is_no_number_is_named():
    table = pd.DataFrame({"s1": ["1.5", "2,5", "3"]}, index=["a", "b", "c"], dtype=object)
    with pytest.raises(ValueError, match=r"x.csv: '2,5' in row 'b', column 's1' is not a number; write decimals"):
        numbers("x.csv", table, [])
    with pytest.raises(ValueError, match="has no column of numbers"):
        numbers("x.csv", table, ["s1"])
    words = pd.DataFrame({"s1": ["low", "high", None]}, index=["a", "b", "c"], dtype=object)
    with pytest.raises(ValueError, match="'low' in row 'a', column 's1' is not a number$"):
        numbers("x.csv", words, [], ["s1"])


def test_numbers_of_whole_columns():
    table = pd.DataFrame({"s1": [1, 2], "s2": [0.5, np.nan]}, index=["a", "b"])
    values, about = numbers("x.csv", table, [])
    assert values.dtypes.tolist() == [np.float32, np.float32]
    assert about.shape == (2, 0)
