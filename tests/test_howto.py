"""The how-to pages work as they are written, on data such as a user might have."""

import csv
import importlib
import re
import runpy
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
from anndata import AnnData

import gexlib
from gexlib import datasets
from gexlib.numerals import number_table
from gexlib.wgan import PRESETS, Settings
from gexlib.wgan.data import on_disk

PAGES = Path(__file__).parents[1] / "book/howto"


def run(page):
    """Execute the Python blocks of a page one after the other; returns their variables."""
    variables = {}
    for block in re.findall(r"```python\n(.*?)```", (PAGES / page).read_text(encoding="utf-8"), flags=re.DOTALL):
        exec(block, variables)
    return variables


def test_own_data_page_does_the_same_with_two_tables_of_a_user(tmp_path):
    rng = np.random.default_rng(0)
    n, names = 90, [f"s{i}" for i in range(90)]
    donor = np.arange(n) // 3
    covariates = pd.DataFrame(
        {
            "tissue": rng.choice(["lung", "liver"], n),
            "sex": np.where(donor % 2, "female", "male"),
            "age": 20.0 + donor,
            "donor": [f"d{d}" for d in donor],
        },
        index=names,
    )
    states = rng.normal(size=(n, 3)) @ rng.normal(size=(3, 15))
    expression = pd.DataFrame(5 + states + rng.normal(size=(n, 15)), index=names, columns=[f"g{i}" for i in range(15)])
    expression.to_csv(tmp_path / "log_tpm.csv")
    covariates.sample(frac=1, random_state=0).to_csv(tmp_path / "samples.csv")
    (tmp_path / "genes.txt").write_text("G3\nG1\nG2\nG99\n")
    given = {
        "expression": str(tmp_path / "log_tpm.csv"),
        "covariates": str(tmp_path / "samples.csv"),
        "by": "donor",
        "categorical": ["tissue", "sex"],
        "numerical": ["age"],
        "switch": ["sex", "male", "female"],
        "genes": str(tmp_path / "genes.txt"),
        "output": str(tmp_path / "mine"),
        "epochs": 5,
    }
    page = {}
    for cell in nbformat.read(PAGES / "own_data.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, page)
            page |= given if "parameters" in cell.metadata.get("tags", []) else {}
    assert list(page["data"].obs["donor"]) == list(covariates["donor"])
    assert list(page["data"].var_names) == ["G3", "G1", "G2"]
    assert page["matched"] == "3 of 4 genes matched; missing: 'G99'"
    assert set(page["data"].obs["split"].groupby(page["data"].obs["donor"]).nunique()) == {1}
    assert page["synthetic"].n_obs == page["test"].n_obs
    assert page["new"].shape == (100, 3)
    assert sorted(page["effects"].index) == ["G1", "G2", "G3"]
    written = {path.name for path in (tmp_path / "mine").iterdir()}
    assert written == {"model", "synthetic.h5ad", "report.csv", "report.html"}


def test_paper_data_page_runs_as_written(shared_data, tmp_path, monkeypatch):
    """On real files, but for M3D's expression table and the tables of donors, which are made up."""
    human = tmp_path / "human"
    human.mkdir()
    for name in ("bladder-rsem-fpkm-gtex", "chol-rsem-fpkm-tcga-t", "chol-rsem-fpkm-tcga", "lihc-rsem-fpkm-tcga"):
        (human / f"{name}.txt.gz").symlink_to(shared_data / f"rnaseqdb/normalized/{name}.txt.gz")
    subjects = "SUBJID\tSEX\tAGE\tDTHHRDY\nGTEX-S3XE\t1\t50-59\t1\nGTEX-S32W\t1\t40-49\t\nGTEX-1117F\t2\t60-69\t4\n"
    (tmp_path / "GTEx_Analysis_v8_Annotations_SubjectPhenotypesDS.txt").write_text(subjects)
    patients = ",bcr_patient_barcode,type,age_at_initial_pathologic_diagnosis,gender\n"
    patients += "1,TCGA-3X-AAVE,CHOL,72,MALE\n2,TCGA-ZD-A8I3,CHOL,[Not Available],FEMALE\n"
    (tmp_path / "TCGA-CDR.csv").write_text(patients)
    for path in (shared_data / "m3d").glob("*descriptions"):
        shutil.copy(path, tmp_path)
    shutil.copy(shared_data / "regulondb/regulatory_interactions_10.0.txt", tmp_path / "regulatory_interactions")
    chips = pd.read_csv(next(tmp_path.glob("*.experiment_descriptions")), sep="\t")["chip_name"]
    probes = pd.read_csv(next(tmp_path.glob("*.probe_set_descriptions")), sep="\t").dropna(subset=["gene_symbol"])
    probes = probes[probes["gene_symbol"].str.lower().isin(["crp", "fis", "arac", "araa", "arab", "lacz", "fnr"])]
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(9, 1, (len(probes), len(chips))), index=probes["probe_set_name"], columns=chips)
    table.to_csv(tmp_path / "E_coli_v4_Build_6_chips907probes7.tab", sep="\t", index_label="E_coli_v4_Build_6:genes")
    monkeypatch.setattr(datasets, "fetch", {"m3d": tmp_path, "gtex-tcga": human}.get)
    monkeypatch.setitem(PRESETS, "paper_ecoli", Settings(adversarial="always", epochs=5, evaluate_every=5))
    monkeypatch.chdir(tmp_path)

    page = run("paper_data.md")
    assert page["data"].shape == (907, 7)
    assert page["gan"].best_epoch_ == 5
    # The rows of RegulonDB's table between the seven genes; targets in the order of the probe sets.
    assert page["targets"] == {
        "araC": ["araC", "araB", "araA"],
        "crp": ["araC", "araB", "araA", "lacZ", "crp", "fis"],
        "fis": ["crp", "fis"],
        "fnr": ["fnr"],
    }
    assert set(page["human"].obs["tissue"]) == {"bladder", "liver"}
    assert sorted(page["with_age"].obs["age"]) == [44.5, 54.5, 72]
    assert page["human"].uns["provenance"]["metadata"] == (
        "GTEx_Analysis_v8_Annotations_SubjectPhenotypesDS.txt: rows for 2 of 99 samples; "
        "TCGA-CDR.csv: rows for 2 of 99 samples; together: rows for 4 of 99 samples"
    )
    shown = (PAGES.parents[1] / "benchmarks/results/age_effect.txt").read_text(encoding="utf-8").strip()
    assert shown in (PAGES / "paper_data.md").read_text(encoding="utf-8")
    monkeypatch.syspath_prepend(PAGES.parents[1] / "benchmarks")
    rows = importlib.import_module("age_effect").page_table(shown)
    assert rows.shape == (8, 6)
    pd.testing.assert_frame_equal(rows, pd.read_csv(PAGES / "age_effect.csv", dtype=str))
    assert page["human"].obs.groupby("donor", observed=True)["split"].nunique().max() == 1


def test_paper_data_page_shows_the_table_of_microarrays_and_says_what_it_holds():
    text = (PAGES / "paper_data.md").read_text(encoding="utf-8")
    assert ":file: m3d_table_1.csv" in text
    table = pd.read_csv(PAGES / "m3d_table_1.csv", dtype=str).set_index(["data set", "samples"])
    for name in ("M3D, 524 chips", "PRECISE"):
        runs = gexlib.study.reference_table(name, list(gexlib.study.TABLE_1)).loc[table.loc[name].index]
        assert runs.to_numpy().tolist() == table.loc[name].to_numpy().tolist()
    paper = number_table(gexlib.study.TABLE_1)
    assert table.loc["the paper, M3D"].to_numpy().tolist() == paper.to_numpy().tolist()


def test_what_the_page_says_of_microarrays_is_so():
    runs = gexlib.study.reference("ecoli")

    def column(data, row, score="S_dist"):
        return runs[(runs["set"] == data) & (runs["data"] == row)].sort_values("seed")[score].to_numpy()

    m3d, models = "M3D, 524 chips", ["GAN, the paper's", "GAN, default"]
    share = {row: column(m3d, row) / column(m3d, "Real, matched") for row in [*models, "Gaussian"]}
    assert abs(share["Gaussian"].mean() - share["GAN, the paper's"].mean()) < 0.05
    for simulator in ("SynTReN", "GeneNetWeaver", "SynTReN, 680 samples"):
        assert (column(m3d, simulator) < 0.2 * column(m3d, "Gaussian")).all()
    rows = [column(m3d, row) for row in share]
    assert np.mean([row.std() for row in rows]) > np.mean(rows, axis=1).std()  # splits differ more than rows
    ahead = column("PRECISE", "GAN, default") - column("PRECISE", "GAN, the paper's")
    assert ahead.min() < 0 < ahead.max()
    for length in (5, 50):
        other = column(m3d, f"GAN, the paper's, latent vector of {length}") - column(m3d, "GAN, the paper's")
        assert abs(other.mean()) < column(m3d, "GAN, the paper's").std()
    for data in (m3d, "PRECISE"):
        limit = PRESETS["paper_ecoli"].epochs
        assert (column(data, "GAN, the paper's", "epochs") < limit).all()  # its patience ended it


def test_large_data_page_runs_as_written_and_shows_what_its_script_computes(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"tissue": rng.choice(["lung", "liver"], 60), "donor": [f"d{i // 2}" for i in range(60)]})
    obs.index = [f"s{i}" for i in range(60)]
    AnnData(rng.normal(5, 1, (60, 8)).astype(np.float32), obs=obs).write_h5ad(tmp_path / "big.h5ad")
    monkeypatch.setitem(PRESETS, "default", Settings(epochs=5, hidden=(8,)))
    monkeypatch.chdir(tmp_path)
    page = run("large_data.md")
    assert page["train"].isbacked
    assert gexlib.WGANGP.load("model").sample(page["train"].obs).shape == page["train"].shape

    text = (PAGES / "large_data.md").read_text(encoding="utf-8")
    benchmarks = PAGES.parents[1] / "benchmarks"
    costs = runpy.run_path(str(benchmarks / "large_data_cost.py"))
    assert costs["table"]() in text
    with (PAGES / "larger_than_memory.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == costs["rates"]()
    for genes in (2000, 18000):
        assert (benchmarks / f"results/larger_than_memory_{genes}.txt").read_text(encoding="utf-8").strip() in text
    for genes in (2000, 18000):
        read = on_disk.READ // (4 * genes) // 32 * 32
        block = min(on_disk.BLOCK, on_disk.BLOCK_BYTES // (4 * genes))
        assert f"{read:,} samples in {read // block} places" in text
