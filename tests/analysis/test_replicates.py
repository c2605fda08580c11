import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.analysis import replicate_correlations


def test_replicates_correlate_and_others_do_not():
    rng = np.random.default_rng(0)
    states = rng.normal(size=(10, 300)).repeat(2, axis=0)
    data = AnnData(
        (8 + 5 * rng.normal(size=300) + states + 0.1 * rng.normal(size=(20, 300))).astype(np.float32),
        obs=pd.DataFrame(
            {"condition": np.arange(10).repeat(2), "day": [1, 2] * 10}, index=[f"s{i}" for i in range(20)]
        ),
    )
    pairs = replicate_correlations(data)
    with_batch = replicate_correlations(data, batch="day")
    assert not with_batch.loc[with_batch["replicates"], "same batch"].any()
    assert with_batch["same batch"].sum() == 2 * 10 * 9 / 2
    assert len(pairs) == 20 * 19 / 2
    assert pairs["replicates"].sum() == 10
    assert pairs.loc[pairs["replicates"], "correlation"].min() > 0.9
    assert abs(pairs.loc[~pairs["replicates"], "correlation"].mean()) < 0.2


def test_replicates_agree_in_all_columns():
    obs = pd.DataFrame({"condition": list("aaab"), "day": [1, 1, 2, None]}, index=list("pqrs"))
    data = AnnData(np.random.default_rng(0).normal(size=(4, 9)).astype(np.float32), obs=obs)
    pairs = replicate_correlations(data, within=["condition", "day"])
    assert pairs.loc[pairs["replicates"], ["first", "second"]].to_numpy().tolist() == [["p", "q"]]


def test_columns_that_are_absent():
    data = AnnData(np.ones((3, 2), np.float32), obs=pd.DataFrame({"medium": list("abc")}, index=list("xyz")))
    with pytest.raises(ValueError, match="within='condition' is not a column of obs; columns: 'medium'"):
        replicate_correlations(data)
    with pytest.raises(ValueError, match="batch='lab' is not a column of obs; columns: 'medium'"):
        replicate_correlations(data, within=["medium"], batch="lab")
    with pytest.raises(TypeError, match="within='medium' must be a list of names of columns"):
        replicate_correlations(data, within="medium")
    with pytest.raises(ValueError, match="within names no column"):
        replicate_correlations(data, within=[])
