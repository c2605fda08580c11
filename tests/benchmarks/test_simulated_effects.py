"""The benchmark of simulated effects: what it writes, and what is committed."""

from pathlib import Path

import pandas as pd

KEPT = Path(__file__).parents[2] / "data/effects"


def test_both_tables_are_written(benchmarks, tmp_path, monkeypatch, capsys):
    import simulated_effects

    coverage = pd.DataFrame({"coverage": [0.9]}, pd.Index(["a"], name="method"))
    unmeasured = pd.DataFrame({"strength": [0.2], "seed": [0], "required": [0.1], "false": [0.5]})
    monkeypatch.setattr(simulated_effects, "coverage_experiment", lambda seed, strength: coverage)
    monkeypatch.setattr(simulated_effects, "unmeasured_experiment", lambda *a, strength: unmeasured)
    simulated_effects.main(["--seeds", "2"], tmp_path)
    first = (tmp_path / "coverage.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# 2 seeds, measured confounder of strength 0.6; commit ")
    assert pd.read_csv(tmp_path / "coverage.csv", comment="#")["seed"].tolist() == [0, 1]
    assert pd.read_csv(tmp_path / "unmeasured.csv", comment="#")["false"].tolist() == [0.5]
    assert "0.9" in capsys.readouterr().out


def test_the_committed_tables_are_of_ten_seeds():
    coverage, unmeasured = (pd.read_csv(KEPT / f"{name}.csv", comment="#") for name in ("coverage", "unmeasured"))
    assert set(coverage["seed"]) == set(unmeasured["seed"]) == set(range(10))
    strongest = unmeasured[(unmeasured["strength"] == 0.8) & (unmeasured["required"] == 0)]
    assert strongest["false"].min() > 0.3  # what nobody measured misleads
    assert coverage.groupby("method")["coverage"].mean()["GAN, seeds alone"] < 0.7
