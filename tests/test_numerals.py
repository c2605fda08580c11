"""Numbers of tables."""

import numpy as np
import pandas as pd
import pytest

from gexlib.numerals import number_table, numeral, with_spread


@pytest.mark.parametrize("value", [1e-9, -1e-9, 0.0, 0.00049, -0.00049, -0.0])
def test_no_number_is_nothing_but_zeros(value):
    text = numeral(value)
    assert text == "0" or text.startswith(("<", ">"))
    assert not with_spread(value, 0.01).startswith("−")


def test_spreads():
    assert with_spread(1.0, 0.00001) == "1.000\xa0±\xa0< 0.001"
    assert with_spread(np.nan, 1.0) == ""


def test_only_broken_numbers_become_text():
    table = pd.DataFrame({"n": [3, 4], "share": [0.5, np.nan], "who": ["a", "b"]})
    shown = number_table(table, digits=2)
    assert shown["n"].tolist() == [3, 4]
    assert shown["share"].tolist() == ["0.50", "–"]
    assert shown["who"].tolist() == ["a", "b"]
    assert table["share"].dtype == float, "the table that is given stays as it is"
