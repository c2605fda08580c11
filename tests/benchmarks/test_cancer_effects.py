"""The benchmark of cancer effects: rows are kept by data set and fold, and all methods are committed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.study.effects import METHODS

KEPT = Path(__file__).parents[2] / "data/effects/cancer.csv"


@pytest.fixture
def cancer_effects(benchmarks, monkeypatch):
    """The benchmark, whose test is a table that counts its calls."""
    import cancer_effects

    calls = []

    def made(data, draws, seed, fold):
        calls.append((data.n_vars, draws, fold))
        return pd.DataFrame({"study": ["kirc"], "method": ["a"], **dict.fromkeys(COLUMNS, 0.5)})

    x = np.random.default_rng(0).normal(size=(4, 9)).astype(np.float32)
    x[:, 0] = 1
    monkeypatch.setattr(cancer_effects, "effect_test", made)
    monkeypatch.setattr(cancer_effects, "LOADERS", {"tcga_pairs": lambda folder: AnnData(x)})
    return cancer_effects, calls


COLUMNS = ["error", "Spearman", "slope", "coverage", "width", "controls effect", "controls called"]


def test_folds_that_are_there_are_not_run_again(cancer_effects, tmp_path):
    module, calls = cancer_effects
    (tmp_path / "tcga_pairs").mkdir()
    options = [str(tmp_path), "--genes", "4", "--draws", "3"]
    module.main(options, tmp_path / "rows.csv")
    assert calls == [(4, 3, 0), (4, 3, 1)]
    module.main(options, tmp_path / "rows.csv")
    assert len(calls) == 2
    module.main([*options, "--again"], tmp_path / "rows.csv")
    assert len(calls) == 4
    assert len(pd.read_csv(tmp_path / "rows.csv")) == 2


def test_a_folder_without_data_is_refused(cancer_effects, tmp_path):
    with pytest.raises(FileNotFoundError, match="has none of the folders tcga_pairs"):
        cancer_effects[0].main([str(tmp_path)], tmp_path / "rows.csv")


def test_the_committed_table_has_both_data_sets_and_all_methods():
    table = pd.read_csv(KEPT)
    assert set(table["data"]) == {"tcga_pairs", "rnaseqdb"}
    assert set(table["method"]) == set(METHODS)
    assert (table.groupby("data")["fold"].nunique() == 2).all()
    assert not table["commit"].str.contains("changes").any()
