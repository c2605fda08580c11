import re
import shutil

import anndata
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from gexlib import grn
from gexlib.datasets import load_m3d
from gexlib.datasets.m3d import read_covariates

PREFIX = "E_coli_v4_Build_6"
CHIPS = ["wt_glu_r1", "wt_glu_r2", "cold_r1"]
GENES = {"crp": "b3357", "araC": "b0064", "lacZ": "b0344", "ihfA": "b1712"}
TABLE = np.random.default_rng(0).uniform(3, 15, (len(GENES), len(CHIPS))).round(5)
FEATURES = [
    ("wt_glu", "glucose", "11.1", "mM", "real"),
    ("wt_glu", "Ampicillin", "0.1431", "mM", "real"),
    ("wt_glu", "culture_O2", "40", "%", "real"),
    ("wt_glu", "growth_phase", "log", "", "list"),
    ("wt_glu", "aeration", "aerobic", "", "list"),
    ("wt_glu", "note", "840 µl of acid", "", "text"),
    ("cold", "culture_temperature", "30", "Celsius", "real"),
    ("cold", "culture_pH", "5.5", "", "real"),
    ("cold", "strain", "MG1655", "", "text"),
]


def write(path, rows):
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def dump(tmp_path):
    """A small M3D dump in the format of the full one: rows of the table are probe set names."""
    probes = [f"{symbol}_{locus}_15" for symbol, locus in GENES.items()]
    write(
        tmp_path / f"{PREFIX}_chips3probes4.tab",
        [(f"{PREFIX}:genes", *CHIPS), *((probe, *row) for probe, row in zip(probes, TABLE, strict=True))],
    )
    write(
        tmp_path / f"{PREFIX}.probe_set_descriptions",
        [
            ("probe_set_name", "locus", "gene_symbol", "friendly_name"),
            ("IG_crp--yhfA_15", "b3357--b3356", "", "crp--yhfA"),
            *((probe, locus, symbol, symbol) for probe, (symbol, locus) in zip(probes, GENES.items(), strict=True)),
            ("X_crp_2", "b3357", "", "crp"),
        ],
    )
    write(
        tmp_path / f"{PREFIX}.experiment_descriptions",
        [
            ("chip_name", "experiment_name", "description"),
            *((chip, chip[:-3], "glucose:11 mM") for chip in CHIPS),
        ],
    )
    header = ("experiment_name", "feature_name", "value", "feature_units", "feature_type", "feature_url")
    write(tmp_path / f"{PREFIX}.experiment_feature_descriptions", [header, *((*row, "") for row in FEATURES)])
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_full_format_with_probe_set_rows(dump):
    adata = load_m3d(dump)
    assert adata.X.dtype == np.float32
    np.testing.assert_allclose(adata.X, TABLE.T, rtol=1e-6)
    assert list(adata.obs_names) == CHIPS
    assert list(adata.var_names) == list(GENES)
    assert list(adata.var["locus_tag"]) == list(GENES.values())
    assert list(adata.var["probe_set"]) == ["crp_b3357_15", "araC_b0064_15", "lacZ_b0344_15", "ihfA_b1712_15"]
    assert "RMA" in adata.uns["provenance"]["unit"]


def test_locus_tags_as_rows_give_the_same_genes(dump):
    expected = load_m3d(dump)
    table = dump / f"{PREFIX}_chips3probes4.tab"
    table.write_text(re.sub(r"\w+_(b\d{4})_15", r"\1", table.read_text()))
    got = load_m3d(dump)
    pd.testing.assert_frame_equal(got.var, expected.var)
    np.testing.assert_array_equal(got.X, expected.X)


def test_covariates_are_typed_and_replicates_share_the_condition(dump):
    obs = load_m3d(dump).obs
    assert list(obs["condition"]) == list(obs["experiment"]) == ["wt_glu", "wt_glu", "cold"]
    assert list(obs["replicate"]) == [1, 2, 1]
    np.testing.assert_array_equal(obs["glucose"], [11.1, 11.1, np.nan])
    np.testing.assert_array_equal(obs["ampicillin"], [0.1431, 0.1431, np.nan])
    np.testing.assert_array_equal(obs["oxygen"], [40, 40, np.nan])
    np.testing.assert_array_equal(obs["temperature"], [np.nan, np.nan, 30])
    np.testing.assert_array_equal(obs["ph"], [np.nan, np.nan, 5.5])
    assert list(obs["growth_phase"]) == ["log", "log", "unknown"]
    assert list(obs["strain"]) == ["unknown", "unknown", "MG1655"]
    assert "note" not in obs


def test_survives_h5ad(dump, tmp_path):
    adata = load_m3d(dump)
    adata.write_h5ad(tmp_path / "m3d.h5ad")
    pd.testing.assert_frame_equal(anndata.read_h5ad(tmp_path / "m3d.h5ad").obs, adata.obs)


@pytest.mark.parametrize("pattern", ["_chips3probes4.tab", ".experiment_descriptions", ".probe_set_descriptions"])
def test_missing_file_is_named(dump, pattern):
    (dump / f"{PREFIX}{pattern}").unlink()
    with pytest.raises(FileNotFoundError, match="gexlib fetch m3d"):
        load_m3d(dump)


def test_two_expression_tables_are_not_chosen_between(dump):
    shutil.copy(dump / f"{PREFIX}_chips3probes4.tab", dump / f"{PREFIX}_chips2probes4.tab")
    with pytest.raises(ValueError, match=r"chips2probes4\.tab, .*chips3probes4\.tab"):
        load_m3d(dump)


CELL = f"{TABLE[1, 2]}"
SPOILED_TABLES = {
    "text": (CELL, "high", r"line 3: araC_b0064_15 in chip cold_r1 is 'high', not a finite number"),
    "nan": (CELL, "nan", r"line 3: araC_b0064_15 in chip cold_r1 is 'nan'"),
    "empty": (CELL, "", r"line 3: araC_b0064_15 in chip cold_r1 is ''"),
    "infinite": (CELL, "inf", r"line 3: araC_b0064_15 in chip cold_r1 is 'inf'"),
    "too large": (CELL, "1e39", r"line 3: araC_b0064_15 in chip cold_r1 is '1e39'"),
    "short line": ("\t" + CELL, "", r"line 3: 3 tab-separated cells, the header has 4"),
    "long line": (CELL, CELL + "\t1", r"line 3: 5 tab-separated cells, the header has 4"),
    "gene twice": ("lacZ_b0344_15", "crp_b3357_15", r"line 4: crp_b3357_15 a second time"),
    "chip twice": ("wt_glu_r2", "wt_glu_r1", r"line 1: a chip occurs a second time"),
    "unknown gene": ("lacZ_b0344_15", "zzz_b9999_15", r"1 of 4 rows .*zzz_b9999_15"),
    "unknown chip": ("cold_r1", "hot_r1", r"line 1: 1 of 3 chips have no description in .*'hot_r1'"),
    "no rows": (None, f"{PREFIX}:genes\tcold_r1\n", r"not a tab-separated table"),
    "not utf-8": ("lacZ", "lac\udcff", r"line 4: not UTF-8 text"),
}


@pytest.mark.parametrize("spoil", SPOILED_TABLES)
def test_faulty_expression_table_is_refused_with_file_and_line(dump, spoil):
    old, new, message = SPOILED_TABLES[spoil]
    path = dump / f"{PREFIX}_chips3probes4.tab"
    text = path.read_text()
    text = new if old is None else text.replace(old, new)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=rf"chips3probes4\.tab.*{message}"):
        load_m3d(dump)


def test_line_with_extra_cells_throughout_is_refused(dump):
    path = dump / f"{PREFIX}_chips3probes4.tab"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *(row + "\t1" for row in rows)]))
    with pytest.raises(ValueError, match="line 2: 5 tab-separated cells"):
        load_m3d(dump)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("glucose\t11.1\tmM", "glucose\tmuch\tmM", "line 2: glucose of wt_glu is 'much', not a number"),
        (
            "glucose\t11.1\tmM",
            "glucose\t2\tg/L",
            "line 2: glucose of wt_glu: feature_units 'g/L', expected 'mM'",
        ),
        ("Ampicillin\t0.1431", "glucose\t0.1431", "line 3: wt_glu and glucose: a second time"),
        ("cold\tculture_pH\t5.5\t\treal\t\n", "cold\tculture_pH\n", "line 9: 3 .*cells|line 9: 2 .*cells"),
        ("feature_units", "units", "line 1: no column 'feature_units'; columns: 'e"),
    ],
)
def test_faulty_features_are_refused_with_file_and_line(dump, old, new, message):
    edit(dump / f"{PREFIX}.experiment_feature_descriptions", old, new)
    with pytest.raises(ValueError, match=rf"experiment_feature_descriptions, ({message})"):
        read_covariates(dump)


def test_chip_of_an_experiment_without_features_is_refused(dump):
    edit(dump / f"{PREFIX}.experiment_descriptions", "cold_r1\tcold", "cold_r1\twarm")
    with pytest.raises(ValueError, match="line 4: experiment 'warm' has no features"):
        read_covariates(dump)


def test_all_907_chips_have_typed_covariates(shared_data):
    obs = read_covariates(shared_data / "m3d")
    assert len(obs) == 907
    assert obs["condition"].nunique() == 466
    assert not obs.duplicated(["condition", "replicate"]).any()
    assert obs.notna()[obs.select_dtypes("category").columns].all().all()
    assert sorted(obs["temperature"].dropna().unique()) == [30, 37, 42, 50]
    assert sorted(obs["oxygen"].dropna().unique()) == [40, 60]
    assert obs["ph"].dropna().between(2, 9).all()
    assert obs["glucose"].count() == 310
    assert obs["ampicillin"].count() == 279
    assert set(obs["aeration"]) == {"aerobic", "anaerobic", "assumed_aerobic", "assumed_anaerobic"}
    assert set(obs["growth_phase"]) == {"log", "early_log", "late_log", "stationary", "biofilm", "unknown"}


def test_typed_features_agree_with_the_free_text_of_every_chip(shared_data):
    obs = read_covariates(shared_data / "m3d")
    text = pd.read_csv(shared_data / "m3d" / f"{PREFIX}.experiment_descriptions", sep="\t", quoting=3, index_col=0)
    for column, pattern in {
        "glucose": r"(?:^|, )glucose:(\S+) mM",
        "ampicillin": r"(?:^|, )ampicillin:(\S+) mM",
        "temperature": r"(?:^|, )culture_temperature:(\S+) Celsius",
        "oxygen": r"(?:^|, )culture_o2:(\S+) %",
        "ph": r"(?:^|, )culture_ph:(\S+) ",
    }.items():
        said = text["description"].str.extract(pattern, expand=False).astype(float)
        np.testing.assert_allclose(obs[column], said, rtol=0.051, err_msg=column)  # the text has two digits


def test_table_of_16_chips(shared_data):
    adata = load_m3d(shared_data / "m3d")
    assert adata.shape == (16, 4297)
    assert 3 < adata.X.min() < adata.X.max() < 15
    assert adata.var_names.str.lower().is_unique
    assert adata.var.loc["crp", "locus_tag"] == "b3357"
    assert adata["recA_U_N0025_r1"].obs["ampicillin"].item() == pytest.approx(0.1431)


def test_crp_hierarchy_of_regulondb_10_has_1076_genes_here(shared_data):
    graph = grn.read_regulondb(shared_data / "regulondb" / "regulatory_interactions_10.0.txt")
    genes = load_m3d(shared_data / "m3d").var_names
    hierarchy = grn.hierarchy(grn.match_case(graph, genes), genes=genes, break_loops=True)
    assert (len(hierarchy), hierarchy.number_of_edges()) == (1076, 2149)
    assert nx.is_directed_acyclic_graph(hierarchy)
