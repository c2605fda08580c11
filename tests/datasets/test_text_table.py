"""Tables of text: layout, numbers and codes."""

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
