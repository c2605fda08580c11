"""Learning curves from end to end on a small truth; what each number of samples is made of."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def curve(benchmarks, monkeypatch):
    """The benchmark on 20 genes and 60 test samples."""
    import learning_curve
    from known_truth import Truth

    monkeypatch.setattr(learning_curve, "Truth", lambda: Truth(genes=20))
    monkeypatch.setattr(learning_curve, "TEST", 60)
    monkeypatch.setattr(learning_curve, "SIZES", {learning_curve.TRUTH: [60, 120]})
    learning_curve.problem.cache_clear()
    yield learning_curve
    learning_curve.problem.cache_clear()


def test_rows_tables_and_figure(curve, tmp_path, capsys):
    pages = [tmp_path / name for name in ("curve.csv", "wins.csv", "curve.svg")]
    options = [str(tmp_path), "--data", curve.TRUTH, "--epochs", "2", "--result", str(tmp_path / "rows.csv")]
    options += ["--pages", *map(str, pages), "--seeds", "0", "1"]
    curve.main([*options, "--only", "Real", "Bootstrap", "default"])
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert len(rows) == 2 * 2 * 3
    assert {*curve.SCORES, "seconds", "settings", "commit", "machine"} <= set(rows)
    shown, found = (pd.read_csv(page) for page in pages[:2])
    assert shown["n"].tolist() == [60, 120] * 3 or sorted(shown["n"]) == [60] * 3 + [120] * 3
    assert set(found["generator"]) == set(found["against"]) == {"Bootstrap", "default"}
    text = pages[2].read_text()
    assert "forest AUC, independent draw" in text
    assert "Bootstrap" in capsys.readouterr().out
    before = (tmp_path / "rows.csv").read_text()
    curve.main([*options, "--tables"])
    assert (tmp_path / "rows.csv").read_text() == before


def test_more_samples_than_there_are_is_refused(curve, tmp_path):
    with pytest.raises(ValueError, match="n=130 is more than the 120 samples of 'known truth'"):
        curve.row(tmp_path, {}, curve.TRUTH, 130, "Bootstrap", 0)
    with pytest.raises(FileNotFoundError, match=r"has no tcga_pairs, at any depth"):
        curve.pairs(tmp_path)


def test_pairs_of_a_patient_stay_together(curve, tmp_path):
    folder = tmp_path / "some/tcga_pairs"
    folder.mkdir(parents=True)
    names = [f"p{i // 2}-{'tn'[i % 2]}" for i in range(80)]
    obs = pd.DataFrame({"sample": names, "cohort": "A", "patient": [n.split("-")[0] for n in names]})
    obs.assign(condition=["tumour", "normal"] * 40, sex="F", age=50).to_csv(
        folder / "samples.tsv", sep="\t", index=False
    )
    x = pd.DataFrame(np.random.default_rng(0).normal(size=(6, 80)), [f"g{j}" for j in range(6)], names)
    x.iloc[5, 3] = np.nan
    x.to_csv(folder / "expression_log2.tsv.gz", sep="\t")
    found = curve.tcga_pairs(Path(tmp_path), seed=0)
    assert found.pool.n_vars == 5
    assert not set(found.pool.obs["patient"]) & set(found.test.obs["patient"])
    patients = found.pool.obs["patient"].astype(str)
    assert (patients.to_numpy()[::2] == patients.to_numpy()[1::2]).all()
    assert found.pool.n_obs + found.test.n_obs == 80
