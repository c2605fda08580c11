"""Table 1 of M3D and PRECISE from end to end, on few genes and for few epochs; and the result that is committed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gexlib.study import TABLE_1

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ROWS = {"M3D, 524 chips": 17, "PRECISE": 17}


@pytest.fixture
def benchmark_script(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import m3d_table_1

    return m3d_table_1


@pytest.fixture
def chips(tmp_path):
    """300 made up chips of experiments one after the other, with genes that the embedded network has below crp."""
    from gexlib.datasets import load_ecoli_grn
    from gexlib.grn import hierarchy

    genes = list(hierarchy(load_ecoli_grn(), "crp"))[:40]
    rng = np.random.default_rng(0)
    x = 9 + np.repeat(rng.normal(size=(100, 5)), 3, axis=0) @ rng.normal(size=(5, 40)) + rng.normal(size=(300, 40))
    table = pd.DataFrame(x.T.round(4), index=genes, columns=[f"chip{i:03d}" for i in range(300)])
    table.insert(0, "locus", "")
    table.index = table.index.str.upper()
    table.to_csv(tmp_path / "ecoli_m3d_v3_made_up.tsv.gz", sep="\t", index_label="gene_symbol")
    return tmp_path


def test_both_data_sets_quickly(benchmark_script, chips, capsys):
    result, page, scores = chips / "result.txt", chips / "page.csv", chips / "scores.csv"
    training, curve = chips / "training.csv", chips / "curve.svg"
    kept = ["--scores", str(scores), "--training", str(training), "--curve", str(curve)]
    benchmark_script.main(
        [str(chips), "--quick", "--seeds", "0", "1", "--result", str(result), "--page", str(page), *kept]
    )
    table = pd.read_csv(page, dtype=str)
    assert list(table.columns) == ["data set", "samples", *TABLE_1]
    counts = table["data set"].value_counts().to_dict()
    assert counts == ROWS | {"the paper, M3D": len(TABLE_1)}
    values = table[table["data set"] == "M3D, 524 chips"].set_index("samples")["S_dist"].str.split("\xa0").str[0]
    random = float(values["Random"].lstrip("<> ").replace("−", "-"))
    assert float(values["Real, all of training"]) > 0.3 > abs(random)
    text = result.read_text(encoding="utf-8")
    assert "virtual cores, one used; Python" in text
    assert pd.read_csv(scores, dtype={"commit": str})["commit"].str.len().min() >= 7
    assert "GAN, the paper's: preset paper_ecoli with epochs=5" in text
    assert "0 covariates" in text
    assert text.count("Bootstrap") == 2  # of each data set; its seeds stand below one another
    assert text in capsys.readouterr().out
    trainings = pd.read_csv(training).groupby(["set", "seed"])
    assert len(trainings) == 2 * len(ROWS)
    assert trainings["iterations"].max().unique() == 5 * 21
    assert curve.read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_the_papers_model_is_its_preset_but_for_what_a_row_names(benchmark_script):
    found = benchmark_script.models("M3D, 524 chips", quick=False)
    preset = benchmark_script.PRESETS["paper_ecoli"]
    assert found["GAN, the paper's"] == preset
    assert found["GAN, the paper's, three layers"].hidden == (128, 128, 128)
    assert found["GAN, the paper's, latent vector of 50"] == preset.replace(latent_dim=50)


def test_start_is_the_default_without_networks(benchmark_script):
    start = benchmark_script.models("PRECISE", quick=False)["GAN, default's start"]
    assert start == benchmark_script.PRESETS["default"].replace(adversarial="never")


def test_similarity_to_the_rest(benchmark_script):
    from anndata import AnnData

    x = np.random.default_rng(0).normal(size=(6, 400)).astype(np.float32)
    x[5] = x[0]
    last = np.arange(6) == 5
    assert benchmark_script.closest(AnnData(x), last) == pytest.approx(1)
    assert benchmark_script.closest(AnnData(x[1:].copy()), last[1:]) < 0.5


def test_a_matched_bound_has_the_covariates_of_the_test_samples(benchmark_script):
    from gexlib.preprocess import parts

    whole = benchmark_script.prepared_ecoli(seed=0)
    ready = benchmark_script.small(whole)
    made = benchmark_script.samples(ready, whole.network, {}, 0)["Real, matched"]()[0]
    test = parts(ready.data).test
    known = [name for names in ready.covariates.values() for name in names]
    drawn = parts(ready.data).train.obs.sample(test.n_obs, random_state=0)

    def alike(obs):
        return (obs[known].astype(str).to_numpy() == test.obs[known].astype(str).to_numpy()).mean()

    assert made.n_obs == test.n_obs
    assert alike(made.obs) > alike(drawn)
