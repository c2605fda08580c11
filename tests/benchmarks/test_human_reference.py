"""The reference run on human data, on a small cohort of few epochs: rows are kept, and scores are what they say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gexlib.preprocess import parts, prepare
from gexlib.study import load_demo
from gexlib.wgan import PRESETS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def small():
    """150 genes of the demo cohort, with ages that raise the first gene."""
    demo = load_demo(300)[:, :150].copy()
    demo.obs["age"] = np.random.default_rng(0).uniform(30, 80, demo.n_obs)
    demo.X[:, 0] += 0.1 * demo.obs["age"].to_numpy()
    return parts(prepare(demo, by="donor"))._asdict()


@pytest.fixture
def benchmark_script(monkeypatch, small):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import human_reference

    human_reference.clusters_of_real.cache_clear()
    monkeypatch.setattr(human_reference, "cohort", lambda *of: small)
    monkeypatch.setattr(human_reference, "ENOUGH", 1)
    few = PRESETS["default"].replace(epochs=2)
    monkeypatch.setattr(human_reference, "SETTINGS", dict.fromkeys(human_reference.SETTINGS, few))
    return human_reference


def test_rows_are_kept_and_their_models_too(benchmark_script, tmp_path, capsys):
    rows = ["GAN, default", "Gaussian of each kind", "Real, matched", "Real, all of training"]
    given = ["--metadata", "of the test", "--seeds", "0", "--models", str(tmp_path), "--only", *rows]
    given += ["--structure", "--result", str(tmp_path / "kept.csv")]
    benchmark_script.main(given)
    table = pd.read_csv(tmp_path / "kept.csv").set_index("data")
    assert list(table.index) == rows
    assert table[["S_dist", "S_dend", "tissue F1", "cancer AUC"]].notna().all(axis=None)
    assert table["commit"].notna().all()
    assert table.loc["GAN, default", "epochs"] >= 1
    assert len(list(tmp_path.glob("*.csv"))) == 2  # the table, and what is told of one training
    said = capsys.readouterr().out
    benchmark_script.main(given)
    assert "GAN, default, 0" in said
    assert "GAN, default, 0" not in capsys.readouterr().out  # nothing is made again


def test_scores_of_the_test_samples_themselves(benchmark_script, small):
    test = small["test"]
    found = benchmark_script.gene_clusters(*benchmark_script.clusters_of_real("test"), test)
    assert found["matched genes"] == found["matched majorities"] == 1
    assert benchmark_script.cancer(test, test) == pytest.approx(1)
    assert benchmark_script.width_of_correlations(test, test) == pytest.approx(1)
    assert 0 <= benchmark_script.error_by_donor(test, test, np.random.default_rng(0)) < 1e-6
    other = small["train"][: test.n_obs].copy()
    assert benchmark_script.error_by_donor(test, other, np.random.default_rng(0)) > 1e-4
    shuffled = test.copy()
    shuffled.X = np.random.default_rng(0).permuted(test.X, axis=0)
    assert benchmark_script.width_of_correlations(test, shuffled) < 0.7


def test_age_is_found_in_donors(benchmark_script, small):
    effect = benchmark_script.age_of_donors(small["train"])
    assert effect[0] == pytest.approx(2, abs=0.4)
    assert np.abs(effect[1:]).mean() < 0.3


def test_tissue_embeddings_are_those_of_the_papers_models_that_were_kept(benchmark_script, small, tmp_path):
    assert benchmark_script.tissue_embeddings(tmp_path, 150).empty
    model, _ = benchmark_script.fitted("GAN, the paper's", 3, small["train"], small["validation"], tmp_path, "cpu", 1)
    benchmark_script.fitted("GAN, default", 0, small["train"], small["validation"], tmp_path, "cpu", 1)
    found = benchmark_script.tissue_embeddings(tmp_path, 150)
    assert list(found.index.names) == ["seed", "tissue"]
    assert found.loc[3].equals(benchmark_script.analysis.level_embeddings(model, "tissue"))
    assert set(found.reset_index()["seed"]) == {3}
    assert not list(tmp_path.glob("*.checkpoint"))


def test_the_page_of_all_genes_is_that_of_the_kept_rows(benchmark_script):
    kept = pd.read_csv(benchmark_script.RESULT)
    shown = pd.read_csv(benchmark_script.PAGE, index_col="samples", dtype=str, keep_default_na=False)
    made = benchmark_script.page_table(kept).astype(str)
    pd.testing.assert_frame_equal(shown.sort_index(), made.sort_index(), check_names=False)
    assert shown.loc["GAN, the paper's", "epoch; time"].endswith("GPU")
    assert shown.loc["Copula of each kind", "epoch; time"] == ""
