"""Numbers of tables."""

import numpy as np
import pandas as pd
import pytest

from gexlib.numerals import number_table, numeral, with_spread


@pytest.mark.parametrize("value", [1e-9, -1e-9, 0.0, 0.00049, -0.00049, -0.0])
def test_no_number_is_nothing_but_zeros(value):
    text = numeral(value)
    assert text in ("0", "< 0.001")
    assert not with_spread(value, 0.01).startswith("−")


def test_spreads():
    assert with_spread(0.96, 0.004, digits=2) == "0.960\xa0±\xa00.004"
    assert with_spread(0.3, 0.06, digits=0) == "0.3\xa0±\xa00.1"
    assert with_spread(0.9998, 0.0003) == "0.9998\xa0±\xa00.0003"
    assert with_spread(1.0, 0.00001) == with_spread(1.0, 1e-17) == with_spread(1.0, 0.0) == "1.000\xa0±\xa00"
    assert with_spread(np.nan, 1.0) == ""


@pytest.mark.parametrize("digits", [0, 2, 3])
@pytest.mark.parametrize("spread", [0.0, 1e-17, 4e-5, 0.0004, 0.004, 0.04, 4.0])
def test_no_spread_is_an_inequality(spread, digits):
    assert "<" not in with_spread(0.5, spread, digits)


def test_only_broken_numbers_become_text():
    table = pd.DataFrame({"n": [3, 4], "share": [0.5, np.nan], "who": ["a", "b"]})
    shown = number_table(table, digits=2)
    assert shown["n"].tolist() == [3, 4]
    assert shown["share"].tolist() == ["0.50", "–"]
    assert shown["who"].tolist() == ["a", "b"]
    assert table["share"].dtype == float, "the table that is given stays as it is"
