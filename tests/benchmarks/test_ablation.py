"""The parts of the generator, on a small data set."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

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
    settings = ablation.MODELS["default without adversarial training"]
    assert settings.critic_warmup > settings.epochs * 10**6
    monkeypatch.setitem(ablation.MODELS, "tiny", settings.replace(latent_dim=4, hidden=(8,), epochs=1))
    assert ablation.made("tiny", 0)["recall"] > 0.3
