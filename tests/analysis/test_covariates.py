import numpy as np
import pandas as pd

from gexlib.analysis import summarise_covariates


def test_counts_by_hand():
    obs = pd.DataFrame(
        {
            "condition": ["a", "a", "b", "c"],
            "carbon": pd.Categorical(["glucose", "glucose", "acetate", "glucose"]),
            "rate": [0.5, 0.5, np.nan, np.nan],
        }
    )
    table = summarise_covariates(obs, ["carbon", "rate"], by="condition")
    assert table.loc["carbon"].tolist() == [2, "glucose", 0.75, 0.0, 1]
    assert table.loc["rate"].tolist() == [1, "0.5", 0.5, 0.5, 1]
    assert "levels in one group" not in summarise_covariates(obs, ["carbon"])
