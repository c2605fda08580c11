import numpy as np
import pandas as pd
import pytest

from gexlib.analysis import slopes


def test_the_effect_is_found_beside_those_of_categories():
    rng = np.random.default_rng(0)
    tissue = rng.choice(["liver", "lung"], 200)
    age = 40 + 10 * (tissue == "lung") + rng.normal(0, 5, 200)
    x = np.column_stack([0.1 * age + 3 * (tissue == "lung"), 3.0 * (tissue == "lung")]) + rng.normal(0, 0.01, (200, 2))
    found = slopes(x, age, pd.DataFrame({"tissue": tissue}))
    assert found == pytest.approx([0.1, 0], abs=1e-3)
    assert slopes(x, age, pd.DataFrame({"same": ["a"] * 200}))[1] > 0.05  # without the tissue it looks like an effect


@pytest.mark.parametrize(
    ("values", "message"), [([1.0, np.nan, 2, 3], "1 missing value"), ([1.0, 1, 2, 2], "does not vary where")]
)
def test_what_cannot_be_answered(values, message):
    with pytest.raises(ValueError, match=message):
        slopes(np.ones((4, 1)), np.array(values), pd.DataFrame({"tissue": list("aabb")}))
