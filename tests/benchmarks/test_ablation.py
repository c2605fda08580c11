"""The parts of the generator, on a small data set."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.wgan import PRESETS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def ablation(monkeypatch, tmp_path):
    """The benchmark on 120 samples of 30 genes in two tissues, with folders of its own."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    import ablation

    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {"tissue": rng.choice(["lung", "liver"], 120), "sex": "female"}, index=[f"s{i}" for i in range(120)]
    )
    obs["condition"] = rng.choice(["normal", "cancer"], 120)
    x = rng.normal(size=(120, 4)) @ rng.normal(size=(4, 30)) + 3 * (obs["tissue"] == "lung").to_numpy()[:, None]
    data = AnnData(np.maximum(x + rng.normal(size=x.shape), 0).astype(np.float32), obs=obs)
    parts = {"train": data[:60].copy(), "validation": data[60:80].copy(), "test": data[80:].copy()}
    monkeypatch.setattr(ablation, "cohort", lambda: parts)
    monkeypatch.setattr(ablation, "KEPT", tmp_path / "kept")
    return ablation


def test_rows_have_the_columns_of_the_tables_and_are_kept(ablation):
    columns = [column for group in ablation.TABLES.values() for column in group]
    found = {name: ablation.kept((name, 0))[2] for name in ("Real", "Bootstrap")}
    assert all(sorted(row) == sorted(columns) for row in found.values())
    assert found["Bootstrap"]["membership AUC"] > 0.75 > found["Real"]["membership AUC"]
    assert ablation.kept(("Bootstrap", 0))[2] == found["Bootstrap"]
    assert [path.name for path in sorted(ablation.KEPT.iterdir())] == ["Bootstrap-0.json", "Real-0.json"]


def test_without_adversarial_training_the_generator_is_as_it_was_fitted(ablation, monkeypatch):
    settings = ablation.MODELS["with a factor model, not trained"]
    assert settings.adversarial == "never"
    monkeypatch.setitem(ablation.MODELS, "tiny", settings.replace(latent_dim=4, hidden=(8,)))
    assert ablation.made("tiny", 0)["recall"] > 0.3


def test_the_papers_model_has_the_patience_of_its_authors_code(ablation):
    assert ablation.MODELS["paper"] == PRESETS["paper_gtex_tcga"].replace(patience=10)


def test_rows_that_are_not_computed_stay(ablation, tmp_path):
    path = tmp_path / "table.csv"
    ablation.write_table(pd.DataFrame({"S_dist": ["0.1", "0.2"]}, index=["Bootstrap", "paper"]), path)
    ablation.write_table(pd.DataFrame({"S_dist": ["0.9"]}, index=["paper"]), path)
    assert path.read_text() == "data,S_dist\npaper,0.9\nBootstrap,0.1\n"


def test_the_curve_is_drawn_of_trainings_that_are_there(ablation, tmp_path, monkeypatch):
    settings = ablation.PAPER.replace(latent_dim=4, hidden=(8,), epoch_updates=2, epochs=6, evaluate_every=2)
    monkeypatch.setitem(ablation.MODELS, "paper", settings)
    ablation.draw_training(tmp_path / "none.svg", [0])
    assert not (tmp_path / "none.svg").exists()
    ablation.made("paper", 0)
    ablation.draw_training(tmp_path / "curve.svg", [0])
    assert "S_dist on validation samples" in (tmp_path / "curve.svg").read_text()
