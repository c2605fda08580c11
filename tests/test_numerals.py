"""Numbers of tables."""

import numpy as np
import pytest

from gexlib.numerals import numeral, with_spread


@pytest.mark.parametrize("value", [1e-9, -1e-9, 0.0, 0.00049, -0.00049, -0.0])
def test_no_number_is_nothing_but_zeros(value):
    text = numeral(value)
    assert text == "0" or text.startswith(("<", ">"))
    assert not with_spread(value, 0.01).startswith("−")


def test_spreads():
    assert with_spread(1.0, 0.00001) == "1.000\xa0±\xa0< 0.001"
    assert with_spread(np.nan, 1.0) == ""
