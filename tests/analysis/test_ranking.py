"""Rankings: numbers that can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from gexlib.analysis import combine, rank_genes, recovery


def effects(values, **columns):
    return pd.DataFrame({"effect": values, **columns}, index=[f"g{i}" for i in range(len(values))], dtype=float)


def test_rank_by_absolute_value_keeps_ties_in_order_and_attrs():
    table = effects([1.0, -3, 0, 3, -1], z=[9, 0, 1, 0, 8])
    table.attrs["value"] = "cancer"
    assert rank_genes(table).index.tolist() == ["g1", "g3", "g0", "g4", "g2"]
    assert rank_genes(table, column="z").index.tolist()[:2] == ["g0", "g4"]
    assert rank_genes(table).attrs == {"value": "cancer"}
    assert "rank" not in table
    with pytest.raises(ValueError, match="column='p' is not a column of effects; columns: 'effect', 'z'"):
        rank_genes(table, column="p")


def test_recovery_by_hand():
    truth = pd.Series([True, False, True, False], index=list("abcd"))
    found = recovery(pd.Series([4.0, -3, 2, 1], index=list("abcd")), truth[::-1])
    assert found["AUROC"] == 0.75, "3 of 4 pairs are in the right order"
    assert found["AUPRC"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    with pytest.raises(ValueError, match="4 of 4 genes respond"):
        recovery(truth.astype(float), truth | True)


def test_combine_has_the_variance_of_the_mixture():
    """The sd of runs pooled from models is that of the law of total variance."""
    rng = np.random.default_rng(0)
    runs = rng.normal([[[1.0]], [[2]], [[6]]], [[[0.5]], [[1]], [[2]]], (3, 100_000, 2))
    tables = {k: effects(r.mean(axis=0), sd=r.std(axis=0)) for k, r in enumerate(runs)}
    table = combine(tables)
    np.testing.assert_allclose(table["effect"], 3, atol=0.02)
    np.testing.assert_allclose(table["sd latents"], np.sqrt((0.25 + 1 + 4) / 3), rtol=0.01)
    np.testing.assert_allclose(table["sd models"], np.std([1, 2, 6], ddof=1), rtol=0.01)
    np.testing.assert_allclose(table["sd"] ** 2, table["sd latents"] ** 2 + table["sd models"] ** 2)
    np.testing.assert_allclose(table["high"] - table["low"], 2 * 1.959964 * table["sd"])
    assert table.attrs == {"models": 3}


def test_combine_counts_signs_and_refuses_what_does_not_fit():
    a, b, c = (effects([v, 0], sd=[0, 0]) for v in (1, 2, -1))
    table = combine([a, b, c])
    assert table["same sign"].tolist() == [2 / 3, 1]
    assert table["z"].tolist()[1] == 0
    with pytest.raises(ValueError, match="1 table"):
        combine([a])
    with pytest.raises(ValueError, match="column='sd' is not a column of effects; columns: 'effect'"):
        combine([a, b[["effect"]]])
    with pytest.raises(ValueError, match="differ in their genes"):
        combine([a, b[::-1]])
