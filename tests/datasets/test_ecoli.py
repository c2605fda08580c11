import hashlib
import importlib.util
import json

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from gexlib import grn
from gexlib.datasets import load_ecoli, load_ecoli_grn
from gexlib.datasets.ecoli import NOT_PROTEINS, SIGMA_FACTORS, SUBUNITS
from gexlib.datasets.registry import embedded

BUILD = embedded("ecoli/build.py")


@pytest.fixture(scope="module")
def adata():
    return load_ecoli()


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_ecoli", BUILD)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_embedded_files_have_the_hashes_of_the_manifest(build):
    manifest = json.loads((BUILD.parent / "manifest.json").read_text())
    assert manifest["source"]["sha256"] == build.WHEEL_SHA256
    assert set(manifest["products"]) == {"precise.h5ad", "trn.tsv", "LICENSE.pymodulon"}
    for name, expected in manifest["products"].items():
        assert hashlib.sha256((BUILD.parent / name).read_bytes()).hexdigest() == expected, name


def test_embedded_data_are_small_and_licensed():
    files = [path for path in BUILD.parent.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 5e6
    assert (BUILD.parent / "LICENSE.pymodulon").read_text().startswith("MIT License")


def test_expression_is_log2_of_tpm_plus_one(adata):
    assert adata.shape == (278, 3923)
    assert adata.X.dtype == np.float32
    assert np.isfinite(adata.X).all()
    assert adata.X.min() >= 0
    np.testing.assert_allclose((np.exp2(adata.X.astype(float)) - 1).sum(axis=1), 1e6, rtol=1e-5)


def test_covariates_are_typed_and_missing_categories_are_unknown(adata):
    obs = adata.obs
    categories = obs.select_dtypes("category")
    assert {
        "condition", "project", "strain", "genotype", "medium", "carbon_source", "nitrogen_source",
        "electron_acceptor", "supplement", "antibiotic", "culture",
    } <= set(categories)  # fmt: skip
    assert not categories.isna().any().any()
    for name in categories:
        assert list(obs[name].cat.categories) == sorted(obs[name].unique()), f"{name} has unused levels"
    assert obs["replicate"].dtype == np.int64
    numbers = set(obs) - set(categories) - {"replicate"}
    assert all(obs[name].dtype == np.float64 for name in numbers)
    assert set(obs["electron_acceptor"]) == {"O2", "KNO3", "unknown"}
    assert set(obs["nitrogen_source"]) == {"NH4Cl", "cytosine", "cytidine", "glutamine", "unknown"}
    assert set(obs["antibiotic"]) == {"Kanamycin", "unknown"}
    assert set(obs["temperature"]) == {37, 42}
    assert set(obs["ph"]) == {5.5, 7.0, 8.5}
    assert obs.loc["misc__nitr_031__1", "nitrogen_source_g_per_l"] == pytest.approx(0.535, abs=1e-3)


def test_growth_rates_that_were_not_measured_are_nan(adata):
    rate = adata.obs["growth_rate"]
    assert rate.isna().sum() == 83 + 16
    assert rate.min() > 0
    assert rate.max() == pytest.approx(1.42)


def test_condition_never_splits_replicates_and_never_mixes_media(adata, build):
    obs = adata.obs
    assert obs["condition"].nunique() == 159
    assert obs["source_condition"].nunique() == 154
    replicates = obs.groupby(["project", "source_condition"], observed=True)["condition"].nunique()
    assert (replicates == 1).all()
    single = obs[obs["condition"] != "lyx_ale2 = lyx_ale4"]
    media = single.groupby("condition", observed=True)[build.DEFINING].nunique(dropna=False)
    assert (media == 1).all().all(), "one condition name stands for different covariates"
    glucose = obs.groupby("condition", observed=True)["carbon_source_g_per_l"].first()
    assert glucose["wt_glc (minspan, ssw)"] == 4
    assert glucose["wt_glc (control, ica, ytf)"] == 2


def test_identical_samples_share_the_condition(adata):
    profile = [row.tobytes() for row in adata.X]
    conditions = adata.obs["condition"].astype(str).groupby(profile).nunique()
    assert (len(conditions), conditions.max()) == (276, 1)


def test_replicates_resemble_each_other_more_than_other_samples_do(adata):
    z = (adata.X - adata.X.mean(axis=0)) / adata.X.std(axis=0)
    r = np.corrcoef(z)
    upper = np.triu_indices_from(r, k=1)
    same = (adata.obs["condition"].to_numpy()[:, None] == adata.obs["condition"].to_numpy())[upper]
    assert np.median(r[upper][same]) > 0.7
    assert abs(np.median(r[upper][~same])) < 0.1


def test_genes_have_unique_names_and_annotation(adata):
    var = adata.var
    assert var.index.is_unique
    assert var.index.str.lower().is_unique
    assert var["locus_tag"].is_unique
    renamed = var.index != var["symbol"]
    assert renamed.sum() == 32
    assert (var.index[renamed] == var["symbol"][renamed] + "_" + var["locus_tag"][renamed]).all()
    assert var.loc["crp", "locus_tag"] == "b3357"
    assert set(var["strand"]) == {"+", "-"}
    assert "unknown" in set(var["function"])
    assert (var["end"] > var["start"]).all()


def test_provenance_names_source_unit_and_licence(adata):
    provenance = adata.uns["provenance"]
    assert all(isinstance(value, str) for value in provenance.values())
    assert "log2(TPM + 1)" in provenance["unit"]
    assert "MIT" in provenance["license"]
    assert "s41467-019-13483-w" in provenance["citation"]


def test_build_tells_conditions_of_one_name_apart_by_their_covariates(build):
    rows = [
        ("a", "p", 2.0),
        ("a", "q", 2.0),
        ("b", "p", 2.0),
        ("b", "q", 4.0),
        ("b", "r", 4.0),
        ("c", "p", np.nan),
    ]
    obs = pd.DataFrame(rows, columns=["source_condition", "project", "carbon_source_g_per_l"])
    obs = obs.assign(**{name: "x" for name in build.DEFINING if name not in obs})
    expression = pd.DataFrame(np.arange(12.0).reshape(6, 2))
    assert list(build.conditions(obs, expression)) == ["a", "a", "b (p)", "b (q, r)", "b (q, r)", "c"]
    expression.loc[5] = expression.loc[3]
    merged = "b (q, r) = c"
    assert list(build.conditions(obs, expression)) == ["a", "a", "b (p)", merged, merged, merged]


@pytest.mark.parametrize(
    ("text", "name", "grams"),
    [("glucose(2)", "glucose", 2), ("pyruvate(3.3)", "pyruvate", 3.3), ("NH4Cl(10mM)", "NH4Cl", 0.5349)],
)
def test_build_splits_amounts(build, text, name, grams):
    assert build.amount(text) == (name, pytest.approx(grams))


def test_build_refuses_another_wheel(build, tmp_path):
    wheel = tmp_path / "pymodulon-0.2.1-py3-none-any.whl"
    wheel.write_bytes(b"not the wheel")
    with pytest.raises(ValueError, match="SHA-256"):
        build.build(wheel, tmp_path)
    assert list(tmp_path.iterdir()) == [wheel]


@pytest.mark.parametrize(("sigma_factors", "genes"), [(True, 2474), (False, 1839)])
def test_hierarchy_of_crp_has_the_published_size(sigma_factors, genes):
    graph = load_ecoli_grn(sigma_factors=sigma_factors, subunits=False)
    assert len(grn.hierarchy(graph)) == genes


def test_sigma_factors_regulate_only_when_asked_for():
    without, with_them = load_ecoli_grn(), load_ecoli_grn(sigma_factors=True)
    regulators = {tf for tf, _ in without.edges}
    assert not regulators & set(SIGMA_FACTORS)
    assert {tf for tf, _ in with_them.edges} - regulators == set(SIGMA_FACTORS)
    assert "rpoS" in without, "a sigma factor stays a target"


def test_every_regulator_is_accounted_for(adata):
    regulators = pd.read_csv(embedded("ecoli/trn.tsv"), sep="\t")["regulator"].unique()
    genes = set(adata.var_names.str.lower())
    known = set(NOT_PROTEINS) | set(SUBUNITS)
    left = {name for name in regulators if name not in known and not {s.lower() for s in name.split(";")} <= genes}
    assert left == {"tdcR", "yjjQ"}, "regulators that are neither genes of the data nor explained"
    absent = {name for names in SUBUNITS.values() for name in names if name.lower() not in genes}
    assert absent == {"acrS"}
    assert known <= set(regulators), "explanations that nothing needs"


def test_complexes_act_through_their_subunits(adata):
    graph, plain = load_ecoli_grn(), load_ecoli_grn(subunits=False)
    assert set(graph) <= set(adata.var_names)
    assert set(graph["flhD"]) & set(graph["flhC"]) >= {"fliA", "fliD"}
    assert set(graph["ihfA"]) == set(graph["ihfB"])
    assert len(graph["ihfA"]) == 217
    assert graph.out_degree("hns") == 151
    assert graph.has_edge("gadE", "gadA")
    assert plain.out_degree("flhD") == 0
    assert {tf for tf, target in graph.edges if "tRNA" in tf or tf in NOT_PROTEINS} == set()


def test_edges_carry_one_effect_and_order_is_that_of_the_source():
    graph = load_ecoli_grn()
    assert {effect for *_, effect in graph.edges(data="effect")} == {"+", "-", "+-", "?"}
    assert nx.utils.graphs_equal(graph, load_ecoli_grn())
    assert list(graph)[:3] == ["acrR", "ada", "adiY"]
