import numpy as np
import pytest
from anndata import AnnData

from gexlib.metrics import s_dend, s_dist, s_tf_tg, s_tg_tg, table_1

GENES = [f"g{i}" for i in range(15)]
REGULONS = {"g0": ["g1", "g2", "g3"], "g4": ["g5", "g6"]}


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(3, 15))
    sets = {}
    for name, n in {"real": 30, "near": 25, "far": 20}.items():
        noise = 10 if name == "far" else 1
        sets[name] = AnnData(rng.normal(size=(n, 3)) @ shared + noise * rng.normal(size=(n, 15)))
        sets[name].var_names = GENES
    return sets


def test_one_row_a_data_set_with_the_values_of_the_functions(data):
    real = data.pop("real")
    data["shuffled"] = data["near"][:, ::-1]
    table = table_1(real, data, REGULONS)
    assert list(table.index) == ["near", "far", "shuffled"]
    assert list(table.columns) == ["S_dist", "S_dend", "S_TF-TG", "S_TG-TG"]
    for name, synthetic in data.items():
        expected = [
            s_dist(real, synthetic),
            s_dend(real, synthetic),
            s_tf_tg(real, synthetic, REGULONS),
            s_tg_tg(real, synthetic, REGULONS),
        ]
        assert table.loc[name].tolist() == pytest.approx(expected, abs=1e-12)
    assert table.loc["near", "S_dist"] > table.loc["far", "S_dist"] + 0.3


def test_one_data_set_without_regulons(data):
    table = table_1(data["real"].X, data["near"].X)
    assert table.shape == (1, 2)
    assert table.index.tolist() == ["synthetic"]
    assert list(table.columns) == ["S_dist", "S_dend"]


def test_arrays_with_gene_names(data):
    table = table_1(data["real"].X, {"a": data["near"].X}, REGULONS, GENES)
    np.testing.assert_array_equal(table, table_1(data["real"], {"a": data["near"]}, REGULONS))


def test_errors_name_the_data_set(data):
    bad = data["near"].X.copy()
    bad[:, 1] = 0
    with pytest.raises(ValueError, match=r"synthetic\['bad'\] has 1 constant genes"):
        table_1(data["real"], {"good": data["near"], "bad": bad})
    assert table_1(data["real"], {"bad": bad}, REGULONS, constant="zero").notna().all(axis=None)
    with pytest.raises(ValueError, match="synthetic is empty"):
        table_1(data["real"], {})
    with pytest.raises(ValueError, match="genes is needed"):
        table_1(data["real"].X, data["near"].X, REGULONS)
