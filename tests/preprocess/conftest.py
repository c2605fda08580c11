import pandas as pd
import pytest


@pytest.fixture
def obs():
    return pd.DataFrame(
        {
            "condition": pd.Categorical([f"c{i // 3}" for i in range(60)]),
            "oxygen": pd.Categorical(["yes", "no", "unknown"] * 20),
            "temperature": [37.0, 42.0, 30.0] * 20,
        },
        index=[f"s{i}" for i in range(60)],
    )
