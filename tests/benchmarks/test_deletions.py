"""The benchmark of deleted regulators: what is committed."""

from pathlib import Path

import pandas as pd

from gexlib.datasets import load_ecoli
from gexlib.study.deletions import MEASURES, METHODS, find_deletions

KEPT = Path(__file__).parents[2] / "data/effects/deletions.csv"


def test_the_committed_table_has_all_regulators_and_methods():
    table = pd.read_csv(KEPT)
    wanted = {(regulator, method) for regulator in find_deletions(load_ecoli()) for method in METHODS}
    assert set(zip(table["regulator"], table["method"], strict=True)) == wanted
    assert {*MEASURES, "samples", "targets", "commit", "machine"} <= set(table)
    assert not table["commit"].str.contains("changes").any()


def test_rows_are_made_and_kept(benchmarks, tmp_path, monkeypatch, capsys):
    import deletions

    made = pd.DataFrame(0.5, METHODS, MEASURES)
    monkeypatch.setattr(deletions, "deletion_test", lambda data, known, regulator: made)
    deletions.of_regulator.cache_clear()
    deletions.main(["--regulators", "fur"], tmp_path / "rows.csv")
    kept = pd.read_csv(tmp_path / "rows.csv")
    assert len(kept) == len(METHODS)
    assert (kept["targets"] == 175).all()
    assert "GAN: a deletion" in capsys.readouterr().out
    deletions.of_regulator.cache_clear()
