"""The benchmark of patients measured twice: what it writes, and what is committed."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "data/paired"


@pytest.fixture
def folder(tmp_path):
    """A small pairs table of three studies."""
    rng = np.random.default_rng(0)
    patients = [f"p{i}" for i in range(24)]
    samples = pd.DataFrame(
        [
            (f"{p}-{c}", ("THCA", "KIRC", "LUAD")[i % 3], p, c, "FEMALE", 50.0)
            for i, p in enumerate(patients)
            for c in ("tumour", "normal")
        ],
        columns=["sample", "cohort", "patient", "condition", "sex", "age"],
    )
    samples.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
    values = pd.DataFrame(rng.normal(8, 1, (15, len(samples))), [f"g{i}" for i in range(15)], samples["sample"])
    text = values.round(3).to_csv(sep="\t")
    (tmp_path / "expression_log2.tsv.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


def test_the_table_says_where_it_is_from(folder, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import paired_patients

    paired_patients.main([str(folder), "--folds", "2"], tmp_path)
    about = (tmp_path / "results.csv").read_text(encoding="utf-8").splitlines()[0]
    assert about.startswith("# TCGA pairs: 48 samples, 15 genes, settings default, 2 folds, seed 0; commit ")
    for name in ("results", "new_studies"):
        table = pd.read_csv(tmp_path / f"{name}.csv", comment="#", index_col=["method", "study"])
        assert table.loc[("mean tumour", "all"), "patients"] == 24
        assert table.loc[("mean tumour", "thca"), "relative error"] == pytest.approx(1)


def test_the_committed_table_is_of_all_patients():
    table = pd.read_csv(KEPT / "results.csv", comment="#", index_col=["method", "study"])
    assert (table.xs("all", level="study")["patients"] == 602).all()
    ours = table.xs("learned coupling")
    assert ours["relative error"].max() < 1.02
    assert ours.loc["all", "relative error"] <= table.loc[("ridge", "all"), "relative error"]
    assert 0.87 < ours.loc["all", "cover 90"] < 0.93


def test_the_committed_table_of_new_studies_is_of_all_patients():
    table = pd.read_csv(KEPT / "new_studies.csv", comment="#", index_col=["method", "study"])
    whole = table.xs("all", level="study")
    assert (whole["patients"] == 602).all()
    assert whole.loc["learned coupling", "relative error"] < whole.loc["ridge", "relative error"]
    assert 0.87 < whole.loc["learned coupling", "cover 90"] < 0.95
